/**
 * What commands cost, per door: calls, failures, time and how it is spread. One per door, filled by its dispatcher, read
 * by INFO, `stats` and /metrics. Recording takes about 10 ns and allocates nothing.
 */

/** The first bucket is below 1 microsecond, each one after it twice as wide; the last is open. */
export const LATENCY_BUCKETS = 28;

export class CommandStatistics {
  /** By command, in the order of the counters. */
  readonly names: readonly string[];
  /** Executed, failed ones included. */
  readonly calls: Float64Array;
  /** Executed and answered with an error. */
  readonly failed: Float64Array;
  /** Refused before they were executed. */
  readonly rejected: Float64Array;
  /** Microseconds of all calls. */
  readonly totalUs: Float64Array;
  /** `LATENCY_BUCKETS` for each command, one command after the other: calls. */
  readonly buckets: Float64Array;

  constructor(names: readonly string[]) {
    this.names = names;
    this.calls = new Float64Array(names.length);
    this.failed = new Float64Array(names.length);
    this.rejected = new Float64Array(names.length);
    this.totalUs = new Float64Array(names.length);
    this.buckets = new Float64Array(names.length * LATENCY_BUCKETS);
  }

  /** One call of command `index` took so long. */
  record(index: number, elapsedMs: number): void {
    // A clock that stands still between two reads, or a fraction of one that went back, is no time.
    const elapsedUs = elapsedMs > 0 ? elapsedMs * 1000 : 0;
    const bucket = 32 - Math.clz32(elapsedUs);
    this.calls[index]++;
    this.totalUs[index] += elapsedUs;
    this.buckets[index * LATENCY_BUCKETS + (bucket < LATENCY_BUCKETS ? bucket : LATENCY_BUCKETS - 1)]++;
  }

  get totalCalls(): number {
    return this.calls.reduce((total, count) => total + count, 0);
  }

  reset(): void {
    for (const counters of [this.calls, this.failed, this.rejected, this.totalUs, this.buckets])
      counters.fill(0);
  }
}

/** Upper bound of a bucket in microseconds, not included; Infinity for the last. */
export function bucketBoundUs(bucket: number): number {
  return bucket === LATENCY_BUCKETS - 1 ? Number.POSITIVE_INFINITY : 2 ** bucket;
}
