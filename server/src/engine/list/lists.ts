/**
 * Lists as the commands of any door change them: the store's lists with versions, effects and atomic requests around
 * them, as `Engine.put` and its like are for scalars.
 *
 * A list is never empty: the first insert makes its key, the last removal takes it away. An element is bytes without
 * a type; a typed reader sees each interpreted as untyped text is (list-answer.ts).
 *
 * Every function takes the list's entry as just found (`Engine.findKey`) and the key it was found under. Bytes that go
 * into a list must not lie in the store, where they could move. Refs and cursors stand until the next change of the store.
 *
 * The journal is told what changed, not the list: a push onto a million elements is a record of a few bytes. In an
 * atomic request the undo log has a copy of the list, and the journal is told all of it at the end.
 */

import type { EntryRef, ListCursor } from '../../store/index.js';
import type { Engine } from '../engine.js';
import type { Journal } from '../journal.js';
import type { UndoLog } from '../undo-log.js';

export class Lists {
  readonly #engine: Engine;
  readonly #journal: Journal;
  readonly #undo: UndoLog;

  constructor(engine: Engine, journal: Journal, undo: UndoLog) {
    this.#engine = engine;
    this.#journal = journal;
    this.#undo = undo;
  }

  /** How many elements the list at `ref` has. */
  lengthOf(ref: EntryRef): number {
    return this.#engine.store.lists.lengthOf(ref);
  }

  /** The cursor before the element at index `at`, or behind it where `isBackward`. There is one, reused. */
  open(ref: EntryRef, at: number, isBackward: boolean): ListCursor {
    return this.#engine.store.lists.open(ref, at, isBackward);
  }

  /**
   * Inserts `count` elements, one at least, before index `at` (0 to the length): element i is
   * `source[starts[i], ends[i])` for i from `from` on; reversed: the last one comes first (LPUSH). `ref` 0 makes the list.
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
    const engine = this.#engine;
    const { store } = engine;
    if (!engine.beginChange(ref, bytes, keyStart, keyEnd)) return 0;
    const list = ref === 0 ? this.#create(bytes, keyStart, keyEnd) : ref;
    const grown =
      list === 0 ? 0 : store.lists.insert(list, at, source, starts, ends, from, count, isReversed);
    if (grown === 0) {
      if (ref === 0 && list !== 0) store.remove(bytes, keyStart, keyEnd);
      engine.cancelChange();
    } else if (ref === 0) engine.endPut(grown, 0);
    else this.#endSplice(grown, at, 0, count);
    return grown;
  }

  /**
   * Removes the elements [at, at + count), one at least, and the key with the last one.
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
    const engine = this.#engine;
    const { store } = engine;
    if (engine.isAtomic && !engine.beginChange(ref, bytes, keyStart, keyEnd)) return false;
    if (count === store.lists.lengthOf(ref)) this.#endEmpty(ref, bytes, keyStart, keyEnd);
    else {
      store.lists.remove(ref, at, count);
      this.#endSplice(ref, at, count, 0);
    }
    return true;
  }

  /**
   * Removes up to `limit` elements that equal `source[start, end)`, beginning at the last one where `isBackward`, and the
   * key with the last one (LREM): one walk over the list and one effect, however many there are.
   * @returns how many, or -1: too much to remember (atomic requests only), and the list is as it was.
   */
  removeEqual(
    ref: EntryRef,
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    source: Uint8Array,
    start: number,
    end: number,
    limit: number,
    isBackward: boolean,
  ): number {
    const engine = this.#engine;
    const { lists } = engine.store;
    if (engine.isAtomic && !engine.beginChange(ref, bytes, keyStart, keyEnd)) return -1;
    const removed = lists.removeEqual(ref, source, start, end, limit, isBackward);
    if (removed === 0) engine.cancelChange();
    else if (lists.lengthOf(ref) === 0) this.#endEmpty(ref, bytes, keyStart, keyEnd);
    else if (!engine.endChange(ref, 0))
      this.#journal.removeEqual(ref, removed, isBackward, source, start, end);
    return removed;
  }

