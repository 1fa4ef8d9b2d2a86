export * from './measurement.js';
