/**
 * Clients that wait for keys, first come first served per key.
 *
 * A blocked command is kept as a copy of its arguments. When a key it waits for is signalled, its handler is run again
 * after the command that did so, as a request of its own under its own client's rights; if it blocks again it
 * keeps its place. So what a command does is written once, blocked or not.
 */

import { byteText, type RedisCall } from './redis-call.js';
import type { RedisClient } from './redis-client.js';
import type { RedisCommand } from './redis-command.js';

/** What one client waits for. */
export interface BlockedCommand {
  readonly client: RedisClient;
  readonly command: RedisCommand;
  readonly call: RedisCall;
  /** One character per byte, each once, to the argument that it is. */
  readonly keys: ReadonlyMap<string, number>;
  readonly cancelTimeout: () => void;
}

export class BlockedClients {
  /** By key, in the order they came. */
  readonly #waiting = new Map<string, Set<BlockedCommand>>();
  readonly #blocked = new Set<BlockedCommand>();
  /** Keys signalled since blocked clients were last served. */
  #ready = new Set<string>();

  get count(): number {
    return this.#blocked.size;
  }

  /** Some key that clients wait for was signalled: `takeReady`. */
  get hasReady(): boolean {
    return this.#ready.size > 0;
  }

  add(blocked: BlockedCommand): void {
    this.#blocked.add(blocked);
    for (const key of blocked.keys.keys()) {
      const queue = this.#waiting.get(key);
      if (queue === undefined) this.#waiting.set(key, new Set([blocked]));
      else queue.add(blocked);
    }
  }

  remove(blocked: BlockedCommand): void {
    blocked.cancelTimeout();
    this.#blocked.delete(blocked);
    for (const key of blocked.keys.keys()) {
      const queue = this.#waiting.get(key);
      queue?.delete(blocked);
      if (queue?.size === 0) this.#waiting.delete(key);
    }
  }

  /** The key bytes[start, end) has something to give. Costs nothing while nobody waits. */
  signal(bytes: Uint8Array, start: number, end: number): void {
    if (this.#waiting.size === 0) return;
    const key = byteText(bytes, start, end);
    if (this.#waiting.has(key)) this.#ready.add(key);
  }

  /** Keys signalled since the last call, in that order. */
  takeReady(): Iterable<string> {
    const ready = this.#ready;
    this.#ready = new Set();
    return ready;
  }

  /** Who waits for the key, in the order they came; they may be removed while they are walked. */
  waitingFor(key: string): Iterable<BlockedCommand> {
    return this.#waiting.get(key) ?? NOBODY;
  }
}

const NOBODY: readonly BlockedCommand[] = [];

/** The keys that arguments [firstKey, firstKey + keyCount) name: of one that stands there twice the first. */
export function keysByName(call: RedisCall, firstKey: number, keyCount: number): ReadonlyMap<string, number> {
  const keys = new Map<string, number>();
  for (let index = firstKey; index < firstKey + keyCount; index++) {
    const key = call.text(index);
    if (!keys.has(key)) keys.set(key, index);
  }
  return keys;
}
