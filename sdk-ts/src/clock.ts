/** Time as a parameter: production has the monotonic clock, tests a virtual one. */

export interface Clock {
  /** Milliseconds that never go backwards, from any origin. */
  nowMs(): number;
  /** Runs `run` once, in `delayMs`. */
  after(delayMs: number, run: () => void): Alarm;
}

export interface Alarm {
  cancel(): void;
  /** Whether the alarm keeps the process alive. */
  ref(): void;
  unref(): void;
}

/** setTimeout fires at once for more than this. */
const DELAY_MS_MAX = 2_147_483_647;

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, Math.min(delayMs, DELAY_MS_MAX));
    return {
      cancel: () => clearTimeout(timer),
      ref: () => void timer.ref(),
      unref: () => void timer.unref(),
    };
  },
};
