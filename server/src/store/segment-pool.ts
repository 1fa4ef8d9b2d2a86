/**
 * All large memory of the store: segments of 1 MiB, cut into runs of 1 KiB pages, and own segments for
 * what is too large for that. Nothing here knows of entries.
 *
 * Addresses count 8-byte units: `segment number << 17 | unit`, as signed 32-bit integers (beyond 16 GiB
 * they are negative; only compare them with 0 by equality). 0 is never an address: number 0 is not used.
 *
 *   segment  | page map 4 KiB | run | run | free run | ...
 *   page map   u16 owner[1024]:  0 = free page, else 1 + first page of its run
 *              u16 length[1024]: pages of the run, at its first page; of a free run also at its last page
 *
 * Invariant: usedBytes never passes limitBytes unless `forced` was set.
 */
export const SEGMENT_BYTES = 1 << 20;
export const SEGMENT_SHIFT = 17;
export const SEGMENT_UNIT_MASK = (1 << SEGMENT_SHIFT) - 1;
export const PAGE_BYTES = 1024;
export const PAGE_UNIT_SHIFT = 7;
export const SEGMENT_PAGES = SEGMENT_BYTES / PAGE_BYTES;
/** The page map itself occupies the first pages. */
export const MAP_PAGES = 4;
export const RUN_PAGES_MAX = SEGMENT_PAGES - MAP_PAGES;

const LARGE_ROUNDING_BYTES = 4096;
const SEGMENT_NUMBER_MAX = 2 ** (32 - SEGMENT_SHIFT) - 1;
const BINS = 11;
const SAME_BIN_TRIES = 8;

/** What the runs of a segment are for; entries and index pages never share one, so that either can be emptied. */
export const SegmentRole = { NONE: 0, DATA: 1, INDEX: 2, SPARE: 3, LARGE: 4 } as const;
export type SegmentRole = (typeof SegmentRole)[keyof typeof SegmentRole];

const NO_BYTES = new Uint8Array(0);
const NO_WORDS = new Int32Array(0);
const NO_MAP = new Uint16Array(0);

export class SegmentPool {
  /** By segment number; index them with `address >>> SEGMENT_SHIFT`. */
  readonly bytes: Uint8Array[] = [NO_BYTES];
  readonly words: Int32Array[] = [NO_WORDS];
  readonly maps: Uint16Array[] = [NO_MAP];
  readonly roles: SegmentRole[] = [SegmentRole.NONE];
  readonly freePages: number[] = [0];
  readonly limitBytes: number;
  usedBytes = 0;
  /** The most that `usedBytes` has been. */
  peakBytes = 0;
  segments = 0;
  /** Bytes per role, and what others charged (directory, wheel). */
  readonly bytesOfRole = [0, 0, 0, 0, 0];
  readonly freePagesOfRole = [0, 0, 0, 0, 0];
  /** While set, the limit is not looked at: an undo must not fail. */
  forced = false;
  /** While set, no new segment is taken: what moves entries to save segments must not fill another. */
  isFrozen = false;
  /** Segment from which nothing new is taken because it is being emptied; 0 = none. */
  draining = 0;

  // Segments with free pages, in lists by the power of two of their longest free run.
  readonly #binHead = new Int32Array(5 * BINS);
  readonly #binNext: number[] = [0];
  readonly #binPrevious: number[] = [0];
  readonly #longestFree: number[] = [0];
  readonly #freeNumbers: number[] = [];
  #spare = 0;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /** Could this many more bytes be taken from the system without passing the limit? */
  hasRoom(bytes: number): boolean {
    return this.forced || this.usedBytes + bytes <= this.limitBytes;
  }

  /** Counts memory that lives outside segments. False: it does not fit, nothing counted. */
  charge(bytes: number): boolean {
    if (bytes > 0 && !this.hasRoom(bytes)) {
      this.dropSpare();
      if (!this.hasRoom(bytes)) return false;
    }
    this.#countUsed(bytes);
    this.bytesOfRole[SegmentRole.NONE] += bytes;
    return true;
  }

