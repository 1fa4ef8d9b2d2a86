/**
 * The durable Journal: while one batch of effects is on its way to the disk, the next one collects; and one number,
 * `releasedLsn`, says which answers may leave. Bytes only, no file: those are behind the JournalPort.
 *
 * Invariants: the effects of one request, and its mark, stand in one batch. Nothing is released that a crash of the
 * kind that the policy covers could undo. What is on its way or collected is bounded: beyond it `isBusy` asks for no
 * more requests that write.
 */

import { ByteWriter, copyBytes, ValueType } from '@anoadb/protocol';
import type { Journal } from '../engine/journal.js';
import { EntryFields } from '../store/index.js';
import type { EffectListener, ListSource } from './database-types.js';
import {
  HAS_CLIENT_FLAGS,
  putRecordHead,
  RECORD_HEAD_BYTES,
  RecordKind,
  recordHeadBytes,
  writeRecordHead,
} from './entry-record.js';
import {
  BATCH_BYTES_MAX,
  BATCH_BYTES_TARGET,
  BATCH_HEAD_BYTES,
  BATCH_REQUESTS_MAX,
  BATCHES_IN_FLIGHT_MAX,
  type JournalPort,
} from './journal/journal-types.js';
import { writeCopy, writeList, writeRemoveEqual, writeSplice } from './list-record.js';
import type { PersistenceError } from './persistence-error.js';

export interface GroupCommitOptions {
  /** The database clock: it goes into every batch. */
  readonly nowMs: () => number;
  /** Answers up to this position may leave. */
  readonly onReleased: (lsn: number) => void;
  /** Whether new writes are refused, because the disk is full. */
  readonly onFull: (isFull: boolean) => void;
  readonly onFatal: (error: PersistenceError) => void;
  readonly queuedBytesMax?: number;
}

/** Where entries are read from; the Store is one. */
export interface EntrySource extends ListSource {
  read(ref: number, into: EntryFields): void;
}

interface Batch {
  readonly buffer: ArrayBuffer;
  readonly byteEnd: number;
  readonly firstLsn: number;
  readonly lastLsn: number;
  readonly requestCount: number;
}

/** A batch with one more large request than its target has room here. */
const BUFFER_BYTES = BATCH_BYTES_TARGET + 64 * 1024;
/** Collected and on its way: about a tenth of a second of the fastest writing. */
const QUEUED_BYTES_MAX = 16 * 1024 * 1024;
/** One request must fit a batch that others have begun. */
const REQUEST_BYTES_MAX = BATCH_BYTES_MAX / 2;
/**
 * Small batches on their way at once. Under `always` one: what comes meanwhile shares the next sync. Otherwise two,
 * so that the worker does not wait for this thread.
 */
const SMALL_IN_FLIGHT_ALWAYS = 1;
const SMALL_IN_FLIGHT = 2;

/** From here on one call to the platform's copy is faster. */
const COPY_WORDS_BYTES_MAX = 512;
/** How this machine keeps a word: words are moved, not read. */
const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

