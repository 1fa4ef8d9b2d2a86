/**
 * AUTHs answered lately, by the first 16 bytes of their SHA-512: a retransmitted or replayed AUTH gets the
 * identical WELCOME and never makes a second session. Kept longer than a cookie lives, also where the
 * session has ended since, or a replay within the cookie's life would open a session again.
 */
import { Timings } from '@anoadb/protocol';

interface SeenAuth {
  readonly welcome: Uint8Array;
  readonly seenMs: number;
}

export class SeenAuths {
  readonly #max: number;
  /** In the order of arrival. */
  readonly #seen = new Map<string, SeenAuth>();

  constructor(max: number) {
    this.#max = max;
  }

  /** The WELCOME this AUTH was answered with. */
  find(key: string, nowMs: number): Uint8Array | undefined {
    this.expire(nowMs);
    return this.#seen.get(key)?.welcome;
  }

  /** False: full of younger ones; then nothing may be opened, since it could not be remembered. */
  hasRoom(): boolean {
    return this.#seen.size < this.#max;
  }

  add(key: string, welcome: Uint8Array, nowMs: number): void {
    this.#seen.set(key, { welcome, seenMs: nowMs });
  }

  expire(nowMs: number): void {
    for (const [key, { seenMs }] of this.#seen) {
      if (nowMs - seenMs < Timings.seenAuthMs) break;
      this.#seen.delete(key);
    }
  }
}
