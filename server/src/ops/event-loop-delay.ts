/**
 * How long the event loop was held up, from Node's own histogram; STATS shows it since the last look.
 */

import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

/** Sampling step: delays shorter than this do not show. */
const RESOLUTION_MS = 10;

export class EventLoopDelay {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  start(): void {
    this.#histogram.enable();
  }

  stop(): void {
    this.#histogram.disable();
  }

  /** Milliseconds beyond the sampling step: how late timers came. */
  summary(): { meanMs: number; p99Ms: number; p999Ms: number; maxMs: number } {
    const histogram = this.#histogram;
    if (histogram.count === 0) return { meanMs: 0, p99Ms: 0, p999Ms: 0, maxMs: 0 };
    return {
      meanMs: lateMs(histogram.mean),
      p99Ms: lateMs(histogram.percentile(99)),
      p999Ms: lateMs(histogram.percentile(99.9)),
      maxMs: lateMs(histogram.max),
    };
  }
}

function lateMs(nanoseconds: number): number {
  return Math.max(0, Math.round((nanoseconds / 1e6 - RESOLUTION_MS) * 1000) / 1000);
}
