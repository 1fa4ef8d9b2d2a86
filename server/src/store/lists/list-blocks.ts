/**
 * Lists of byte strings, as the entries of type LIST: an entry holds the count of its elements, the sum of their
 * bytes, and the ends of a chain of nodes, which are blocks of the arena with up to some 8 KiB of elements each.
 *
 * Everything that takes elements takes them as ranges of `source`, which must not lie in the store (blocks move while
 * memory is found). What needs memory is done whole or not at all; other keys may be evicted for it, never the list.
 * A ref given here may have moved by the answer: go on with the one returned. Versions are the caller's business.
 */
import type { EntryRef } from '../store-options.js';
import { ListCursor, notYet } from './list-cursor.js';

export class ListBlocks {
  readonly #cursor = new ListCursor();

  /** How many elements a list has. */
  lengthOf(ref: EntryRef): number {
    return notYet(ref);
  }

  /** The sum of its elements' bytes. */
  bytesOf(ref: EntryRef): number {
    return notYet(ref);
  }

  /** An empty list under a key in the place of `before`, which was just found there (0: nothing was). 0: no memory. */
  create(
    hash: number,
    before: EntryRef,
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    expiryMs: number,
    version: number,
    nowMs: number,
  ): EntryRef {
    return notYet(hash, before, bytes, keyStart, keyEnd, expiryMs, version, nowMs);
  }

  /** The same with the elements of `from`, in the place of whatever stands under that key; `from` stays. 0: no memory. */
  copy(
    from: EntryRef,
    hash: number,
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    expiryMs: number,
    version: number,
    nowMs: number,
  ): EntryRef {
    return notYet(from, hash, bytes, keyStart, keyEnd, expiryMs, version, nowMs);
  }

  /**
   * The same, but takes the elements over, whatever their number in the same time; `from` is removed then, and must not
   * be of that key itself. 0: no memory, and `from` is as it was.
   */
  rename(
    from: EntryRef,
    hash: number,
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    expiryMs: number,
    version: number,
    nowMs: number,
  ): EntryRef {
    return notYet(from, hash, bytes, keyStart, keyEnd, expiryMs, version, nowMs);
  }

  /**
   * Inserts `count` elements before index `at`, from 0 to the length: element i is source[starts[i], ends[i]) for i from
   * `from` on; reversed: the last of them comes first. 0: no memory, and the list is as it was.
   */
  insert(
    ref: EntryRef,
    at: number,
    source: Uint8Array,
    starts: Int32Array,
    ends: Int32Array,
    from: number,
    count: number,
    isReversed: boolean,
  ): EntryRef {
    return notYet(ref, at, source, starts, ends, from, count, isReversed);
  }

  /** Puts one element in the place of the one at `at`. 0: no memory, and the list is as it was. */
  replace(ref: EntryRef, at: number, source: Uint8Array, start: number, end: number): EntryRef {
    return notYet(ref, at, source, start, end);
  }

  /** Removes the elements [at, at + count). A list without elements stays until its key is removed. Needs no memory. */
  remove(ref: EntryRef, at: number, count: number): void {
    notYet(ref, at, count);
  }

  /**
   * Removes up to `limit` elements that equal source[start, end), looking from the last one on where `isBackward`;
   * returns how many. One walk, however many there are (LREM). Needs no memory.
   */
  removeEqual(
    ref: EntryRef,
    source: Uint8Array,
    start: number,
    end: number,
    limit: number,
    isBackward: boolean,
  ): number {
    return notYet(ref, source, start, end, limit, isBackward);
  }

  /** The cursor before index `at`, or behind it where `isBackward`: its first `next` comes to that element. */
  open(ref: EntryRef, at: number, isBackward: boolean): ListCursor {
    notYet(ref, at, isBackward);
    return this.#cursor;
  }
}