export class GroupCommit implements Journal {
  readonly #options: GroupCommitOptions;
  readonly #queuedBytesMax: number;
  readonly #spare: ArrayBuffer[] = [];
  readonly #batch = new ByteWriter(0);
  /** Of the batch's bytes, which change when it grows. */
  #viewed: Uint8Array | undefined;
  #view!: DataView;
  readonly #ready: Batch[] = [];
  #readyBytes = 0;
  #port: JournalPort | undefined;
  #store: EntrySource | undefined;
  readonly #entry = new EntryFields();
  #listener: EffectListener | undefined;
  #lastLsn = 0;
  #releasedLsn = 0;
  /** LSN below the effects of the batch that collects. */
  #batchFromLsn = 0;
  #requestCount = 0;
  #requestStart = BATCH_HEAD_BYTES;
  /** LSN at the last `commit`: whoever tells the first effect after it has taken the next LSN already. */
  #committedLsn = 0;
  /** An effect was told and not yet `commit`. */
  #isInRequest = false;
  /** LSN of the last batch that was handed over. */
  #appendedLsn = 0;
  readonly #onDrained: { readonly lsn: number; readonly resolve: () => void }[] = [];

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#queuedBytesMax = options.queuedBytesMax ?? QUEUED_BYTES_MAX;
    this.#newBuffer();
  }

  /** Where entries are read from. Before it no effect is told. */
  bind(store: EntrySource): void {
    this.#store = store;
  }

  /**
   * Begins, behind what was loaded; what was told before was the load's and is not journalled. Without a journal it
   * only goes on counting.
   */
  open(port: JournalPort, lastLsn: number): void {
    if (lastLsn > this.#lastLsn) this.#lastLsn = lastLsn;
    if (!port.isOn) return;
    this.#appendedLsn = this.#lastLsn;
    this.#batchFromLsn = this.#lastLsn;
    this.#committedLsn = this.#lastLsn;
    this.#releasedLsn = this.#lastLsn;
    this.#port = port;
    port.listen({
      onWritten: () => {
        // First the next batch, so that the disk works while answers leave.
        this.flush();
        this.#advance();
      },
      onDurable: () => {
        this.flush();
        this.#advance();
      },
      onBuffer: (buffer) => {
        if (buffer.byteLength === BUFFER_BYTES && this.#spare.length < BATCHES_IN_FLIGHT_MAX)
          this.#spare.push(buffer);
        this.flush();
        this.#advance();
      },
      onFull: () => this.#options.onFull(true),
      onRoom: () => this.#options.onFull(false),
      onFatal: (error) => this.#options.onFatal(error),
    });
    this.#options.onReleased(this.#releasedLsn);
    if (port.isFull) this.#options.onFull(true);
  }

  get lastLsn(): number {
    return this.#lastLsn;
  }

  /** Without a journal nothing has to be waited for. */
  get releasedLsn(): number {
    return this.#port === undefined ? this.#lastLsn : this.#releasedLsn;
  }

  get isBusy(): boolean {
    const port = this.#port;
    return (
      port !== undefined && this.#readyBytes + this.#batch.at + port.bytesInFlight > this.#queuedBytesMax
    );
  }

  get hasRoom(): boolean {
    return this.#batch.at - this.#requestStart < REQUEST_BYTES_MAX;
  }

  /** Collected or on its way to the worker, not yet acknowledged by it. */
  get queuedBytes(): number {
    return this.#readyBytes + this.#batch.at - BATCH_HEAD_BYTES + (this.#port?.bytesInFlight ?? 0);
  }

  takeLsn(): number {
    return ++this.#lastLsn;
  }

  put(ref: number): void {
    this.#listener?.put(ref);
    if (this.#port === undefined) return;
    this.#beginEffect();
    const entry = this.#entry;
    this.#store!.read(ref, entry);
    const { keyBytes, valueBytes, clientFlags } = entry;
    if (entry.type === ValueType.LIST) {
      writeList(this.#batch, this.#store!, ref);
      return;
    }
    const batch = this.#batch;
    const at = batch.at;
    const headBytes = recordHeadBytes(clientFlags);
    batch.ensure(headBytes + keyBytes + valueBytes);
    if (batch.bytes !== this.#viewed) this.#view = this.#viewOf(batch.bytes);
    putRecordHead(
      this.#view,
      at,
      RecordKind.PUT,
      clientFlags === 0 ? entry.type : entry.type | HAS_CLIENT_FLAGS,
      keyBytes,
      valueBytes,
      entry.expiryMs,
      entry.version,
    );
    if (clientFlags !== 0) this.#view.setUint32(at + RECORD_HEAD_BYTES, clientFlags, true);
    this.#copyEntry(at + headBytes, keyBytes + valueBytes);
    batch.at = at + headBytes + keyBytes + valueBytes;
  }

  remove(bytes: Uint8Array, keyStart: number, keyEnd: number, lsn: number): void {
    this.#listener?.remove(bytes, keyStart, keyEnd, lsn);
    if (this.#port === undefined) return;
    this.#beginEffect();
    writeRecordHead(this.#batch, RecordKind.REMOVE, 0, keyEnd - keyStart, 0, 0, lsn);
    this.#batch.copy(bytes, keyStart, keyEnd);
  }

  clear(lsn: number): void {
    this.#listener?.clear(lsn);
    if (this.#port === undefined) return;
    this.#beginEffect();
    writeRecordHead(this.#batch, RecordKind.CLEAR, 0, 0, 0, 0, lsn);
  }

  splice(ref: number, at: number, removed: number, inserted: number): void {
    this.#listener?.splice(ref, at, removed, inserted);
    if (this.#port === undefined) return;
    this.#beginEffect();
    const lengthBefore = this.#store!.lists.lengthOf(ref) + removed - inserted;
    writeSplice(this.#batch, this.#store!, ref, lengthBefore, at, removed, inserted);
  }

  removeEqual(
    ref: number,
    removed: number,
    isBackward: boolean,
    source: Uint8Array,
    start: number,
    end: number,
  ): void {
    this.#listener?.removeEqual(ref, removed, isBackward, source, start, end);
    if (this.#port === undefined) return;
    this.#beginEffect();
    writeRemoveEqual(this.#batch, this.#store!, ref, removed, isBackward, source, start, end);
  }

  copy(ref: number, bytes: Uint8Array, fromStart: number, fromEnd: number): void {
    this.#listener?.copy(ref, bytes, fromStart, fromEnd);
    if (this.#port === undefined) return;
    this.#beginEffect();
    writeCopy(this.#batch, this.#store!, ref, bytes, fromStart, fromEnd);
  }

  /** The batch stays open: the request's mark may follow. */
  commit(): void {
    this.#committedLsn = this.#lastLsn;
    if (this.#isInRequest) {
      this.#isInRequest = false;
      this.#requestCount++;
    }
  }

  /** What the transport keeps of a request, right behind its `commit`. */
  mark(
    bytes: Uint8Array,
    identityStart: number,
    identityEnd: number,
    payloadStart: number,
    payloadEnd: number,
  ): void {
    const nowMs = this.#options.nowMs();
    const lsn = this.#lastLsn;
    this.#listener?.mark?.(bytes, identityStart, identityEnd, payloadStart, payloadEnd, nowMs, lsn);
    this.#tellClient(RecordKind.MARK, bytes, identityStart, identityEnd, payloadStart, payloadEnd, nowMs);
  }

  /** A session opened, between two requests. It waits for nothing: it leaves with the next batch. */
  session(
    bytes: Uint8Array,
    identityStart: number,
    identityEnd: number,
    payloadStart: number,
    payloadEnd: number,
  ): void {
    const nowMs = this.#options.nowMs();
    const lsn = this.#lastLsn;
    this.#listener?.session?.(bytes, identityStart, identityEnd, payloadStart, payloadEnd, nowMs, lsn);
    this.#tellClient(RecordKind.SESSION, bytes, identityStart, identityEnd, payloadStart, payloadEnd, nowMs);
  }

  /** To be called when a turn of work is done: hands the batch over where the journal waits for work. */
  flush(): void {
    const port = this.#port;
    if (port === undefined) return;
    this.#sendReady(port);
    if (this.#batch.at === BATCH_HEAD_BYTES) {
      if (this.#lastLsn !== this.#releasedLsn) this.#advance();
      return;
    }
    if (this.#isInRequest || this.#ready.length > 0) return;
    const small = port.policy === 'always' ? SMALL_IN_FLIGHT_ALWAYS : SMALL_IN_FLIGHT;
    if (port.batchesInFlight >= small) return;
    this.#endBatch();
    this.#sendReady(port);
  }

  /** Hands over everything collected, however much is on its way: the next effect is in a batch of its own. */
  flushAll(): void {
    const port = this.#port;
    if (port === undefined) return;
    if (this.#batch.at > BATCH_HEAD_BYTES) this.#endBatch();
    while (this.#ready.length > 0) this.#append(port);
  }

  /** Resolves when everything told so far is released. */
  drained(): Promise<void> {
    this.flushAll();
    this.#advance();
    const lsn = this.#lastLsn;
    if (lsn === this.#releasedLsn || this.#port === undefined) return Promise.resolve();
    return new Promise((resolve) => this.#onDrained.push({ lsn, resolve }));
  }

  /** Forwards effects, marks and sessions to `listener` until the returned function is called. One at a time. */
  subscribe(listener: EffectListener): () => void {
    if (this.#listener !== undefined) throw new Error('a snapshot already listens to the journal');
    this.#listener = listener;
    return () => {
      if (this.#listener === listener) this.#listener = undefined;
    };
  }

  #beginEffect(): void {
    if (this.#isInRequest) return;
    this.#endIfFull();
    this.#isInRequest = true;
    this.#requestStart = this.#batch.at;
  }

  /** Key and value of `#entry`, most of them in words: a third of the time that bytes take for 48 of them. */
  #copyEntry(at: number, byteCount: number): void {
    const { bytes, words, start } = this.#entry;
    if (byteCount > COPY_WORDS_BYTES_MAX) {
      copyBytes(this.#batch.bytes, at, bytes, start, start + byteCount);
      return;
    }
    const view = this.#view;
    let to = at;
    let from = start >> 2;
    for (const end = from + (byteCount >> 2); from < end; from++, to += 4) {
      view.setInt32(to, words[from], IS_LITTLE_ENDIAN);
    }
    const target = this.#batch.bytes;
    const last = start + byteCount;
    for (let byteAt = from << 2; byteAt < last; byteAt++, to++) target[to] = bytes[byteAt];
  }

  #viewOf(bytes: Uint8Array): DataView {
    this.#viewed = bytes;
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #endIfFull(): void {
    if (this.#batch.at >= BATCH_BYTES_TARGET || this.#requestCount >= BATCH_REQUESTS_MAX) {
      this.#endBatch();
      this.#sendReady(this.#port!);
    }
  }

  #tellClient(
    kind: number,
    bytes: Uint8Array,
    identityStart: number,
    identityEnd: number,
    payloadStart: number,
    payloadEnd: number,
    nowMs: number,
  ): void {
    if (this.#port === undefined) return;
    if (kind === RecordKind.SESSION && !this.#isInRequest) this.#endIfFull();
    const batch = this.#batch;
    const identityBytes = identityEnd - identityStart;
    const payloadBytes = payloadEnd - payloadStart;
    const at = batch.at;
    const identityAt = at + RECORD_HEAD_BYTES;
    batch.ensure(RECORD_HEAD_BYTES + identityBytes + payloadBytes);
    if (batch.bytes !== this.#viewed) this.#view = this.#viewOf(batch.bytes);
    putRecordHead(this.#view, at, kind, 0, identityBytes, payloadBytes, nowMs, this.#lastLsn);
    copyBytes(batch.bytes, identityAt, bytes, identityStart, identityEnd);
    copyBytes(batch.bytes, identityAt + identityBytes, bytes, payloadStart, payloadEnd);
    batch.at = identityAt + identityBytes + payloadBytes;
  }

  #endBatch(): void {
    const batch = this.#batch;
    const lastLsn = this.#committedLsn;
    this.#ready.push({
      buffer: batch.bytes.buffer as ArrayBuffer,
      byteEnd: batch.at,
      // Without effects: the last LSN before it.
      firstLsn: Math.min(lastLsn, this.#batchFromLsn + 1),
      lastLsn,
      requestCount: this.#requestCount,
    });
    this.#readyBytes += batch.at;
    this.#batchFromLsn = lastLsn;
    this.#requestCount = 0;
    this.#newBuffer();
  }

  #sendReady(port: JournalPort): void {
    while (this.#ready.length > 0 && port.batchesInFlight < BATCHES_IN_FLIGHT_MAX) this.#append(port);
  }

  #append(port: JournalPort): void {
    const { buffer, byteEnd, firstLsn, lastLsn, requestCount } = this.#ready.shift()!;
    this.#readyBytes -= byteEnd;
    this.#appendedLsn = lastLsn;
    port.append(buffer, byteEnd, firstLsn, lastLsn, requestCount, this.#options.nowMs());
  }

  #newBuffer(): void {
    this.#batch.bytes = new Uint8Array(this.#spare.pop() ?? new ArrayBuffer(BUFFER_BYTES));
    this.#batch.at = BATCH_HEAD_BYTES;
    this.#requestStart = BATCH_HEAD_BYTES;
  }

  #advance(): void {
    const port = this.#port;
    if (port === undefined) return;
    const isAlways = port.policy === 'always';
    // Where the syncs of everysec lag behind their second, the journal itself stops saying that it has written.
    let released = isAlways ? port.durableLsn : port.writtenLsn;
    // LSNs of requests that were rolled back are in no batch.
    const isAllWritten = this.#batch.at === BATCH_HEAD_BYTES && this.#ready.length === 0;
    if (isAllWritten && released >= this.#appendedLsn) released = this.#lastLsn;
    if (released <= this.#releasedLsn) return;
    this.#releasedLsn = released;
    this.#options.onReleased(released);
    while (this.#onDrained.length > 0 && this.#onDrained[0].lsn <= released)
      this.#onDrained.shift()!.resolve();
  }
}
