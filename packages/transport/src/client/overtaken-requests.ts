/**
 * Which requests were overtaken by answers to later ones: sendings in order, so that only the front has to
 * be looked at. A sending is known by its request id and the counter of its datagram, since three requests
 * in one datagram overtake nothing.
 */
import { Limits } from '@anoadb/protocol';

const RING = 1024;
const RING_MASK = RING - 1;

export class OvertakenRequests {
  readonly #rids = new Float64Array(RING);
  readonly #counters = new Float64Array(RING);
  #head = 0;
  #tail = 0;
  #highestAnswered = -1;

  onSent(rid: number, counter: number): void {
    if (this.#tail - this.#head === RING) this.#head++; // its timer still stands
    this.#rids[this.#tail & RING_MASK] = rid;
    this.#counters[this.#tail & RING_MASK] = counter;
    this.#tail++;
  }

  onAnswered(counter: number): void {
    if (counter > this.#highestAnswered) this.#highestAnswered = counter;
  }

  /** The oldest sending, if enough later datagrams were answered; its request id, or -1. */
  front(): number {
    if (this.#head === this.#tail) return -1;
    const index = this.#head & RING_MASK;
    return this.#counters[index] + Limits.reorderThreshold <= this.#highestAnswered ? this.#rids[index] : -1;
  }

  get frontCounter(): number {
    return this.#counters[this.#head & RING_MASK];
  }

  dropFront(): void {
    this.#head++;
  }

  clear(): void {
    this.#head = this.#tail;
    this.#highestAnswered = -1;
  }
}
