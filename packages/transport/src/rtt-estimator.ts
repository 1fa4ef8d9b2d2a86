/** Smoothed round-trip time and retransmission timeout of one path: RFC 6298, bounded to 20 ms .. 1 s. */
import { Timings } from '@anoadb/protocol';
import type { RandomBytes } from './crypto.js';

const JITTER = 0.1;
/** G of RFC 6298: the delay of an acknowledgement and of two timers; a path without any jitter needs it. */
const GRAIN_MS = 20;

export class RttEstimator {
  /** 0 until the first sample. */
  smoothedMs = 0;
  #variationMs = 0;
  #timeoutMs: number = Timings.retransmitMsInitial;
  #hasSample = false;

  /** Only of an answer that names the attempt it answers: a sample is never ambiguous. */
  sample(elapsedMs: number): void {
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

  /** How long after its sending something that later sendings overtook counts as lost. */
  get reorderMs(): number {
    return this.smoothedMs * 1.125;
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
