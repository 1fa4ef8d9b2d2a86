/**
 * A snapshot's main-thread half: walks the store in short slices and, between them, listens to what changes.
 *
 * Invariant: at any moment the records given out so far, applied in order, are the state of every place that the
 * walk has passed. A change to a place not yet passed needs no record, the walk will find it; a change to a passed
 * place is a record of its own. So at the end of the walk the records are the state at that moment: a point in
 * time, without fork or copy. A long list is a place that is passed in pieces: list-walk.ts.
 *
 * The main thread copies bytes only; text is made by the worker. Buffers come back from the worker; while four are
 * on their way the walk rests. Changes cannot rest: they queue, up to a bound, beyond which this snapshot fails.
 */

import { ByteWriter, ValueType } from '@anoadb/protocol';
import type { EffectListener, SnapshotSource, WalkableStore } from './database-types.js';
import { RecordKind, writeRecordHead } from './entry-record.js';
import type { MarkTarget } from './journal/journal-types.js';
import { PIECE_BYTES, writeCopy, writeRemoveEqual, writeSplice } from './list-record.js';
import { ListWalk } from './list-walk.js';
import { ExitCode, PersistenceError } from './persistence-error.js';
import { BUFFERS_IN_FLIGHT_MAX, RECORD_BUFFER_BYTES } from './worker-messages.js';

export interface SnapshotWalkOptions {
  readonly source: SnapshotSource;
  /** Hands a buffer of records to the worker, which gives it back through returnBuffer(). */
  readonly send: (buffer: ArrayBuffer, byteCount: number) => void;
  /** For the length of slices; not the database clock. */
  readonly monotonicMs: () => number;
  /** Lets the event loop do everything else that waits. */
  readonly yieldToEventLoop: () => Promise<void>;
  readonly sliceMsMax?: number;
  /** Bytes of changes that may wait for a slow disk. */
  readonly queuedBytesMax?: number;
  /** Called at the moment that the records are the state of; `endVersion` is its LSN. */
  readonly onEnd?: (endVersion: number) => void;
}

/** A slice stops short of 1 ms by about what one step takes. */
const SLICE_MS_MAX = 0.8;
const QUEUED_BYTES_MAX = 64 * 1024 * 1024;
/** A step of the walk is about this much copying, some 20 microseconds; the clock is read between steps. */
const STEP_BYTES = 32 * 1024;
const STEP_ENTRIES_MAX = 256;
/** A slice begins with no more: sizes may have changed since the last one. */
const FIRST_STEP_ENTRIES = 8;
/** A buffer is sent when the rest is no longer worth filling. */
const BUFFER_FULL_BYTES = RECORD_BUFFER_BYTES - 4096;
/** Up to here the next piece of a list has room behind it, with its head and key. */
const PIECE_FITS_BYTES = RECORD_BUFFER_BYTES - PIECE_BYTES - 4096;

export class SnapshotWalk implements EffectListener, MarkTarget {
  readonly #store: WalkableStore;
  readonly #options: SnapshotWalkOptions;
  readonly #queuedBytesMax: number;
  readonly #writer = new ByteWriter(0);
  readonly #lists: ListWalk;
  readonly #spare: ArrayBuffer[] = [];
  readonly #queued: { buffer: ArrayBuffer; byteCount: number }[] = [];
  readonly #visit: (ref: number) => void;
  #queuedBytes = 0;
  #inFlight = 0;
  #cursor = 0;
  /** The walk has passed every place of the table; long lists may not be whole yet. */
  #hasPassedAll = false;
  #isDone = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  entries = 0;
  deltaLines = 0;
  /** Longest slice on the main thread. */
  sliceMsMax = 0;

