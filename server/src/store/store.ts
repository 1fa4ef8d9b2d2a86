import { ValueType } from '@anoadb/protocol';
import type { EntryFields } from './entry-fields.js';
import {
  HAS_CLIENT_FLAGS,
  HAS_EXPIRY,
  headerBytes,
  IS_LIST,
  KEY_LENGTH_MAX,
  KIND_MASK,
  KIND_SHIFT,
  VALUE_LENGTH_MAX,
} from './entry-layout.js';
import { EntryTable } from './entry-table.js';
import { KeyHash } from './key-hash.js';
import { ListBlocks } from './lists/list-blocks.js';
import { LookAhead } from './look-ahead.js';
import { Reclaimer } from './reclaimer.js';
import type { SavedEntry } from './saved-entry.js';
import { SEGMENT_BYTES, SEGMENT_SHIFT, SegmentRole } from './segment-pool.js';
import type { EntryRef, StoreCounters, StoreMemory, StoreOptions } from './store-options.js';

/** One segment each for entries, index and spare, and one to move things through. */
export const STORE_MEMORY_BYTES_MIN = 4 * SEGMENT_BYTES;

/** Keys that one `lookAhead` takes. */
export const LOOK_AHEAD_KEYS_MAX = 256;

/** A value that was appended to gets this part of its size as slack, so that a thousand appends are not a thousand copies. */
const APPEND_SLACK_SHIFT = 3;

/**
 * Keys and values off the JavaScript heap, in segments; see segment-pool, arena, hash-index for how.
 *
 * An `EntryRef` stays valid until the next call that may change the store: put, append, setExpiry, remove,
 * restore, tick, clear, what changes or makes a list, and a `find` that meets an expired entry (which invalidates only that entry's ref).
 * Reading accessors, scan, setKind and setVersion invalidate nothing. Compare refs with 0 by equality only.
 */
export class Store {
  readonly counters: StoreCounters = { expired: 0, evicted: 0, refused: 0, slotsMoved: 0, entriesMoved: 0 };
  /** The entry that the last successful `put` wrote: spares its caller a second look-up. */
  lastPut: EntryRef = 0;
  readonly #options: StoreOptions;
  readonly #hash: KeyHash;
  readonly #ahead = new LookAhead(LOOK_AHEAD_KEYS_MAX);
  #table: EntryTable;
  #reclaimer: Reclaimer;
  #lists: ListBlocks;
  /** The most memory that tables before this one had in use. */
  #clearedPeakBytes = 0;
  /** False where entries carry no visited mark. */
  readonly #marksVisited: boolean;

  constructor(options: StoreOptions) {
    const limit = options.maxMemoryBytes ?? Number.POSITIVE_INFINITY;
    if (!(limit >= STORE_MEMORY_BYTES_MIN)) {
      throw new RangeError(`maxMemoryBytes is ${limit}; the store needs at least ${STORE_MEMORY_BYTES_MIN}`);
    }
    this.#options = options;
    this.#hash = new KeyHash(options.hashSeed);
    this.#marksVisited = (options.eviction ?? 'refuse') !== 'refuse';
    this.#table = this.#newTable();
    this.#reclaimer = new Reclaimer(this.#table);
    this.#lists = new ListBlocks(this.#table, this.#reclaimer);
  }

  /** What entries of type LIST hold; another one after `clear`. */
  get lists(): ListBlocks {
    return this.#lists;
  }

  /** Entries present, expired ones that nobody has met yet included. */
  get count(): number {
    return this.#table.index.count;
  }

  /** The seeded 32-bit hash of a key: its place in the scan order. */
  hash(bytes: Uint8Array, start: number, end: number): number {
    return this.#hash.of(bytes, start, end) >>> 0;
  }

  /** The same as the signed integer that `find` and `put` take. */
  keyHash(bytes: Uint8Array, start: number, end: number): number {
    return this.#hash.of(bytes, start, end);
  }

