export * from './datagram-mutator.js';
export * from './packet-simulator.js';
export * from './seeded-random.js';
export * from './server-process.js';
export * from './simulated-endpoints.js';
export * from './vectors.js';
export * from './virtual-clock.js';
