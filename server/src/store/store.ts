import type { SavedEntry } from './saved-entry.js';
import type { EntryRef, StoreCounters, StoreMemory, StoreOptions } from './store-options.js';

/**
 * Keys and values off the JavaScript heap.
 *
 * An `EntryRef` stays valid until the next call that may change the store: put, append, setExpiry, remove,
 * restore, tick, clear, and `find` (which removes an expired entry on sight, so of *other* keys it
 * invalidates nothing but the refs of expired entries). Reading accessors, scan, setKind and setVersion
 * invalidate nothing.
 */
export class Store {
  readonly counters: StoreCounters = { expired: 0, evicted: 0, refused: 0, slotsMoved: 0, entriesMoved: 0 };

  constructor(_options: StoreOptions) {}

  /** Entries present, expired ones that nobody has met yet included. */
  get count(): number {
    throw new Error('to come');
  }

  /** The seeded 32-bit hash of a key: its place in the scan order. */
  hash(_bytes: Uint8Array, _start: number, _end: number): number {
    throw new Error('to come');
  }

  /** The entry of a key, or 0. An expired entry is removed on sight; a live one is marked visited for SIEVE. */
  find(_bytes: Uint8Array, _start: number, _end: number, _nowMs: number): EntryRef {
    throw new Error('to come');
  }

  /**
   * Writes an entry whole. False: out of memory, and the key is as it was (others may have been evicted).
   * The value may lie in the store itself (RENAME). The cached kind of the entry becomes 0.
   */
  put(
    _bytes: Uint8Array,
    _keyStart: number,
    _keyEnd: number,
    _type: number,
    _valueBytes: Uint8Array,
    _valueStart: number,
    _valueEnd: number,
    _expiryMs: number,
    _version: number,
    _nowMs: number,
  ): boolean {
    throw new Error('to come');
  }

  /** Adds bytes to the value; 0: out of memory and the entry is as it was. Clears the cached kind. */
  append(_ref: EntryRef, _bytes: Uint8Array, _start: number, _end: number, _version: number): EntryRef {
    throw new Error('to come');
  }

  /** Changes the absolute expiry (0 = none) and the version; the entry may move. 0: out of memory, nothing changed. */
  setExpiry(_ref: EntryRef, _expiryMs: number, _version: number): EntryRef {
    throw new Error('to come');
  }

  /** Removes a key; the listener is not called. */
  remove(_bytes: Uint8Array, _start: number, _end: number): boolean {
    throw new Error('to come');
  }

  typeOf(_ref: EntryRef): number {
    throw new Error('to come');
  }

  /** The cached interpretation of a TEXT value: 0 = not yet known, else a ValueType. */
  kindOf(_ref: EntryRef): number {
    throw new Error('to come');
  }

  setKind(_ref: EntryRef, _kind: number): void {
    throw new Error('to come');
  }

  /** Absolute Unix ms, 0 = none. */
  expiryOf(_ref: EntryRef): number {
    throw new Error('to come');
  }

  versionOf(_ref: EntryRef): number {
    throw new Error('to come');
  }

  setVersion(_ref: EntryRef, _version: number): void {
    throw new Error('to come');
  }

  keyLengthOf(_ref: EntryRef): number {
    throw new Error('to come');
  }

  valueLengthOf(_ref: EntryRef): number {
    throw new Error('to come');
  }

  /** The bytes in which this entry lies; key and value are ranges of it. */
  segmentOf(_ref: EntryRef): Uint8Array {
    throw new Error('to come');
  }

  keyStartOf(_ref: EntryRef): number {
    throw new Error('to come');
  }

  valueStartOf(_ref: EntryRef): number {
    throw new Error('to come');
  }

  /** Copies an entry out, for an undo log. */
  save(_ref: EntryRef, _into: SavedEntry): void {
    throw new Error('to come');
  }

  /** Puts a saved entry back, kind included. Never fails: it may pass the memory limit for a moment. */
  restore(_saved: SavedEntry): EntryRef {
    throw new Error('to come');
  }

  /**
   * Visits about `maxEntries` live entries in hash order and returns the cursor to go on with; 0 starts and
   * 0 ends. Whatever is present from start to end is visited, once, however the table changes between calls.
   * `visit` must not change the store. A call may visit nothing and yet not be the last.
   */
  scan(_cursor: number, _maxEntries: number, _nowMs: number, _visit: (ref: EntryRef) => void): number {
    throw new Error('to come');
  }

  /** Has a scan that stands at `cursor` already passed the place of a key with this hash? Cursor 0 = at the start. */
  cursorPassed(_cursor: number, _hash: number): boolean {
    throw new Error('to come');
  }

  /** Frees what has expired and tidies up, at most about `budget` entries' worth of work. Returns the work done. */
  tick(_nowMs: number, _budget: number): number {
    throw new Error('to come');
  }

  /** A time before which tick has nothing to expire; Infinity = no entry has an expiry. */
  nextExpiryAtMs(): number {
    throw new Error('to come');
  }

  /** Removes everything at once; the listener is not called. Returns how many entries there were. */
  clear(): number {
    throw new Error('to come');
  }

  memory(): StoreMemory {
    throw new Error('to come');
  }
}
