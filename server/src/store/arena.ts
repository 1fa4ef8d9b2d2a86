/**
 * Blocks for entries, out of the runs of a SegmentPool.
 *
 *   up to 8 KiB    slabs: runs of equal blocks of one size class
 *   up to 256 KiB  a run of its own, rounded up to 1 KiB
 *   above          a segment of its own, rounded up to 4 KiB
 *
 * A slab begins with 48 bytes of its own: class, blocks in use, first freed block, blocks ever carved,
 * neighbours in the list of its class, its state there, blocks in all. Freed blocks are linked inside
 * themselves: word 0 is 0 (no entry has that, its key length is in there), word 1 the next one.
 * A run whose word 0 is below SIZE_CLASSES is a slab, for the same reason.
 *
 * Invariant: a slab is listed exactly if it has a free block and is not being emptied.
 */
import {
  PAGE_BYTES,
  SEGMENT_SHIFT,
  SEGMENT_UNIT_MASK,
  type SegmentPool,
  SegmentRole,
} from './segment-pool.js';
import { classOfSize, SIZE_CLASSES, SMALL_BYTES_MAX, sizeOfClass } from './size-class.js';

export const RUN_BLOCK_BYTES_MAX = 256 * 1024;

// 48 bytes: behind the 16 that glibc keeps before a large block, 64-byte entries then fill whole cache lines.
const SLAB_HEADER_UNITS = 6;
export const SLAB_HEADER_BYTES = SLAB_HEADER_UNITS * 8;
export const CLASS = 0;
export const USED = 1;
export const FREED = 2;
export const CARVED = 3;
const PREVIOUS = 4;
const NEXT = 5;
export const STATE = 6;
const BLOCKS = 7;

/** Full, or being filled for the first time in this call. */
const UNLISTED = 0;
export const LISTED = 1;
/** Being emptied: nothing new goes there. */
const CLOSED = 2;

/** Slabs are multiples of this many pages, of which 60 fill a segment without a rest, so freed ones fit others. */
const SLAB_PAGES_STEP = 17;
const SLAB_STEPS_MAX = 6;
const SLAB_BLOCKS_MIN = 8;
/** Of a class's slabs, how many are looked at to find a sparse one. */
const SPARSE_TRIES = 16;

const classUnits = new Int32Array(SIZE_CLASSES);
const classBlocks = new Int32Array(SIZE_CLASSES);
const classPages = new Int32Array(SIZE_CLASSES);
for (let sizeClass = 0; sizeClass < SIZE_CLASSES; sizeClass++) {
  const size = sizeOfClass(sizeClass);
  let leastWaste = 1;
  // The smallest slab that wastes little: below an eighth of the gain, bigger is not better.
  for (let step = 1; step <= SLAB_STEPS_MAX; step++) {
    const bytes = step * SLAB_PAGES_STEP * PAGE_BYTES;
    const blocks = Math.floor((bytes - SLAB_HEADER_BYTES) / size);
    const waste = 1 - (blocks * size) / bytes;
    if (blocks < SLAB_BLOCKS_MIN && step < SLAB_STEPS_MAX) continue;
    if (waste > leastWaste - 0.01) continue;
    leastWaste = waste;
    classUnits[sizeClass] = size >>> 3;
    classBlocks[sizeClass] = blocks;
    classPages[sizeClass] = step * SLAB_PAGES_STEP;
  }
}

export class Arena {
  /** Bytes of all blocks in use. */
  liveBytes = 0;
  blocks = 0;
  /** False while a slab is emptied to win its pages: a new slab for its entries would take them again, without end. */
  mayStartSlabs = true;
  readonly #pool: SegmentPool;
  /** Per class, the first slab that has a free block. */
  readonly #slabs = new Int32Array(SIZE_CLASSES);
  /** Per class, free blocks in all its slabs, those being emptied included. */
  readonly #freeBlocks = new Int32Array(SIZE_CLASSES);

  constructor(pool: SegmentPool) {
    this.#pool = pool;
  }

  /** Bytes of blocks in use that share segments with others. */
  get sharedLiveBytes(): number {
    return this.liveBytes - this.#pool.bytesOfRole[SegmentRole.LARGE];
  }