  constructor(options: SnapshotWalkOptions) {
    this.#options = options;
    this.#store = options.source.store;
    this.#queuedBytesMax = options.queuedBytesMax ?? QUEUED_BYTES_MAX;
    this.#lists = new ListWalk(this.#store, this.#writer);
    this.#visit = (ref) => {
      this.entries++;
      this.#writePut(ref);
    };
    this.#newBuffer();
  }

  /**
   * Walks to the end; resolves with the LSN at which the records are the whole state. Throws what fail() was given.
   * All records have been sent then.
   */
  async run(): Promise<number> {
    const { source, yieldToEventLoop } = this.#options;
    const unsubscribe = source.subscribe(this);
    try {
      await this.#walkMarks();
      while (!this.#isDone) {
        this.#throwIfFailed();
        if (this.#inFlight < BUFFERS_IN_FLIGHT_MAX) this.#slice();
        else await this.#bufferReturned();
        if (!this.#isDone) await yieldToEventLoop();
      }
      // Nothing may come between the last step and these lines: this moment is the snapshot's.
      const endVersion = source.lastVersion();
      this.#flush();
      this.#options.onEnd?.(endVersion);
      return endVersion;
    } finally {
      unsubscribe();
    }
  }

  /** Clients first: what they do during the walk is told to the listener and stands behind what is written here. */
  async #walkMarks(): Promise<void> {
    const { source, yieldToEventLoop, monotonicMs } = this.#options;
    const step = source.walkMarks?.(this);
    if (step === undefined) return;
    let isDone = false;
    while (!isDone) {
      this.#throwIfFailed();
      if (this.#inFlight >= BUFFERS_IN_FLIGHT_MAX) await this.#bufferReturned();
      const untilMs = monotonicMs() + SLICE_MS_MAX;
      do isDone = !step();
      while (!isDone && monotonicMs() < untilMs && this.#inFlight < BUFFERS_IN_FLIGHT_MAX);
      await yieldToEventLoop();
    }
  }

  /** Waits until the worker has taken all that was sent. */
  async drained(): Promise<void> {
    while (this.#inFlight > 0 || this.#queued.length > 0) {
      this.#throwIfFailed();
      await this.#bufferReturned();
    }
    this.#throwIfFailed();
  }

  /** The worker took the records of this buffer. */
  returnBuffer(buffer: ArrayBuffer): void {
    this.#inFlight--;
    // A buffer that had to grow for one large value is not worth keeping.
    if (buffer.byteLength === RECORD_BUFFER_BYTES) this.#spare.push(buffer);
    this.#sendQueued();
    this.#wakeUp();
  }

  /** The attempt is over; run() and drained() throw this. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#wakeUp();
  }

  put(ref: number): void {
    if (!this.#isPassedEntry(ref)) return;
    this.deltaLines++;
    this.#writePut(ref);
  }

  remove(bytes: Uint8Array, keyStart: number, keyEnd: number, version: number): void {
    if (!this.#isPassed(bytes, keyStart, keyEnd)) return;
    this.deltaLines++;
    this.#lists.drop(bytes, keyStart, keyEnd);
    const writer = this.#writer;
    writeRecordHead(writer, RecordKind.REMOVE, 0, keyEnd - keyStart, 0, 0, version);
    writer.copy(bytes, keyStart, keyEnd);
    this.#sendIfFull();
  }

  clear(version: number): void {
    if (!this.#hasBegun) return;
    this.deltaLines++;
    this.#lists.dropAll();
    writeRecordHead(this.#writer, RecordKind.CLEAR, 0, 0, 0, 0, version);
    this.#sendIfFull();
  }

  splice(ref: number, at: number, removed: number, inserted: number): void {
    if (!this.#isPassedEntry(ref)) return;
    if (this.#isOnItsWay(ref)) {
      if (!this.#lists.splice(ref, at, removed, inserted)) return;
    } else {
      const lengthBefore = this.#store.lists.lengthOf(ref) + removed - inserted;
      writeSplice(this.#writer, this.#store, ref, lengthBefore, at, removed, inserted);
    }
    this.deltaLines++;
    this.#sendIfFull();
  }

  removeEqual(
    ref: number,
    removed: number,
    isBackward: boolean,
    source: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (!this.#isPassedEntry(ref)) return;
    this.deltaLines++;
    // Of a list on its way nobody knows which of them were among the first ones: it is begun anew.
    if (this.#isOnItsWay(ref)) this.#lists.begin(ref);
    else writeRemoveEqual(this.#writer, this.#store, ref, removed, isBackward, source, start, end);
    this.#sendIfFull();
  }

  copy(ref: number, bytes: Uint8Array, fromStart: number, fromEnd: number): void {
    if (!this.#isPassedEntry(ref)) return;
    this.deltaLines++;
    const isWhole = this.#isPassed(bytes, fromStart, fromEnd) && !this.#lists.has(bytes, fromStart, fromEnd);
    if (isWhole) {
      this.#dropEntry(ref);
      writeCopy(this.#writer, this.#store, ref, bytes, fromStart, fromEnd);
    } else this.#lists.begin(ref);
    this.#sendIfFull();
  }

  mark(
    bytes: Uint8Array,
    identityStart: number,
    identityEnd: number,
    payloadStart: number,
    payloadEnd: number,
    dbNowMs: number,
    lsn: number,
  ): void {
    const range = { identityStart, identityEnd, payloadStart, payloadEnd };
    this.#writeClient(RecordKind.MARK, bytes, range, dbNowMs, lsn);
  }

  session(
    bytes: Uint8Array,
    identityStart: number,
    identityEnd: number,
    payloadStart: number,
    payloadEnd: number,
    dbNowMs: number,
    lsn: number,
  ): void {
    const range = { identityStart, identityEnd, payloadStart, payloadEnd };
    this.#writeClient(RecordKind.SESSION, bytes, range, dbNowMs, lsn);
  }

  #writeClient(
    kind: number,
    bytes: Uint8Array,
    range: { identityStart: number; identityEnd: number; payloadStart: number; payloadEnd: number },
    dbNowMs: number,
    lsn: number,
  ): void {
    if (this.#failure !== undefined) return;
    const { identityStart, identityEnd, payloadStart, payloadEnd } = range;
    const writer = this.#writer;
    writeRecordHead(writer, kind, 0, identityEnd - identityStart, payloadEnd - payloadStart, dbNowMs, lsn);
    writer.copy(bytes, identityStart, identityEnd);
    writer.copy(bytes, payloadStart, payloadEnd);
    this.#sendIfFull();
  }

  #isPassed(bytes: Uint8Array, keyStart: number, keyEnd: number): boolean {
    if (!this.#hasBegun) return false;
    if (this.#hasPassedAll) return true;
    return this.#store.cursorPassed(this.#cursor, this.#store.hash(bytes, keyStart, keyEnd));
  }

  #isPassedEntry(ref: number): boolean {
    const keyStart = this.#store.keyStartOf(ref);
    return this.#isPassed(this.#store.segmentOf(ref), keyStart, keyStart + this.#store.keyLengthOf(ref));
  }

  /** Some place was passed, and the attempt goes on. */
  get #hasBegun(): boolean {
    return this.#failure === undefined && (this.#cursor !== 0 || this.#hasPassedAll);
  }

  #isOnItsWay(ref: number): boolean {
    const keyStart = this.#store.keyStartOf(ref);
    return this.#lists.has(this.#store.segmentOf(ref), keyStart, keyStart + this.#store.keyLengthOf(ref));
  }

  /** Another value takes the place of what was written of this entry's key. */
  #dropEntry(ref: number): void {
    const keyStart = this.#store.keyStartOf(ref);
    this.#lists.drop(this.#store.segmentOf(ref), keyStart, keyStart + this.#store.keyLengthOf(ref));
  }

  #slice(): void {
    const { monotonicMs } = this.#options;
    const sliceMsMax = this.#options.sliceMsMax ?? SLICE_MS_MAX;
    const startedMs = monotonicMs();
    let elapsedMs = 0;
    this.#stepEntries = Math.min(this.#stepEntries, FIRST_STEP_ENTRIES);
    do {
      const entriesBefore = this.entries;
      const bytesBefore = this.#bytesWritten;
      if (this.#lists.isActive) {
        if (this.#writer.at > PIECE_FITS_BYTES) this.#flush();
        this.#lists.step();
        this.#sendIfFull();
      } else if (!this.#hasPassedAll) {
        // Between two slices the last list on its way may have been removed: then there is nothing left to do.
        this.#cursor = this.#store.walk(this.#cursor, this.#stepEntries, this.#visit);
        this.#hasPassedAll = this.#cursor === 0;
        this.#stepEntries = nextStepEntries(this.entries - entriesBefore, this.#bytesWritten - bytesBefore);
      }
      this.#isDone = this.#hasPassedAll && !this.#lists.isActive;
      elapsedMs = monotonicMs() - startedMs;
    } while (!this.#isDone && elapsedMs < sliceMsMax && this.#inFlight < BUFFERS_IN_FLIGHT_MAX);
    if (elapsedMs > this.sliceMsMax) this.sliceMsMax = elapsedMs;
  }

  /** Entries of the next step, as large as the last ones: eight values of 16 MiB in a row are a stall. */
  #stepEntries = 1;

  /** Over all buffers: for the size of steps. */
  get #bytesWritten(): number {
    return this.#bytesSent + this.#writer.at;
  }
  #bytesSent = 0;

  #writePut(ref: number): void {
    const store = this.#store;
    const type = store.typeOf(ref);
    if (type === ValueType.LIST) {
      this.#lists.begin(ref);
      this.#sendIfFull();
      return;
    }
    if (this.#lists.isActive) this.#dropEntry(ref);
    const writer = this.#writer;
    const bytes = store.segmentOf(ref);
    const keyStart = store.keyStartOf(ref);
    const keyBytes = store.keyLengthOf(ref);
    const valueStart = store.valueStartOf(ref);
    const valueBytes = store.valueLengthOf(ref);
    writeRecordHead(
      writer,
      RecordKind.PUT,
      type,
      keyBytes,
      valueBytes,
      store.expiryOf(ref),
      store.versionOf(ref),
      store.clientFlagsOf(ref),
    );
    writer.copy(bytes, keyStart, keyStart + keyBytes);
    writer.copy(bytes, valueStart, valueStart + valueBytes);
    this.#sendIfFull();
  }

  #sendIfFull(): void {
    if (this.#writer.at >= BUFFER_FULL_BYTES) this.#flush();
  }

  #flush(): void {
    const writer = this.#writer;
    if (writer.at === 0) return;
    this.#queued.push({ buffer: writer.bytes.buffer as ArrayBuffer, byteCount: writer.at });
    this.#queuedBytes += writer.at;
    this.#bytesSent += writer.at;
    this.#newBuffer();
    this.#sendQueued();
    if (this.#queuedBytes > this.#queuedBytesMax) {
      this.fail(
        new PersistenceError(
          `more than ${this.#queuedBytesMax} bytes of changes wait for the disk: it is too slow for this write load.`,
          {
            exitCode: ExitCode.IO,
            systemCode: 'ENOSPC',
            help: 'The previous snapshot stays; the next one is tried later.',
          },
        ),
      );
      this.#queued.length = 0;
      this.#queuedBytes = 0;
    }
  }

  #sendQueued(): void {
    while (this.#queued.length > 0 && this.#inFlight < BUFFERS_IN_FLIGHT_MAX) {
      const { buffer, byteCount } = this.#queued.shift()!;
      this.#queuedBytes -= byteCount;
      this.#inFlight++;
      this.#options.send(buffer, byteCount);
    }
  }

  #newBuffer(): void {
    this.#writer.bytes = new Uint8Array(this.#spare.pop() ?? new ArrayBuffer(RECORD_BUFFER_BYTES));
    this.#writer.reset();
  }

  #bufferReturned(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

/** So many entries that a step stays about as long whatever their size: large values go one by one. */
function nextStepEntries(entries: number, bytes: number): number {
  if (entries === 0) return STEP_ENTRIES_MAX;
  return Math.max(1, Math.min(STEP_ENTRIES_MAX, Math.floor((STEP_BYTES * entries) / bytes)));
}
