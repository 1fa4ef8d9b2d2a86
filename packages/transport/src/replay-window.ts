/**
 * Which datagram counters were seen: RFC 6479's ring of words, in u48 counters.
 *
 *   words   w0   w1   w2  ...  w63        64 x 32 bits; one word is always being reused,
 *           |-------- 2016 bits --------|  so the window is 63 words wide
 *
 * Two steps, so that a forged datagram cannot move the window: `check` before the datagram is opened,
 * `mark` only after its tag verified.
 */

const WORDS = 64;
const WORD_BITS = 32;

/** Counters this far below the highest one seen are still told apart from replays. */
export const REPLAY_WINDOW = (WORDS - 1) * WORD_BITS;

export type ReplayVerdict = 'fresh' | 'replayed' | 'too-old';

export class ReplayWindow {
  readonly #words = new Uint32Array(WORDS);
  /** Highest counter marked; -1 before the first. */
  highest = -1;

  check(counter: number): ReplayVerdict {
    if (counter > this.highest) return 'fresh';
    if (this.highest - counter >= REPLAY_WINDOW) return 'too-old';
    return this.#has(counter) ? 'replayed' : 'fresh';
  }

  /** Only for a counter that `check` called fresh, once its datagram proved authentic. */
  mark(counter: number): void {
    const word = Math.floor(counter / WORD_BITS);
    if (counter > this.highest) {
      const current = this.highest < 0 ? -1 : Math.floor(this.highest / WORD_BITS);
      const cleared = Math.min(word - current, WORDS);
      for (let i = 1; i <= cleared; i++) this.#words[(current + i) % WORDS] = 0;
      this.highest = counter;
    }
    this.#words[word % WORDS] |= 1 << (counter % WORD_BITS);
  }

  #has(counter: number): boolean {
    return (this.#words[Math.floor(counter / WORD_BITS) % WORDS] & (1 << (counter % WORD_BITS))) !== 0;
  }
}
