/** CLIENT PAUSE: until its end the commands of clients wait, all of them or those that write. */

import type { StreamServices } from '../stream/stream-services.js';
import type { RedisClient } from './redis-client.js';
import { CommandFlag, type RedisCommand } from './redis-command.js';
import type { Transaction } from './transaction.js';

export class ClientPause {
  readonly #services: StreamServices;
  readonly #waiting = new Set<RedisClient>();
  #endMs = 0;
  #isForAll = false;
  #cancelEnd: (() => void) | undefined;

  constructor(services: StreamServices) {
    this.#services = services;
  }

  get isOn(): boolean {
    return this.#cancelEnd !== undefined;
  }

  /** Pauses of different length and extent add up to the longest and widest. */
  begin(durationMs: number, isForAll: boolean): void {
    const endMs = this.#services.monotonicMs() + durationMs;
    this.#isForAll = isForAll || (this.isOn && this.#isForAll);
    if (this.isOn && endMs <= this.#endMs) return;
    this.#cancelEnd?.();
    this.#endMs = endMs;
    this.#cancelEnd = this.#services.schedule(endMs, () => this.end());
  }

  /** Who waits is read on in a later turn. */
  end(): void {
    this.#cancelEnd?.();
    this.#cancelEnd = undefined;
    this.#isForAll = false;
    for (const client of this.#waiting) client.connection.resume();
    this.#waiting.clear();
  }

  /** Whether the command has to wait. */
  holds(command: RedisCommand, transaction: Transaction | undefined): boolean {
    if (this.#isForAll || (command.flags & CommandFlag.WRITES) !== 0) return true;
    return command.name === 'exec' && transaction?.writes === true;
  }

  /** The client is not read until the end. */
  wait(client: RedisClient): void {
    this.#waiting.add(client);
    client.connection.suspend();
  }

  forget(client: RedisClient): void {
    this.#waiting.delete(client);
  }
}
