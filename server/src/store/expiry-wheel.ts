/**
 * When which entry expires: a hierarchical timing wheel (Varghese and Lauck, scheme 7) whose lists run
 * through the entries themselves. Nine levels of 64 buckets over grains of 16 ms reach beyond any date a
 * double can hold. An entry's level is the highest group of six bits in which its grain differs from the
 * current grain, so it moves down at most once per level, and adding or removing one is a few words' work.
 *
 * It decides only when memory is freed; whether an entry *is* expired is read from the entry.
 * A clock set back stops the freeing until it has caught up, and does nothing else.
 *
 * Invariant: every listed entry is in a bucket at or after the current position of its level; only while a
 * bucket is being emptied does the current bucket of a level above 0 hold entries.
 */
import { expiryAt, WHEEL_NEXT, WHEEL_PREVIOUS } from './entry-layout.js';
import { SEGMENT_SHIFT, SEGMENT_UNIT_MASK, type SegmentPool } from './segment-pool.js';

const GRAIN_MS = 16;
const LEVELS = 9;
const BUCKETS = 64;
/** Grains are kept as two integers of 30 bits, low and high: five levels each, the top one unused. */
const HALF = 2 ** 30;
const HALF_LEVELS = 5;
const GRAIN_MAX = HALF * 2 ** 24 - 1;

export class ExpiryWheel {
  count = 0;
  /**
   * First entry per bucket. The link before it is the bucket's number + 1, which is no address (segment
   * number 0 is not used), so an entry can leave its list without knowing its bucket.
   */
  readonly heads = new Int32Array(LEVELS * BUCKETS);
  readonly #pool: SegmentPool;
  #low = 0;
  #high = 0;

  constructor(pool: SegmentPool) {
    this.#pool = pool;
    pool.charge(this.heads.byteLength);
  }

  /** Sets an empty wheel to now (0 = not known), so that what comes next need not move down through all levels. */
  startAt(nowMs: number): void {
    if (this.count !== 0 || nowMs <= 0) return;
    const grain = Math.floor(nowMs / GRAIN_MS);
    this.#high = Math.floor(grain / HALF);
    this.#low = grain - this.#high * HALF;
  }

  add(ref: number): void {
    const words = this.#pool.words[ref >>> SEGMENT_SHIFT];
    const at = (ref & SEGMENT_UNIT_MASK) << 1;
    const bucket = this.#bucketFor(expiryAt(words, at));
    const next = this.heads[bucket];
    words[at + WHEEL_PREVIOUS] = bucket + 1;
    words[at + WHEEL_NEXT] = next;
    this.heads[bucket] = ref;
    if (next !== 0) this.#setWord(next, WHEEL_PREVIOUS, ref);
    this.count++;
  }

  remove(ref: number): void {
    const words = this.#pool.words[ref >>> SEGMENT_SHIFT];
    const at = (ref & SEGMENT_UNIT_MASK) << 1;
    const previous = words[at + WHEEL_PREVIOUS];
    const next = words[at + WHEEL_NEXT];
    if (previous >>> SEGMENT_SHIFT === 0) this.heads[previous - 1] = next;
    else this.#setWord(previous, WHEEL_NEXT, next);
    if (next !== 0) this.#setWord(next, WHEEL_PREVIOUS, previous);
    this.count--;
  }

  /** The entry's links were copied to a new block: lets the neighbours know. */
  moved(newRef: number): void {
    const words = this.#pool.words[newRef >>> SEGMENT_SHIFT];
    const at = (newRef & SEGMENT_UNIT_MASK) << 1;
    const previous = words[at + WHEEL_PREVIOUS];
    const next = words[at + WHEEL_NEXT];
    if (previous >>> SEGMENT_SHIFT === 0) this.heads[previous - 1] = newRef;
    else this.#setWord(previous, WHEEL_NEXT, newRef);
    if (next !== 0) this.#setWord(next, WHEEL_PREVIOUS, newRef);
  }

