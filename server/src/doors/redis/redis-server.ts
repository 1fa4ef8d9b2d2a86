/** What all clients of the Redis door share, and what a handler gets as `client.server`. */

import { Op, Result } from '@anoadb/protocol';
import type { Engine } from '../../engine/engine.js';
import { CommandStatistics } from '../../ops/command-statistics.js';
import type { StreamServices } from '../stream/stream-services.js';
import { BlockedClients, keysByName } from './blocked-clients.js';
import { ClientPause } from './client-pause.js';
import { CommandRegistry } from './command-registry.js';
import { ErrorStatistics } from './error-statistics.js';
import { RateMeter } from './rate-meter.js';
import type { RedisCall } from './redis-call.js';
import type { RedisClient } from './redis-client.js';
import { RedisDispatcher } from './redis-dispatcher.js';
import { RequestBatch } from './request-batch.js';
import { SlowLog } from './slow-log.js';

export class RedisServer {
  readonly engine: Engine;
  readonly services: StreamServices;
  readonly registry: CommandRegistry = new CommandRegistry();
  /** By the index of the command in the registry. */
  readonly commands: CommandStatistics;
  readonly statistics: ErrorStatistics = new ErrorStatistics();
  readonly slowLog: SlowLog = new SlowLog();
  readonly blocked: BlockedClients = new BlockedClients();
  readonly pause: ClientPause;
  readonly dispatcher: RedisDispatcher;
  /** One for all sessions: nothing of it is needed beyond their `read`. */
  readonly batch: RequestBatch = new RequestBatch();
  /** Open ones, by their id. */
  readonly clients = new Map<number, RedisClient>();
  /** For handlers that call `engine.execute`: one of each, reused. */
  readonly op: Op = new Op();
  readonly result: Result = new Result();
  /** Of commands, and of bytes of all TCP connections, for INFO. */
  readonly commandRate: RateMeter;
  readonly inputRate: RateMeter;
  readonly outputRate: RateMeter;
  #random: number;

  constructor(services: StreamServices) {
    this.engine = services.engine;
    this.services = services;
    this.commands = new CommandStatistics(this.registry.commands.map(({ name }) => name));
    this.pause = new ClientPause(services);
    this.dispatcher = new RedisDispatcher(this);
    this.commandRate = new RateMeter(services.monotonicMs);
    this.inputRate = new RateMeter(services.monotonicMs);
    this.outputRate = new RateMeter(services.monotonicMs);
    this.#random = (services.wallNowMs() ^ (services.monotonicMs() * 1000)) | 1;
  }

  /** A list under that key got elements: whoever is blocked on it is served once the command, or EXEC, is complete. */
  signalKey(bytes: Uint8Array, start: number, end: number): void {
    this.blocked.signal(bytes, start, end);
  }

  /** See `RedisClient.block`. */
  block(client: RedisClient, call: RedisCall, firstKey: number, keyCount: number, timeoutMs: number): void {
    const { services } = this;
    const cancelTimeout =
      timeoutMs === 0
        ? () => {}
        : services.schedule(services.monotonicMs() + timeoutMs, () => {
            client.openReply();
            client.reply.nullArray();
            this.unblock(client);
          });
    client.blocked = {
      client,
      command: client.command!,
      call: call.copy(),
      keys: keysByName(call, firstKey, keyCount),
      cancelTimeout,
    };
    this.blocked.add(client.blocked);
    client.connection.suspend();
  }

  /** The blocked client was answered, just now: that leaves, and it is read again. */
  unblock(client: RedisClient): void {
    // Its answer may have been too large, and it is gone.
    if (client.blocked === undefined) return;
    this.blocked.remove(client.blocked);
    client.blocked = undefined;
    client.countSkipped();
    client.closeReply();
    client.connection.flush();
    client.connection.resume();
  }

  /** It is gone. */
  forget(client: RedisClient): void {
    if (client.blocked !== undefined) this.blocked.remove(client.blocked);
    client.blocked = undefined;
    this.pause.forget(client);
    this.clients.delete(client.id);
  }

  /** CONFIG RESETSTAT. */
  resetStatistics(): void {
    this.commands.reset();
    this.statistics.reset();
    this.engine.hits = 0;
    this.engine.misses = 0;
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
