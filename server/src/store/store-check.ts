/**
 * Walks a whole store and throws at the first thing that does not add up: page maps, slabs and their free
 * lists, index order, wheel and queue links, the nodes of lists, counts and sums. For tests; it takes as long as it takes.
 */
import { ValueType } from '@anoadb/protocol';
import { CARVED, CLASS, FREED, LISTED, STATE, USED } from './arena.js';
import {
  HAS_EXPIRY,
  headerBytes,
  KEY_LENGTH_SHIFT,
  QUEUED,
  WHEEL_NEXT,
  WHEEL_PREVIOUS,
} from './entry-layout.js';
import type { EntryTable } from './entry-table.js';
import { COUNT, DEPTH_SHIFT, FIRST_HASH, HOME_MASK, PAGE_HEADER_WORDS, SHAPE, SLOTS } from './hash-index.js';
import { elementBytes, lengthFrom, lengthUpTo } from './lists/list-element.js';
import { headBytes, type ListNodes, NODE_BYTES_MAX, NODE_HEADER_BYTES } from './lists/list-nodes.js';
import {
  MAP_PAGES,
  PAGE_BYTES,
  PAGE_UNIT_SHIFT,
  SEGMENT_BYTES,
  SEGMENT_PAGES,
  SEGMENT_SHIFT,
  SEGMENT_UNIT_MASK,
  SegmentRole,
} from './segment-pool.js';
import type { Store } from './store.js';

export function checkStore(store: Store): void {
  const table = store.parts;
  const refs = checkIndex(table);
  equal(refs.size, store.count, 'entries in the index');
  checkSegments(table, refs, checkLists(store, refs));
  checkWheel(table, refs);
  checkQueue(table, refs);
}

function checkIndex(table: EntryTable): Set<number> {
  const { index, pool } = table;
  const refs = new Set<number>();
  const entries = index.directory.length / 2;
  equal(2 ** (32 - index.shift), entries, 'directory entries');
  let deepestSeen = 0;
  for (let entry = 0; entry < entries; ) {
    const page = index.directory[2 * entry];
    const words = pool.words[page >>> SEGMENT_SHIFT];
    const at = (page & SEGMENT_UNIT_MASK) << 1;
    const depth = words[at + SHAPE] >>> DEPTH_SHIFT;
    const span = 2 ** (32 - index.shift - depth);
    deepestSeen = Math.max(deepestSeen, depth);
    equal(words[at + FIRST_HASH] >>> index.shift, entry, 'first hash of a page');
    for (let i = entry; i < entry + span; i++) {
      equal(index.directory[2 * i], page, 'page of a directory entry');
      equal(index.directory[2 * i + 1], words[at + SHAPE], 'shape of a directory entry');
    }
    checkPage(table, page, refs);
    entry += span;
  }
  ensure(deepestSeen === 32 - index.shift, 'directory is too deep');
  return refs;
}

function checkPage(table: EntryTable, page: number, refs: Set<number>): void {
  const { pool } = table;
  const words = pool.words[page >>> SEGMENT_SHIFT];
  const at = (page & SEGMENT_UNIT_MASK) << 1;
  const depth = words[at + SHAPE] >>> DEPTH_SHIFT;
  const home = words[at + SHAPE] & HOME_MASK;
  equal(pool.roles[page >>> SEGMENT_SHIFT], SegmentRole.INDEX, 'role of an index page');
  let count = 0;
  let previousHash = Number.NEGATIVE_INFINITY;
  let freeBehind = -1;
  for (let slot = 0; slot < words[at + SLOTS]; slot++) {
    const hash = words[at + PAGE_HEADER_WORDS + 2 * slot];
    const ref = words[at + PAGE_HEADER_WORDS + 2 * slot + 1];
    if (ref === 0) {
      freeBehind = slot;
      continue;
    }
    count++;
    ensure(!refs.has(ref), `entry ${ref} has two slots`);
    refs.add(ref);
    equal(table.hashOf(ref), hash, 'hash in a slot');
    ensure(hash >= previousHash, 'slots are out of order');
    previousHash = hash;
    equal(hash >>> (32 - depth), words[at + FIRST_HASH] >>> (32 - depth), 'prefix of a hash');
    const homeSlot = Math.floor((((hash << depth) >>> 16) * home) / 65536);
    ensure(slot >= homeSlot && homeSlot > freeBehind, 'a slot cannot be reached from its home');
  }
  equal(freeBehind, words[at + SLOTS] - 1, 'last slot stays free');
  equal(words[at + COUNT], count, 'count of an index page');
}

