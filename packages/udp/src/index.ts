export * from './memory-network.js';
export * from './node-dgram-socket.js';
export {
  BATCH_CAPACITY,
  type DatagramSocket,
  type SocketCounters,
  SocketError,
  type SocketHandlers,
  type SocketOptions,
} from './socket.js';
export * from './socket-address.js';
