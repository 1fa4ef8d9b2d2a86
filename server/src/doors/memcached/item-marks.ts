/**
 * What the meta commands know of an item that no other door needs, kept beside the store: that it is stale, that a
 * client has won the right to renew it, and when it was last read.
 *
 * All of it hangs on the entry's version, which is unique in the database: a write through whichever door makes the
 * marks of the version before meaningless, and nobody has to clear them. Nothing of it survives a restart.
 */

/** Bits of `flagsOf`. */
export const ItemMark = {
  STALE: 1,
  /** A client has been told W; others are told Z until the item is written. */
  WON: 2,
} as const;

/** Marks beyond it push out the oldest: their items look as if they had never been marked. */
const MARKED_MAX = 65_536;
/** Power of two. Versions are consecutive, so the last so many writes never collide. */
const ACCESS_SLOTS = 65_536;

export class ItemMarks {
  readonly #marked = new Map<number, number>();
  /** Per slot the version it speaks of, the second of the last access, and whether that was a read. */
  readonly #versions = new Float64Array(ACCESS_SLOTS);
  readonly #seconds = new Float64Array(ACCESS_SLOTS);
  readonly #isFetched = new Uint8Array(ACCESS_SLOTS);
  readonly #startedSeconds: number;

  constructor(nowMs: number) {
    this.#startedSeconds = Math.floor(nowMs / 1000);
  }

  /** 0 for all but a handful of items. */
  flagsOf(version: number): number {
    return this.#marked.size === 0 ? 0 : (this.#marked.get(version) ?? 0);
  }

  setFlags(version: number, flags: number): void {
    if (flags === 0) {
      this.#marked.delete(version);
      return;
    }
    this.#marked.set(version, flags);
    if (this.#marked.size > MARKED_MAX) {
      for (const oldest of this.#marked.keys()) {
        this.#marked.delete(oldest);
        break;
      }
    }
  }

  /** The item is what it was under another version: a new expiry, a number counted in place. */
  move(from: number, to: number): void {
    const flags = this.flagsOf(from);
    if (flags !== 0) {
      this.#marked.delete(from);
      this.setFlags(to, flags);
    }
    const before = from & (ACCESS_SLOTS - 1);
    if (this.#versions[before] !== from) return;
    const after = to & (ACCESS_SLOTS - 1);
    this.#versions[after] = to;
    this.#seconds[after] = this.#seconds[before];
    this.#isFetched[after] = this.#isFetched[before];
  }

  written(version: number, nowMs: number): void {
    const slot = version & (ACCESS_SLOTS - 1);
    this.#versions[slot] = version;
    this.#seconds[slot] = Math.floor(nowMs / 1000);
    this.#isFetched[slot] = 0;
  }

  fetched(version: number, nowMs: number): void {
    const slot = version & (ACCESS_SLOTS - 1);
    this.#versions[slot] = version;
    this.#seconds[slot] = Math.floor(nowMs / 1000);
    this.#isFetched[slot] = 1;
  }

  /** False as well where other items' accesses have taken its place. */
  wasFetched(version: number): boolean {
    const slot = version & (ACCESS_SLOTS - 1);
    return this.#versions[slot] === version && this.#isFetched[slot] === 1;
  }

  /** Since the last access that is known of, else since the door was opened. */
  idleSeconds(version: number, nowMs: number): number {
    const slot = version & (ACCESS_SLOTS - 1);
    const since = this.#versions[slot] === version ? this.#seconds[slot] : this.#startedSeconds;
    return Math.max(0, Math.floor(nowMs / 1000) - since);
  }
}
