/**
 * From a key's hash to its entry. Extendible hashing over small pages: a directory maps the top bits of the
 * hash to a page, and within a page entries stand in the order of their hash (Robin Hood linear probing
 * without wrap-around), so the whole index is one sequence ordered by hash and a number says how far a
 * scan has come. A page grows by about a fifth at a time, or splits in two, whenever it alone is full:
 * there is never a big table to allocate or to move, and the load stays between 0.69 and 0.85.
 *
 *   directory  [page address, shape] * 2^n          shape = home slots | depth << 24
 *   page       [count, first hash, shape, slots] [hash, ref] * slots       ref 0 = free slot
 *
 * Hashes are signed integers; all hashes of a page share their top bit (depth >= 1), hence signed order is
 * hash order there. The full hash in each slot lets pages split and scans run without touching entries.
 *
 * Invariant: slots ascend by hash, no slot before its home, no free slot between home and slot, last slot free.
 */
import { expiryAt, HAS_EXPIRY, headerBytes, KEY_LENGTH_SHIFT } from './entry-layout.js';
import { SEGMENT_SHIFT, SEGMENT_UNIT_MASK, type SegmentPool, SegmentRole } from './segment-pool.js';

export const PAGE_HEADER_WORDS = 4;
export const COUNT = 0;
export const FIRST_HASH = 1;
export const SHAPE = 2;
export const SLOTS = 3;
export const HOME_MASK = 0xffffff;
export const DEPTH_SHIFT = 24;

const LOAD_MAX = 0.85;
const LOAD_AFTER = 0.7;
const LOAD_MIN = 0.35;
/** A page of more pages (of 1 KiB) than this splits instead of growing. */
const PAGES_BEFORE_SPLIT = 32;
const PAGES_AFTER_MERGE = 20;
const PAGES_MIN = 2;
/** Positions in a page come from 16 bits. */
const HOME_SLOTS_MAX = 65000;
const DEPTH_MAX = 20;
const SLOTS_PER_PAGE = 128;
/** What a page made ahead is meant for: it grows a little before it splits. */
const ENTRIES_AHEAD_PER_PAGE = 2200;

const IS_LITTLE_ENDIAN = new Uint8Array(new Int32Array([1]).buffer)[0] === 1;

export class HashIndex {
  count = 0;
  slotsMoved = 0;
  directory: Int32Array;
  /** Directory entry of a hash = hash >>> shift. */
  shift = 31;
  readonly #pool: SegmentPool;
  /** How many pages have the directory's own depth. */
  #deepest = 2;

  constructor(pool: SegmentPool) {
    this.#pool = pool;
    this.directory = new Int32Array(4);
    pool.charge(this.directory.byteLength);
    for (let half = 0; half < 2; half++) {
      const page = this.#newPage(PAGES_MIN, half << 31, 1, tailFor(PAGES_MIN));
      if (page === 0) throw new RangeError('maxMemoryBytes leaves no room for an empty index');
      this.#point(page);
    }
  }

