/** Round-trip times of one path: smoothed, with the timeouts of RFC 6298 in 20 ms .. 1 s, and the least of late. */
import { Timings } from '@anoadb/protocol';
import type { RandomBytes } from './crypto.js';

const JITTER = 0.1;
/** G of RFC 6298: the delay of an acknowledgement and of two timers; a path without any jitter needs it. */
const GRAIN_MS = 20;
/** The same for fragments: their acknowledgement waits 10 ms at most, and nothing is executed in between. */
const PROBE_GRAIN_MS = 12;
/** The least of so many samples is as good as free of delayed acknowledgements. */
const GROUP_SAMPLES = 4;
const NOISE_SMOOTHING = 1 / 8;
const NOISE_MS_MAX = 2;

export class RttEstimator {
  /** 0 until the first sample. */
  smoothedMs = 0;
  /** The least of the last four to eight samples: how long it takes now. Infinity until there are eight. */
  recentMs = Number.POSITIVE_INFINITY;
  /** By how much the least of four samples differs from that of the next four: jitter, which is no queue. */
  noiseMs = 0;
  #variationMs = 0;
  #timeoutMs: number = Timings.retransmitMsInitial;
  #hasSample = false;
  #latestMs = 0;
  #leastMs = Number.POSITIVE_INFINITY;
  #groupMs = Number.POSITIVE_INFINITY;
  #groupCount = 0;
  #lastGroupMs = Number.POSITIVE_INFINITY;

  /** Only of an answer that names the attempt it answers: a sample is never ambiguous. */
  sample(elapsedMs: number): void {
    this.#latestMs = elapsedMs;
    if (elapsedMs < this.#leastMs) this.#leastMs = elapsedMs;
    if (elapsedMs < this.#groupMs) this.#groupMs = elapsedMs;
    if (++this.#groupCount === GROUP_SAMPLES) this.#endGroup();
    if (!this.#hasSample) {
      this.#hasSample = true;
      this.smoothedMs = elapsedMs;
      this.#variationMs = elapsedMs / 2;
    } else {
      this.#variationMs += (Math.abs(this.smoothedMs - elapsedMs) - this.#variationMs) / 4;
      this.smoothedMs += (elapsedMs - this.smoothedMs) / 8;
    }
    this.#timeoutMs = bounded(this.smoothedMs + Math.max(GRAIN_MS, 4 * this.#variationMs));
  }

  /** The timeout after `doublings` that went unanswered. */
  timeoutMs(doublings: number): number {
    return bounded(this.#timeoutMs * 2 ** Math.min(doublings, 8));
  }

  /** As `timeoutMs` for fragments, which a receiver acknowledges within 10 ms. */
  probeMs(doublings: number): number {
    if (!this.#hasSample) return this.timeoutMs(doublings);
    const probeMs = this.smoothedMs + Math.max(PROBE_GRAIN_MS, 4 * this.#variationMs);
    return bounded(probeMs * 2 ** Math.min(doublings, 8));
  }

  /** How long after its sending something that later sendings overtook counts as lost: RFC 9002, 6.1.2. */
  get reorderMs(): number {
    return Math.max(this.smoothedMs, this.#latestMs) * 1.125;
  }

  /** The least sample since the last call, Infinity where there was none. */
  takeLeastMs(): number {
    const leastMs = this.#leastMs;
    this.#leastMs = Number.POSITIVE_INFINITY;
    return leastMs;
  }

  #endGroup(): void {
    if (this.#lastGroupMs !== Number.POSITIVE_INFINITY) {
      const differenceMs = Math.min(NOISE_MS_MAX, Math.abs(this.#groupMs - this.#lastGroupMs));
      this.noiseMs += (differenceMs - this.noiseMs) * NOISE_SMOOTHING;
      this.recentMs = Math.min(this.#groupMs, this.#lastGroupMs);
    }
    this.#lastGroupMs = this.#groupMs;
    this.#groupMs = Number.POSITIVE_INFINITY;
    this.#groupCount = 0;
  }
}

function bounded(timeoutMs: number): number {
  return Math.min(Timings.retransmitMsMax, Math.max(Timings.retransmitMsMin, timeoutMs));
}

/** Spreads deadlines by 10 % so that clients which lost one server do not come back in step. */
export class Jitter {
  readonly #random: RandomBytes;
  readonly #bytes = new Uint8Array(256);
  #at = 256;

  constructor(random: RandomBytes) {
    this.#random = random;
  }

  /** `delayMs` times something in [1, 1.1). */
  spread(delayMs: number): number {
    if (this.#at === this.#bytes.length) {
      this.#random(this.#bytes);
      this.#at = 0;
    }
    return delayMs * (1 + (JITTER * this.#bytes[this.#at++]) / 256);
  }
}
