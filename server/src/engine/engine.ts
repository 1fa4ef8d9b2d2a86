/**
 * The one place where a command takes effect, whichever door it came through. Knows no wire and no clock:
 * a door fills an Op, `execute` fills a Result, both reused, nothing allocated per op.
 *
 * A result's bytes may lie in the store or in the engine's scratch: they are valid until the next call.
 *
 * Invariant: every change of the store is told to the journal under the next LSN, which is the entry's version;
 * in an atomic request only once it commits.
 */

import type { JsonValue, Op, Result } from '@anoadb/protocol';
import {
  ByteWriter,
  interpretText,
  isValidValue,
  isWriteOpcode,
  Limits,
  Opcode,
  Status,
  ValueType,
  writeInterpreted,
} from '@anoadb/protocol';
import type { EntryRef, RemovedListener, Store } from '../store/index.js';
import { commandHandlers, permissionsNeeded } from './command-table.js';
import { type DeferredResult, PENDING } from './deferred-result.js';
import type { Journal } from './journal.js';
import { reachesBeyond } from './key-scope.js';
import { answerList } from './list/list-answer.js';
import { Lists } from './list/lists.js';
import { UndoLog } from './undo-log.js';

/** What surrounds the engine and answers for it. */
export interface EngineServices {
  /** The object that STATS returns. */
  readonly stats: () => JsonValue;
  /** Writes a snapshot; its report is what SNAPSHOT returns. Rejects where it fails. */
  readonly snapshot: () => Promise<JsonValue>;
  /** Told why a deferred op failed: the client sees a code only. */
  readonly onFailure: (error: unknown) => void;
}

export interface EngineOptions {
  /** Makes the store with the engine's listener for what expires and is evicted. */
  readonly createStore: (onRemoved: RemovedListener) => Store;
  readonly journal: Journal;
  readonly services: EngineServices;
  readonly valueBytesMax: number;
}

/** A snapshot writes files of its own, and makes room. */
function takesRoom(opcode: number): boolean {
  return isWriteOpcode(opcode) && opcode !== Opcode.SNAPSHOT;
}

/** Scratch above this size is given back after the request that needed it. */
const SCRATCH_BYTES_KEPT = 1024 * 1024;

const NO_POSITIONS = new Int32Array(0);

/** All permissions: what an open server grants. */
export const ALL_PERMISSIONS = 0xffff_ffff;
/** All keys begin with it. */
export const NO_PREFIX: Uint8Array = new Uint8Array(0);

export class Engine {
  /** Unix milliseconds for every op until it is set again: once per batch, never less than before. */
  nowMs = 0;
  /** Of whoever sent the ops that follow: bits of `Permission`. */
  permissions: number = ALL_PERMISSIONS;
  /** Keys that whoever sent them may reach begin with it. */
  keyPrefix: Uint8Array = NO_PREFIX;
  /** `Store.keyHash` of the key of the op in hand. */
  keyHash = 0;
  /** Bytes that a listing may fill; the door lowers it to what its reply has room for. */
  listingBytesMax = 64 * 1024;
  readonly store: Store;
  readonly lists: Lists;
  readonly services: EngineServices;
  readonly valueBytesMax: number;
  /** For results that do not lie in the store. */
  scratch = new ByteWriter(4096);
  /** Lookups by reading commands that found and did not find their key. */
  hits = 0;
  misses = 0;
  /** Per opcode. */
  readonly calls = new Float64Array(256);
  readonly errors = new Float64Array(256);
  /** Writes are answered DISK_FULL. */
  refusesWrites = false;
  /** After `commit` or `rollback`: the answers may leave once the journal has released this LSN; 0: at once. */
  releasePosition = 0;
  /** After them: the request took LSNs. */
  hasEffects = false;
  readonly #journal: Journal;
  readonly #undo: UndoLog;
  #deferred: Promise<DeferredResult> | undefined;
  /** Of `beginAhead`; undefined: outside of it. */
  #aheadBytes: Uint8Array | undefined;
  #aheadStarts: Int32Array = NO_POSITIONS;
  #aheadEnds: Int32Array = NO_POSITIONS;
  #aheadCount = 0;
  /** Keys before it stand before the one that was asked for last. */
  #aheadIndex = 0;
  #isAtomic = false;
  #isInRequest = false;
  /** LSN before the request. */
  #startLsn = 0;
  /** There were effects not yet released when the request began: what it sees may be one of them. */
  #seesUnreleased = false;
  /** The highest LSN that the answers so far rest on. */
  #restsOnLsn = 0;
  /** A key that is not there may be so since this LSN. */
  #lastRemovalLsn = 0;
  /** The store let something go while an atomic request ran, and the journal was told. */
  #hasLostEntries = false;