/** All nodes of all lists. */
function checkLists(store: Store, refs: Set<number>): Set<number> {
  const { nodes, arena, pool } = store.parts;
  const seen = new Set<number>();
  for (const ref of refs) {
    if (!store.parts.isList(ref)) continue;
    equal(store.typeOf(ref), ValueType.LIST, 'type of a list');
    equal(store.valueLengthOf(ref), headBytes(store.keyLengthOf(ref)), 'bytes of the head of a list');
    let elements = 0;
    let bytes = 0;
    let previous = ref;
    let node = nodes.firstOf(ref);
    for (; node !== 0 && node !== ref; node = nodes.nextOf(node)) {
      ensure(!seen.has(node) && !refs.has(node), `node ${node} is in two places`);
      seen.add(node);
      equal(nodes.previousOf(node), previous, 'link back in a list');
      checkNode(nodes, node);
      ensure(nodes.endOf(node) <= arena.capacityOf(node), 'a node is larger than its block');
      elements += nodes.elementsOf(node);
      bytes += nodes.usedOf(node);
      previous = node;
    }
    if (previous !== ref) equal(node, ref, 'end of a list');
    equal(nodes.lastOf(ref), previous === ref ? 0 : previous, 'last node of a list');
    equal(nodes.countOf(ref), elements, 'elements of a list');
    equal(nodes.bytesOf(ref), bytes, 'bytes of a list');
  }
  equal(nodes.chainFirst, 0, 'nodes without a list');
  equal(nodes.chainLast, 0, 'nodes without a list');
  equal(nodes.followed, 0, 'node that is followed');
  ensure(!pool.forced, 'the limit is not looked at');
  return seen;
}

function checkNode(nodes: ListNodes, node: number): void {
  ensure(nodes.isNode(node), 'a node has no mark');
  const bytes = nodes.segmentOf(node);
  const end = nodes.baseOf(node) + nodes.endOf(node);
  ensure(nodes.startOf(node) >= NODE_HEADER_BYTES, 'start of a node');
  let at = nodes.baseOf(node) + nodes.startOf(node);
  let elements = 0;
  for (; at < end; elements++) {
    const length = lengthFrom(bytes, at);
    at += elementBytes(length);
    equal(lengthUpTo(bytes, at), length, 'length behind an element');
  }
  equal(at, end, 'end of a node');
  equal(nodes.elementsOf(node), elements, 'elements of a node');
  ensure(elements > 0, 'a node without elements');
  const used = nodes.usedOf(node);
  ensure(elements === 1 || used + NODE_HEADER_BYTES <= NODE_BYTES_MAX, 'a node holds too much');
}

function checkSegments(table: EntryTable, refs: Set<number>, nodes: Set<number>): void {
  const { pool, arena } = table;
  let usedBytes = 0;
  let liveBytes = 0;
  let blocks = 0;
  let segments = 0;
  const seen = new Set<number>();
  const take = (ref: number): void => {
    ensure(refs.has(ref) || nodes.has(ref), `block ${ref} is in use but neither entry nor node`);
    if (refs.has(ref)) ensure(table.sizeOf(ref) <= arena.capacityOf(ref), 'entry is larger than its block');
    seen.add(ref);
    blocks++;
    liveBytes += arena.capacityOf(ref);
  };
  for (let segment = 1; segment < pool.bytes.length; segment++) {
    const role = pool.roles[segment];
    if (role === SegmentRole.NONE) continue;
    segments++;
    usedBytes += pool.bytes[segment].length;
    if (role === SegmentRole.LARGE) {
      take(segment << SEGMENT_SHIFT);
      continue;
    }
    equal(pool.bytes[segment].length, SEGMENT_BYTES, 'bytes of a segment');
    for (const run of runsOf(table, segment)) {
      if (role !== SegmentRole.DATA) continue;
      if (!arena.isSlab(run)) {
        take(run);
        continue;
      }
      for (const block of checkSlab(table, run)) take(block);
    }
  }
  equal(seen.size, refs.size + nodes.size, 'blocks, entries and nodes');
  equal(arena.blocks, blocks, 'blocks in use');
  equal(arena.liveBytes, liveBytes, 'live bytes');
  equal(pool.segments, segments, 'segments');
  equal(
    pool.usedBytes,
    usedBytes + table.index.directory.byteLength + table.wheel.heads.byteLength,
    'used bytes',
  );
  ensure(pool.usedBytes <= pool.limitBytes, 'the memory limit is passed');
}

