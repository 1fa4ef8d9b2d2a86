/** The shapes at the border of persistence: what the server hands in and what it gets back. */

import type { JournalPort, MarkTarget } from './journal/journal-types.js';
import type { Keyring } from './keyring.js';
import type { PersistenceError } from './persistence-error.js';

/** Where the master secret comes from. */
export type SecretSource =
  | {
      readonly kind: 'key-file';
      /** 32 raw bytes, mode 0600, outside the data directory. */
      readonly path: string;
      /** Make it where it is absent and the data directory has no KEYRING yet. */
      readonly createIfAbsent: boolean;
    }
  | { readonly kind: 'passphrase'; readonly passphrase: string };

/**
 * Something worth a log line. Never holds keys of entries, values or secrets. `event` is stable, `message` prose.
 */
export interface PersistenceEvent {
  readonly level: 'info' | 'warn' | 'error';
  readonly event:
    | 'key-file-created'
    | 'database-created'
    | 'leftover-removed'
    | 'leftover-quarantined'
    | 'stale-lock-replaced'
    | 'reserve-missing'
    | 'snapshot-failed'
    | 'clock-behind'
    | 'journal-tail-cut'
    | 'journal-tail-renewed'
    | 'journal-full'
    | 'journal-room'
    | 'scrub-damage'
    | 'directory-open';
  readonly message: string;
  readonly file?: string;
}

/** Takes loaded entries; the Store is one. Buffers are valid during the call only. */
export interface LoadTarget extends Partial<MarkTarget> {
  /** `expiryMs` 0 = none. False: no memory left, nothing changed. */
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
  ): boolean;
  remove(bytes: Uint8Array, start: number, end: number): boolean;
  clear(): unknown;
  /** About so many entries will come, in the order of the store's key hash. */
  presize?(entries: number): void;
}

/** What a walk over the store needs; the Store is one. An EntryRef is a number. */
export interface WalkableStore {
  readonly count: number;
  hash(bytes: Uint8Array, start: number, end: number): number;
  /** Visits about `entriesMax` entries from the cursor on; 0 begins and 0 returned ends. */
  walk(cursor: number, entriesMax: number, visit: (ref: number) => void): number;
  /** Has a walk standing at `cursor` already visited the place of this hash? */
  cursorPassed(cursor: number, hash: number): boolean;
  typeOf(ref: number): number;
  expiryOf(ref: number): number;
  versionOf(ref: number): number;
  keyLengthOf(ref: number): number;
  valueLengthOf(ref: number): number;
  segmentOf(ref: number): Uint8Array;
  keyStartOf(ref: number): number;
  valueStartOf(ref: number): number;
}

/**
 * Told of every change of the store, in order, on the main thread, synchronously, while a snapshot runs; also of
 * expiry and eviction, and of what a rollback puts back. State is absolute: telling a key twice does no harm.
 */
export interface EffectListener extends Partial<MarkTarget> {
  /** An entry was written or its expiry changed. `ref` must be readable now (call after the change). */
  put(ref: number): void;
  /** A key is gone (or about to be). */
  remove(bytes: Uint8Array, keyStart: number, keyEnd: number, version: number): void;
  /** Every entry is gone. */
  clear(version: number): void;
}

/** A consistent view of the server for one snapshot. */
export interface SnapshotSource {
  readonly store: WalkableStore;
  /** LSN of the last write. */
  lastVersion(): number;
  /** The database clock: wall clock that never goes back. */
  nowMs(): number;
  /** Subscribes; the returned function ends it. The listener hears marks and sessions too. */
  subscribe(listener: EffectListener): () => void;
  /**
   * Begins a walk over the clients: each call of the returned function tells `target` the live sessions and marks of
   * a few of them, false when there are no more. What changes meanwhile is told to the subscribed listener.
   */
  walkMarks?(target: MarkTarget): () => boolean;
  /** Hands what was collected for the journal over to it, now: the next effect begins a new segment. */
  flushBatch?(): void;
}

export interface SnapshotOptions {
  /** The last one of this process: sets the clean-stop flag and may spend the RESERVE file. */
  readonly isFinal?: boolean;
}

export interface SnapshotReport {
  readonly generation: number;
  readonly entries: number;
  readonly bytes: number;
  readonly files: number;
  /** LSN at the beginning and at the end: the snapshot is the state at the end. */
  readonly beginVersion: number;
  readonly endVersion: number;
  readonly elapsedMs: number;
  /** Longest slice on the main thread. */
  readonly sliceMsMax: number;
  /** Lines for changes made behind the walk. */
  readonly deltaLines: number;
}

export interface LoadProgress {
  readonly entries: number;
  readonly bytesRead: number;
  readonly bytesTotal: number;
}

export interface LoadReport {
  /** Entries put (a key written twice counts twice). */
  readonly entries: number;
  readonly expired: number;
  readonly bytes: number;
  readonly elapsedMs: number;
  /** Generation of the snapshot, 0 where there was none. */
  readonly generation: number;
  /** Highest LSN: the engine goes on from here. */
  readonly lastVersion: number;
  readonly wasCleanStop: boolean;
  /** Something is sealed with a data key that was replaced: a snapshot is due, and the old key goes with it. */
  readonly usesOldKey: boolean;
  /** Frames of the journal behind the snapshot. */
  readonly journalFrames: number;
  /** The database clock behind everything that was loaded: it may not go on below. */
  readonly dbNowMs: number;
}

/** One open data directory. */
export interface Database {
  readonly directory: string;
  readonly uuid: string;
  /** Its data keys: what else is sealed for this database is sealed with them. */
  readonly keyring: Keyring;
  /** Seed of the store's hash of keys: secret, and the same at every start. */
  readonly hashSeed: number;
  /** `sodium-native` or `tweetnacl`: for INFO. */
  readonly cipherImplementation: string;
  /** The clock may not start below this (last dbNow on disk); load() may raise it. */
  readonly dbNowMs: number;
  /** After start(): where effects go. */
  readonly journal: JournalPort;
  readonly isSnapshotRunning: boolean;
  /** ms since epoch of the last published snapshot, 0 = none in this directory. */
  readonly lastSnapshotAtMs: number;
  /** Why the last attempt failed, undefined after a success. */
  readonly lastSnapshotError: PersistenceError | undefined;

  /** Reads, verifies and puts everything; throws PersistenceError and changes no file where anything is wrong. */
  load(target: LoadTarget, onProgress?: (progress: LoadProgress) => void): Promise<LoadReport>;
  /**
   * Call once after load, before the first write is accepted: clears the clean-stop flag, removes leftovers,
   * makes RESERVE. Changes files.
   */
  start(): Promise<void>;
  /**
   * Writes, verifies and publishes one snapshot. While one runs, a second call joins it, unless `isFinal`: then it
   * waits for the running one and takes a new one. Throws PersistenceError: where `isFatal(error)` the process has
   * to stop with its exit code, else only this snapshot failed and the previous one stays.
   */
  snapshot(source: SnapshotSource, options?: SnapshotOptions): Promise<SnapshotReport>;
  /** Waits for a running snapshot, ends the worker, gives the lock back. Takes no snapshot. Never throws. */
  close(): Promise<void>;
}
