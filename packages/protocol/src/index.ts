export * from './bytes/index.js';
export * from './generated/index.js';
export * from './values/index.js';