  constructor(options: EngineOptions) {
    this.#journal = options.journal;
    this.services = options.services;
    this.valueBytesMax = options.valueBytesMax;
    this.store = options.createStore((bytes, keyStart, keyEnd) => {
      this.#hasLostEntries = true;
      this.#lastRemovalLsn = this.#journal.takeLsn();
      this.#journal.remove(bytes, keyStart, keyEnd, this.#lastRemovalLsn);
    });
    this.#undo = new UndoLog(this.store);
    this.lists = new Lists(this, this.#journal, this.#undo);
  }

  /** Whether the ops since `begin` stand or fall together. */
  get isAtomic(): boolean {
    return this.#isAtomic;
  }

  /** Executes one op. Everything of `result` is set; its bytes are valid until the next call. */
  execute(op: Op, result: Result): void {
    this.keyHash = this.#hashOf(op.bytes, op.keyStart, op.keyEnd);
    this.#execute(op, result);
  }

  /** Several ops are to come whose keys are `bytes[keyStarts[i], keyEnds[i])`: fetches what they lead to. */
  lookAhead(bytes: Uint8Array, keyStarts: Int32Array, keyEnds: Int32Array, count: number): void {
    this.store.lookAhead(bytes, keyStarts, keyEnds, count);
  }

  /**
   * `lookAhead` for keys in the order in which they stand in `bytes`: until `endAhead`, before which the bytes must not
   * change, `findKey` and `execute` take their hashes from it.
   */
  beginAhead(bytes: Uint8Array, keyStarts: Int32Array, keyEnds: Int32Array, count: number): void {
    this.lookAhead(bytes, keyStarts, keyEnds, count);
    this.#aheadBytes = bytes;
    this.#aheadStarts = keyStarts;
    this.#aheadEnds = keyEnds;
    this.#aheadCount = count;
    this.#aheadIndex = 0;
  }

  endAhead(): void {
    this.#aheadBytes = undefined;
  }

  /** `execute` for op `index` of the last `lookAhead`. */
  executeAhead(index: number, op: Op, result: Result): void {
    this.keyHash = this.store.hashAhead(index);
    this.#execute(op, result);
  }

  #execute(op: Op, result: Result): void {
    const opcode = op.opcode;
    result.status = Status.OK;
    result.type = ValueType.NONE;
    result.hasVersion = false;
    result.version = 0;
    result.start = 0;
    result.end = 0;
    this.calls[opcode]++;
    const handler = commandHandlers[opcode];
    if (handler === undefined) result.status = Status.UNSUPPORTED_OP;
    else if (this.isDenied(op)) result.status = Status.DENIED;
    else if (this.refusesWrites && takesRoom(opcode)) result.status = Status.DISK_FULL;
    else handler(this, op, result);
    if (result.status > Status.NOT_FOUND) this.errors[opcode]++;
  }

