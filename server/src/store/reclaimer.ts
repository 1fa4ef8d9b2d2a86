/**
 * Where memory comes from when there is none: by evicting, and by moving entries together so that what
 * was freed in pieces becomes a slab, a run or a whole segment again.
 *
 * Evicting one small entry frees a block of its own size class and nothing else. So, for a write that needs
 * something else, entries are evicted in SIEVE's order until their class could do with a slab less; then the
 * sparsest slab of that class is emptied into the others and becomes free pages. For what no slab's pages
 * suffice (values above 8 KiB, index pages) a whole segment is emptied in the same way, one step per write
 * where the write can do without (index), at once where it cannot.
 *
 * Everything is bounded by the bytes that the write needs: see `patience`.
 */

import { QUEUED } from './entry-layout.js';
import type { EntryTable } from './entry-table.js';
import {
  MAP_PAGES,
  PAGE_BYTES,
  PAGE_UNIT_SHIFT,
  RUN_PAGES_MAX,
  SEGMENT_BYTES,
  SEGMENT_PAGES,
  SEGMENT_SHIFT,
  SegmentRole,
} from './segment-pool.js';
import { SIZE_CLASSES } from './size-class.js';

const NONE_LEFT = -2;
/** Segments looked at to find a sparse one. */
const SEGMENTS_SAMPLED = 16;
/** Entries evicted and moved per write while the index waits for a segment. */
const STEP_ENTRIES = 32;
const NEIGHBOURS_TRIED = 8;
/** Tidying starts where at least this much, and this part, of a role's segments is unused. */
const TIDY_BYTES_MIN = 2 * SEGMENT_BYTES;
const TIDY_PART = 0.25;

/** After so many segments that could not be emptied, tidying waits until a segment's worth has changed. */
const STUCK_MAX = 8;

type Drained = 'done' | 'more' | 'stuck';

export class Reclaimer {
  /** The entry that a write is about to replace: never evicted, and followed when it moves. */
  keep = 0;
  readonly #table: EntryTable;
  #evictedBytes = 0;
  #sampleFrom = 0;
  /** The smallest size that found no memory, and what was in use then: no use in trying again. */
  #refusedBytes = Number.POSITIVE_INFINITY;
  #refusedAtLiveBytes = -1;
  /** Segments that could not be emptied (nothing else has room for their classes), and what was in use then. */
  readonly #stuck: number[] = [];
  #stuckAtLiveBytes = 0;

  constructor(table: EntryTable) {
    this.#table = table;
  }

  /** A block for an entry of this size; 0 = no memory. */
  allocate(bytes: number): number {
    const block = this.#table.arena.allocate(bytes);
    return block !== 0 ? block : this.#allocateHard(bytes);
  }

  /** Room in the index for one more key with this hash. */
  reserve(hash: number): boolean {
    // The rest apart: its closure would cost every write an allocation.
    return this.#table.index.reserve(hash) || this.#reserveHard(hash);
  }

  #reserveHard(hash: number): boolean {
    const { index, queue } = this.#table;
    this.#evictedBytes = 0;
    this.#stuck.length = 0;
    // Another entry of the same index page makes room at once; the page's growth comes with a segment.
    for (let turn = 0; turn < NEIGHBOURS_TRIED && queue.count > 0; turn++) {
      const ref = index.neighbour(hash, Math.imul(index.count + turn, 0x9e3779b1) >>> 16);
      if (ref === 0 || !this.#mayEvict(ref)) continue;
      this.#table.dismiss(ref, 'evicted');
      this.#drainStep();
      if (index.reserve(hash)) return true;
    }
    return this.#drainUntil(() => index.reserve(hash), SEGMENT_BYTES);
  }