  /** Fetches what the keys of the next ops lead to, and keeps their hashes for `hashAhead`. Changes nothing. */
  lookAhead(bytes: Uint8Array, starts: Int32Array, ends: Int32Array, count: number): void {
    this.#ahead.read(this.#hash, this.#table.index, bytes, starts, ends, count);
  }

  /** The `keyHash` of a key of the last `lookAhead`. */
  hashAhead(index: number): number {
    return this.#ahead.hashes[index];
  }

  /** The entry of a key, or 0. An expired entry is removed on sight; a live one is marked visited for SIEVE. */
  find(bytes: Uint8Array, start: number, end: number, nowMs: number): EntryRef {
    return this.findHashed(this.#hash.of(bytes, start, end), bytes, start, end, nowMs);
  }

  /** `find` for a caller that knows the `keyHash`. */
  findHashed(hash: number, bytes: Uint8Array, start: number, end: number, nowMs: number): EntryRef {
    const table = this.#table;
    const ref = table.index.find(hash, bytes, start, end);
    if (ref === 0) return 0;
    if (table.isExpired(ref, nowMs)) {
      table.dismiss(ref, 'expired');
      return 0;
    }
    if (this.#marksVisited) table.markVisited(ref);
    return ref;
  }

  /**
   * Writes an entry whole. False: out of memory, and the key is as it was (others may have been evicted).
   * The value may lie in the store itself (RENAME). The cached kind of the entry becomes 0. `clientFlags` are 32 bits of
   * a client (memcached); they stay until the next `put`.
   */
  put(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    type: number,
    valueBytes: Uint8Array,
    valueStart: number,
    valueEnd: number,
    expiryMs: number,
    version: number,
    nowMs: number,
    clientFlags = 0,
  ): boolean {
    const hash = this.#hash.of(bytes, keyStart, keyEnd);
    const ref = this.findHashed(hash, bytes, keyStart, keyEnd, nowMs);
    return this.putAt(
      hash,
      ref,
      bytes,
      keyStart,
      keyEnd,
      type,
      valueBytes,
      valueStart,
      valueEnd,
      expiryMs,
      version,
      nowMs,
      clientFlags,
    );
  }

  /** `put` for a caller that knows the `keyHash` and has just found the entry, `before`; 0 = there is none. */
  putAt(
    hash: number,
    before: EntryRef,
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    type: number,
    valueBytes: Uint8Array,
    valueStart: number,
    valueEnd: number,
    expiryMs: number,
    version: number,
    nowMs: number,
    clientFlags = 0,
  ): boolean {
    const table = this.#table;
    const keyLength = keyEnd - keyStart;
    if (!(keyLength > 0 && keyLength <= KEY_LENGTH_MAX)) throw new RangeError(`key of ${keyLength} bytes`);
    if (!(valueEnd - valueStart <= VALUE_LENGTH_MAX))
      throw new RangeError(`value of ${valueEnd - valueStart} bytes`);
    let ref = before;
    const shape = table.shapeFor(expiryMs !== 0) | (clientFlags !== 0 ? HAS_CLIENT_FLAGS : 0);
    if (ref !== 0 && table.overwrite(ref, shape, type, valueBytes, valueStart, valueEnd, version)) {
      if (clientFlags !== 0) table.setClientFlags(ref, clientFlags);
      if (this.#marksVisited) table.markVisited(ref);
      this.lastPut = ref;
      return true;
    }
    const size = headerBytes(shape) + keyLength + valueEnd - valueStart;
    if (ref !== 0 && table.shapeOf(ref) === shape && this.#fits(ref, size)) {
      table.setType(ref, type);
      table.setValue(ref, valueBytes, valueStart, valueEnd);
      table.setVersion(ref, version);
      if (expiryMs !== 0) table.changeExpiry(ref, expiryMs);
      if (clientFlags !== 0) table.setClientFlags(ref, clientFlags);
      if (this.#marksVisited) table.markVisited(ref);
      this.lastPut = ref;
      return true;
    }
    if (expiryMs !== 0) table.wheel.startAt(nowMs);
    const reclaimer = this.#reclaimer;
    reclaimer.keep = ref;
    const block = ref !== 0 || reclaimer.reserve(hash) ? reclaimer.allocate(size) : 0;
    ref = reclaimer.keep;
    reclaimer.keep = 0;
    if (block !== 0) {
      this.lastPut = block;
      table.write(
        block,
        shape,
        type,
        bytes,
        keyStart,
        keyEnd,
        valueBytes,
        valueStart,
        valueEnd,
        expiryMs,
        version,
      );
      if (clientFlags !== 0) table.setClientFlags(block, clientFlags);
      if (ref !== 0) {
        table.supersede(hash, ref, block);
        return true;
      }
      if (table.link(hash, block)) return true;
    }
    this.counters.refused++;
    return false;
  }

  /** Adds bytes to the value; 0: out of memory and the entry is as it was. Clears the cached kind. */
  append(ref: EntryRef, bytes: Uint8Array, start: number, end: number, version: number): EntryRef {
    const table = this.#table;
    const length = table.valueLengthOf(ref);
    if (!(length + end - start <= VALUE_LENGTH_MAX))
      throw new RangeError(`value of ${length + end - start} bytes`);
    const size = table.sizeOf(ref) + end - start;
    let grown = ref;
    if (size > table.arena.capacityOf(ref))
      grown = this.#copyOf(ref, size + (size >>> APPEND_SLACK_SHIFT), table.shapeOf(ref), 0);
    if (grown === 0) return 0;
    table.extendValue(grown, bytes, start, end);
    table.setType(grown, table.word0(grown) & 0xff);
    table.setVersion(grown, version);
    if (this.#marksVisited) table.markVisited(grown);
    return grown;
  }

  /** Changes the absolute expiry (0 = none) and the version; the entry may move. 0: out of memory, nothing changed. */
  setExpiry(ref: EntryRef, expiryMs: number, version: number): EntryRef {
    const table = this.#table;
    const shape = table.shapeFor(expiryMs !== 0) | (table.shapeOf(ref) & (HAS_CLIENT_FLAGS | IS_LIST));
    let changed = ref;
    if (table.shapeOf(ref) !== shape) {
      const size = table.sizeOf(ref) - headerBytes(table.shapeOf(ref)) + headerBytes(shape);
      changed = this.#copyOf(ref, size, shape, expiryMs);
      if (changed === 0) return 0;
    } else if (expiryMs !== 0) {
      table.changeExpiry(ref, expiryMs);
    }
    table.setVersion(changed, version);
    return changed;
  }

  /** Removes a key; the listener is not called. */
  remove(bytes: Uint8Array, start: number, end: number): boolean {
    const table = this.#table;
    const hash = this.#hash.of(bytes, start, end);
    const ref = table.index.find(hash, bytes, start, end);
    if (ref === 0) return false;
    table.discard(ref, hash);
    return true;
  }

  /** Removes the entry of a key whose `keyHash` is known; the listener is not called. */
  removeAt(hash: number, ref: EntryRef): void {
    this.#table.discard(ref, hash);
  }

  typeOf(ref: EntryRef): number {
    return this.#table.word0(ref) & 0xff;
  }

  /** The cached interpretation of a TEXT value: 0 = not yet known, else a ValueType up to 7. */
  kindOf(ref: EntryRef): number {
    return (this.#table.word0(ref) & KIND_MASK) >>> KIND_SHIFT;
  }

  setKind(ref: EntryRef, kind: number): void {
    this.#table.setKind(ref, kind);
  }

  /** Absolute Unix ms, 0 = none. */
  expiryOf(ref: EntryRef): number {
    return this.#table.expiryOf(ref);
  }

  /** memcached's opaque 32 bits, unsigned; 0 = none. */
  clientFlagsOf(ref: EntryRef): number {
    return this.#table.clientFlagsOf(ref);
  }

  versionOf(ref: EntryRef): number {
    return this.#table.versionOf(ref);
  }

  setVersion(ref: EntryRef, version: number): void {
    this.#table.setVersion(ref, version);
  }

  keyLengthOf(ref: EntryRef): number {
    return this.#table.keyLengthOf(ref);
  }

  valueLengthOf(ref: EntryRef): number {
    return this.#table.valueLengthOf(ref);
  }

  /** The bytes in which this entry lies; key and value are ranges of it. */
  segmentOf(ref: EntryRef): Uint8Array {
    return this.#table.pool.bytes[ref >>> SEGMENT_SHIFT];
  }

  keyStartOf(ref: EntryRef): number {
    return this.#table.keyStartOf(ref);
  }

  valueStartOf(ref: EntryRef): number {
    return this.#table.valueStartOf(ref);
  }

  /** All of an entry that a journal needs. Stands until the next change of that key, as the ref does. */
  read(ref: EntryRef, into: EntryFields): void {
    this.#table.read(ref, into);
  }

  /** Copies an entry out, for an undo log. */
  save(ref: EntryRef, into: SavedEntry): void {
    const bytes = this.segmentOf(ref);
    const keyStart = this.keyStartOf(ref);
    const valueStart = this.valueStartOf(ref);
    into.key = bytes.slice(keyStart, keyStart + this.keyLengthOf(ref));
    into.value = this.#table.isList(ref)
      ? this.lists.save(ref)
      : bytes.slice(valueStart, valueStart + this.valueLengthOf(ref));
    into.type = this.typeOf(ref);
    into.kind = this.kindOf(ref);
    into.expiryMs = this.expiryOf(ref);
    into.version = this.versionOf(ref);
    into.clientFlags = this.clientFlagsOf(ref);
  }

  /** True: memory is taken beyond the limit rather than refused, for what was on disk already; until set to false. */
  set passesLimit(isForced: boolean) {
    this.#table.pool.forced = isForced;
  }

  /** Puts a saved entry back, kind included. It may pass the memory limit rather than fail. */
  restore(saved: SavedEntry): EntryRef {
    const { key, value } = saved;
    this.#table.pool.forced = true;
    const hash = this.#hash.of(key, 0, key.length);
    let ref = 0;
    // nowMs 0: what had expired in the meantime is still the entry that was there.
    if (saved.type === ValueType.LIST) {
      ref = this.lists.restore(value, hash, key, 0, key.length, saved.expiryMs, saved.version, 0);
    } else {
      const isBack = this.put(
        key,
        0,
        key.length,
        saved.type,
        value,
        0,
        value.length,
        saved.expiryMs,
        saved.version,
        0,
        saved.clientFlags,
      );
      if (isBack) ref = this.lastPut;
    }
    this.#table.pool.forced = false;
    if (ref === 0) throw new Error('the system has no memory to take a change back');
    this.#table.setKind(ref, saved.kind);
    return ref;
  }

  /**
   * Visits about `maxEntries` live entries in hash order and returns the cursor to go on with; 0 starts and
   * 0 ends. Whatever is present from start to end is visited, once, however the table changes between calls.
   * `visit` must not change the store. A call may visit nothing and yet not be the last.
   */
  scan(cursor: number, maxEntries: number, nowMs: number, visit: (ref: EntryRef) => void): number {
    // A client may send any number: one beyond the hashes has nothing left to see.
    if (!(cursor >= 0 && cursor < 2 ** 32)) return 0;
    return this.#table.index.scan(Math.trunc(cursor), Math.max(1, maxEntries), nowMs, visit);
  }

  /** Has a scan that stands at `cursor` already passed the place of a key with this hash? Cursor 0 = at the start. */
  cursorPassed(cursor: number, hash: number): boolean {
    return hash < cursor;
  }

  /** Frees what has expired and tidies up, at most about `budget` entries' worth of work. Returns the work done. */
  tick(nowMs: number, budget: number): number {
    const { wheel } = this.#table;
    let worked = 0;
    while (worked < budget) {
      const ref = wheel.nextDue(nowMs, budget - worked);
      worked += wheel.worked;
      if (ref === 0) break;
      this.#table.dismiss(ref, 'expired');
      worked++;
    }
    if (worked < budget) worked += this.#reclaimer.tidy(budget - worked);
    this.counters.slotsMoved = this.#table.index.slotsMoved;
    return worked;
  }

  /** A time before which tick has nothing to expire; Infinity = no entry has an expiry. */
  nextExpiryAtMs(): number {
    return this.#table.wheel.nextDueAtMs();
  }

  /** Room in the index of an empty store for so many entries, made at once; best effort, see `HashIndex.presize`. */
  presize(entries: number): void {
    this.#table.index.presize(entries);
  }

  /** Removes everything at once; the listener is not called. Returns how many entries there were. */
  clear(): number {
    const removed = this.count;
    this.#clearedPeakBytes = this.memory().peakBytes;
    // A fresh table: letting go of some thousand segments costs nothing like freeing each entry.
    this.#table = this.#newTable();
    this.#reclaimer = new Reclaimer(this.#table);
    this.#lists = new ListBlocks(this.#table, this.#reclaimer);
    return removed;
  }

  memory(): StoreMemory {
    const { pool, arena, index, wheel } = this.#table;
    const arenaBytes =
      pool.bytesOfRole[SegmentRole.DATA] +
      pool.bytesOfRole[SegmentRole.LARGE] +
      pool.bytesOfRole[SegmentRole.SPARE];
    return {
      usedBytes: pool.usedBytes,
      peakBytes: Math.max(this.#clearedPeakBytes, pool.peakBytes),
      arenaBytes,
      indexBytes: pool.usedBytes - arenaBytes,
      liveBytes: arena.liveBytes,
      limitBytes: pool.limitBytes,
      entries: index.count,
      withTtl: wheel.count,
      segments: pool.segments,
      fragmentationRatio: arena.liveBytes === 0 ? 1 : arenaBytes / arena.liveBytes,
    };
  }

  /** The parts, for `checkStore`; nobody else's business. */
  get parts(): EntryTable {
    return this.#table;
  }

  /** May an entry of this size stay in its block? Not where the block would be an eighth too large. */
  #fits(ref: number, size: number): boolean {
    const { arena } = this.#table;
    // By far the most frequent case, and it needs no look at the slab.
    if (size === this.#table.sizeOf(ref)) return true;
    const capacity = arena.capacityOf(ref);
    if (size > capacity) return false;
    return capacity - size <= capacity >>> 3 || arena.capacityFor(size) === capacity;
  }

  /** Moves an entry to a block of at least `size` bytes under a header of `shape`; 0 = no memory, nothing changed. */
  #copyOf(ref: number, size: number, shape: number, expiryMs: number): number {
    const table = this.#table;
    this.#reclaimer.keep = ref;
    const block = this.#reclaimer.allocate(size);
    const old = this.#reclaimer.keep;
    this.#reclaimer.keep = 0;
    if (block === 0) {
      this.counters.refused++;
      return 0;
    }
    table.copyTo(old, block, shape, (shape & HAS_EXPIRY) === 0 ? 0 : expiryMs || table.expiryOf(old));
    if ((shape & IS_LIST) !== 0) table.nodes.takeOver(old, block);
    table.supersede(table.hashOf(old), old, block);
    return block;
  }

  #newTable(): EntryTable {
    return new EntryTable({
      limitBytes: this.#options.maxMemoryBytes ?? Number.POSITIVE_INFINITY,
      policy: this.#options.eviction ?? 'refuse',
      hash: this.#hash,
      counters: this.counters,
      onRemoved: this.#options.onRemoved,
    });
  }
}