  /** How many bytes a new block for this size would have. */
  capacityFor(bytes: number): number {
    if (bytes <= SMALL_BYTES_MAX) return sizeOfClass(classOfSize(bytes));
    const step = bytes <= RUN_BLOCK_BYTES_MAX ? PAGE_BYTES : 4 * PAGE_BYTES;
    return Math.ceil(bytes / step) * step;
  }

  /** How many pages of a segment a new slab or block for this size needs; 0: it gets a segment of its own. */
  pagesFor(bytes: number): number {
    if (bytes <= SMALL_BYTES_MAX) return classPages[classOfSize(bytes)];
    return bytes <= RUN_BLOCK_BYTES_MAX ? Math.ceil(bytes / PAGE_BYTES) : 0;
  }

  /** The address of a block of at least this size, contents undefined; 0 = no memory. */
  allocate(bytes: number): number {
    if (bytes > SMALL_BYTES_MAX) return this.#allocateRun(bytes);
    const sizeClass = classOfSize(bytes);
    let slab = this.#slabs[sizeClass];
    if (slab === 0) {
      slab = this.mayStartSlabs ? this.#newSlab(sizeClass) : 0;
      if (slab === 0) return 0;
    }
    const words = this.#pool.words[slab >>> SEGMENT_SHIFT];
    const at = (slab & SEGMENT_UNIT_MASK) << 1;
    let block = words[at + FREED];
    if (block !== 0) {
      words[at + FREED] = words[((block & SEGMENT_UNIT_MASK) << 1) + 1];
    } else {
      block = slab + SLAB_HEADER_UNITS + words[at + CARVED]++ * classUnits[sizeClass];
    }
    if (++words[at + USED] === words[at + BLOCKS]) this.#unlist(slab);
    this.#freeBlocks[sizeClass]--;
    this.liveBytes += classUnits[sizeClass] << 3;
    this.blocks++;
    return block;
  }

  free(block: number): void {
    const pool = this.#pool;
    this.blocks--;
    if (pool.isLarge(block)) {
      this.liveBytes -= pool.bytes[block >>> SEGMENT_SHIFT].length;
      pool.freeLarge(block);
      return;
    }
    const run = pool.runOf(block);
    if (run === block) {
      this.liveBytes -= pool.runPages(run) * PAGE_BYTES;
      pool.freeRun(run);
      return;
    }
    const words = pool.words[run >>> SEGMENT_SHIFT];
    const at = (run & SEGMENT_UNIT_MASK) << 1;
    const sizeClass = words[at + CLASS];
    this.liveBytes -= classUnits[sizeClass] << 3;
    this.#freeBlocks[sizeClass]++;
    if (--words[at + USED] === 0) {
      if (words[at + STATE] === LISTED) this.#unlist(run);
      this.#freeBlocks[sizeClass] -= classBlocks[sizeClass];
      pool.freeRun(run);
      return;
    }
    const word = (block & SEGMENT_UNIT_MASK) << 1;
    words[word] = 0;
    words[word + 1] = words[at + FREED];
    words[at + FREED] = block;
    if (words[at + STATE] === UNLISTED) this.#list(run, sizeClass);
  }

  /** The bytes of an allocated block. */
  capacityOf(block: number): number {
    const pool = this.#pool;
    if (pool.isLarge(block)) return pool.bytes[block >>> SEGMENT_SHIFT].length;
    const run = pool.runOf(block);
    if (run === block) return pool.runPages(run) * PAGE_BYTES;
    return classUnits[pool.words[run >>> SEGMENT_SHIFT][(run & SEGMENT_UNIT_MASK) << 1]] << 3;
  }

