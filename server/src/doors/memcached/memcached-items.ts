/**
 * What memcached's commands mean, whichever of its protocols they come by: each function is the middle of one request,
 * between `engine.startRequest` and `engine.commit`, and answers an `Outcome`. Rights were checked before.
 *
 * An item is an entry of type TEXT with client flags; its cas unique is the entry's version. Entries of other types
 * are read as plain text, and what changes them leaves text, but an integer counted up or down stays one.
 */

import { ByteWriter, Op, Opcode, Result, Status, ValueType } from '@anoadb/protocol';
import type { Engine } from '../../engine/engine.js';
import type { EntryRef } from '../../store/index.js';
import { digitsOf, writeUnsigned } from './decimal-writer.js';
import { isExpired } from './expiry-seconds.js';
import { ItemMark, ItemMarks } from './item-marks.js';
import { addWrapping, subtractToZero, type Unsigned64, unsigned64Of } from './number-text.js';
import { PlainValue } from './plain-value.js';

export const Outcome = {
  DONE: 0,
  /** The condition of add, replace, append or prepend does not hold. */
  NOT_STORED: 1,
  /** The cas unique is another one. */
  EXISTS: 2,
  NOT_FOUND: 3,
  NON_NUMERIC: 4,
  NO_MEMORY: 5,
  DISK_FULL: 6,
  DENIED: 7,
} as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

export const StoreMode = { SET: 0, ADD: 1, REPLACE: 2, APPEND: 3, PREPEND: 4, CAS: 5 } as const;
export type StoreMode = (typeof StoreMode)[keyof typeof StoreMode];

/** No cas unique was given. */
export const ANY_CAS = 0;

const SPACE = 0x20;
const INT64_MAX = 2n ** 63n - 1n;

const NOTHING = new Uint8Array(0);

/** The item to store. One object, reused. */
export class ItemToStore {
  mode: StoreMode = StoreMode.SET;
  keyBytes: Uint8Array = NOTHING;
  keyStart = 0;
  keyEnd = 0;
  valueBytes: Uint8Array = NOTHING;
  valueStart = 0;
  valueEnd = 0;
  flags = 0;
  /** Absolute ms, 0: never. */
  expiryMs = 0;
  cas: Unsigned64 = ANY_CAS;
  /** In CAS mode an item with a newer version may be replaced, and is stale then. */
  mayBeStale = false;
}

export class MemcachedItems {
  readonly engine: Engine;
  readonly marks: ItemMarks;
  /** For whoever reads a value; each `load` and each change of the store ends the one before. */
  readonly value = new PlainValue();
  /** After `count`: the number. */
  counted: Unsigned64 = 0;
  /** After `count` and `create`: the item; 0: there is none. */
  changedRef: EntryRef = 0;
  readonly #scratch = new ByteWriter(64);
  readonly #op = new Op();
  readonly #result = new Result();

  constructor(engine: Engine) {
    this.engine = engine;
    this.marks = new ItemMarks(engine.nowMs);
  }

  /** The item of a key to be read, counted as hit or miss; 0: there is none. */
  find(bytes: Uint8Array, keyStart: number, keyEnd: number): EntryRef {
    return this.engine.findKeyToRead(bytes, keyStart, keyEnd);
  }

  store(item: ItemToStore): Outcome {
    const engine = this.engine;
    if (engine.refusesWrites) return Outcome.DISK_FULL;
    const ref = engine.findKey(item.keyBytes, item.keyStart, item.keyEnd);
    if (ref === 0) return this.#storeNew(item);
    switch (item.mode) {
      case StoreMode.ADD:
        return Outcome.NOT_STORED;
      case StoreMode.CAS:
        return this.#compareAndStore(item, ref);
      case StoreMode.APPEND:
      case StoreMode.PREPEND:
        if (item.cas !== ANY_CAS && item.cas !== engine.store.versionOf(ref)) return Outcome.EXISTS;
        return this.#extend(item, ref);
      default:
        return this.#put(item, ref, item.expiryMs);
    }
  }