  /** The entry of a key, or 0. */
  find(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const entry = (hash >>> this.shift) << 1;
    const page = this.directory[entry];
    const shape = this.directory[entry + 1];
    const words = this.#pool.words[page >>> SEGMENT_SHIFT];
    let at =
      ((page & SEGMENT_UNIT_MASK) << 1) +
      PAGE_HEADER_WORDS +
      ((Math.imul((hash << (shape >>> DEPTH_SHIFT)) >>> 16, shape & HOME_MASK) >>> 16) << 1);
    for (;;) {
      const ref = words[at + 1];
      if (ref === 0) return 0;
      const other = words[at];
      if (other >= hash) {
        if (other > hash) return 0;
        if (this.#hasKey(ref, bytes, start, end)) return ref;
      }
      at += 2;
    }
  }

  /**
   * Reads, for the first `count` of these hashes, the index slots and then the entries they lead to, without
   * looking at keys: loads that wait for memory together instead of one after another. What it returns means
   * nothing; that it is used keeps the compiler from leaving the loads out. `slots` is scratch of the caller.
   */
  touch(hashes: Int32Array, count: number, slots: Int32Array): number {
    const { directory, shift } = this;
    const segments = this.#pool.words;
    let seen = 0;
    for (let i = 0; i < count; i++) {
      const hash = hashes[i];
      const entry = (hash >>> shift) << 1;
      const page = directory[entry];
      const shape = directory[entry + 1];
      const at =
        ((page & SEGMENT_UNIT_MASK) << 1) +
        PAGE_HEADER_WORDS +
        ((Math.imul((hash << (shape >>> DEPTH_SHIFT)) >>> 16, shape & HOME_MASK) >>> 16) << 1);
      slots[i] = at;
      seen ^= segments[page >>> SEGMENT_SHIFT][at];
    }
    for (let i = 0; i < count; i++) {
      const hash = hashes[i];
      const words = segments[directory[(hash >>> shift) << 1] >>> SEGMENT_SHIFT];
      let at = slots[i];
      while (words[at] < hash && words[at + 1] !== 0) at += 2;
      const ref = words[at + 1];
      if (words[at] === hash && ref !== 0)
        seen ^= segments[ref >>> SEGMENT_SHIFT][(ref & SEGMENT_UNIT_MASK) << 1];
    }
    return seen;
  }

  #hasKey(ref: number, bytes: Uint8Array, start: number, end: number): boolean {
    const segment = ref >>> SEGMENT_SHIFT;
    const words = this.#pool.words[segment];
    let word = (ref & SEGMENT_UNIT_MASK) << 1;
    const word0 = words[word];
    if (word0 >>> KEY_LENGTH_SHIFT !== end - start) return false;
    // A header is whole words, so our side of the key is read word by word.
    word += headerBytes(word0) >>> 2;
    let i = start;
    if (IS_LITTLE_ENDIAN) {
      for (const last = end - 3; i < last; i += 4, word++) {
        const theirs = bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
        if (words[word] !== theirs) return false;
      }
    }
    if (i === end) return true;
    const own = this.#pool.bytes[segment];
    for (let at = word << 2; i < end; i++, at++) if (own[at] !== bytes[i]) return false;
    return true;
  }

