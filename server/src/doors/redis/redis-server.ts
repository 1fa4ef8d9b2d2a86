/** What all clients of the Redis door share, and what a handler gets as `client.server`. */

import { Op, Result } from '@anoadb/protocol';
import type { Engine } from '../../engine/engine.js';
import type { StreamServices } from '../stream/stream-services.js';
import { BlockedClients } from './blocked-clients.js';
import { RedisStatistics } from './redis-statistics.js';

export class RedisServer {
  readonly engine: Engine;
  readonly services: StreamServices;
  readonly statistics: RedisStatistics = new RedisStatistics();
  readonly blocked: BlockedClients;
  /** For handlers that call `engine.execute`: one of each, reused. */
  readonly op: Op = new Op();
  readonly result: Result = new Result();
  #random: number;

  constructor(services: StreamServices) {
    this.engine = services.engine;
    this.services = services;
    this.blocked = new BlockedClients(this);
    this.#random = (services.wallNowMs() ^ (services.monotonicMs() * 1000)) | 1;
  }

  /** A list under that key got elements: whoever is blocked on it is served once the command, or EXEC, is complete. */
  signalKey(bytes: Uint8Array, start: number, end: number): void {
    this.blocked.signal(bytes, start, end);
  }

  /** 32 bits, evenly spread, nothing secret: for RANDOMKEY. */
  random32(): number {
    // xorshift32 of Marsaglia (2003).
    let x = this.#random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#random = x;
    return x >>> 0;
  }
}
