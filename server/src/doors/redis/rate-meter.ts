/** How much a counter grows per second, between one look at it and the next: exact for whoever looks at intervals. */

const INTERVAL_MS_MIN = 100;

export class RateMeter {
  readonly #monotonicMs: () => number;
  /** The interval began then, with that much. */
  #beganMs: number;
  #beganTotal = 0;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
    this.#beganMs = monotonicMs();
  }

  /** Since the last look that was not just before this one, of `total` so far. 0 where the counter was reset. */
  perSecond(total: number): number {
    const nowMs = this.#monotonicMs();
    const elapsedMs = nowMs - this.#beganMs;
    const grown = total - this.#beganTotal;
    if (elapsedMs >= INTERVAL_MS_MIN) {
      this.#beganMs = nowMs;
      this.#beganTotal = total;
    }
    return elapsedMs <= 0 ? 0 : Math.max(0, (grown * 1000) / elapsedMs);
  }
}
