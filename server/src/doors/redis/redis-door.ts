/** The Redis door: sessions for the connections whose first bytes are RESP, or a line that is nobody else's. */

import type { StreamServices } from '../stream/stream-services.js';
import type { StreamConnection, StreamProtocolDoor, StreamSession } from '../stream/stream-session.js';
import { RedisServer } from './redis-server.js';
import { RedisSession } from './redis-session.js';

export interface RedisDoor extends StreamProtocolDoor {
  /** What the sessions share: its counters are for metrics. */
  readonly server: RedisServer;
}

export function createRedisDoor(services: StreamServices): RedisDoor {
  const server = new RedisServer(services);
  return {
    server,
    open: (connection: StreamConnection): StreamSession => new RedisSession(connection, server),
  };
}