  /** Counts the item of a key up or down: `counted` and `changedRef` tell the result. */
  count(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    delta: Unsigned64,
    isUp: boolean,
    cas: Unsigned64,
  ): Outcome {
    const engine = this.engine;
    const { store } = engine;
    if (engine.refusesWrites) return Outcome.DISK_FULL;
    const ref = engine.findKey(bytes, keyStart, keyEnd);
    if (ref === 0) return Outcome.NOT_FOUND;
    const value = this.value;
    value.load(engine, ref);
    if (value.length === 0) return Outcome.NON_NUMERIC;
    if (cas !== ANY_CAS && cas !== store.versionOf(ref)) return Outcome.EXISTS;
    const before = unsigned64Of(value.bytes, value.start, value.end);
    if (before === undefined) return Outcome.NON_NUMERIC;
    const counted = isUp ? addWrapping(before, delta) : subtractToZero(before, delta);
    const isInPlace = digitsOf(counted) <= value.length;
    const version = store.versionOf(ref);
    const type = this.#writeCounted(counted, store.typeOf(ref), value.length);
    const scratch = this.#scratch;
    const flags = store.clientFlagsOf(ref);
    const expiryMs = store.expiryOf(ref);
    const written = engine.put(
      engine.keyHash,
      ref,
      bytes,
      keyStart,
      keyEnd,
      type,
      scratch.bytes,
      0,
      scratch.at,
      expiryMs,
      flags,
    );
    if (written === 0) return Outcome.NO_MEMORY;
    // As with memcached, a number that fits where the old one was is still the same item.
    if (isInPlace) this.marks.move(version, engine.lastLsn);
    else this.marks.written(engine.lastLsn, engine.nowMs);
    this.counted = counted;
    this.changedRef = written;
    return Outcome.DONE;
  }

  /** Makes the item of a key that has none, with the digits of a number as its value. */
  createCounter(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    initial: Unsigned64,
    expiryMs: number,
  ): Outcome {
    const scratch = this.#scratch;
    scratch.reset();
    writeUnsigned(scratch, initial);
    this.counted = initial;
    return this.create(bytes, keyStart, keyEnd, scratch.bytes, scratch.at, expiryMs);
  }

  /** Makes the item of a key that was just looked up and not found; `changedRef` is it, or 0 where it has expired already. */
  create(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    value: Uint8Array,
    valueLength: number,
    expiryMs: number,
  ): Outcome {
    const engine = this.engine;
    this.changedRef = 0;
    if (engine.refusesWrites) return Outcome.DISK_FULL;
    if (isExpired(expiryMs, engine.nowMs)) return Outcome.DONE;
    const hash = engine.keyHash;
    const ref = engine.put(hash, 0, bytes, keyStart, keyEnd, ValueType.TEXT, value, 0, valueLength, expiryMs);
    if (ref === 0) return Outcome.NO_MEMORY;
    this.marks.written(engine.lastLsn, engine.nowMs);
    this.changedRef = ref;
    return Outcome.DONE;
  }

  /** Gives the item found at `ref` another expiry. Returns where it is now, 0: gone, or -1: no memory. */
  touch(ref: EntryRef, bytes: Uint8Array, keyStart: number, keyEnd: number, expiryMs: number): EntryRef {
    const engine = this.engine;
    if (isExpired(expiryMs, engine.nowMs)) {
      engine.removeKey(ref, bytes, keyStart, keyEnd);
      return 0;
    }
    if (engine.store.expiryOf(ref) === expiryMs) return ref;
    const version = engine.store.versionOf(ref);
    const touched = engine.setExpiry(ref, expiryMs);
    if (touched === 0) return TOUCH_FAILED;
    this.marks.move(version, engine.store.versionOf(touched));
    return touched;
  }

  remove(bytes: Uint8Array, keyStart: number, keyEnd: number, cas: Unsigned64 | undefined): Outcome {
    const engine = this.engine;
    if (engine.refusesWrites) return Outcome.DISK_FULL;
    const ref = engine.findKey(bytes, keyStart, keyEnd);
    if (ref === 0) return Outcome.NOT_FOUND;
    if (cas !== undefined && cas !== engine.store.versionOf(ref)) return Outcome.EXISTS;
    engine.removeKey(ref, bytes, keyStart, keyEnd);
    return Outcome.DONE;
  }

  /** A new version of the item as it is, marked stale; with another expiry where there is one given. */
  invalidate(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    cas: Unsigned64 | undefined,
    expiryMs: number | undefined,
  ): Outcome {
    const engine = this.engine;
    const { store } = engine;
    if (engine.refusesWrites) return Outcome.DISK_FULL;
    const ref = engine.findKey(bytes, keyStart, keyEnd);
    if (ref === 0) return Outcome.NOT_FOUND;
    const version = store.versionOf(ref);
    if (cas !== undefined && cas !== version) return Outcome.EXISTS;
    if (expiryMs !== undefined && isExpired(expiryMs, engine.nowMs)) {
      engine.removeKey(ref, bytes, keyStart, keyEnd);
      return Outcome.DONE;
    }
    const changed = engine.setExpiry(ref, expiryMs ?? store.expiryOf(ref));
    if (changed === 0) return Outcome.NO_MEMORY;
    const now = store.versionOf(changed);
    this.marks.move(version, now);
    this.marks.setFlags(now, ItemMark.STALE);
    return Outcome.DONE;
  }

