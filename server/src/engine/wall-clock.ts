/**
 * The wall clock the engine sees: never backwards, also where the machine's clock is set back, so that an entry
 * once seen as expired cannot come back. Its start can be the last time a snapshot or journal recorded.
 */
export class WallClock {
  #lastMs: number;
  readonly #read: () => number;

  /** @param read Unix milliseconds of the machine; @param floorMs the latest time already promised to anybody. */
  constructor(read: () => number, floorMs = 0) {
    this.#read = read;
    this.#lastMs = floorMs;
  }

  /** Unix milliseconds, at least those of every earlier call. */
  now(): number {
    const readMs = this.#read();
    if (readMs > this.#lastMs) this.#lastMs = readMs;
    return this.#lastMs;
  }

  /** Never answer less than `floorMs` from now on. */
  raiseTo(floorMs: number): void {
    if (floorMs > this.#lastMs) this.#lastMs = floorMs;
  }
}