  /**
   * Whether its sender may not do this op, by its opcode and keys alone. `execute` asks; a door asks for an op
   * whose arguments it refuses, because denied comes before everything else.
   */
  isDenied(op: Op): boolean {
    if ((permissionsNeeded[op.opcode] & ~this.permissions) !== 0) return true;
    return this.keyPrefix.length !== 0 && reachesBeyond(op, this.keyPrefix);
  }

  /** Counts an op that its door refused before it got here. */
  countRefused(opcode: number): void {
    this.calls[opcode]++;
    this.errors[opcode]++;
  }

  /** The answer to come of the op whose status was PENDING. */
  takeDeferred(): Promise<DeferredResult> {
    const deferred = this.#deferred;
    if (deferred === undefined) throw new Error('no op is waiting for its answer');
    this.#deferred = undefined;
    return deferred;
  }

  /** The op ends as PENDING, answered when the promise resolves; it must not reject. */
  answerLater(result: Result, deferred: Promise<DeferredResult>): void {
    result.status = PENDING;
    this.#deferred = deferred;
  }

  /** So much waits for the disk that requests that write should wait too. */
  get isBusy(): boolean {
    return this.#journal.isBusy;
  }

  /** Before the first op of a request. */
  startRequest(): void {
    const { lastLsn, releasedLsn } = this.#journal;
    this.#startLsn = lastLsn;
    this.#isInRequest = true;
    this.#seesUnreleased = lastLsn !== releasedLsn;
    this.#restsOnLsn = 0;
  }