  /**
   * Puts `source[start, end)` in the place of the element at index `at`.
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
    const engine = this.#engine;
    if (!engine.beginChange(ref, bytes, keyStart, keyEnd)) return 0;
    const replaced = engine.store.lists.replace(ref, at, source, start, end);
    if (replaced === 0) engine.cancelChange();
    else this.#endSplice(replaced, at, 1, 1);
    return replaced;
  }

  /**
   * Gives the key `bytes[toStart, toEnd)` a copy of the list `from`, which stands under `bytes[fromStart, fromEnd)`, in
   * the place of `target` (0: nothing is there). 0: no memory, and everything is as it was.
   */
  copy(
    from: EntryRef,
    target: EntryRef,
    bytes: Uint8Array,
    fromStart: number,
    fromEnd: number,
    toStart: number,
    toEnd: number,
  ): EntryRef {
    const engine = this.#engine;
    const { store } = engine;
    const toTell = engine.isAtomic ? this.#bytesOf(from) : 0;
    if (!engine.beginChange(target, bytes, toStart, toEnd, toTell)) return 0;
    const hash = store.keyHash(bytes, toStart, toEnd);
    const version = this.#journal.lastLsn + 1;
    const expiryMs = store.expiryOf(from);
    const copied = store.lists.copy(from, hash, bytes, toStart, toEnd, expiryMs, version, engine.nowMs);
    if (copied === 0) engine.cancelChange();
    else if (!engine.endChange(copied, version)) this.#journal.copy(copied, bytes, fromStart, fromEnd);
    return copied;
  }

  /** `copy`, but the list leaves its old key: nothing of it is copied or journalled, however long it is. */
  rename(
    from: EntryRef,
    target: EntryRef,
    bytes: Uint8Array,
    fromStart: number,
    fromEnd: number,
    toStart: number,
    toEnd: number,
  ): EntryRef {
    const engine = this.#engine;
    const { store } = engine;
    if (!engine.beginChange(target, bytes, toStart, toEnd)) return 0;
    if (!engine.beginChange(from, bytes, fromStart, fromEnd)) {
      engine.cancelChange();
      return 0;
    }
    const hash = store.keyHash(bytes, toStart, toEnd);
    const version = this.#journal.lastLsn + 1;
    const expiryMs = store.expiryOf(from);
    const renamed = store.lists.rename(from, hash, bytes, toStart, toEnd, expiryMs, version, engine.nowMs);
    if (renamed === 0) {
      engine.cancelChange();
      engine.cancelChange();
      return 0;
    }
    // The later of the two changes remembered is the removal; its effect comes second all the same.
    const isAtomic = engine.isAtomic;
    const lsn = this.#journal.takeLsn();
    store.setVersion(renamed, lsn);
    if (isAtomic) this.#undo.happened(lsn, 1);
    else this.#journal.copy(renamed, bytes, fromStart, fromEnd);
    engine.endRemoval(bytes, fromStart, fromEnd);
    return renamed;
  }

  /** What a record of the whole list takes, about. */
  #bytesOf(ref: EntryRef): number {
    const { lists } = this.#engine.store;
    return lists.bytesOf(ref) + 4 * lists.lengthOf(ref);
  }

  #create(bytes: Uint8Array, keyStart: number, keyEnd: number): EntryRef {
    const { store, nowMs } = this.#engine;
    const hash = store.keyHash(bytes, keyStart, keyEnd);
    return store.lists.create(hash, 0, bytes, keyStart, keyEnd, 0, this.#journal.lastLsn + 1, nowMs);
  }

  #endSplice(ref: EntryRef, at: number, removed: number, inserted: number): void {
    if (!this.#engine.endChange(ref, 0)) this.#journal.splice(ref, at, removed, inserted);
  }

  /** Nothing is left of the list: its key goes. */
  #endEmpty(ref: EntryRef, bytes: Uint8Array, keyStart: number, keyEnd: number): void {
    const { store } = this.#engine;
    this.#engine.endRemoval(bytes, keyStart, keyEnd);
    store.removeAt(store.keyHash(bytes, keyStart, keyEnd), ref);
  }
}
