/** Commands by name: from the bytes of an argument, in whatever case, to the command, without making a string. */

import { lowerCase, type RedisCall } from './redis-call.js';
import type { RedisCommand } from './redis-command.js';

/** Of FNV-1a. */
const OFFSET_BASIS = 0x811c9dc5 | 0;
const PRIME = 0x01000193;

export class CommandLookup {
  readonly #slots: (RedisCommand | undefined)[];
  readonly #names: (Uint8Array | undefined)[];
  readonly #mask: number;
  /** What was found last: in a pipeline one command is often like the one before. */
  #lastName: Uint8Array | undefined;
  #last: RedisCommand | undefined;

  /** `nameOf` gives the word that stands for the command, in lower case. */
  constructor(commands: readonly RedisCommand[], nameOf: (command: RedisCommand) => string) {
    let size = 16;
    while (size < commands.length * 4) size *= 2;
    this.#mask = size - 1;
    this.#slots = new Array(size).fill(undefined);
    this.#names = new Array(size).fill(undefined);
    for (const command of commands)
      this.#add(
        command,
        Uint8Array.from(nameOf(command), (c) => c.charCodeAt(0)),
      );
  }

  /** The command that argument `index` names. */
  find(call: RedisCall, index: number): RedisCommand | undefined {
    const { bytes } = call;
    const start = call.starts[index];
    const end = call.ends[index];
    if (this.#lastName !== undefined && isName(this.#lastName, bytes, start, end)) return this.#last;
    let hash = OFFSET_BASIS;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ lowerCase(bytes[at]), PRIME);
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const name = this.#names[slot];
      if (name === undefined) return undefined;
      if (!isName(name, bytes, start, end)) continue;
      this.#lastName = name;
      this.#last = this.#slots[slot];
      return this.#last;
    }
  }

  #add(command: RedisCommand, name: Uint8Array): void {
    let hash = OFFSET_BASIS;
    for (const byte of name) hash = Math.imul(hash ^ byte, PRIME);
    let slot = hash & this.#mask;
    while (this.#names[slot] !== undefined) slot = (slot + 1) & this.#mask;
    this.#names[slot] = name;
    this.#slots[slot] = command;
  }
}

function isName(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (lowerCase(bytes[start + i]) !== name[i]) return false;
  return true;
}