  /** Empties sparse segments, at most about `budget` entries per call. Returns the entries moved. */
  tidy(budget: number): number {
    const { pool, arena, counters } = this.#table;
    const before = counters.entriesMoved;
    if (pool.draining === 0) {
      if (Math.abs(arena.liveBytes - this.#stuckAtLiveBytes) > SEGMENT_BYTES) this.#stuck.length = 0;
      if (this.#stuck.length >= STUCK_MAX) return 0;
      const role = this.#untidyRole();
      if (role === SegmentRole.NONE || !this.#startDraining(role)) return 0;
    }
    const segment = pool.draining;
    if (this.#drain(budget, false) === 'stuck') {
      this.#stopDraining();
      this.#stuck.push(segment);
      this.#stuckAtLiveBytes = arena.liveBytes;
    }
    return counters.entriesMoved - before;
  }

  #allocateHard(bytes: number): number {
    const { arena, queue } = this.#table;
    if (queue.count === 0 && bytes >= this.#refusedBytes && arena.liveBytes === this.#refusedAtLiveBytes)
      return 0;
    this.#evictedBytes = 0;
    this.#stuck.length = 0;
    const pages = arena.pagesFor(bytes);
    let block = pages === 0 ? 0 : this.#allocateFromSlabs(bytes, pages);
    if (block === 0) {
      this.#drainUntil(() => {
        block = arena.allocate(bytes);
        return block !== 0;
      }, bytes);
    }
    if (block === 0) {
      this.#refusedBytes = bytes;
      this.#refusedAtLiveBytes = arena.liveBytes;
    } else {
      this.#refusedBytes = Number.POSITIVE_INFINITY;
    }
    return block;
  }

  /** Evicts until a block of the same class comes free, or slabs can be joined to give the pages of a new one. */
  #allocateFromSlabs(bytes: number, pages: number): number {
    const { arena } = this.#table;
    for (let sizeClass = 0; sizeClass < SIZE_CLASSES; sizeClass++) {
      while (this.#emptySlabOf(sizeClass)) {
        const block = arena.allocate(bytes);
        if (block !== 0) return block;
      }
    }
    while (this.#evictedBytes < 2 * pages * PAGE_BYTES) {
      const sizeClass = this.#evictOne();
      if (sizeClass === NONE_LEFT) return 0;
      if (sizeClass >= 0) this.#emptySlabOf(sizeClass);
      const block = arena.allocate(bytes);
      if (block !== 0) return block;
    }
    return 0;
  }

  /** Moves the entries of a sparse slab to others of its class, where those have room for all of them. */
  #emptySlabOf(sizeClass: number): boolean {
    const { arena } = this.#table;
    const slab = arena.sparseSlab(sizeClass);
    if (slab === 0) return false;
    arena.closeSlab(slab);
    arena.mayStartSlabs = false;
    let left = arena.usedOf(slab);
    for (let n = 0; left > 0; n++) {
      const ref = arena.blockAt(slab, n);
      if (ref === 0) continue;
      if (!this.#move(ref)) break;
      left--;
    }
    arena.mayStartSlabs = true;
    if (left > 0) arena.reopenSlab(slab);
    return left === 0;
  }

  /** Evicts and empties segments until `isEnough`; false: nothing more to evict, or too much evicted already. */
  #drainUntil(isEnough: () => boolean, bytes: number): boolean {
    const { pool, arena } = this.#table;
    const patience = 4 * (bytes + 2 * SEGMENT_BYTES);
    // Some more than a segment, for what does not fit where it is moved.
    const isRoomy = () => pool.bytesOfRole[SegmentRole.DATA] - arena.sharedLiveBytes > 1.1 * SEGMENT_BYTES;
    for (;;) {
      if (isEnough()) return true;
      while (!isRoomy()) {
        if (this.#evictedBytes > patience || this.#evictOne() === NONE_LEFT) return false;
        if (isEnough()) return true;
      }
      if (pool.draining === 0 && !this.#startDraining(SegmentRole.DATA)) return false;
      if (this.#drain(Number.POSITIVE_INFINITY, true) === 'stuck') {
        this.#stuck.push(pool.draining);
        this.#stopDraining();
        if (this.#stuck.length >= STUCK_MAX) return false;
      }
    }
  }

  /** One step on the way to an empty segment. */
  #drainStep(): void {
    const { pool } = this.#table;
    for (let i = 0; i < STEP_ENTRIES; i++) if (this.#evictOne() === NONE_LEFT) return;
    if (pool.draining === 0 && !this.#startDraining(SegmentRole.DATA)) return;
    if (this.#drain(STEP_ENTRIES, true) === 'stuck') this.#stopDraining();
  }

  #startDraining(role: SegmentRole): boolean {
    const { pool, arena } = this.#table;
    const segment = this.#sparseSegment(role);
    if (segment === 0) return false;
    pool.startDraining(segment);
    if (role === SegmentRole.DATA) this.#eachSlab(segment, (slab) => arena.closeSlab(slab));
    return true;
  }

  #stopDraining(): void {
    const { pool, arena } = this.#table;
    const segment = pool.draining;
    pool.stopDraining();
    if (pool.roles[segment] === SegmentRole.DATA) this.#eachSlab(segment, (slab) => arena.reopenSlab(slab));
  }

  /** Moves (or, where nothing else helps and it may, evicts) up to `budget` entries of the segment being emptied. */
  #drain(budget: number, mayEvict: boolean): Drained {
    const { pool } = this.#table;
    const segment = pool.draining;
    pool.isFrozen = true;
    let left = budget;
    while (pool.draining === segment && left > 0) {
      const run = this.#firstRun(segment);
      const cleared =
        pool.roles[segment] === SegmentRole.INDEX
          ? this.#clearPage(run)
          : this.#clearRun(run, left, mayEvict);
      if (cleared === 0) break;
      left -= cleared;
    }
    pool.isFrozen = false;
    if (pool.draining !== segment) return 'done';
    return left > 0 ? 'stuck' : 'more';
  }

  /** Moves an index page; the work done, 0 where there is no room for it. */
  #clearPage(page: number): number {
    const pages = this.#table.pool.runPages(page);
    return this.#table.index.movePage(page) ? pages : 0;
  }

  /** Moves up to `budget` blocks of a run, or evicts an entry for one of them; how many, 0 = stuck. */
  #clearRun(run: number, budget: number, mayEvict: boolean): number {
    const { arena } = this.#table;
    if (!arena.isSlab(run)) return this.#move(run) || (mayEvict && this.#evictOwner(run)) ? 1 : 0;
    const used = arena.usedOf(run);
    let cleared = 0;
    for (let n = 0; cleared < used && cleared < budget; n++) {
      const block = arena.blockAt(run, n);
      if (block === 0) continue;
      if (!this.#move(block)) {
        // A list may take more blocks of this run with it, even the run: look at it afresh.
        return mayEvict && this.#evictOwner(block) ? cleared + 1 : 0;
      }
      cleared++;
    }
    return cleared;
  }

