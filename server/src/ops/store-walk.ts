/** The store as a snapshot walks it: expired entries are left out, by the database's clock. */

import type { WalkableStore } from '../persistence/index.js';
import type { EntryRef, ListBlocks, Store } from '../store/index.js';

export class StoreWalk implements WalkableStore {
  readonly #store: Store;
  readonly #nowMs: () => number;

  constructor(store: Store, nowMs: () => number) {
    this.#store = store;
    this.#nowMs = nowMs;
  }

  get count(): number {
    return this.#store.count;
  }

  get lists(): ListBlocks {
    return this.#store.lists;
  }

  walk(cursor: number, entriesMax: number, visit: (ref: EntryRef) => void): number {
    return this.#store.scan(cursor, entriesMax, this.#nowMs(), visit);
  }

  cursorPassed(cursor: number, hash: number): boolean {
    return this.#store.cursorPassed(cursor, hash);
  }

  hash(bytes: Uint8Array, start: number, end: number): number {
    return this.#store.hash(bytes, start, end);
  }

  /** Time 0: a list that is being written is written on until its removal was told. */
  find(bytes: Uint8Array, start: number, end: number): EntryRef {
    return this.#store.find(bytes, start, end, 0);
  }

  typeOf(ref: EntryRef): number {
    return this.#store.typeOf(ref);
  }

  expiryOf(ref: EntryRef): number {
    return this.#store.expiryOf(ref);
  }

  clientFlagsOf(ref: EntryRef): number {
    return this.#store.clientFlagsOf(ref);
  }

  versionOf(ref: EntryRef): number {
    return this.#store.versionOf(ref);
  }

  keyLengthOf(ref: EntryRef): number {
    return this.#store.keyLengthOf(ref);
  }

  valueLengthOf(ref: EntryRef): number {
    return this.#store.valueLengthOf(ref);
  }

  segmentOf(ref: EntryRef): Uint8Array {
    return this.#store.segmentOf(ref);
  }

  keyStartOf(ref: EntryRef): number {
    return this.#store.keyStartOf(ref);
  }

  valueStartOf(ref: EntryRef): number {
    return this.#store.valueStartOf(ref);
  }
}
