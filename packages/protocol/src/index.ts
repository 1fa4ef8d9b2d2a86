export * from './bytes/index.js';
export * from './values/index.js';