  /**
   * A defect ended the request in the middle. True: it had changed nothing, the next one may come. False: what is in
   * memory may be half of something, so neither this process nor its files may go on from it.
   */
  abandonRequest(): boolean {
    if (!this.#isInRequest) return true;
    if (this.#isAtomic || this.#journal.lastLsn !== this.#startLsn) return false;
    this.#end();
    return true;
  }

  /** The ops that follow all apply or none does: end with `commit` or `rollback`. */
  begin(): void {
    this.#isAtomic = true;
    this.#hasLostEntries = false;
  }

  /** Ends a request, atomic or not: its effects are complete. */
  commit(): void {
    if (this.#isAtomic) this.#tellUndoLog();
    this.#end();
  }

  /** Puts back everything since `begin`. */
  rollback(): void {
    this.#undo.undo();
    // Nothing was told yet, except what the store let go by itself: that may have been a key now put back.
    if (this.#hasLostEntries) this.#tellRestored();
    this.#end();
  }

  // ---- for the commands: look up

  /** The entry of the op's key, or 0. */
  find(op: Op): EntryRef {
    const ref = this.store.findHashed(this.keyHash, op.bytes, op.keyStart, op.keyEnd, this.nowMs);
    if (this.#seesUnreleased) this.restOn(ref);
    return ref;
  }

  /** As `find`, counted as a hit or a miss: for commands that only read. */
  findToRead(op: Op): EntryRef {
    const ref = this.store.findHashed(this.keyHash, op.bytes, op.keyStart, op.keyEnd, this.nowMs);
    if (this.#seesUnreleased) this.restOn(ref);
    if (ref === 0) this.misses++;
    else this.hits++;
    return ref;
  }

  /** `find` for a key that stands in no op: `keyHash` is its hash from here on, for `put` and `removeKey`. */
  findKey(bytes: Uint8Array, keyStart: number, keyEnd: number): EntryRef {
    this.keyHash = this.#hashOf(bytes, keyStart, keyEnd);
    const ref = this.store.findHashed(this.keyHash, bytes, keyStart, keyEnd, this.nowMs);
    if (this.#seesUnreleased) this.restOn(ref);
    return ref;
  }

  /** As `findKey`, counted as a hit or a miss. */
  findKeyToRead(bytes: Uint8Array, keyStart: number, keyEnd: number): EntryRef {
    const ref = this.findKey(bytes, keyStart, keyEnd);
    if (ref === 0) this.misses++;
    else this.hits++;
    return ref;
  }

  /** The answer rests on that entry being as it is; 0: on there being none. */
  restOn(ref: EntryRef): void {
    const lsn = ref === 0 ? this.#lastRemovalLsn : this.store.versionOf(ref);
    if (lsn > this.#restsOnLsn) this.#restsOnLsn = lsn;
  }

  /** The answer rests on everything that has happened. */
  restOnAll(): void {
    if (this.#seesUnreleased) this.#restsOnLsn = this.#journal.lastLsn;
  }

  /** The type a typed reader sees: of untyped text its interpretation, found once and kept in the entry. */
  interpretedTypeOf(ref: EntryRef): ValueType {
    const store = this.store;
    const type = store.typeOf(ref);
    if (type !== ValueType.TEXT) return type as ValueType;
    const known = store.kindOf(ref);
    if (known !== 0) return known as ValueType;
    const start = store.valueStartOf(ref);
    const kind = interpretText(store.segmentOf(ref), start, start + store.valueLengthOf(ref));
    store.setKind(ref, kind);
    return kind;
  }

  // ---- for the commands: change (each tells the journal, and the undo log in an atomic request)

  /**
   * Writes an entry whole under the next LSN.
   * @param keyHash `Store.keyHash` of that key, `this.keyHash` where it is the op's own.
   * @param before the entry of that key, just found; 0 where there is none.
   * @param clientFlags memcached's opaque 32 bits, kept with the entry; 0: none.
   * @returns the entry, or 0: no memory, and the key is as it was.
   */
  put(
    keyHash: number,
    before: EntryRef,
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    type: number,
    valueBytes: Uint8Array,
    valueStart: number,
    valueEnd: number,
    expiryMs: number,
    clientFlags = 0,
  ): EntryRef {
    if (!this.beginChange(before, bytes, keyStart, keyEnd, valueEnd - valueStart)) return 0;
    const version = this.#journal.lastLsn + 1;
    const store = this.store;
    const isDone = store.putAt(
      keyHash,
      before,
      bytes,
      keyStart,
      keyEnd,
      type,
      valueBytes,
      valueStart,
      valueEnd,
      expiryMs,
      version,
      this.nowMs,
      clientFlags,
    );
    if (!isDone) {
      this.cancelChange();
      return 0;
    }
    this.endPut(store.lastPut, version);
    return store.lastPut;
  }

  /** Adds bytes to the end of a value. 0: no memory, and the entry is as it was. */
  append(ref: EntryRef, op: Op): EntryRef {
    if (!this.#beginChangeOf(ref)) return 0;
    const version = this.#journal.lastLsn + 1;
    const appended = this.store.append(ref, op.bytes, op.valueStart, op.valueEnd, version);
    if (appended === 0) this.cancelChange();
    else this.endPut(appended, version);
    return appended;
  }

  /** Changes an entry's expiry (0 = none). 0: no memory, and the entry is as it was. */
  setExpiry(ref: EntryRef, expiryMs: number): EntryRef {
    if (!this.#beginChangeOf(ref)) return 0;
    const version = this.#journal.lastLsn + 1;
    const changed = this.store.setExpiry(ref, expiryMs, version);
    if (changed === 0) this.cancelChange();
    else if (this.store.typeOf(changed) !== ValueType.LIST) this.endPut(changed, version);
    else if (!this.endChange(changed, version)) this.#journal.splice(changed, 0, 0, 0);
    return changed;
  }

  /** Removes the entry at `ref`, which is that of the op's key. Returns the LSN, or 0: too much to remember. */
  remove(ref: EntryRef, op: Op): number {
    return this.removeKey(ref, op.bytes, op.keyStart, op.keyEnd);
  }

  /** `remove` for the key that `findKey` has just found at `ref`. */
  removeKey(ref: EntryRef, bytes: Uint8Array, keyStart: number, keyEnd: number): number {
    if (this.#isAtomic && !this.#undo.remember(ref, bytes, keyStart, keyEnd, 0)) return 0;
    const lsn = this.endRemoval(bytes, keyStart, keyEnd);
    this.store.removeAt(this.keyHash, ref);
    return lsn;
  }

  /** Removes every entry; must not be called in an atomic request. */
  clear(): number {
    const removed = this.store.clear();
    this.#lastRemovalLsn = this.#journal.takeLsn();
    this.#journal.clear(this.#lastRemovalLsn);
    return removed;
  }

  // ---- what every change of the store stands between, here and in the folders of data types

  /**
   * Before a change of the entry at `ref` (0: there is none) under that key, whose record will have about `newBytes`.
   * False: too much has changed in this request already, and the op ends as OUT_OF_MEMORY.
   */
  beginChange(ref: EntryRef, bytes: Uint8Array, keyStart: number, keyEnd: number, newBytes = 0): boolean {
    if (!this.#journal.hasRoom) return false;
    return !this.#isAtomic || this.#undo.remember(ref, bytes, keyStart, keyEnd, newBytes);
  }

  /** The change begun last did not happen. */
  cancelChange(): void {
    if (this.#isAtomic) this.#undo.forgetLast();
  }

  /** `endChange`, and the journal is told all of the entry. */
  endPut(ref: EntryRef, version: number): void {
    if (!this.endChange(ref, version)) this.#journal.put(ref);
  }

  /**
   * It happened: the entry has the next LSN as its version, and was written under `version` so far (0: an older one).
   * False: its effect is to be told to the journal now; true: at the end of the atomic request, as a whole.
   */
  endChange(ref: EntryRef, version: number): boolean {
    const lsn = this.#journal.takeLsn();
    // Evictions on the way may have taken the LSN that the entry was written under.
    if (lsn !== version) this.store.setVersion(ref, lsn);
    if (this.#isAtomic) this.#undo.happened(lsn);
    return this.#isAtomic;
  }

  /** It happened: the key is gone, or about to be. Returns the LSN. */
  endRemoval(bytes: Uint8Array, keyStart: number, keyEnd: number): number {
    const lsn = this.#journal.takeLsn();
    this.#lastRemovalLsn = lsn;
    if (this.#isAtomic) this.#undo.happened(lsn);
    else this.#journal.remove(bytes, keyStart, keyEnd, lsn);
    return lsn;
  }

  /** LSN of the last effect: the version of an op that found nothing to change. */
  get lastLsn(): number {
    return this.#journal.lastLsn;
  }

  // ---- for the commands: answer

  /**
   * The entry's value as the result, straight from the store; untyped text interpreted unless `isRaw`. A list is made
   * into json for it; one that is too large leaves VALUE_TOO_LARGE as the status.
   */
  answerValue(result: Result, ref: EntryRef, isRaw: boolean): void {
    const store = this.store;
    const type = store.typeOf(ref);
    result.type = type;
    result.bytes = store.segmentOf(ref);
    result.start = store.valueStartOf(ref);
    result.end = result.start + store.valueLengthOf(ref);
    if (type === ValueType.TEXT && !isRaw) this.#answerInterpreted(result, this.interpretedTypeOf(ref));
    else if (type === ValueType.LIST) answerList(this, result, ref, isRaw, this.valueBytesMax);
  }

  /**
   * The value that a write is about to take away, as its result. False: larger than what a retry could be answered with,
   * and VALUE_TOO_LARGE is the status.
   */
  answerOld(result: Result, ref: EntryRef, isRaw: boolean): boolean {
    if (this.store.typeOf(ref) === ValueType.LIST)
      return answerList(this, result, ref, isRaw, Limits.returnedValueBytesMax);
    if (this.store.valueLengthOf(ref) > Limits.returnedValueBytesMax) {
      result.status = Status.VALUE_TOO_LARGE;
      return false;
    }
    this.answerValue(result, ref, isRaw);
    this.keepAnswer(result);
    return true;
  }

  /** Moves a result out of the store, for a command that changes the entry it has just answered with. */
  keepAnswer(result: Result): void {
    if (result.bytes === this.scratch.bytes) return;
    const scratch = this.scratch;
    scratch.reset();
    scratch.copy(result.bytes, result.start, result.end);
    this.answerScratch(result, result.type);
  }

  answerInteger(result: Result, value: number | bigint): void {
    this.scratch.reset();
    this.scratch.i64(value);
    this.answerScratch(result, ValueType.INTEGER);
  }

  answerBoolean(result: Result, value: boolean): void {
    this.scratch.reset();
    this.scratch.u8(value ? 1 : 0);
    this.answerScratch(result, ValueType.BOOLEAN);
  }

  /** The whole scratch as the result. */
  answerScratch(result: Result, type: number): void {
    result.type = type;
    result.bytes = this.scratch.bytes;
    result.start = 0;
    result.end = this.scratch.at;
  }

  /** OK or a refusal of the value an op brings: too large, or not what its type says. */
  checkValue(op: Op): number {
    if (op.valueEnd - op.valueStart > this.valueBytesMax) return Status.VALUE_TOO_LARGE;
    return isValidValue(op.type, op.bytes, op.valueStart, op.valueEnd) ? Status.OK : Status.MALFORMED;
  }

  #hashOf(bytes: Uint8Array, keyStart: number, keyEnd: number): number {
    if (bytes === this.#aheadBytes) {
      let i = this.#aheadIndex;
      while (i < this.#aheadCount && this.#aheadStarts[i] < keyStart) i++;
      this.#aheadIndex = i;
      if (i < this.#aheadCount && this.#aheadStarts[i] === keyStart && this.#aheadEnds[i] === keyEnd)
        return this.store.hashAhead(i);
    }
    return this.store.keyHash(bytes, keyStart, keyEnd);
  }

  #answerInterpreted(result: Result, kind: ValueType): void {
    if (kind === ValueType.STRING || kind === ValueType.BYTES) {
      result.type = kind;
      return;
    }
    this.scratch.reset();
    writeInterpreted(this.scratch, kind, result.bytes, result.start, result.end);
    this.answerScratch(result, kind);
  }

  /** `beginChange` for an entry whose key is known from the entry alone. */
  #beginChangeOf(ref: EntryRef): boolean {
    const start = this.store.keyStartOf(ref);
    return this.beginChange(ref, this.store.segmentOf(ref), start, start + this.store.keyLengthOf(ref));
  }

  /** Tells each key's last change of an atomic request; what was overwritten within it nobody needs to know. */
  #tellUndoLog(): void {
    const undo = this.#undo;
    for (let i = 0; i < undo.length; i++) {
      const key = undo.keyAt(i);
      const lsn = undo.lsnAt(i);
      const ref = this.store.find(key, 0, key.length, this.nowMs);
      if (ref === 0) this.#journal.remove(key, 0, key.length, lsn);
      else if (this.store.versionOf(ref) === lsn) this.#journal.put(ref);
    }
  }

  #tellRestored(): void {
    const undo = this.#undo;
    for (let i = 0; i < undo.length; i++) {
      const key = undo.keyAt(i);
      const ref = this.store.find(key, 0, key.length, this.nowMs);
      if (ref !== 0) this.#journal.put(ref);
    }
  }

  #end(): void {
    this.#isAtomic = false;
    this.#isInRequest = false;
    this.#undo.clear();
    this.#journal.commit();
    const { lastLsn, releasedLsn } = this.#journal;
    this.hasEffects = lastLsn !== this.#startLsn;
    const position = this.hasEffects ? lastLsn : this.#restsOnLsn;
    this.releasePosition = position > releasedLsn ? position : 0;
    if (this.scratch.bytes.length > SCRATCH_BYTES_KEPT) this.scratch = new ByteWriter(4096);
  }
}