  /**
   * Sizes an empty index for `entries` at once. Entries that come in the order of their hash, as those of a snapshot
   * do, would else crowd at the beginning of the last page: measured, a load three times as long. Best effort: where
   * memory does not allow it, the index stays as it is.
   */
  presize(entries: number): void {
    const depth = Math.min(DEPTH_MAX, Math.ceil(Math.log2(Math.max(2, entries / ENTRIES_AHEAD_PER_PAGE))));
    if (this.count > 0 || depth <= 32 - this.shift) return;
    const pages = pagesFor(entries / 2 ** depth, false);
    const directory = new Int32Array(2 ** (depth + 1));
    const growthBytes = directory.byteLength - this.directory.byteLength;
    if (!this.#pool.charge(growthBytes)) return;
    const fresh: number[] = [];
    while (fresh.length < 2 ** depth) {
      const page = this.#newPage(pages, (fresh.length << (31 - depth)) << 1, depth, tailFor(pages));
      if (page === 0) break;
      fresh.push(page);
    }
    if (fresh.length < 2 ** depth) {
      for (const page of fresh) this.#pool.freeRun(page);
      this.#pool.charge(-growthBytes);
      return;
    }
    const old = this.directory;
    this.directory = directory;
    this.shift = 32 - depth;
    this.#deepest = fresh.length;
    for (const page of fresh) this.#point(page);
    for (const page of new Set(old.filter((_, i) => i % 2 === 0))) this.#pool.freeRun(page);
  }

  /** Makes room for one more entry with this hash. False: no memory, nothing changed. */
  reserve(hash: number): boolean {
    const entry = (hash >>> this.shift) << 1;
    const page = this.directory[entry];
    const words = this.#pool.words[page >>> SEGMENT_SHIFT];
    const home = this.directory[entry + 1] & HOME_MASK;
    if (words[((page & SEGMENT_UNIT_MASK) << 1) + COUNT] < Math.floor(home * LOAD_MAX)) return true;
    return this.#grow(hash, false);
  }

  /** Adds an entry whose key is not there, after `reserve`. False (rare): a cluster at a page's end found no memory. */
  insert(hash: number, ref: number): boolean {
    const at = this.#pageAt(hash);
    const words = this.#words(hash);
    let slot = homeSlot(words, at, hash);
    while (words[slot + 1] !== 0 && words[slot] <= hash) slot += 2;
    let free = slot;
    while (words[free + 1] !== 0) free += 2;
    if (free === lastSlot(words, at)) return this.#grow(hash, true) && this.insert(hash, ref);
    for (; free > slot; free -= 2) {
      words[free] = words[free - 2];
      words[free + 1] = words[free - 1];
    }
    words[slot] = hash;
    words[slot + 1] = ref;
    words[at + COUNT]++;
    this.count++;
    return true;
  }

  /** Lets the slot of one entry point to another. */
  replace(hash: number, ref: number, newRef: number): void {
    this.#words(hash)[this.#slotOf(hash, ref) + 1] = newRef;
  }

  remove(hash: number, ref: number): void {
    const words = this.#words(hash);
    const at = this.#pageAt(hash);
    let slot = this.#slotOf(hash, ref);
    // Those behind move up, as long as they do not stand at home already.
    for (let next = slot + 2; words[next + 1] !== 0; next += 2) {
      if (homeSlot(words, at, words[next]) === next) break;
      words[slot] = words[next];
      words[slot + 1] = words[next + 1];
      slot = next;
    }
    words[slot + 1] = 0;
    this.count--;
    if (--words[at + COUNT] < (words[at + SHAPE] & HOME_MASK) * LOAD_MIN) this.#shrink(hash);
  }

  /** An entry of the page that a key with this hash belongs to: which one `turn` says; 0 = the page is empty. */
  neighbour(hash: number, turn: number): number {
    const words = this.#words(hash);
    const at = this.#pageAt(hash);
    if (words[at + COUNT] === 0) return 0;
    const slots = words[at + SLOTS];
    for (let i = turn % slots; ; i = (i + 1) % slots) {
      const ref = words[at + PAGE_HEADER_WORDS + 2 * i + 1];
      if (ref !== 0) return ref;
    }
  }

  /**
   * Visits unexpired entries with a hash of at least `cursor` in order; at least `maxEntries` in all where there are
   * so many, at most one page of free slots beyond. Returns the hash to go on from, 0 at the end.
   */
  scan(cursor: number, maxEntries: number, nowMs: number, visit: (ref: number) => void): number {
    let left = maxEntries;
    let from = cursor;
    for (;;) {
      const hash = from | 0;
      const words = this.#words(hash);
      const at = this.#pageAt(hash);
      const end = lastSlot(words, at);
      let slot = homeSlot(words, at, hash);
      for (; slot < end; slot += 2) {
        const ref = words[slot + 1];
        if (ref === 0 || words[slot] < hash) continue;
        // Equal hashes stay together: between calls there is no telling them apart.
        if (left <= 0 && words[slot] >>> 0 !== from - 1) return from;
        from = (words[slot] >>> 0) + 1;
        left--;
        if (!this.#isExpired(ref, nowMs)) visit(ref);
      }
      const depth = words[at + SHAPE] >>> DEPTH_SHIFT;
      from = (words[at + FIRST_HASH] >>> 0) + 2 ** (32 - depth);
      if (from >= 2 ** 32) return 0;
      // An empty page counts too, or a table of empty pages would be one long call.
      left--;
      if (left <= 0) return from;
    }
  }

  #isExpired(ref: number, nowMs: number): boolean {
    const words = this.#pool.words[ref >>> SEGMENT_SHIFT];
    const at = (ref & SEGMENT_UNIT_MASK) << 1;
    return (words[at] & HAS_EXPIRY) !== 0 && expiryAt(words, at) <= nowMs;
  }

  /** Moves an index page elsewhere, to empty its segment. False: no memory. */
  movePage(page: number): boolean {
    const words = this.#pool.words[page >>> SEGMENT_SHIFT];
    const at = (page & SEGMENT_UNIT_MASK) << 1;
    const copy = this.#pool.takeRun(SegmentRole.INDEX, this.#pool.runPages(page));
    if (copy === 0) return false;
    const end = lastSlot(words, at) + 2;
    this.#pool.words[copy >>> SEGMENT_SHIFT].set(words.subarray(at, end), (copy & SEGMENT_UNIT_MASK) << 1);
    this.#point(copy);
    this.#pool.freeRun(page);
    return true;
  }

  #words(hash: number): Int32Array {
    return this.#pool.words[this.directory[(hash >>> this.shift) << 1] >>> SEGMENT_SHIFT];
  }

