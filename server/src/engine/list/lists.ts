/**
 * Lists as the commands of any door change them: the store's lists with versions, effects and atomic requests around
 * them, as `Engine.put` and its like are for scalars.
 *
 * A list is never empty: the first insert makes its key, the last removal takes it away. An element is bytes, without
 * a type; a typed reader sees each interpreted as untyped text is.
 *
 * Every function takes the list's entry as just found (`Engine.findKey`) and the key it was found under. Refs and
 * cursors stand until the next change of the store.
 */

import type { EntryRef } from '../../store/index.js';
import type { Engine } from '../engine.js';

/** Stands before the first element until `next`; then `bytes[start, end)` is an element, in the store's segment. */
export interface ElementCursor {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** Goes on to the next element in the cursor's direction; false: there is none. */
  next(): boolean;
}

export class Lists {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** How many elements the list at `ref` has. */
  lengthOf(ref: EntryRef): number {
    return notYet(this.#engine, ref);
  }

  /** A cursor over the elements from index `at` on, or from it backwards. There is one, reused. */
  open(ref: EntryRef, at: number, isBackward: boolean): ElementCursor {
    return notYet(this.#engine, ref, at, isBackward);
  }

  /**
   * Inserts `count` elements before index `at` (0 to the length): element i is `source[starts[i], ends[i])` for i from
   * `from` on; reversed: the last one comes first (LPUSH). `ref` 0 makes the list. The bytes must not lie in the store.
   * @returns the list, or 0: no memory, and everything is as it was.
   */
  insert(
    ref: EntryRef,
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    at: number,
    source: Uint8Array,
    starts: Int32Array,
    ends: Int32Array,
    from: number,
    count: number,
    isReversed: boolean,
  ): EntryRef {
    const key = bytes.subarray(keyStart, keyEnd);
    return notYet(this.#engine, ref, key, at, source, starts, ends, from, count, isReversed);
  }

  /**
   * Removes the elements [at, at + count), and the key with the last one.
   * @returns false: too much to remember (atomic requests only), and the list is as it was.
   */
  remove(
    ref: EntryRef,
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    at: number,
    count: number,
  ): boolean {
    return notYet(this.#engine, ref, bytes, keyStart, keyEnd, at, count);
  }

  /**
   * Puts `source[start, end)`, which must not lie in the store, in the place of the element at index `at`.
   * @returns the list, or 0: no memory, and the list is as it was.
   */
  replace(
    ref: EntryRef,
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    at: number,
    source: Uint8Array,
    start: number,
    end: number,
  ): EntryRef {
    return notYet(this.#engine, ref, bytes, keyStart, keyEnd, at, source, start, end);
  }
}

function notYet(..._arguments: unknown[]): never {
  throw new Error('lists come with the next commit');
}