  /** All items of the database, by the engine's own command. */
  flush(): Outcome {
    const op = this.#op.reset(Opcode.FLUSH);
    this.engine.execute(op, this.#result);
    switch (this.#result.status) {
      case Status.OK:
        return Outcome.DONE;
      case Status.DISK_FULL:
        return Outcome.DISK_FULL;
      default:
        return Outcome.DENIED;
    }
  }

  #storeNew(item: ItemToStore): Outcome {
    switch (item.mode) {
      case StoreMode.CAS:
        return Outcome.NOT_FOUND;
      case StoreMode.SET:
      case StoreMode.ADD:
        return this.#put(item, 0, item.expiryMs);
      default:
        return Outcome.NOT_STORED;
    }
  }

  #compareAndStore(item: ItemToStore, ref: EntryRef): Outcome {
    const { store } = this.engine;
    const version = store.versionOf(ref);
    if (item.cas === version) return this.#put(item, ref, item.expiryMs);
    if (!item.mayBeStale || item.cas === ANY_CAS || item.cas > version) return Outcome.EXISTS;
    const flags = (this.marks.flagsOf(version) & ItemMark.WON) | ItemMark.STALE;
    const outcome = this.#put(item, ref, store.expiryOf(ref));
    if (outcome === Outcome.DONE) this.marks.setFlags(this.engine.lastLsn, flags);
    return outcome;
  }

  #put(item: ItemToStore, before: EntryRef, expiryMs: number): Outcome {
    const engine = this.engine;
    if (isExpired(expiryMs, engine.nowMs)) {
      // Stored and expired in one.
      if (before !== 0) engine.removeKey(before, item.keyBytes, item.keyStart, item.keyEnd);
      return Outcome.DONE;
    }
    const ref = engine.put(
      engine.keyHash,
      before,
      item.keyBytes,
      item.keyStart,
      item.keyEnd,
      ValueType.TEXT,
      item.valueBytes,
      item.valueStart,
      item.valueEnd,
      expiryMs,
      item.flags,
    );
    if (ref === 0) return Outcome.NO_MEMORY;
    this.marks.written(engine.lastLsn, engine.nowMs);
    return Outcome.DONE;
  }

  /** append and prepend: flags and expiry stay as they are. */
  #extend(item: ItemToStore, ref: EntryRef): Outcome {
    const engine = this.engine;
    const { store } = engine;
    const value = this.value;
    value.load(engine, ref);
    if (value.isTooLarge || value.length + item.valueEnd - item.valueStart > engine.valueBytesMax)
      return Outcome.NOT_STORED;
    const isAtEnd = item.mode === StoreMode.APPEND;
    let extended: EntryRef;
    if (isAtEnd && store.typeOf(ref) === ValueType.TEXT) {
      const op = this.#op.reset(Opcode.APPEND);
      op.bytes = item.valueBytes;
      op.valueStart = item.valueStart;
      op.valueEnd = item.valueEnd;
      extended = engine.append(ref, op);
    } else {
      const whole = new ByteWriter(value.length + item.valueEnd - item.valueStart);
      if (isAtEnd) whole.copy(value.bytes, value.start, value.end);
      whole.copy(item.valueBytes, item.valueStart, item.valueEnd);
      if (!isAtEnd) whole.copy(value.bytes, value.start, value.end);
      extended = engine.put(
        engine.keyHash,
        ref,
        item.keyBytes,
        item.keyStart,
        item.keyEnd,
        ValueType.TEXT,
        whole.bytes,
        0,
        whole.at,
        store.expiryOf(ref),
        store.clientFlagsOf(ref),
      );
    }
    if (extended === 0) return Outcome.NO_MEMORY;
    this.marks.written(engine.lastLsn, engine.nowMs);
    return Outcome.DONE;
  }

  /** The new value into the scratch; returns its type. Text keeps its length, filled up with spaces. */
  #writeCounted(counted: Unsigned64, type: number, lengthBefore: number): number {
    const scratch = this.#scratch;
    scratch.reset();
    if (type === ValueType.INTEGER && counted <= INT64_MAX) {
      scratch.i64(counted);
      return type;
    }
    writeUnsigned(scratch, counted);
    while (scratch.at < lengthBefore) scratch.u8(SPACE);
    return ValueType.TEXT;
  }
}

/** What `touch` answers where there was no memory for the expiry. */
export const TOUCH_FAILED = -1;
