/**
 * Clients that wait for keys, first come first served per key.
 *
 * A blocked command is kept as a copy of its arguments. When a key it waits for is signalled, its handler is run again
 * after the command that did so, as a request of its own under its own client's rights; if it blocks again it
 * keeps its place. So what a command does is written once, blocked or not.
 */

import type { RedisCall } from './redis-call.js';
import type { RedisClient } from './redis-client.js';
import type { RedisServer } from './redis-server.js';

/** What one client waits for. */
export interface BlockedCommand {
  readonly client: RedisClient;
  readonly call: RedisCall;
  readonly firstKey: number;
  readonly keyCount: number;
  readonly cancelTimeout: () => void;
}

export class BlockedClients {
  readonly #server: RedisServer;

  constructor(server: RedisServer) {
    this.#server = server;
  }

  get count(): number {
    return 0;
  }

  block(client: RedisClient, call: RedisCall, firstKey: number, keyCount: number, timeoutMs: number): void {
    void this.#server;
    void [client, call, firstKey, keyCount, timeoutMs];
  }

  signal(bytes: Uint8Array, start: number, end: number): void {
    void [bytes, start, end];
  }
}
