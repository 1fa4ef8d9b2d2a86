/**
 * What an atomic request has changed so far: for each change the entry as it was before.
 *
 * Undone backwards, it leaves the store exactly as it found it: value, type, expiry, version. Entries that the
 * store itself let go meanwhile (expired, evicted) stay gone. Only atomic requests pay for it.
 */

import { ValueType } from '@anoadb/protocol';
import { type EntryRef, SavedEntry, type Store } from '../store/index.js';

/**
 * Copies of old values one request may need, and what its effects take in the journal, which is told them together;
 * beyond it the op is refused with OUT_OF_MEMORY.
 */
const UNDO_BYTES_MAX = 64 * 1024 * 1024;

interface Change {
  readonly key: Uint8Array;
  /** Undefined where the key did not exist. */
  readonly before: SavedEntry | undefined;
  /** LSN of the effect; 0 until it is known. */
  lsn: number;
}

export class UndoLog {
  readonly #store: Store;
  readonly #changes: Change[] = [];
  #bytes = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  get length(): number {
    return this.#changes.length;
  }

  keyAt(index: number): Uint8Array {
    return this.#changes[index].key;
  }

  lsnAt(index: number): number {
    return this.#changes[index].lsn;
  }

  /**
   * Remembers the entry at `ref` (0 = none) under its key, before a change that writes `newBytes`. False: too much to
   * remember.
   */
  remember(ref: EntryRef, bytes: Uint8Array, keyStart: number, keyEnd: number, newBytes: number): boolean {
    const keyBytes = keyEnd - keyStart;
    const cost = keyBytes + newBytes + (ref === 0 ? 0 : keyBytes + this.#valueBytesOf(ref));
    if (this.#bytes + cost > UNDO_BYTES_MAX) return false;
    this.#bytes += cost;
    let before: SavedEntry | undefined;
    if (ref !== 0) {
      before = new SavedEntry();
      this.#store.save(ref, before);
    }
    this.#changes.push({ key: bytes.slice(keyStart, keyEnd), before, lsn: 0 });
    return true;
  }

  /** The change remembered last happened, or the one `before` it, under this LSN. */
  happened(lsn: number, before = 0): void {
    this.#changes[this.#changes.length - 1 - before].lsn = lsn;
  }

  /** The change remembered last did not happen after all. */
  forgetLast(): void {
    this.#changes.pop();
  }

  /** Puts everything back, last change first. */
  undo(): void {
    for (let i = this.#changes.length - 1; i >= 0; i--) {
      const { key, before } = this.#changes[i];
      if (before === undefined) this.#store.remove(key, 0, key.length);
      else this.#store.restore(before);
    }
  }

  clear(): void {
    // Setting a length is a call, and nearly every request has changed nothing that could be undone.
    if (this.#changes.length === 0) return;
    this.#changes.length = 0;
    this.#bytes = 0;
  }

  #valueBytesOf(ref: EntryRef): number {
    const store = this.#store;
    if (store.typeOf(ref) !== ValueType.LIST) return store.valueLengthOf(ref);
    const { lists } = store;
    return lists.bytesOf(ref) + 4 * lists.lengthOf(ref);
  }
}
