/**
 * Entries with everything that points to them: block, index slot, place in the expiry wheel and in the
 * eviction queue. What the store decides is carried out here, so that no pointer is ever forgotten.
 *
 * Invariant: each entry has exactly one index slot; it is in the wheel exactly if HAS_EXPIRY is set and in
 * the queue exactly if QUEUED is set.
 */
import { copyBytes } from '@anoadb/protocol';
import { Arena } from './arena.js';
import type { EntryFields } from './entry-fields.js';
import {
  clientFlagsWord,
  EXPIRY,
  expiryAt,
  HAS_CLIENT_FLAGS,
  HAS_EXPIRY,
  headerBytes,
  IS_LIST,
  KEY_LENGTH_SHIFT,
  KIND_MASK,
  KIND_SHIFT,
  QUEUED,
  SHAPE,
  VALUE_LENGTH,
  VERSION,
  VISITED,
} from './entry-layout.js';
import { EvictionQueue } from './eviction-queue.js';
import { ExpiryWheel } from './expiry-wheel.js';
import { HashIndex } from './hash-index.js';
import type { KeyHash } from './key-hash.js';
import { isNodeWord, ListNodes } from './lists/list-nodes.js';
import { SEGMENT_SHIFT, SEGMENT_UNIT_MASK, SegmentPool } from './segment-pool.js';
import type { EvictionPolicy, RemovalReason, RemovedListener, StoreCounters } from './store-options.js';

export class EntryTable {
  readonly pool: SegmentPool;
  readonly arena: Arena;
  readonly index: HashIndex;
  readonly wheel: ExpiryWheel;
  readonly queue: EvictionQueue;
  /** The blocks of lists. */
  readonly nodes: ListNodes;
  readonly hash: KeyHash;
  readonly policy: EvictionPolicy;
  readonly counters: StoreCounters;
  readonly onRemoved: RemovedListener | undefined;

  constructor(options: {
    limitBytes: number;
    policy: EvictionPolicy;
    hash: KeyHash;
    counters: StoreCounters;
    onRemoved: RemovedListener | undefined;
  }) {
    this.pool = new SegmentPool(options.limitBytes);
    this.arena = new Arena(this.pool);
    this.wheel = new ExpiryWheel(this.pool);
    this.index = new HashIndex(this.pool);
    this.queue = new EvictionQueue(this.pool);
    this.nodes = new ListNodes(this.pool, this.arena);
    this.hash = options.hash;
    this.policy = options.policy;
    this.counters = options.counters;
    this.onRemoved = options.onRemoved;
  }

  /** The flags that decide the header's length, for an entry with or without an expiry. */
  shapeFor(hasExpiry: boolean): number {
    if (this.policy === 'sieve') return hasExpiry ? HAS_EXPIRY | QUEUED : QUEUED;
    if (!hasExpiry) return 0;
    return this.policy === 'sieve-ttl' ? HAS_EXPIRY | QUEUED : HAS_EXPIRY;
  }

  shapeOf(ref: number): number {
    return this.word0(ref) & SHAPE;
  }

  word0(ref: number): number {
    return this.pool.words[ref >>> SEGMENT_SHIFT][(ref & SEGMENT_UNIT_MASK) << 1];
  }

  expiryOf(ref: number): number {
    const words = this.pool.words[ref >>> SEGMENT_SHIFT];
    const at = (ref & SEGMENT_UNIT_MASK) << 1;
    return (words[at] & HAS_EXPIRY) === 0 ? 0 : expiryAt(words, at);
  }

  isList(ref: number): boolean {
    return (this.word0(ref) & IS_LIST) !== 0;
  }

  /** 0 where the entry has none. */
  clientFlagsOf(ref: number): number {
    const words = this.pool.words[ref >>> SEGMENT_SHIFT];
    const at = (ref & SEGMENT_UNIT_MASK) << 1;
    return (words[at] & HAS_CLIENT_FLAGS) === 0 ? 0 : words[at + clientFlagsWord(words[at])] >>> 0;
  }