function runsOf(table: EntryTable, segment: number): number[] {
  const { pool } = table;
  const map = pool.maps[segment];
  const runs: number[] = [];
  let freePages = 0;
  let wasFree = false;
  let page = MAP_PAGES;
  while (page < SEGMENT_PAGES) {
    const length = map[SEGMENT_PAGES + page];
    const isFree = map[page] === 0;
    ensure(length > 0 && page + length <= SEGMENT_PAGES, 'length of a run');
    ensure(!(isFree && wasFree), 'two free runs side by side');
    for (let i = page; i < page + length; i++) equal(map[i], isFree ? 0 : page + 1, 'owner of a page');
    if (isFree) {
      freePages += length;
      equal(map[SEGMENT_PAGES + page + length - 1], length, 'length at the end of a free run');
    } else {
      runs.push((segment << SEGMENT_SHIFT) | (page << PAGE_UNIT_SHIFT));
    }
    wasFree = isFree;
    page += length;
  }
  equal(pool.freePages[segment], freePages, 'free pages of a segment');
  return runs;
}

function checkSlab(table: EntryTable, slab: number): number[] {
  const { pool, arena } = table;
  const words = pool.words[slab >>> SEGMENT_SHIFT];
  const at = (slab & SEGMENT_UNIT_MASK) << 1;
  const inUse: number[] = [];
  for (let i = 0; i < words[at + CARVED]; i++) {
    const block = arena.blockAt(slab, i);
    if (block !== 0) inUse.push(block);
  }
  equal(words[at + USED], inUse.length, 'blocks in use of a slab');
  ensure(inUse.length > 0, 'an empty slab was kept');
  let freed = 0;
  for (let block = words[at + FREED]; block !== 0; freed++) {
    equal(pool.runOf(block), slab, 'slab of a free block');
    equal(table.word0(block), 0, 'mark of a free block');
    block = pool.words[block >>> SEGMENT_SHIFT][((block & SEGMENT_UNIT_MASK) << 1) + 1];
  }
  equal(words[at + CARVED], inUse.length + freed, 'free list of a slab');
  const isClosed = slab >>> SEGMENT_SHIFT === pool.draining;
  if (!isClosed) equal(words[at + STATE] === LISTED, !arena.isFull(slab), 'a slab is listed if it has room');
  ensure(
    words[at + CLASS] >= 0 && pool.runPages(slab) * PAGE_BYTES >= arena.unusedBytesOf(slab),
    'slab size',
  );
  return inUse;
}

function checkWheel(table: EntryTable, refs: Set<number>): void {
  const { wheel, pool } = table;
  let listed = 0;
  wheel.heads.forEach((head, bucket) => {
    let previous = bucket + 1;
    for (let ref = head; ref !== 0; listed++) {
      ensure(refs.has(ref), 'wheel lists what is no entry');
      const words = pool.words[ref >>> SEGMENT_SHIFT];
      const at = (ref & SEGMENT_UNIT_MASK) << 1;
      ensure((words[at] & HAS_EXPIRY) !== 0, 'wheel lists an entry without expiry');
      equal(words[at + WHEEL_PREVIOUS], previous, 'link back in the wheel');
      previous = ref;
      ref = words[at + WHEEL_NEXT];
    }
  });
  equal(wheel.count, listed, 'entries in the wheel');
  let withExpiry = 0;
  for (const ref of refs) if ((table.word0(ref) & HAS_EXPIRY) !== 0) withExpiry++;
  equal(withExpiry, listed, 'entries with expiry');
}

function checkQueue(table: EntryTable, refs: Set<number>): void {
  const { queue } = table;
  let queued = 0;
  let previous = 0;
  let sawHand = queue.hand === 0;
  for (let ref = queue.newest; ref !== 0; ref = queue.nextOf(ref)) {
    ensure(refs.has(ref), 'queue lists what is no entry');
    equal(queue.previousOf(ref), previous, 'link back in the queue');
    if (ref === queue.hand) sawHand = true;
    previous = ref;
    queued++;
  }
  equal(queue.oldest, previous, 'oldest of the queue');
  equal(queue.count, queued, 'entries in the queue');
  ensure(sawHand, 'the hand points outside the queue');
  let flagged = 0;
  for (const ref of refs) {
    const word0 = table.word0(ref);
    const shape = word0 & (HAS_EXPIRY | QUEUED);
    equal(shape, table.shapeFor((word0 & HAS_EXPIRY) !== 0), 'shape of a header');
    ensure(word0 >>> KEY_LENGTH_SHIFT > 0 && headerBytes(word0) >= 16, 'header');
    if ((word0 & QUEUED) !== 0) flagged++;
  }
  equal(flagged, queued, 'entries marked as queued');
}

function ensure(isTrue: boolean, what: string): void {
  if (!isTrue) throw new Error(`store is inconsistent: ${what}`);
}

function equal(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected) throw new Error(`store is inconsistent: ${what}: ${actual}, expected ${expected}`);
}