  /** The class whose slabs a block belongs to, or -1. */
  classOf(block: number): number {
    if (this.#pool.isLarge(block)) return -1;
    const run = this.#pool.runOf(block);
    return run === block ? -1 : this.#word(run, CLASS);
  }

  /** Free blocks of a class. */
  freeBlocksOf(sizeClass: number): number {
    return this.#freeBlocks[sizeClass];
  }

  /** A slab of this class that could be emptied into the others of its class, the sparsest of some; 0 = none. */
  sparseSlab(sizeClass: number): number {
    if (this.#freeBlocks[sizeClass] < classBlocks[sizeClass]) return 0;
    let sparsest = 0;
    let slab = this.#slabs[sizeClass];
    for (let tries = 0; slab !== 0 && tries < SPARSE_TRIES; tries++) {
      if (sparsest === 0 || this.#word(slab, USED) < this.#word(sparsest, USED)) sparsest = slab;
      slab = this.#word(slab, NEXT);
    }
    return sparsest;
  }

  /** Nothing new goes into this slab. */
  closeSlab(slab: number): void {
    if (this.#word(slab, STATE) === LISTED) this.#unlist(slab);
    this.#setWord(slab, STATE, CLOSED);
  }

  reopenSlab(slab: number): void {
    if (this.#word(slab, STATE) !== CLOSED) return;
    this.#setWord(slab, STATE, UNLISTED);
    if (this.#word(slab, USED) < this.#word(slab, BLOCKS)) this.#list(slab, this.#word(slab, CLASS));
  }

  isSlab(run: number): boolean {
    return this.#word(run, CLASS) >>> 0 < SIZE_CLASSES;
  }

  /** The n-th block of a slab, below its count of carved ones; 0 = that one is free. */
  blockAt(slab: number, n: number): number {
    const block = slab + SLAB_HEADER_UNITS + n * classUnits[this.#word(slab, CLASS)];
    return this.#word(block, 0) === 0 ? 0 : block;
  }

  isFull(slab: number): boolean {
    return this.#word(slab, USED) === this.#word(slab, BLOCKS);
  }

  usedOf(slab: number): number {
    return this.#word(slab, USED);
  }

  carvedOf(slab: number): number {
    return this.#word(slab, CARVED);
  }

  unusedBytesOf(slab: number): number {
    const sizeClass = this.#word(slab, CLASS);
    return classPages[sizeClass] * PAGE_BYTES - ((this.#word(slab, USED) * classUnits[sizeClass]) << 3);
  }

  #allocateRun(bytes: number): number {
    const pool = this.#pool;
    const block =
      bytes <= RUN_BLOCK_BYTES_MAX
        ? pool.takeRun(SegmentRole.DATA, Math.ceil(bytes / PAGE_BYTES))
        : pool.takeLarge(bytes);
    if (block === 0) return 0;
    this.liveBytes += this.capacityOf(block);
    this.blocks++;
    return block;
  }

  #newSlab(sizeClass: number): number {
    const slab = this.#pool.takeRun(SegmentRole.DATA, classPages[sizeClass]);
    if (slab === 0) return 0;
    const words = this.#pool.words[slab >>> SEGMENT_SHIFT];
    const at = (slab & SEGMENT_UNIT_MASK) << 1;
    words[at + CLASS] = sizeClass;
    words[at + USED] = 0;
    words[at + FREED] = 0;
    words[at + CARVED] = 0;
    words[at + BLOCKS] = classBlocks[sizeClass];
    this.#freeBlocks[sizeClass] += classBlocks[sizeClass];
    this.#list(slab, sizeClass);
    return slab;
  }

  #list(slab: number, sizeClass: number): void {
    const words = this.#pool.words[slab >>> SEGMENT_SHIFT];
    const at = (slab & SEGMENT_UNIT_MASK) << 1;
    const next = this.#slabs[sizeClass];
    words[at + PREVIOUS] = 0;
    words[at + NEXT] = next;
    words[at + STATE] = LISTED;
    if (next !== 0) this.#setWord(next, PREVIOUS, slab);
    this.#slabs[sizeClass] = slab;
  }

  #unlist(slab: number): void {
    const words = this.#pool.words[slab >>> SEGMENT_SHIFT];
    const at = (slab & SEGMENT_UNIT_MASK) << 1;
    const next = words[at + NEXT];
    const previous = words[at + PREVIOUS];
    words[at + STATE] = UNLISTED;
    if (next !== 0) this.#setWord(next, PREVIOUS, previous);
    if (previous !== 0) this.#setWord(previous, NEXT, next);
    else this.#slabs[words[at + CLASS]] = next;
  }

  #word(slab: number, field: number): number {
    return this.#pool.words[slab >>> SEGMENT_SHIFT][((slab & SEGMENT_UNIT_MASK) << 1) + field];
  }

  #setWord(slab: number, field: number, value: number): void {
    this.#pool.words[slab >>> SEGMENT_SHIFT][((slab & SEGMENT_UNIT_MASK) << 1) + field] = value;
  }
}