  /** Sets the client's flags of an entry whose shape has them. */
  setClientFlags(ref: number, clientFlags: number): void {
    const words = this.pool.words[ref >>> SEGMENT_SHIFT];
    const at = (ref & SEGMENT_UNIT_MASK) << 1;
    words[at + clientFlagsWord(words[at])] = clientFlags;
  }

  isExpired(ref: number, nowMs: number): boolean {
    const words = this.pool.words[ref >>> SEGMENT_SHIFT];
    const at = (ref & SEGMENT_UNIT_MASK) << 1;
    return (words[at] & HAS_EXPIRY) !== 0 && expiryAt(words, at) <= nowMs;
  }

  keyLengthOf(ref: number): number {
    return this.word0(ref) >>> KEY_LENGTH_SHIFT;
  }

  valueLengthOf(ref: number): number {
    return this.pool.words[ref >>> SEGMENT_SHIFT][((ref & SEGMENT_UNIT_MASK) << 1) + VALUE_LENGTH];
  }

  keyStartOf(ref: number): number {
    return ((ref & SEGMENT_UNIT_MASK) << 3) + headerBytes(this.word0(ref));
  }

  valueStartOf(ref: number): number {
    const word0 = this.word0(ref);
    return ((ref & SEGMENT_UNIT_MASK) << 3) + headerBytes(word0) + (word0 >>> KEY_LENGTH_SHIFT);
  }

  /** Bytes of header, key and value together. */
  sizeOf(ref: number): number {
    const word0 = this.word0(ref);
    return headerBytes(word0) + (word0 >>> KEY_LENGTH_SHIFT) + this.valueLengthOf(ref);
  }

  hashOf(ref: number): number {
    const start = this.keyStartOf(ref);
    return this.hash.of(this.pool.bytes[ref >>> SEGMENT_SHIFT], start, start + this.keyLengthOf(ref));
  }

  markVisited(ref: number): void {
    const words = this.pool.words[ref >>> SEGMENT_SHIFT];
    const at = (ref & SEGMENT_UNIT_MASK) << 1;
    if ((words[at] & (QUEUED | VISITED)) === QUEUED) words[at] |= VISITED;
  }

  /** Type of the value; the cached kind becomes unknown. */
  setType(ref: number, type: number): void {
    const words = this.pool.words[ref >>> SEGMENT_SHIFT];
    const at = (ref & SEGMENT_UNIT_MASK) << 1;
    words[at] = (words[at] & ~(KIND_MASK | 0xff)) | type;
  }

  setKind(ref: number, kind: number): void {
    const words = this.pool.words[ref >>> SEGMENT_SHIFT];
    const at = (ref & SEGMENT_UNIT_MASK) << 1;
    words[at] = (words[at] & ~KIND_MASK) | (kind << KIND_SHIFT);
  }

  setVersion(ref: number, version: number): void {
    const words = this.pool.words[ref >>> SEGMENT_SHIFT];
    const at = ((ref & SEGMENT_UNIT_MASK) << 1) + VERSION;
    words[at] = version | 0;
    words[at + 1] = (version / 2 ** 32) | 0;
  }

  versionOf(ref: number): number {
    const words = this.pool.words[ref >>> SEGMENT_SHIFT];
    const at = ((ref & SEGMENT_UNIT_MASK) << 1) + VERSION;
    return (words[at] >>> 0) + words[at + 1] * 2 ** 32;
  }

  read(ref: number, into: EntryFields): void {
    const segment = ref >>> SEGMENT_SHIFT;
    const words = this.pool.words[segment];
    const at = (ref & SEGMENT_UNIT_MASK) << 1;
    const word0 = words[at];
    into.type = word0 & 0xff;
    into.keyBytes = word0 >>> KEY_LENGTH_SHIFT;
    into.valueBytes = words[at + VALUE_LENGTH];
    into.expiryMs = (word0 & HAS_EXPIRY) === 0 ? 0 : expiryAt(words, at);
    into.version = (words[at + VERSION] >>> 0) + words[at + VERSION + 1] * 2 ** 32;
    into.clientFlags = (word0 & HAS_CLIENT_FLAGS) === 0 ? 0 : words[at + clientFlagsWord(word0)] >>> 0;
    into.bytes = this.pool.bytes[segment];
    into.words = words;
    into.start = (at << 2) + headerBytes(word0);
  }

