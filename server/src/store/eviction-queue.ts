/**
 * SIEVE (Zhang et al., NSDI'24): a queue in order of arrival and a hand that moves from the oldest towards
 * the newest. Where the hand finds an entry that was read since it last came by, it clears that mark and
 * goes on; the first one without a mark is evicted. The links run through the entries, so a store whose
 * policy needs no queue pays nothing for it.
 *
 *   newest  <- previous   ...   next ->  oldest      the hand moves towards the newest, then starts again
 */
import { queueWord, VISITED } from './entry-layout.js';
import { SEGMENT_SHIFT, SEGMENT_UNIT_MASK, type SegmentPool } from './segment-pool.js';

/** A hand that meets only visited entries takes one all the same after so many: the work of a write is bounded. */
const STEPS_MAX = 256;

export class EvictionQueue {
  count = 0;
  newest = 0;
  oldest = 0;
  hand = 0;
  readonly #pool: SegmentPool;

  constructor(pool: SegmentPool) {
    this.#pool = pool;
  }

  add(ref: number): void {
    this.#link(ref, 0, this.newest);
    if (this.newest !== 0) this.#setPrevious(this.newest, ref);
    else this.oldest = ref;
    this.newest = ref;
    this.count++;
  }

  remove(ref: number): void {
    const previous = this.previousOf(ref);
    const next = this.nextOf(ref);
    if (previous !== 0) this.#setNext(previous, next);
    else this.newest = next;
    if (next !== 0) this.#setPrevious(next, previous);
    else this.oldest = previous;
    if (this.hand === ref) this.hand = previous;
    this.count--;
  }

  /** Gives `newRef` the place that `ref`, whose block is still intact, has in the queue. */
  replace(ref: number, newRef: number): void {
    const previous = this.previousOf(ref);
    const next = this.nextOf(ref);
    this.#link(newRef, previous, next);
    if (previous !== 0) this.#setNext(previous, newRef);
    else this.newest = newRef;
    if (next !== 0) this.#setPrevious(next, newRef);
    else this.oldest = newRef;
    if (this.hand === ref) this.hand = newRef;
  }

  /** The entry to evict, still in the queue; 0 = the queue is empty. Never `keep`. */
  victim(keep: number): number {
    if (this.count === 0 || (this.count === 1 && this.oldest === keep)) return 0;
    let ref = this.hand !== 0 ? this.hand : this.oldest;
    for (let steps = 0; ; steps++) {
      const words = this.#pool.words[ref >>> SEGMENT_SHIFT];
      const at = (ref & SEGMENT_UNIT_MASK) << 1;
      if (ref !== keep && ((words[at] & VISITED) === 0 || steps >= STEPS_MAX)) {
        this.hand = ref;
        return ref;
      }
      words[at] &= ~VISITED;
      ref = this.previousOf(ref);
      if (ref === 0) ref = this.oldest;
    }
  }

  previousOf(ref: number): number {
    const words = this.#pool.words[ref >>> SEGMENT_SHIFT];
    const at = (ref & SEGMENT_UNIT_MASK) << 1;
    return words[at + queueWord(words[at])];
  }

  nextOf(ref: number): number {
    const words = this.#pool.words[ref >>> SEGMENT_SHIFT];
    const at = (ref & SEGMENT_UNIT_MASK) << 1;
    return words[at + queueWord(words[at]) + 1];
  }

  clear(): void {
    this.count = this.newest = this.oldest = this.hand = 0;
  }

  #link(ref: number, previous: number, next: number): void {
    this.#setPrevious(ref, previous);
    this.#setNext(ref, next);
  }

  #setPrevious(ref: number, value: number): void {
    const words = this.#pool.words[ref >>> SEGMENT_SHIFT];
    const at = (ref & SEGMENT_UNIT_MASK) << 1;
    words[at + queueWord(words[at])] = value;
  }

  #setNext(ref: number, value: number): void {
    const words = this.#pool.words[ref >>> SEGMENT_SHIFT];
    const at = (ref & SEGMENT_UNIT_MASK) << 1;
    words[at + queueWord(words[at]) + 1] = value;
  }
}