  /** Evicts the entry that a block belongs to, if that may be. */
  #evictOwner(block: number): boolean {
    const ref = this.#table.nodes.ownerOf(block);
    if (ref === 0 || !this.#mayEvict(ref)) return false;
    this.#table.dismiss(ref, 'evicted');
    return true;
  }

  #move(ref: number): boolean {
    const moved = this.#table.move(ref);
    if (moved === 0) return false;
    if (ref === this.keep) this.keep = moved;
    return true;
  }

  #mayEvict(ref: number): boolean {
    return ref !== this.keep && (this.#table.word0(ref) & QUEUED) !== 0;
  }

  /** Evicts the next in the queue; the size class of its block, a list's nodes, -1 where that has none; NONE_LEFT where nothing is left. */
  #evictOne(): number {
    const { arena, queue, nodes } = this.#table;
    const victim = queue.victim(this.keep);
    if (victim === 0) return NONE_LEFT;
    const sizeClass = arena.classOf(nodes.mainBlockOf(victim));
    const before = arena.liveBytes;
    this.#table.dismiss(victim, 'evicted');
    this.#evictedBytes += before - arena.liveBytes;
    return sizeClass;
  }

  #untidyRole(): SegmentRole {
    const { pool, arena } = this.#table;
    const data = pool.bytesOfRole[SegmentRole.DATA];
    if (data - arena.sharedLiveBytes > Math.max(TIDY_BYTES_MIN, data * TIDY_PART)) return SegmentRole.DATA;
    const indexFree = pool.freePagesOfRole[SegmentRole.INDEX] * PAGE_BYTES;
    const index = pool.bytesOfRole[SegmentRole.INDEX];
    if (indexFree > Math.max(TIDY_BYTES_MIN, index * TIDY_PART)) return SegmentRole.INDEX;
    return SegmentRole.NONE;
  }

  /** The one with the fewest bytes in use among the next few segments of this role; 0 = none. */
  #sparseSegment(role: SegmentRole): number {
    const { roles } = this.#table.pool;
    let sparsest = 0;
    let leastBytes = Number.POSITIVE_INFINITY;
    let sampled = 0;
    for (let tries = 0; tries < roles.length && sampled < SEGMENTS_SAMPLED; tries++) {
      this.#sampleFrom = (this.#sampleFrom + 1) % roles.length;
      if (roles[this.#sampleFrom] !== role || this.#stuck.includes(this.#sampleFrom)) continue;
      sampled++;
      const bytes = this.#bytesInUse(this.#sampleFrom);
      if (bytes >= leastBytes) continue;
      leastBytes = bytes;
      sparsest = this.#sampleFrom;
    }
    return sparsest;
  }

  #bytesInUse(segment: number): number {
    const { pool, arena } = this.#table;
    let bytes = (RUN_PAGES_MAX - pool.freePages[segment]) * PAGE_BYTES;
    if (pool.roles[segment] === SegmentRole.DATA) {
      this.#eachSlab(segment, (slab) => {
        bytes -= arena.unusedBytesOf(slab);
      });
    }
    return bytes;
  }

  #eachSlab(segment: number, visit: (slab: number) => void): void {
    const { pool, arena } = this.#table;
    const map = pool.maps[segment];
    for (let page = MAP_PAGES; page < SEGMENT_PAGES; page += map[SEGMENT_PAGES + page]) {
      const run = (segment << SEGMENT_SHIFT) | (page << PAGE_UNIT_SHIFT);
      if (map[page] !== 0 && arena.isSlab(run)) visit(run);
    }
  }

  #firstRun(segment: number): number {
    const map = this.#table.pool.maps[segment];
    const page = map[MAP_PAGES] !== 0 ? MAP_PAGES : MAP_PAGES + map[SEGMENT_PAGES + MAP_PAGES];
    return (segment << SEGMENT_SHIFT) | (page << PAGE_UNIT_SHIFT);
  }
}
