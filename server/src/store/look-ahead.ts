/**
 * The keys of one request, looked at together before its ops are executed one by one.
 *
 * An entry of a large store lies in memory that no cache holds: its index slot is one wait and the entry another,
 * some 150 ns each. Loads that do not depend on each other wait together, so the slots of all keys are read in one
 * tight loop, then all entries: with a million keys, GETs in requests of 50 take a third less time.
 *
 * It is a hint and no answer: of what it reads nothing is kept except the hashes.
 */
import type { HashIndex } from './hash-index.js';
import type { KeyHash } from './key-hash.js';

export class LookAhead {
  /** Hash of each key, in the order given. */
  readonly hashes: Int32Array;
  /** What was read last, for nobody: a load whose value goes nowhere would be left out. */
  seen = 0;
  readonly #slots: Int32Array;

  constructor(keysMax: number) {
    this.hashes = new Int32Array(keysMax);
    this.#slots = new Int32Array(keysMax);
  }

  /** Key `i` of the first `count` is `bytes[starts[i], ends[i])`. */
  read(
    hash: KeyHash,
    index: HashIndex,
    bytes: Uint8Array,
    starts: Int32Array,
    ends: Int32Array,
    count: number,
  ): void {
    const hashes = this.hashes;
    for (let i = 0; i < count; i++) hashes[i] = hash.of(bytes, starts[i], ends[i]);
    this.seen = index.touch(hashes, count, this.#slots);
  }
}
