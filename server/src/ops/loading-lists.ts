/**
 * Lists while they are loaded: the records of a list, one on another, on the lists that the store has so far.
 *
 * A change is refused where the list is not as it found it. One that the store evicted on the way in, for want of memory,
 * is missing and rightly so: then what follows of it goes nowhere.
 */

import { ByteReader, ValueType } from '@anoadb/protocol';
import { ElementReader } from '../persistence/index.js';
import type { EntryRef, Store } from '../store/index.js';

/** Elements for which room is kept between records. */
const ELEMENTS_KEPT = 16 * 1024;

export class LoadingLists {
  /** Records that came in above the memory limit. */
  recordsAboveLimit = 0;
  readonly #store: Store;
  readonly #elements = new ElementReader(new ByteReader());
  #starts = new Int32Array(256);
  #ends = new Int32Array(256);

  constructor(store: Store) {
    this.#store = store;
  }

  /** A list of the elements in `bytes[valueStart, valueEnd)` in the place of whatever the key has. */
  put(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    expiryMs: number,
    version: number,
    nowMs: number,
  ): void {
    const { lists } = this.#store;
    const hash = this.#store.keyHash(bytes, keyStart, keyEnd);
    this.#withMemory(() => {
      const before = this.#find(bytes, keyStart, keyEnd);
      return lists.create(hash, before, bytes, keyStart, keyEnd, expiryMs, version, nowMs);
    });
    this.#insert(bytes, keyStart, keyEnd, 0, valueStart, valueEnd);
  }

  /** As `LoadTarget.splice`. */
  splice(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    lengthBefore: number,
    at: number,
    removed: number,
    elementsStart: number,
    elementsEnd: number,
    expiryMs: number,
    version: number,
  ): boolean {
    const store = this.#store;
    const ref = this.#find(bytes, keyStart, keyEnd);
    if (ref === 0) return this.#mayBeMissing;
    if (!this.#fits(ref, lengthBefore) || at + removed > lengthBefore) return false;
    if (removed > 0) store.lists.remove(ref, at, removed);
    this.#insert(bytes, keyStart, keyEnd, at, elementsStart, elementsEnd);
    const changed = this.#find(bytes, keyStart, keyEnd);
    if (store.expiryOf(changed) === expiryMs) store.setVersion(changed, version);
    else this.#withMemory(() => store.setExpiry(this.#find(bytes, keyStart, keyEnd), expiryMs, version));
    return true;
  }

  /** As `LoadTarget.removeEqual`. */
  removeEqual(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    lengthBefore: number,
    removed: number,
    isBackward: boolean,
    start: number,
    end: number,
    version: number,
  ): boolean {
    const ref = this.#find(bytes, keyStart, keyEnd);
    if (ref === 0) return this.#mayBeMissing;
    if (!this.#fits(ref, lengthBefore)) return false;
    if (this.#store.lists.removeEqual(ref, bytes, start, end, removed, isBackward) !== removed) return false;
    this.#store.setVersion(ref, version);
    return true;
  }

  /** As `LoadTarget.copy`. */
  copy(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    fromStart: number,
    fromEnd: number,
    expiryMs: number,
    version: number,
    nowMs: number,
  ): boolean {
    const store = this.#store;
    const from = this.#find(bytes, fromStart, fromEnd);
    if (from === 0 || !this.#isList(from)) {
      // The list it would have been is as good as evicted.
      if (this.#mayBeMissing) store.remove(bytes, keyStart, keyEnd);
      return this.#mayBeMissing;
    }
    const hash = store.keyHash(bytes, keyStart, keyEnd);
    this.#withMemory(() => {
      const source = this.#find(bytes, fromStart, fromEnd);
      return store.lists.copy(source, hash, bytes, keyStart, keyEnd, expiryMs, version, nowMs);
    });
    return true;
  }

  /** Also where its time has passed: it is gone for whoever reads, not for the records that follow. */
  #find(bytes: Uint8Array, start: number, end: number): EntryRef {
    return this.#store.find(bytes, start, end, 0);
  }

  get #mayBeMissing(): boolean {
    return this.#store.counters.evicted > 0;
  }

  #isList(ref: EntryRef): boolean {
    return this.#store.typeOf(ref) === ValueType.LIST;
  }

  #fits(ref: EntryRef, lengthBefore: number): boolean {
    return this.#isList(ref) && this.#store.lists.lengthOf(ref) === lengthBefore;
  }

  #insert(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    at: number,
    elementsStart: number,
    elementsEnd: number,
  ): void {
    const count = this.#readElements(bytes, elementsStart, elementsEnd);
    if (count === 0) return;
    this.#withMemory(() => {
      const ref = this.#find(bytes, keyStart, keyEnd);
      return this.#store.lists.insert(ref, at, bytes, this.#starts, this.#ends, 0, count, false);
    });
    if (this.#starts.length > ELEMENTS_KEPT) this.#makeRoom(ELEMENTS_KEPT);
  }

  #readElements(bytes: Uint8Array, start: number, end: number): number {
    const elements = this.#elements;
    elements.reset(bytes, start, end);
    let count = 0;
    while (elements.next()) {
      if (count === this.#starts.length) this.#makeRoom(2 * count);
      this.#starts[count] = elements.start;
      this.#ends[count] = elements.end;
      count++;
    }
    return count;
  }

  #makeRoom(count: number): void {
    const starts = new Int32Array(count);
    const ends = new Int32Array(count);
    if (count > this.#starts.length) {
      starts.set(this.#starts);
      ends.set(this.#ends);
    }
    this.#starts = starts;
    this.#ends = ends;
  }

  /** A full server must be able to start again: what finds no memory below the limit takes it above. */
  #withMemory(change: () => EntryRef): void {
    if (change() !== 0) return;
    const store = this.#store;
    store.passesLimit = true;
    const ref = change();
    store.passesLimit = false;
    if (ref === 0) throw new Error('the system has no memory to load a list');
    this.recordsAboveLimit++;
  }
}