  /** A run of pages, contents undefined; 0 = no memory. */
  takeRun(role: SegmentRole, pages: number): number {
    const first = role * BINS + 31 - Math.clz32(pages);
    let segment = this.#binHead[first];
    for (let tries = 0; segment !== 0 && tries < SAME_BIN_TRIES; tries++) {
      if (this.#longestFree[segment] >= pages) return this.#carve(segment, pages);
      segment = this.#binNext[segment];
    }
    for (let bin = first + 1; bin < (role + 1) * BINS; bin++) {
      segment = this.#binHead[bin];
      if (segment !== 0) return this.#carve(segment, pages);
    }
    segment = this.isFrozen ? 0 : this.#newSegment(role);
    return segment === 0 ? 0 : this.#carve(segment, pages);
  }

  /** Gives back the run that begins at this address; a segment without runs is given back too. */
  freeRun(address: number): void {
    const segment = address >>> SEGMENT_SHIFT;
    const map = this.maps[segment];
    let first = (address & SEGMENT_UNIT_MASK) >>> PAGE_UNIT_SHIFT;
    let length = map[SEGMENT_PAGES + first];
    map.fill(0, first, first + length);
    this.freePages[segment] += length;
    this.freePagesOfRole[this.roles[segment]] += length;
    const after = first + length;
    if (after < SEGMENT_PAGES && map[after] === 0) length += map[SEGMENT_PAGES + after];
    if (map[first - 1] === 0) {
      const before = map[SEGMENT_PAGES + first - 1];
      first -= before;
      length += before;
    }
    map[SEGMENT_PAGES + first] = length;
    map[SEGMENT_PAGES + first + length - 1] = length;
    if (this.freePages[segment] === RUN_PAGES_MAX) this.#release(segment);
    else if (segment !== this.draining) this.#rebin(segment);
  }

  /** The address of the run in which an address lies. */
  runOf(address: number): number {
    const page = (address & SEGMENT_UNIT_MASK) >>> PAGE_UNIT_SHIFT;
    const first = this.maps[address >>> SEGMENT_SHIFT][page] - 1;
    return (address & ~SEGMENT_UNIT_MASK) | (first << PAGE_UNIT_SHIFT);
  }

  runPages(run: number): number {
    const page = (run & SEGMENT_UNIT_MASK) >>> PAGE_UNIT_SHIFT;
    return this.maps[run >>> SEGMENT_SHIFT][SEGMENT_PAGES + page];
  }

  /** A segment of its own for one block, which begins at its first byte; 0 = no memory. */
  takeLarge(bytes: number): number {
    const size = Math.ceil(bytes / LARGE_ROUNDING_BYTES) * LARGE_ROUNDING_BYTES;
    if (!this.hasRoom(size)) this.dropSpare();
    const segment = this.hasRoom(size) ? this.#add(SegmentRole.LARGE, size) : 0;
    return segment << SEGMENT_SHIFT;
  }

  freeLarge(address: number): void {
    this.#drop(address >>> SEGMENT_SHIFT);
  }

  /** Own segments begin with their block, others with a page map. */
  isLarge(address: number): boolean {
    return (address & SEGMENT_UNIT_MASK) === 0;
  }

  /** An empty segment is kept for the next need; this gives it back. */
  dropSpare(): void {
    if (this.#spare === 0) return;
    this.#drop(this.#spare);
    this.#spare = 0;
  }

  /** From now on nothing new is taken from this segment. */
  startDraining(segment: number): void {
    this.draining = segment;
    this.#unbin(segment);
  }

  /** Ends the draining of a segment that still has runs. */
  stopDraining(): void {
    const segment = this.draining;
    this.draining = 0;
    if (segment !== 0) this.#rebin(segment);
  }

  #carve(segment: number, pages: number): number {
    const map = this.maps[segment];
    let page = MAP_PAGES;
    while (map[page] !== 0 || map[SEGMENT_PAGES + page] < pages) page += map[SEGMENT_PAGES + page];
    const rest = map[SEGMENT_PAGES + page] - pages;
    map.fill(page + 1, page, page + pages);
    map[SEGMENT_PAGES + page] = pages;
    if (rest > 0) {
      map[SEGMENT_PAGES + page + pages] = rest;
      map[SEGMENT_PAGES + page + pages + rest - 1] = rest;
    }
    this.freePages[segment] -= pages;
    this.freePagesOfRole[this.roles[segment]] -= pages;
    this.#rebin(segment);
    return (segment << SEGMENT_SHIFT) | (page << PAGE_UNIT_SHIFT);
  }

  /** Measures the longest free run (some sixty steps at most in practice) and files the segment under it. */
  #rebin(segment: number): void {
    const map = this.maps[segment];
    let longest = 0;
    for (let page = MAP_PAGES; page < SEGMENT_PAGES; page += map[SEGMENT_PAGES + page]) {
      if (map[page] === 0 && map[SEGMENT_PAGES + page] > longest) longest = map[SEGMENT_PAGES + page];
    }
    if (longest === this.#longestFree[segment]) return;
    this.#unbin(segment);
    if (longest === 0) return;
    this.#longestFree[segment] = longest;
    const bin = this.roles[segment] * BINS + 31 - Math.clz32(longest);
    const next = this.#binHead[bin];
    this.#binHead[bin] = segment;
    this.#binNext[segment] = next;
    this.#binPrevious[segment] = 0;
    if (next !== 0) this.#binPrevious[next] = segment;
  }

  #unbin(segment: number): void {
    const longest = this.#longestFree[segment];
    if (longest === 0) return;
    const next = this.#binNext[segment];
    const previous = this.#binPrevious[segment];
    if (previous !== 0) this.#binNext[previous] = next;
    else this.#binHead[this.roles[segment] * BINS + 31 - Math.clz32(longest)] = next;
    if (next !== 0) this.#binPrevious[next] = previous;
    this.#longestFree[segment] = 0;
  }