  /**
   * Moves the wheel on to `nowMs`. Returns an entry that is due and still listed, for the caller to remove,
   * or 0 when all are done or the work of `budget` is used up; `worked` tells how much was.
   */
  nextDue(nowMs: number, budget: number): number {
    this.worked = 0;
    const grain = Math.max(0, Math.floor(nowMs / GRAIN_MS));
    const high = Math.floor(grain / HALF);
    const low = grain - high * HALF;
    while (this.worked <= budget) {
      if (high < this.#high || (high === this.#high && low < this.#low)) return 0;
      const bucket = this.#firstBucket();
      if (bucket < 0) {
        this.#low = low;
        this.#high = high;
        return 0;
      }
      const level = Math.floor(bucket / BUCKETS);
      if (!this.#advanceTo(level, bucket % BUCKETS, low, high)) return 0;
      const ref = this.heads[bucket];
      if (level === 0) return ref;
      this.remove(ref);
      this.add(ref);
      this.worked++;
    }
    return 0;
  }

  /** Entries moved down a level by the last `nextDue`. */
  worked = 0;

  /** A time before which nothing is due; Infinity when nothing is listed. */
  nextDueAtMs(): number {
    const bucket = this.#firstBucket();
    if (bucket < 0) return Number.POSITIVE_INFINITY;
    this.#bucketStart(Math.floor(bucket / BUCKETS), bucket % BUCKETS);
    return (this.#startHigh * HALF + this.#startLow) * GRAIN_MS;
  }

  clear(): void {
    this.heads.fill(0);
    this.count = 0;
  }

  /** The bucket an entry with this expiry belongs to, seen from the current grain. */
  #bucketFor(expiryMs: number): number {
    // Rounded up: a bucket that is due holds nothing that is not yet expired.
    const grain = Math.min(Math.ceil(expiryMs / GRAIN_MS), GRAIN_MAX);
    const high = Math.floor(grain / HALF);
    const low = grain - high * HALF;
    if (high < this.#high || (high === this.#high && low < this.#low)) return this.#low & 63;
    if (high !== this.#high) {
      const level = Math.floor((31 - Math.clz32(high ^ this.#high)) / 6);
      return (HALF_LEVELS + level) * BUCKETS + ((high >>> (6 * level)) & 63);
    }
    const level = Math.floor((31 - Math.clz32((low ^ this.#low) | 1)) / 6);
    return level * BUCKETS + ((low >>> (6 * level)) & 63);
  }

  /** The bucket to look at next: one that is being emptied, else the nearest in time; -1 = none. */
  #firstBucket(): number {
    if (this.count === 0) return -1;
    const heads = this.heads;
    for (let level = LEVELS - 1; level > 0; level--) {
      const bucket = level * BUCKETS + this.#position(level);
      if (heads[bucket] !== 0) return bucket;
    }
    for (let level = 0; level < LEVELS; level++) {
      for (let i = this.#position(level); i < BUCKETS; i++) {
        if (heads[level * BUCKETS + i] !== 0) return level * BUCKETS + i;
      }
    }
    return -1;
  }

  #position(level: number): number {
    return level < HALF_LEVELS
      ? (this.#low >>> (6 * level)) & 63
      : (this.#high >>> (6 * (level - HALF_LEVELS))) & 63;
  }

  #startLow = 0;
  #startHigh = 0;

  /** The first grain of a bucket at or after the current position of its level. */
  #bucketStart(level: number, slot: number): void {
    this.#startLow = this.#low;
    this.#startHigh = this.#high;
    if (slot === this.#position(level)) return;
    if (level < HALF_LEVELS) {
      const shift = 6 * level;
      this.#startLow = (((this.#low >>> shift) & ~63) | slot) << shift;
    } else {
      const shift = 6 * (level - HALF_LEVELS);
      this.#startLow = 0;
      this.#startHigh = (((this.#high >>> shift) & ~63) | slot) << shift;
    }
  }

  /** Makes the start of a bucket the current grain, if that is not after the given one. */
  #advanceTo(level: number, slot: number, low: number, high: number): boolean {
    this.#bucketStart(level, slot);
    if (this.#startHigh > high || (this.#startHigh === high && this.#startLow > low)) {
      // Nothing lies between: the current grain may be now itself.
      this.#low = low;
      this.#high = high;
      return false;
    }
    this.#low = this.#startLow;
    this.#high = this.#startHigh;
    return true;
  }

  #setWord(ref: number, word: number, value: number): void {
    this.#pool.words[ref >>> SEGMENT_SHIFT][((ref & SEGMENT_UNIT_MASK) << 1) + word] = value;
  }
}