  #pageAt(hash: number): number {
    return (this.directory[(hash >>> this.shift) << 1] & SEGMENT_UNIT_MASK) << 1;
  }

  #slotOf(hash: number, ref: number): number {
    const words = this.#words(hash);
    let slot = homeSlot(words, this.#pageAt(hash), hash);
    while (words[slot + 1] !== ref) slot += 2;
    return slot;
  }

  // ---- pages growing, splitting, shrinking, merging: always one page, or two neighbours, at a time

  #grow(hash: number, isClustered: boolean): boolean {
    const page = this.directory[(hash >>> this.shift) << 1];
    const words = this.#words(hash);
    const at = this.#pageAt(hash);
    const count = words[at + COUNT];
    const depth = words[at + SHAPE] >>> DEPTH_SHIFT;
    const pages = pagesFor(count, isClustered);
    if (pages > PAGES_BEFORE_SPLIT && this.#mayDeepen(depth)) return this.#split(page, depth);
    if (count > HOME_SLOTS_MAX * LOAD_AFTER) return false;
    return this.#rebuild(page, Math.max(pages, this.#pool.runPages(page)), isClustered);
  }

  /** The directory may have some sixteen entries per page's worth of keys: no skew can make it explode. */
  #mayDeepen(depth: number): boolean {
    if (depth < 32 - this.shift) return true;
    return depth < DEPTH_MAX && 2 ** (depth + 1) <= 16 * (4 + this.count / 2048);
  }

  #rebuild(page: number, pages: number, isClustered: boolean): boolean {
    const words = this.#pool.words[page >>> SEGMENT_SHIFT];
    const at = (page & SEGMENT_UNIT_MASK) << 1;
    const count = words[at + COUNT];
    const tail = isClustered ? count + tailFor(pages) : tailFor(pages);
    const copy = this.#newPage(pages, words[at + FIRST_HASH], words[at + SHAPE] >>> DEPTH_SHIFT, tail);
    if (copy === 0) return false;
    if (!this.#copySlots(page, 0, copy)) {
      this.#pool.freeRun(copy);
      return !isClustered && this.#rebuild(page, pagesFor(count, true), true);
    }
    this.#point(copy);
    this.#pool.freeRun(page);
    return true;
  }

  #split(page: number, depth: number): boolean {
    if (depth === 32 - this.shift && !this.#doubleDirectory()) return false;
    const words = this.#pool.words[page >>> SEGMENT_SHIFT];
    const at = (page & SEGMENT_UNIT_MASK) << 1;
    const firstHash = words[at + FIRST_HASH];
    const middleHash = firstHash | (1 << (31 - depth));
    let lowCount = 0;
    let middle = at + PAGE_HEADER_WORDS;
    for (const end = lastSlot(words, at); middle < end; middle += 2) {
      if (words[middle + 1] === 0) continue;
      if (words[middle] >= middleHash) break;
      lowCount++;
    }
    const highCount = words[at + COUNT] - lowCount;
    const low = this.#newFitting(lowCount, firstHash, depth + 1);
    const high = low === 0 ? 0 : this.#newFitting(highCount, middleHash, depth + 1);
    const isDone = high !== 0 && this.#copySlots(page, 0, low) && this.#copySlots(page, middle, high);
    if (!isDone) {
      if (low !== 0) this.#pool.freeRun(low);
      if (high !== 0) this.#pool.freeRun(high);
      this.#trimDirectory();
      return high !== 0 && this.#rebuild(page, pagesFor(words[at + COUNT], true), true);
    }
    if (depth + 1 === 32 - this.shift) this.#deepest += 2;
    this.#point(low);
    this.#point(high);
    this.#pool.freeRun(page);
    return true;
  }

  #shrink(hash: number): void {
    while (this.#merge(hash));
    const page = this.directory[(hash >>> this.shift) << 1];
    const pages = pagesFor(this.#words(hash)[this.#pageAt(hash) + COUNT], false);
    if (pages < this.#pool.runPages(page)) this.#rebuild(page, pages, false);
  }

  /** Joins the page of this hash with its neighbour of the same depth where both fit one page. */
  #merge(hash: number): boolean {
    const words = this.#words(hash);
    const at = this.#pageAt(hash);
    const depth = words[at + SHAPE] >>> DEPTH_SHIFT;
    if (depth === 1) return false;
    const otherHash = words[at + FIRST_HASH] ^ (1 << (32 - depth));
    const others = this.#words(otherHash);
    const otherAt = this.#pageAt(otherHash);
    if (others[otherAt + SHAPE] >>> DEPTH_SHIFT !== depth) return false;
    const pages = pagesFor(words[at + COUNT] + others[otherAt + COUNT], false);
    if (pages > PAGES_AFTER_MERGE) return false;
    const own = this.directory[(hash >>> this.shift) << 1];
    const other = this.directory[(otherHash >>> this.shift) << 1];
    const isLow = words[at + FIRST_HASH] >>> 0 < otherHash >>> 0;
    const low = isLow ? own : other;
    const high = isLow ? other : own;
    const firstHash = isLow ? words[at + FIRST_HASH] : otherHash;
    const merged = this.#newPage(pages, firstHash, depth - 1, tailFor(pages));
    if (merged === 0) return false;
    if (!this.#copySlots(low, 0, merged) || !this.#copySlots(high, 0, merged)) {
      this.#pool.freeRun(merged);
      return false;
    }
    if (depth === 32 - this.shift) this.#deepest -= 2;
    this.#point(merged);
    this.#pool.freeRun(low);
    this.#pool.freeRun(high);
    this.#trimDirectory();
    return true;
  }

  #newFitting(count: number, firstHash: number, depth: number): number {
    const pages = pagesFor(count, false);
    return this.#newPage(pages, firstHash, depth, tailFor(pages));
  }

  #newPage(pages: number, firstHash: number, depth: number, tail: number): number {
    const page = this.#pool.takeRun(SegmentRole.INDEX, pages);
    if (page === 0) return 0;
    const words = this.#pool.words[page >>> SEGMENT_SHIFT];
    const at = (page & SEGMENT_UNIT_MASK) << 1;
    const slots = pages * SLOTS_PER_PAGE - PAGE_HEADER_WORDS / 2;
    words.fill(0, at, at + PAGE_HEADER_WORDS + 2 * slots);
    words[at + FIRST_HASH] = firstHash;
    words[at + SHAPE] = Math.min(slots - tail, HOME_SLOTS_MAX) | (depth << DEPTH_SHIFT);
    words[at + SLOTS] = slots;
    return page;
  }

  /** Adds to `target` what `source` has of its hashes, from a slot on (0 = the first). False: it did not fit. */
  #copySlots(source: number, fromSlot: number, target: number): boolean {
    const words = this.#pool.words[source >>> SEGMENT_SHIFT];
    const at = (source & SEGMENT_UNIT_MASK) << 1;
    const into = this.#pool.words[target >>> SEGMENT_SHIFT];
    const intoAt = (target & SEGMENT_UNIT_MASK) << 1;
    const last = lastSlot(into, intoAt);
    const depth = into[intoAt + SHAPE] >>> DEPTH_SHIFT;
    const endHash = into[intoAt + FIRST_HASH] | (-1 >>> depth) | 0;
    const end = lastSlot(words, at);
    let count = 0;
    let slot = intoAt + PAGE_HEADER_WORDS;
    // A target that has entries already (merging) ends with lower hashes: go on behind them.
    if (into[intoAt + COUNT] > 0) {
      slot = last;
      while (into[slot - 1] === 0) slot -= 2;
    }
    for (let from = fromSlot === 0 ? at + PAGE_HEADER_WORDS : fromSlot; from < end; from += 2) {
      const ref = words[from + 1];
      if (ref === 0) continue;
      const hash = words[from];
      if (hash > endHash) break;
      const home = homeSlot(into, intoAt, hash);
      if (home > slot) slot = home;
      if (slot >= last) return false;
      into[slot] = hash;
      into[slot + 1] = ref;
      slot += 2;
      count++;
    }
    into[intoAt + COUNT] += count;
    this.slotsMoved += count;
    return true;
  }

  /** Lets all directory entries of a page's hashes lead to it. */
  #point(page: number): void {
    const words = this.#pool.words[page >>> SEGMENT_SHIFT];
    const at = (page & SEGMENT_UNIT_MASK) << 1;
    const shape = words[at + SHAPE];
    const first = words[at + FIRST_HASH] >>> this.shift;
    const entries = 1 << (32 - this.shift - (shape >>> DEPTH_SHIFT));
    for (let entry = first; entry < first + entries; entry++) {
      this.directory[2 * entry] = page;
      this.directory[2 * entry + 1] = shape;
    }
  }

  #doubleDirectory(): boolean {
    const old = this.directory;
    if (!this.#pool.charge(old.byteLength)) return false;
    const directory = new Int32Array(old.length * 2);
    for (let i = 0; i < old.length; i += 2) {
      directory[2 * i] = directory[2 * i + 2] = old[i];
      directory[2 * i + 1] = directory[2 * i + 3] = old[i + 1];
    }
    this.directory = directory;
    this.shift--;
    this.#deepest = 0;
    return true;
  }

  #trimDirectory(): void {
    while (this.#deepest === 0 && this.shift < 31) this.#halveDirectory();
  }

  #halveDirectory(): void {
    const old = this.directory;
    const directory = new Int32Array(old.length / 2);
    this.shift++;
    this.#deepest = 0;
    for (let i = 0; i < directory.length; i += 2) {
      directory[i] = old[2 * i];
      directory[i + 1] = old[2 * i + 1];
      if (directory[i + 1] >>> DEPTH_SHIFT === 32 - this.shift) this.#deepest++;
    }
    this.directory = directory;
    this.#pool.charge(-directory.byteLength);
  }
}

/** Slots at a page's end for entries whose home is near it. */
function tailFor(pages: number): number {
  return pages < 8 ? 32 : 64;
}

function pagesFor(count: number, isClustered: boolean): number {
  const slots = count / LOAD_AFTER + 66 + (isClustered ? count : 0);
  return Math.max(PAGES_MIN, Math.ceil(slots / SLOTS_PER_PAGE));
}

/** The word of the slot where a hash belongs, in the page that begins at word `at`. */
function homeSlot(words: Int32Array, at: number, hash: number): number {
  const shape = words[at + SHAPE];
  const position = (hash << (shape >>> DEPTH_SHIFT)) >>> 16;
  return at + PAGE_HEADER_WORDS + ((Math.imul(position, shape & HOME_MASK) >>> 16) << 1);
}

/** The word of a page's last slot, which always stays free. */
function lastSlot(words: Int32Array, at: number): number {
  return at + PAGE_HEADER_WORDS + 2 * (words[at + SLOTS] - 1);
}