  #newSegment(role: SegmentRole): number {
    let segment = this.#spare;
    if (segment !== 0) {
      this.#spare = 0;
      this.bytesOfRole[SegmentRole.SPARE] -= SEGMENT_BYTES;
      this.bytesOfRole[role] += SEGMENT_BYTES;
      this.freePagesOfRole[role] += RUN_PAGES_MAX;
      this.roles[segment] = role;
      return segment;
    }
    if (!this.hasRoom(SEGMENT_BYTES)) return 0;
    segment = this.#add(role, SEGMENT_BYTES);
    if (segment === 0) return 0;
    const map = new Uint16Array(this.bytes[segment].buffer, 0, 2 * SEGMENT_PAGES);
    map.fill(1, 0, MAP_PAGES);
    map[SEGMENT_PAGES] = MAP_PAGES;
    map[SEGMENT_PAGES + MAP_PAGES] = RUN_PAGES_MAX;
    map[2 * SEGMENT_PAGES - 1] = RUN_PAGES_MAX;
    this.maps[segment] = map;
    this.freePages[segment] = RUN_PAGES_MAX;
    this.freePagesOfRole[role] += RUN_PAGES_MAX;
    return segment;
  }

  #release(segment: number): void {
    this.#unbin(segment);
    if (segment === this.draining) this.draining = 0;
    this.freePagesOfRole[this.roles[segment]] -= RUN_PAGES_MAX;
    if (this.#spare !== 0) {
      this.#drop(segment);
      return;
    }
    this.bytesOfRole[this.roles[segment]] -= SEGMENT_BYTES;
    this.bytesOfRole[SegmentRole.SPARE] += SEGMENT_BYTES;
    this.roles[segment] = SegmentRole.SPARE;
    this.#spare = segment;
  }

  #add(role: SegmentRole, bytes: number): number {
    const reused = this.#freeNumbers.length > 0;
    const segment = reused ? this.#freeNumbers[this.#freeNumbers.length - 1] : this.bytes.length;
    if (segment > SEGMENT_NUMBER_MAX) return 0;
    let buffer: ArrayBuffer;
    try {
      buffer = new ArrayBuffer(bytes);
    } catch {
      return 0; // the system has no memory although the limit would allow it
    }
    if (reused) this.#freeNumbers.pop();
    this.bytes[segment] = new Uint8Array(buffer);
    this.words[segment] = new Int32Array(buffer);
    this.maps[segment] = NO_MAP;
    this.roles[segment] = role;
    this.freePages[segment] = 0;
    this.#binNext[segment] = 0;
    this.#binPrevious[segment] = 0;
    this.#longestFree[segment] = 0;
    this.#countUsed(bytes);
    this.bytesOfRole[role] += bytes;
    this.segments++;
    return segment;
  }

  #countUsed(bytes: number): void {
    this.usedBytes += bytes;
    if (this.usedBytes > this.peakBytes) this.peakBytes = this.usedBytes;
  }

  #drop(segment: number): void {
    const bytes = this.bytes[segment].length;
    this.usedBytes -= bytes;
    this.bytesOfRole[this.roles[segment]] -= bytes;
    this.segments--;
    this.bytes[segment] = NO_BYTES;
    this.words[segment] = NO_WORDS;
    this.maps[segment] = NO_MAP;
    this.roles[segment] = SegmentRole.NONE;
    this.freePages[segment] = 0;
    this.#freeNumbers.push(segment);
  }
}