  /** Another expiry for an entry that has one and keeps one. */
  changeExpiry(ref: number, expiryMs: number): void {
    if (this.expiryOf(ref) === expiryMs) return;
    this.wheel.remove(ref);
    this.#writeExpiry(ref, expiryMs);
    this.wheel.add(ref);
  }

  setValue(ref: number, bytes: Uint8Array, start: number, end: number): void {
    const segment = ref >>> SEGMENT_SHIFT;
    copyBytes(this.pool.bytes[segment], this.valueStartOf(ref), bytes, start, end);
    this.pool.words[segment][((ref & SEGMENT_UNIT_MASK) << 1) + VALUE_LENGTH] = end - start;
  }

  /**
   * A new value in the place of one of the same length, where the entry has this shape and no expiry: by far the most
   * frequent write, with every address looked up once. False: it is another case, and nothing has changed.
   */
  overwrite(
    ref: number,
    shape: number,
    type: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    version: number,
  ): boolean {
    const segment = ref >>> SEGMENT_SHIFT;
    const words = this.pool.words[segment];
    const at = (ref & SEGMENT_UNIT_MASK) << 1;
    const word0 = words[at];
    if ((word0 & SHAPE) !== shape || (shape & HAS_EXPIRY) !== 0) return false;
    if (words[at + VALUE_LENGTH] !== end - start) return false;
    words[at] = (word0 & ~(KIND_MASK | 0xff)) | type;
    words[at + VERSION] = version | 0;
    words[at + VERSION + 1] = (version / 2 ** 32) | 0;
    const valueAt = (at << 2) + headerBytes(word0) + (word0 >>> KEY_LENGTH_SHIFT);
    copyBytes(this.pool.bytes[segment], valueAt, bytes, start, end);
    return true;
  }

  /**
   * Writes an entry into a block, not yet linked from anywhere. The value goes first: it may come from the
   * very block, evicted a moment ago, that the entry now gets.
   */
  write(
    block: number,
    shape: number,
    type: number,
    keyBytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueBytes: Uint8Array,
    valueStart: number,
    valueEnd: number,
    expiryMs: number,
    version: number,
  ): void {
    const segment = block >>> SEGMENT_SHIFT;
    const bytes = this.pool.bytes[segment];
    const words = this.pool.words[segment];
    const at = (block & SEGMENT_UNIT_MASK) << 1;
    const keyAt = (at << 2) + headerBytes(shape);
    copyBytes(bytes, keyAt + keyEnd - keyStart, valueBytes, valueStart, valueEnd);
    copyBytes(bytes, keyAt, keyBytes, keyStart, keyEnd);
    words[at] = type | shape | ((keyEnd - keyStart) << KEY_LENGTH_SHIFT);
    words[at + VALUE_LENGTH] = valueEnd - valueStart;
    words[at + VERSION] = version | 0;
    words[at + VERSION + 1] = (version / 2 ** 32) | 0;
    if ((shape & HAS_EXPIRY) !== 0) this.#writeExpiry(block, expiryMs);
  }

  /** Writes a copy of an entry into another block, under a header that may have another shape; not yet linked. */
  copyTo(ref: number, block: number, shape: number, expiryMs: number): void {
    const bytes = this.pool.bytes[ref >>> SEGMENT_SHIFT];
    const keyStart = this.keyStartOf(ref);
    const valueStart = this.valueStartOf(ref);
    const valueEnd = valueStart + this.valueLengthOf(ref);
    const type = this.word0(ref) & (0xff | KIND_MASK);
    this.write(
      block,
      shape,
      type,
      bytes,
      keyStart,
      valueStart,
      bytes,
      valueStart,
      valueEnd,
      expiryMs,
      this.versionOf(ref),
    );
    if ((shape & HAS_CLIENT_FLAGS) !== 0) this.setClientFlags(block, this.clientFlagsOf(ref));
  }

  /** Adds bytes behind the value, in a block that has room for them. */
  extendValue(ref: number, bytes: Uint8Array, start: number, end: number): void {
    const segment = ref >>> SEGMENT_SHIFT;
    const length = this.valueLengthOf(ref);
    copyBytes(this.pool.bytes[segment], this.valueStartOf(ref) + length, bytes, start, end);
    this.pool.words[segment][((ref & SEGMENT_UNIT_MASK) << 1) + VALUE_LENGTH] = length + end - start;
  }

