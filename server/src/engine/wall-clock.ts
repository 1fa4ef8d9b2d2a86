/**
 * The wall clock the engine sees: never backwards, also where the machine's clock is set back, so that an entry
 * once seen as expired cannot come back. Its start can be the last time a snapshot or journal recorded.
 *
 * It never stands still either: while the machine's clock is behind, time goes on by the monotonic clock, a little
 * slower until the other has caught up. A clock that was a year ahead for a moment would else make every entry with
 * a TTL immortal for a year.
 */
export class WallClock {
  #lastMs: number;
  readonly #read: () => number;
  readonly #monotonicMs: (() => number) | undefined;
  /** Since when the machine's clock is behind, by the monotonic one, and what the time was then. */
  #behindAtMs: number | undefined;
  #behindFromMs = 0;

  /**
   * @param read Unix milliseconds of the machine; @param floorMs the latest time already promised to anybody;
   * @param monotonicMs what time goes on by meanwhile; without it, it stands still.
   */
  constructor(read: () => number, floorMs = 0, monotonicMs?: () => number) {
    this.#read = read;
    this.#lastMs = floorMs;
    this.#monotonicMs = monotonicMs;
  }

  /** Unix milliseconds, at least those of every earlier call. */
  now(): number {
    const readMs = this.#read();
    if (readMs >= this.#lastMs) {
      this.#lastMs = readMs;
      this.#behindAtMs = undefined;
    } else if (this.#monotonicMs !== undefined) this.#goOn(this.#monotonicMs());
    return this.#lastMs;
  }

  /** Never answer less than `floorMs` from now on. */
  raiseTo(floorMs: number): void {
    if (floorMs <= this.#lastMs) return;
    this.#lastMs = floorMs;
    this.#behindAtMs = undefined;
  }

  #goOn(monotonicMs: number): void {
    if (this.#behindAtMs === undefined) {
      this.#behindAtMs = monotonicMs;
      this.#behindFromMs = this.#lastMs;
    }
    const goneMs = Math.floor((monotonicMs - this.#behindAtMs) * PACE_BEHIND);
    this.#lastMs = Math.max(this.#lastMs, this.#behindFromMs + goneMs);
  }
}

/** Slow enough to be caught up with, fast enough that a TTL lasts a tenth longer at most. */
const PACE_BEHIND = 0.9;
