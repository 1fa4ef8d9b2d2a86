export * from './datagram-batch.js';