  /** Takes a written entry of a new key in. False (rare): no memory; the block is given back. */
  link(hash: number, ref: number): boolean {
    if (!this.index.insert(hash, ref)) {
      this.arena.free(ref);
      return false;
    }
    const word0 = this.word0(ref);
    if ((word0 & HAS_EXPIRY) !== 0) this.wheel.add(ref);
    if ((word0 & QUEUED) !== 0) this.queue.add(ref);
    return true;
  }

  /** Lets a written entry take the place of an older one of the same key, which is freed. */
  supersede(hash: number, ref: number, newRef: number): void {
    const old = this.word0(ref);
    const now = this.word0(newRef);
    this.index.replace(hash, ref, newRef);
    if ((old & HAS_EXPIRY) !== 0) this.wheel.remove(ref);
    if ((now & HAS_EXPIRY) !== 0) this.wheel.add(newRef);
    if ((old & now & QUEUED) !== 0) {
      this.queue.replace(ref, newRef);
      this.markVisited(newRef);
    } else {
      if ((old & QUEUED) !== 0) this.queue.remove(ref);
      if ((now & QUEUED) !== 0) this.queue.add(newRef);
    }
    if ((old & IS_LIST) !== 0) this.nodes.free(ref);
    this.arena.free(ref);
  }

  /** Moves an entry, or a node of a list, to another block as it is. 0: no memory to be had without taking a segment. */
  move(ref: number): number {
    const block = isNodeWord(this.word0(ref)) ? this.nodes.move(ref) : this.#moveEntry(ref);
    if (block !== 0) this.counters.entriesMoved++;
    return block;
  }

  #moveEntry(ref: number): number {
    const size = this.sizeOf(ref);
    const block = this.arena.allocate(size);
    if (block === 0) return 0;
    const start = (ref & SEGMENT_UNIT_MASK) << 3;
    const into = (block & SEGMENT_UNIT_MASK) << 3;
    const bytes = this.pool.bytes[ref >>> SEGMENT_SHIFT];
    copyBytes(this.pool.bytes[block >>> SEGMENT_SHIFT], into, bytes, start, start + size);
    const word0 = this.word0(ref);
    this.index.replace(this.hashOf(ref), ref, block);
    if ((word0 & HAS_EXPIRY) !== 0) this.wheel.moved(block);
    if ((word0 & QUEUED) !== 0) this.queue.replace(ref, block);
    if ((word0 & IS_LIST) !== 0) this.nodes.entryMoved(block);
    this.arena.free(ref);
    return block;
  }

  /** Removes an entry and frees its block, a list's with all its nodes; nobody is told. */
  discard(ref: number, hash: number): void {
    const word0 = this.word0(ref);
    if ((word0 & HAS_EXPIRY) !== 0) this.wheel.remove(ref);
    if ((word0 & QUEUED) !== 0) this.queue.remove(ref);
    if ((word0 & IS_LIST) !== 0) this.nodes.free(ref);
    this.index.remove(hash, ref);
    this.arena.free(ref);
  }

  /** Removes an entry on the store's own account: the listener hears of it while the key can still be read. */
  dismiss(ref: number, reason: RemovalReason): void {
    const bytes = this.pool.bytes[ref >>> SEGMENT_SHIFT];
    const start = this.keyStartOf(ref);
    const end = start + this.keyLengthOf(ref);
    if (reason === 'expired') this.counters.expired++;
    else this.counters.evicted++;
    this.onRemoved?.(bytes, start, end, reason);
    this.discard(ref, this.hash.of(bytes, start, end));
  }

  #writeExpiry(ref: number, expiryMs: number): void {
    const words = this.pool.words[ref >>> SEGMENT_SHIFT];
    const at = ((ref & SEGMENT_UNIT_MASK) << 1) + EXPIRY;
    words[at] = expiryMs | 0;
    words[at + 1] = (expiryMs / 2 ** 32) | 0;
  }
}
