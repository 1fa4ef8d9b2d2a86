/**
 * The journal's seam: effects, not commands, each with absolute state (of lists: what changed) and the next LSN.
 *
 * The engine tells every change here: what an op wrote or removed, what expired or was evicted, what a FLUSH
 * cleared. An entry's version is the LSN of its last effect, so LSNs only rise; a rolled-back request leaves a gap.
 * Within one request the order of calls is the order in which effects are applied; `commit` ends the request, and
 * effects between two commits belong together (the durable journal, persistence/group-commit.ts, writes them in one
 * frame, with the mark of the request's reply). An answer that rests on an effect leaves when that is released.
 */

import type { EntryRef } from '../store/index.js';

/**
 * Told of effects in order, synchronously. State is absolute: telling a key twice does no harm. Lists are the exception:
 * what changed in one is told once, and stands on what was told of it before.
 */
export interface EffectListener {
  /** An entry was written or its expiry changed; `ref` is readable during the call. */
  put(ref: EntryRef): void;
  /** A key is gone. */
  remove(bytes: Uint8Array, keyStart: number, keyEnd: number, lsn: number): void;
  /** Every entry is gone. */
  clear(lsn: number): void;
  /**
   * In the list at `ref`, `removed` elements from index `at` on have given way to `inserted` ones, which stand there now.
   * With nothing removed or inserted only its expiry was changed.
   */
  splice(ref: EntryRef, at: number, removed: number, inserted: number): void;
  /** The first (`isBackward`: last) `removed` elements that equal `source[start, end)` have left the list at `ref`. */
  removeEqual(
    ref: EntryRef,
    removed: number,
    isBackward: boolean,
    source: Uint8Array,
    start: number,
    end: number,
  ): void;
  /** The list at `ref` has what the one under the key `bytes[fromStart, fromEnd)` had a moment ago, expiry included. */
  copy(ref: EntryRef, bytes: Uint8Array, fromStart: number, fromEnd: number): void;
}

export interface Journal extends EffectListener {
  /** LSN of the last effect, 0 before the first. */
  readonly lastLsn: number;
  /** Effects up to here cannot be undone any more by a crash, as far as its policy promises; `lastLsn` at most. */
  readonly releasedLsn: number;
  /** False: the request in hand changed so much already that more would not fit one frame. */
  readonly hasRoom: boolean;
  /** More waits for the disk than is good: requests that write are to be refused before they are executed. */
  readonly isBusy: boolean;
  /** The LSN for the effect that is about to be told. */
  takeLsn(): number;
  /** The effects of one request are complete. */
  commit(): void;
}

/** Counts LSNs, keeps nothing, and forwards effects to the one snapshot that may be running. */
export class VolatileJournal implements Journal {
  #lastLsn = 0;
  #listener: EffectListener | undefined;

  get lastLsn(): number {
    return this.#lastLsn;
  }

  get releasedLsn(): number {
    return this.#lastLsn;
  }

  get hasRoom(): boolean {
    return true;
  }

  get isBusy(): boolean {
    return false;
  }

  /** Goes on behind what a snapshot brought back; never backwards. */
  resumeAfter(lsn: number): void {
    if (lsn > this.#lastLsn) this.#lastLsn = lsn;
  }

  takeLsn(): number {
    return ++this.#lastLsn;
  }

  put(ref: EntryRef): void {
    this.#listener?.put(ref);
  }

  remove(bytes: Uint8Array, keyStart: number, keyEnd: number, lsn: number): void {
    this.#listener?.remove(bytes, keyStart, keyEnd, lsn);
  }

  clear(lsn: number): void {
    this.#listener?.clear(lsn);
  }

  splice(ref: EntryRef, at: number, removed: number, inserted: number): void {
    this.#listener?.splice(ref, at, removed, inserted);
  }

  removeEqual(
    ref: EntryRef,
    removed: number,
    isBackward: boolean,
    source: Uint8Array,
    start: number,
    end: number,
  ): void {
    this.#listener?.removeEqual(ref, removed, isBackward, source, start, end);
  }

  copy(ref: EntryRef, bytes: Uint8Array, fromStart: number, fromEnd: number): void {
    this.#listener?.copy(ref, bytes, fromStart, fromEnd);
  }

  commit(): void {}

  /** Forwards effects to `listener` until the returned function is called. One listener at a time. */
  subscribe(listener: EffectListener): () => void {
    if (this.#listener !== undefined) throw new Error('a snapshot already listens to the journal');
    this.#listener = listener;
    return () => {
      if (this.#listener === listener) this.#listener = undefined;
    };
  }
}
