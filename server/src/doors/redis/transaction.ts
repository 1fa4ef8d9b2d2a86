/** What WATCH and MULTI have collected of one client, until EXEC or DISCARD. */

import type { Engine } from '../../engine/engine.js';
import type { RedisCall } from './redis-call.js';
import type { RedisClient } from './redis-client.js';
import { CommandFlag, type RedisCommand } from './redis-command.js';
import { RedisLimits } from './redis-limits.js';

export interface QueuedCommand {
  readonly command: RedisCommand;
  readonly call: RedisCall;
}

interface WatchedKey {
  readonly key: Uint8Array;
  /** Version of the entry when WATCH looked; 0: there was none. */
  readonly version: number;
}

/** What a queued command takes beside its bytes: so a million short ones are not free. */
const COMMAND_BYTES = 256;
const ARGUMENT_BYTES = 8;

export class Transaction {
  /** MULTI was said: commands are queued. */
  isOpen = false;
  /** A command was refused when it should have been queued: EXEC must not run the others. */
  isAborted = false;
  /** One of the queued commands writes. */
  writes = false;
  readonly queued: QueuedCommand[] = [];
  readonly #watched = new Map<string, WatchedKey>();
  #queuedBytes = 0;

  get watchedCount(): number {
    return this.#watched.size;
  }

  /** Memory that the queued commands hold, for CLIENT LIST. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** False: more than a client may have waiting. */
  queue(command: RedisCommand, call: RedisCall): boolean {
    const bytes = call.ends[call.count - 1] - call.starts[0] + call.count * ARGUMENT_BYTES + COMMAND_BYTES;
    if (this.#queuedBytes + bytes > RedisLimits.transactionBytesMax) return false;
    this.#queuedBytes += bytes;
    if ((command.flags & CommandFlag.WRITES) !== 0) this.writes = true;
    this.queued.push({ command, call: call.copy() });
    return true;
  }

  /** The key as it is now is what EXEC must find. False: too many. A key watched before keeps what it was then. */
  watch(engine: Engine, call: RedisCall, index: number): boolean {
    const name = call.text(index);
    if (this.#watched.has(name)) return true;
    if (this.#watched.size === RedisLimits.watchedKeysMax) return false;
    const start = call.starts[index];
    const end = call.ends[index];
    const version = versionOf(engine, call.bytes, start, end);
    this.#watched.set(name, { key: call.bytes.slice(start, end), version });
    return true;
  }

  unwatch(): void {
    this.#watched.clear();
  }

  /** Whether a watched key was written, removed, has expired or was evicted since: versions are never given twice. */
  hasChanged(engine: Engine): boolean {
    for (const { key, version } of this.#watched.values()) {
      if (versionOf(engine, key, 0, key.length) !== version) return true;
    }
    return false;
  }
}

/** EXEC cannot run at all, for that reason: the transaction is over. */
export function abortExec(client: RedisClient, error: string): void {
  client.transaction = undefined;
  const reason = error.startsWith('ERR ') ? error.slice('ERR '.length) : error;
  client.reply.error(`EXECABORT Transaction discarded because of: ${reason}`);
}

function versionOf(engine: Engine, bytes: Uint8Array, start: number, end: number): number {
  const ref = engine.findKey(bytes, start, end);
  return ref === 0 ? 0 : engine.store.versionOf(ref);
}
