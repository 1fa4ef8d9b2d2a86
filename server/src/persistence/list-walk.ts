/**
 * Long lists on their way into a snapshot: a list is written a piece at a time, as the walk writes entries, so that one
 * of a million elements stalls nobody.
 *
 * Invariant: for each list here the records so far have its first `written` elements as they are at this moment. What
 * changes among those is written at once, as far as they reach; what changes behind them the next piece finds.
 */

import type { ByteWriter } from '@anoadb/protocol';
import type { WalkableStore } from './database-types.js';
import { writeFirstPiece, writeNextPiece, writeSplice } from './list-record.js';

interface ListOnItsWay {
  readonly key: Uint8Array;
  written: number;
}

export class ListWalk {
  readonly #store: WalkableStore;
  readonly #writer: ByteWriter;
  /** A step of the walk may meet several; nearly always there is none. */
  readonly #lists: ListOnItsWay[] = [];

  constructor(store: WalkableStore, writer: ByteWriter) {
    this.#store = store;
    this.#writer = writer;
  }

  /** Some list is not whole yet. */
  get isActive(): boolean {
    return this.#lists.length > 0;
  }

  /** Writes the list at `ref` from its beginning, whatever was written of its key before. */
  begin(ref: number): void {
    const store = this.#store;
    const bytes = store.segmentOf(ref);
    const start = store.keyStartOf(ref);
    const end = start + store.keyLengthOf(ref);
    this.drop(bytes, start, end);
    const written = writeFirstPiece(this.#writer, store, ref);
    if (written < store.lists.lengthOf(ref)) this.#lists.push({ key: bytes.slice(start, end), written });
  }

  /** Writes one more piece of a list; only while `isActive`. */
  step(): void {
    const list = this.#lists[this.#lists.length - 1];
    const ref = this.#store.find(list.key, 0, list.key.length);
    if (ref === 0) throw new Error('snapshot: a list has gone that nobody removed');
    const length = this.#store.lists.lengthOf(ref);
    if (list.written < length) list.written += writeNextPiece(this.#writer, this.#store, ref, list.written);
    if (list.written === length) this.#lists.pop();
  }

  /** Whether the list of this key is on its way. */
  has(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#lists.length > 0 && this.#indexOf(bytes, start, end) >= 0;
  }

  /** The key was removed or replaced: what was written of it is void. */
  drop(bytes: Uint8Array, start: number, end: number): void {
    if (this.#lists.length === 0) return;
    const index = this.#indexOf(bytes, start, end);
    if (index >= 0) this.#lists.splice(index, 1);
  }

  dropAll(): void {
    this.#lists.length = 0;
  }

  /** The list at `ref`, which is on its way, was changed so. False: it has no part in what was written. */
  splice(ref: number, at: number, removed: number, inserted: number): boolean {
    const store = this.#store;
    const start = store.keyStartOf(ref);
    const list = this.#lists[this.#indexOf(store.segmentOf(ref), start, start + store.keyLengthOf(ref))];
    const isExpiryOnly = removed === 0 && inserted === 0;
    if (at >= list.written && !isExpiryOnly) return false;
    const removedWritten = Math.min(removed, list.written - at);
    writeSplice(this.#writer, store, ref, list.written, at, removedWritten, inserted);
    list.written += inserted - removedWritten;
    return true;
  }

  #indexOf(bytes: Uint8Array, start: number, end: number): number {
    return this.#lists.findIndex(({ key }) => isEqual(key, bytes, start, end));
  }
}

function isEqual(key: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (key.length !== end - start) return false;
  for (let i = 0; i < key.length; i++) if (key[i] !== bytes[start + i]) return false;
  return true;
}
