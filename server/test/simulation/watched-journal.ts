/** The production's group commit with a witness: every effect is told to both, in the same order. */

import type { Journal } from '../../src/engine/journal.js';
import type { GroupCommit } from '../../src/persistence/group-commit.js';
import type { Store } from '../../src/store/index.js';
import type { DurabilityWatch } from './durability-watch.js';

export class WatchedJournal implements Journal {
  readonly #journal: GroupCommit;
  readonly #watch: DurabilityWatch;
  readonly #onEffect: (isRemoval: boolean) => void;
  /** Set once the files are loaded: what a load puts is no effect. */
  store: Store | undefined;

  constructor(journal: GroupCommit, watch: DurabilityWatch, onEffect: (isRemoval: boolean) => void) {
    this.#journal = journal;
    this.#watch = watch;
    this.#onEffect = onEffect;
  }

  get lastLsn(): number {
    return this.#journal.lastLsn;
  }
  get releasedLsn(): number {
    return this.#journal.releasedLsn;
  }
  get hasRoom(): boolean {
    return this.#journal.hasRoom;
  }
  get isBusy(): boolean {
    return this.#journal.isBusy;
  }
  takeLsn(): number {
    return this.#journal.takeLsn();
  }

  put(ref: number): void {
    this.#tellEntry(ref);
    this.#journal.put(ref);
  }
  remove(bytes: Uint8Array, keyStart: number, keyEnd: number, lsn: number): void {
    if (this.store !== undefined) {
      this.#onEffect(true);
      this.#watch.remove(bytes, keyStart, keyEnd);
    }
    this.#journal.remove(bytes, keyStart, keyEnd, lsn);
  }
  clear(lsn: number): void {
    if (this.store !== undefined) {
      this.#onEffect(false);
      this.#watch.clear();
    }
    this.#journal.clear(lsn);
  }
  splice(ref: number, at: number, removed: number, inserted: number): void {
    this.#tellEntry(ref);
    this.#journal.splice(ref, at, removed, inserted);
  }
  removeEqual(
    ref: number,
    removed: number,
    isBackward: boolean,
    source: Uint8Array,
    start: number,
    end: number,
  ): void {
    this.#tellEntry(ref);
    this.#journal.removeEqual(ref, removed, isBackward, source, start, end);
  }
  copy(ref: number, bytes: Uint8Array, fromStart: number, fromEnd: number): void {
    this.#tellEntry(ref);
    this.#journal.copy(ref, bytes, fromStart, fromEnd);
  }
  commit(): void {
    this.#journal.commit();
    if (this.store !== undefined) this.#watch.commit(this.#journal.lastLsn);
  }

  /** The witness is told the whole entry, however little of a list has changed. */
  #tellEntry(ref: number): void {
    if (this.store === undefined) return;
    this.#onEffect(false);
    this.#watch.put(this.store, ref);
  }
}
