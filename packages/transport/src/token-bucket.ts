/**
 * Token buckets per source in a fixed table: a flood from a million forged sources costs no memory.
 * Sources that hash alike share a bucket; the seed is random, so nobody can choose whom to starve.
 */
import { hashBytes } from './address.js';
import type { RateLimit } from './limits.js';

const BUCKETS = 4096;

export class TokenBucketTable {
  readonly #limit: RateLimit;
  readonly #seed: number;
  readonly #tokens: Float64Array;
  readonly #updatedMs: Float64Array;

  constructor(limit: RateLimit, seed: number, bucketCount: number = BUCKETS) {
    this.#limit = limit;
    this.#seed = seed;
    this.#tokens = new Float64Array(bucketCount).fill(limit.burst);
    this.#updatedMs = new Float64Array(bucketCount);
  }

  /** Takes one token of the source [start, end); false: none left. `factor` scales rate and burst. */
  take(bytes: Uint8Array, start: number, end: number, nowMs: number, factor = 1): boolean {
    const index = hashBytes(bytes, start, end, this.#seed) % this.#tokens.length;
    // Tokens are kept in units of the limit, so that one bucket can serve sources of different factor.
    const gained = ((nowMs - this.#updatedMs[index]) / 1000) * this.#limit.perSecond;
    const tokens = Math.min(this.#limit.burst, this.#tokens[index] + Math.max(0, gained));
    this.#updatedMs[index] = nowMs;
    const price = 1 / factor;
    if (tokens < price) {
      this.#tokens[index] = tokens;
      return false;
    }
    this.#tokens[index] = tokens - price;
    return true;
  }
}
