export * from './memory-network.js';
export {
  type BindOptions,
  bindDatagramSocket,
  type ConnectOptions,
  connectDatagramSocket,
  recvmmsgMissing,
  type SocketKind,
} from './open-socket.js';
export {
  BATCH_CAPACITY,
  type DatagramSocket,
  type SocketCounters,
  SocketError,
  type SocketHandlers,
  type SocketOptions,
} from './socket.js';
export * from './socket-address.js';
