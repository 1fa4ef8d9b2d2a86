export * from './client/client-endpoint.js';
export * from './client/client-listener.js';
export * from './client/client-options.js';
export * from './crypto.js';
export * from './datagram-batch.js';
export * from './limits.js';
export * from './server/request-handler.js';
export * from './server/server-endpoint.js';
