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
  /**
   * `expiryMs` 0 = none. The value of a list is its elements (list-record.ts); a list may come expired, since what
   * follows may be changes of it. False: no memory left, nothing changed.
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
    clientFlags: number,
  ): boolean;
  remove(bytes: Uint8Array, start: number, end: number): boolean;
  clear(): unknown;
  /**
   * In the list of that key, which has `lengthBefore` elements, `removed` ones from index `at` on give way to those in
   * `bytes[elementsStart, elementsEnd)` (list-record.ts), and expiry and version are these. False: there is no such list.
   */
  splice(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    lengthBefore: number,
    at: number,
    removed: number,
    elementsStart: number,
    elementsEnd: number,
    expiryMs: number,
    version: number,
  ): boolean;
  /** The first (`isBackward`: last) `removed` elements equal to `bytes[start, end)` leave such a list. False: they cannot. */
  removeEqual(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    lengthBefore: number,
    removed: number,
    isBackward: boolean,
    start: number,
    end: number,
    version: number,
  ): boolean;
  /** The list under the key `bytes[fromStart, fromEnd)` is copied to this one, replacing what it has. False: there is none. */
  copy(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    fromStart: number,
    fromEnd: number,
    expiryMs: number,
    version: number,
    nowMs: number,
  ): boolean;
  /** About so many entries will come, in the order of the store's key hash. */
  presize?(entries: number): void;
}

/** A store's entries of type LIST, for reading. */
export interface ReadableLists {
  lengthOf(ref: number): number;
  /** Stands before the element at `at` until next(), which says whether there is one. */
  open(
    ref: number,
    at: number,
    isBackward: boolean,
  ): { next(): boolean; readonly bytes: Uint8Array; readonly start: number; readonly end: number };
}

/** What the records of a list are made of. An EntryRef is a number. */
export interface ListSource {
  readonly lists: ReadableLists;
  expiryOf(ref: number): number;
  versionOf(ref: number): number;
  keyLengthOf(ref: number): number;
  segmentOf(ref: number): Uint8Array;
  keyStartOf(ref: number): number;
}

/** What a walk over the store needs. */
export interface WalkableStore extends ListSource {
  readonly count: number;
  hash(bytes: Uint8Array, start: number, end: number): number;
  /** Visits about `entriesMax` entries from the cursor on; 0 begins and 0 returned ends. */
  walk(cursor: number, entriesMax: number, visit: (ref: number) => void): number;
  /** Has a walk standing at `cursor` already visited the place of this hash? */
  cursorPassed(cursor: number, hash: number): boolean;
  /** The entry of a key, expired or not; 0: there is none. */
  find(bytes: Uint8Array, start: number, end: number): number;
  typeOf(ref: number): number;
  clientFlagsOf(ref: number): number;
  valueLengthOf(ref: number): number;
  valueStartOf(ref: number): number;
}

/**
 * Told of every change of the store, in order, on the main thread, synchronously, while a snapshot runs; also of
 * expiry and eviction, and of what a rollback puts back. State is absolute but for changes within a list.
 */
export interface EffectListener extends Partial<MarkTarget> {
  /** An entry was written or its expiry changed. `ref` must be readable now (call after the change). */
  put(ref: number): void;
  /** A key is gone (or about to be). */
  remove(bytes: Uint8Array, keyStart: number, keyEnd: number, version: number): void;
  /** Every entry is gone. */
  clear(version: number): void;
  /** In a list, elements gave way to others; unlike the rest this is told once. See engine/journal.ts. */
  splice(ref: number, at: number, removed: number, inserted: number): void;
  /** Elements that equal `source[start, end)` have left a list. */
  removeEqual(
    ref: number,
    removed: number,
    isBackward: boolean,
    source: Uint8Array,
    start: number,
    end: number,
  ): void;
  /** A list has what the one of another key had a moment ago. */
  copy(ref: number, bytes: Uint8Array, fromStart: number, fromEnd: number): void;
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
