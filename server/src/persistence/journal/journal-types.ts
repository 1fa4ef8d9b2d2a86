/**
 * The journal as the engine's side sees it: hands over batches of records, is told how far they got. What is behind
 * it, a local file today, may be a replicated log tomorrow; so it knows effects and numbers, no commands.
 *
 * A batch is one buffer: BATCH_HEAD_BYTES of room that the journal fills, then records (entry-record.ts) in the order
 * in which they are to be applied. It becomes one frame, and a frame is there whole or not at all after a crash: so
 * the effects of a request and its mark stand in one batch.
 */

import type { PersistenceError } from '../persistence-error.js';

/** When an acknowledged write is safe: after its sync, after write() with a sync each second, after write(). */
export type SyncPolicy = 'always' | 'everysec' | 'no';

/** Left free at the beginning of every batch: records begin here. The frame's own fields are put there in place. */
export const BATCH_HEAD_BYTES = 56;
/** A batch is handed over when it has so many bytes, or requests, or when the journal waits for work. */
export const BATCH_BYTES_TARGET = 1024 * 1024;
export const BATCH_REQUESTS_MAX = 4096;
/** One batch can have no more: one request of the largest size, however many ops of it wrote large values. */
export const BATCH_BYTES_MAX = 256 * 1024 * 1024;
/** Batches on their way at once; more wait and collect. */
export const BATCHES_IN_FLIGHT_MAX = 4;

/** Where an append stands; each number only rises. An effect counts by its LSN. */
export interface JournalListener {
  /** The system has everything up to this LSN: it survives the end of the process. */
  onWritten(lsn: number): void;
  /** The disk has everything up to this LSN: it survives a power cut. */
  onDurable(lsn: number): void;
  /** A buffer given to append() is free again; it may be used for the next batch. */
  onBuffer(buffer: ArrayBuffer): void;
  /** The disk is full. What was appended waits or goes into the reserve; no new writes may be executed. */
  onFull(): void;
  /** There is room again. */
  onRoom(): void;
  /** Nothing more will be written, what was not told as written never will be: the process has to end. */
  onFatal(error: PersistenceError): void;
}

export interface JournalStatistics {
  /** Segments that hold records of the database now, and their bytes. */
  readonly segments: number;
  readonly bytes: number;
  /** Frames, bytes of records and bytes on disk since the start. */
  readonly frames: number;
  readonly recordBytes: number;
  readonly fileBytes: number;
  readonly syncs: number;
  readonly lastSyncMs: number;
  readonly syncMsMax: number;
}

export interface JournalPort {
  /** False: snapshots only; append() must not be called. */
  readonly isOn: boolean;
  readonly policy: SyncPolicy;
  readonly writtenLsn: number;
  readonly durableLsn: number;
  readonly isFull: boolean;
  /** Batches appended whose buffers have not come back, and their bytes. */
  readonly batchesInFlight: number;
  readonly bytesInFlight: number;
  readonly statistics: JournalStatistics;

  /**
   * Takes [BATCH_HEAD_BYTES, byteEnd) of the buffer as one batch; the buffer is the journal's until onBuffer.
   * `firstLsn` and `lastLsn` are the lowest and the highest LSN of its effects; batches follow each other by LSN, gaps
   * are allowed. A batch without effects (sessions opened) has the last LSN before it as both.
   * Never refuses; how many are in flight is the caller's to bound. `dbNowMs`: the database clock.
   */
  append(
    buffer: ArrayBuffer,
    byteEnd: number,
    firstLsn: number,
    lastLsn: number,
    requestCount: number,
    dbNowMs: number,
  ): void;
  /** One listener; replaced by the next. Called on the main thread, in later turns than append(). */
  listen(listener: JournalListener): void;
}

/**
 * Takes what the journal holds beyond entries. Identity (key id and clientId) and payload are bytes whose shape is
 * the transport's business; a later one of the same client comes later. Valid during the call only.
 */
export interface MarkTarget {
  /** A mutating request was executed: the payload says which, and its reply. `dbNowMs`: when. */
  mark(
    bytes: Uint8Array,
    identityStart: number,
    identityEnd: number,
    payloadStart: number,
    payloadEnd: number,
    dbNowMs: number,
    lsn: number,
  ): void;
  /** A session was opened. */
  session(
    bytes: Uint8Array,
    identityStart: number,
    identityEnd: number,
    payloadStart: number,
    payloadEnd: number,
    dbNowMs: number,
    lsn: number,
  ): void;
}
