/**
 * A data directory that is open: its lock, keys and MANIFEST, and the two long works on it, loading and taking a
 * snapshot. Pure: everything outside is a parameter (DatabaseAdapters); node-database.ts fills them in.
 */

import { clearLeftovers, refuseUnlistedJournal, removeReplaced } from './data-directory.js';
import {
  type OpeningAdapters,
  type OpeningOptions,
  openOrCreateKeyring,
  openOrCreateManifest,
  refuseKeyFileInside,
  restrictDirectory,
} from './database-opening.js';
import type {
  Database,
  LoadProgress,
  LoadReport,
  LoadTarget,
  PersistenceEvent,
  SnapshotOptions,
  SnapshotReport,
  SnapshotSource,
} from './database-types.js';
import type { DirectoryLock, HeldLock } from './directory-lock.js';
import { DIRECTORY_MODE, type FileSystem, pathIn } from './file-system.js';
import type { JournalEnd } from './journal/journal-end.js';
import { SEGMENT_BYTES_MAX as JOURNAL_SEGMENT_BYTES_MAX } from './journal/journal-format.js';
import { JournalLink, type Published } from './journal/journal-link.js';
import type { JournalWorkerPort } from './journal/journal-messages.js';
import type { SyncPolicy } from './journal/journal-types.js';
import { needsOldKeys, retireDataKeys } from './key-rotation.js';
import { hashSeedOf, type Keyring } from './keyring.js';
import type { ListedSnapshot, Manifest } from './manifest.js';
import { removeKeyFileLeftover } from './master-secret.js';
import { ExitCode, fromPlainError, isFatal, PersistenceError } from './persistence-error.js';
import { loadRecords } from './record-load.js';
import { fitReserve, RESERVE_BYTES_MAX } from './reserve.js';
import { parseSnapshotFileName, SEGMENT_BYTES_MAX } from './snapshot-format.js';
import { SnapshotOutcome } from './snapshot-outcome.js';
import { SnapshotWalk } from './snapshot-walk.js';
import { attempt, makeDurableDirectory } from './whole-file.js';
import type { FileWorkerPort } from './worker-messages.js';

export interface DatabaseAdapters extends OpeningAdapters {
  readonly lock: DirectoryLock;
  /** A fresh worker; asked again when one has died. */
  readonly startWorker: () => FileWorkerPort;
  readonly startJournalWorker: () => JournalWorkerPort;
  readonly monotonicMs: () => number;
  readonly yieldToEventLoop: () => Promise<void>;
}

export interface DatabaseOptions extends OpeningOptions {
  readonly log?: ((event: PersistenceEvent) => void) | undefined;
  /** Of snapshot files. */
  readonly segmentBytesMax?: number | undefined;
  /** Absent: off, snapshots only. */
  readonly journal?: JournalOptions | undefined;
  readonly reserveBytesMax?: number | undefined;
  /** A file was found damaged while everything is in memory: take a snapshot, which replaces it. */
  readonly onDamage?: (() => void) | undefined;
}

export interface JournalOptions {
  /** False: snapshots only; a journal that is there is loaded, and nothing goes into it. */
  readonly isOn: boolean;
  readonly policy: SyncPolicy;
  /** A segment is closed and the next begun here; default 64 MiB. */
  readonly segmentBytesMax?: number | undefined;
}

/**
 * Takes the lock, opens secret, KEYRING and MANIFEST, or makes them for a new database. A refusal (65, 66, 74, 75)
 * leaves every file as it was.
 */
export async function openDatabase(adapters: DatabaseAdapters, options: DatabaseOptions): Promise<Database> {
  const { fs } = adapters;
  const { directory } = options;
  const log = options.log ?? (() => undefined);
  refuseKeyFileInside(options);
  const existing = attempt(directory, 'look at it', () => fs.stat(directory));
  if (existing === undefined) {
    makeDurableDirectory(fs, directory, DIRECTORY_MODE);
  } else if (existing.kind !== 'directory') {
    throw new PersistenceError('this is not a directory.', {
      exitCode: ExitCode.IO,
      file: directory,
      help: 'Give another data directory.',
    });
  } else if ((existing.mode & 0o077) !== 0) {
    restrictDirectory(fs, directory, existing.mode, log);
  }
  const lock = await adapters.lock.acquire(directory);
  try {
    if (lock.replacedStale) {
      log({
        level: 'info',
        event: 'stale-lock-replaced',
        message: 'the last server on this directory ended without giving its lock back',
      });
    }
    const keyring = openOrCreateKeyring(adapters, options, log);
    const manifest = openOrCreateManifest(adapters, directory, keyring);
    return new OpenDatabase(adapters, options, log, lock, keyring, manifest);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

class OpenDatabase implements Database {
  readonly directory: string;
  readonly uuid: string;
  readonly hashSeed: number;
  readonly cipherImplementation: string;
  dbNowMs: number;
  lastSnapshotError: PersistenceError | undefined;
  readonly journal: JournalLink;
  readonly #adapters: DatabaseAdapters;
  readonly #options: DatabaseOptions;
  readonly #log: (event: PersistenceEvent) => void;
  readonly #lock: HeldLock;
  keyring: Keyring;
  /** As it was published last; the journal worker owns it. */
  #manifest: Manifest;
  #lastLsn: number;
  #journalEnd: JournalEnd | undefined;
  #isLoaded = false;
  /** Never given twice in one process, so that what a failed attempt could not remove is not in the way. */
  #generation: number;
  #worker: FileWorkerPort | undefined;
  #running: { promise: Promise<SnapshotReport>; isFinal: boolean } | undefined;
  #fatal: PersistenceError | undefined;
  #isStarted = false;
  #isClosed = false;

  constructor(
    adapters: DatabaseAdapters,
    options: DatabaseOptions,
    log: (event: PersistenceEvent) => void,
    lock: HeldLock,
    keyring: Keyring,
    manifest: Manifest,
  ) {
    this.#adapters = adapters;
    this.#options = options;
    this.#log = log;
    this.#lock = lock;
    this.keyring = keyring;
    this.#manifest = manifest;
    this.#generation = manifest.generation;
    this.#lastLsn = manifest.lastVersion;
    this.journal = new JournalLink({
      isOn: options.journal?.isOn ?? false,
      policy: options.journal?.policy ?? 'everysec',
      onEvent: (event) => this.#logJournal(event),
    });
    this.directory = options.directory;
    this.uuid = keyring.database;
    this.hashSeed = hashSeedOf(adapters.crypto, keyring);
    this.cipherImplementation = adapters.crypto.implementation;
    this.dbNowMs = Math.max(manifest.dbNowMs, adapters.nowMs());
    if (adapters.nowMs() < manifest.dbNowMs) {
      const behindMs = manifest.dbNowMs - adapters.nowMs();
      log({
        level: 'warn',
        event: 'clock-behind',
        message: `this machine's clock is ${behindMs} ms behind the last one seen; the database's clock stands until it is reached`,
      });
    }
  }

  get isSnapshotRunning(): boolean {
    return this.#running !== undefined;
  }

  get lastSnapshotAtMs(): number {
    return this.#manifest.snapshot?.createdMs ?? 0;
  }

  async load(target: LoadTarget, onProgress?: (progress: LoadProgress) => void): Promise<LoadReport> {
    const manifest = this.#manifest;
    const { directory, keyring, dbNowMs: nowMs } = this;
    const startedMs = this.#adapters.monotonicMs();
    refuseUnlistedJournal(this.#adapters.fs, directory, manifest);
    if (manifest.snapshot !== null) target.presize?.(manifest.snapshot.entries);
    const loaded =
      manifest.snapshot === null && manifest.journal.length === 0
        ? undefined
        : await loadRecords(this.#startedWorker(), {
            directory,
            keyring,
            manifest,
            openBytes: openSegmentBytes(this.#adapters.fs, directory, manifest),
            nowMs,
            target,
            onProgress,
          });
    this.#isLoaded = true;
    this.#lastLsn = loaded?.lastLsn ?? manifest.lastVersion;
    this.#journalEnd = loaded?.journalEnd;
    this.dbNowMs = Math.max(this.dbNowMs, loaded?.dbNowMs ?? 0);
    return {
      entries: loaded?.entries ?? 0,
      expired: loaded?.expired ?? 0,
      bytes: loaded?.bytesRead ?? 0,
      elapsedMs: this.#adapters.monotonicMs() - startedMs,
      generation: manifest.snapshot?.generation ?? 0,
      lastVersion: this.#lastLsn,
      wasCleanStop: manifest.isCleanStop,
      usesOldKey: needsOldKeys(manifest, keyring),
      journalFrames: loaded?.journalFrames ?? 0,
      dbNowMs: this.dbNowMs,
    };
  }

  async start(): Promise<void> {
    if (this.#isStarted) return;
    const { fs, crypto } = this.#adapters;
    const { directory } = this;
    if (!this.#isLoaded && this.#manifest.journal.length > 0)
      throw new Error('Database.load() comes before start()');
    removeKeyFileLeftover(fs, this.#options.secret);
    clearLeftovers(fs, directory, this.#manifest, this.#log);
    // A newer generation may stand in quarantine under its name: ours go on above it.
    for (const name of fs.list(pathIn(directory, 'quarantine')) ?? []) {
      const generation = parseSnapshotFileName(name.replace(/\.\d+$/, ''))?.generation ?? 0;
      this.#generation = Math.max(this.#generation, generation);
    }
    await this.#openJournal();
    const reserveBytesMax = this.#options.reserveBytesMax ?? RESERVE_BYTES_MAX;
    const bytes = this.#manifest.snapshot?.files.reduce((sum, file) => sum + file.bytes, 0) ?? 0;
    if (!fitReserve(fs, crypto, directory, bytes, reserveBytesMax)) {
      this.#log({
        level: 'warn',
        event: 'reserve-missing',
        message: 'no room on this disk for RESERVE: the last snapshot may not fit either',
      });
    }
    this.#isStarted = true;
    this.#beginScrub();
  }

  async #openJournal(): Promise<void> {
    const { directory, keyring, dbNowMs } = this;
    const { journal, reserveBytesMax = RESERVE_BYTES_MAX } = this.#options;
    const opened = await this.journal.open(this.#adapters.startJournalWorker(), {
      directory,
      keyring,
      manifest: this.#manifest,
      end: this.#journalEnd,
      segmentBytesMax: journal?.segmentBytesMax ?? JOURNAL_SEGMENT_BYTES_MAX,
      reserveBytesMax,
      lastLsn: this.#lastLsn,
      dbNowMs,
    });
    this.#manifest = opened.manifest;
    removeReplaced(this.#adapters.fs, directory, opened.replaced);
    const end = this.#journalEnd;
    if (end !== undefined && opened.quarantined !== undefined) {
      this.#log({
        level: 'warn',
        event: 'journal-tail-cut',
        message: `the last ${end.fileBytes - end.soundBytes} bytes of ${end.name}, torn by the crash, are in ${opened.quarantined}; everything up to LSN ${end.lastLsn} is there`,
        file: opened.quarantined,
      });
    }
    if (opened.renewedFrames > 0) {
      this.#log({
        level: 'info',
        event: 'journal-tail-renewed',
        message: `${opened.renewedFrames} frames whose sync was not proven were journalled anew`,
      });
    }
  }

  snapshot(source: SnapshotSource, options: SnapshotOptions = {}): Promise<SnapshotReport> {
    const isFinal = options.isFinal ?? false;
    const running = this.#running;
    if (running !== undefined && (!isFinal || running.isFinal)) return running.promise;
    const before = running?.promise.catch(() => undefined) ?? Promise.resolve(undefined);
    const promise = before.then(() => this.#takeSnapshot(source, isFinal));
    const mine = { promise, isFinal };
    this.#running = mine;
    const finished = () => {
      if (this.#running === mine) this.#running = undefined;
    };
    promise.then(finished, finished);
    return promise;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#running?.promise.catch(() => undefined);
    await this.journal.close();
    await this.#worker?.close();
    await this.#lock.release();
  }

  async #takeSnapshot(source: SnapshotSource, isFinal: boolean): Promise<SnapshotReport> {
    const fatal = this.#fatal ?? this.journal.fatal;
    if (fatal !== undefined) throw fatal;
    try {
      const report = await this.#attemptSnapshot(source, isFinal);
      this.lastSnapshotError = undefined;
      return report;
    } catch (error) {
      if (error instanceof PersistenceError) {
        this.lastSnapshotError = error;
        // After a sync that failed nothing on this disk is to be trusted: no second try, whoever asks.
        if (isFatal(error)) this.#fatal = error;
      }
      this.#log({
        level: 'error',
        event: 'snapshot-failed',
        message: `snapshot failed, the previous one stays: ${error instanceof Error ? error.message : String(error)}`,
      });
      throw error;
    }
  }

  async #attemptSnapshot(source: SnapshotSource, isFinal: boolean): Promise<SnapshotReport> {
    if (!this.#isStarted) throw new Error('Database.start() comes before the first snapshot');
    this.#lock.confirm();
    const { monotonicMs, yieldToEventLoop } = this.#adapters;
    const startedMs = monotonicMs();
    const standing = this.#manifest.snapshot;
    if (isFinal) source.flushBatch?.();
    if (isFinal && standing !== null && standing.endVersion === source.lastVersion()) {
      return this.#keepStanding(standing, source, startedMs);
    }
    const worker = this.#startedWorker();
    this.#generation = Math.max(this.#generation, this.#manifest.generation) + 1;
    const generation = this.#generation;
    const walk = new SnapshotWalk({
      source,
      monotonicMs,
      yieldToEventLoop,
      send: (buffer, byteCount) =>
        worker.post({ do: 'take-records', generation, buffer, byteCount }, [buffer]),
      // What was collected belongs to the segment that the snapshot replaces.
      onEnd: (endVersion) => {
        source.flushBatch?.();
        this.journal.rotate(endVersion + 1);
      },
    });
    const outcome = new SnapshotOutcome(worker, walk, generation);
    const beginVersion = source.lastVersion();
    worker.post({
      do: 'begin-snapshot',
      directory: this.directory,
      keyring: this.keyring,
      generation,
      createdMs: source.nowMs(),
      beginVersion,
      segmentBytesMax: this.#options.segmentBytesMax ?? SEGMENT_BYTES_MAX,
      isFinal,
    });
    let published: Published;
    try {
      const endVersion = await walk.run();
      await walk.drained();
      worker.post({ do: 'finish-snapshot', generation, endVersion, dbNowMs: source.nowMs() });
      const snapshot = await outcome.ready;
      this.#lock.confirm();
      const dbNowMs = source.nowMs();
      published = await this.journal.publishSnapshot({ generation, snapshot, dbNowMs, isFinal });
    } catch (error) {
      // After a fatal error nobody knows what a restart will see: everything stays as it is for it to judge.
      if (!outcome.isOver && !isFatal(error)) worker.post({ do: 'abandon-snapshot', generation });
      if (!isFatal(error)) await outcome.end.catch(() => undefined);
      this.#forgetDeadWorker();
      throw error;
    }
    this.#manifest = published.manifest;
    const { replaced } = published;
    const reserveBytesMax = this.journal.isFull ? 0 : (this.#options.reserveBytesMax ?? RESERVE_BYTES_MAX);
    worker.post({ do: 'settle-snapshot', generation, replaced, reserveBytesMax });
    await outcome.end.finally(() => this.#forgetDeadWorker());
    if (!isFinal) this.#retireKeys();
    this.#beginScrub();
    return {
      ...reportOf(published.manifest.snapshot!),
      beginVersion,
      elapsedMs: monotonicMs() - startedMs,
      sliceMsMax: walk.sliceMsMax,
      deltaLines: walk.deltaLines,
    };
  }

  /** Data keys that nothing listed is sealed with any more. Where there is no room for KEYRING: another time. */
  #retireKeys(): void {
    const { fs, crypto } = this.#adapters;
    try {
      this.keyring = retireDataKeys(fs, crypto, this.directory, this.keyring, this.#manifest);
    } catch (error) {
      if (isFatal(error)) throw error;
    }
  }

  /** A clean stop after which nothing changed: the snapshot that stands is the state, only the flag is missing. */
  async #keepStanding(
    standing: ListedSnapshot,
    source: SnapshotSource,
    startedMs: number,
  ): Promise<SnapshotReport> {
    const published = await this.journal.publishCleanStop(standing.generation, source.nowMs());
    this.#manifest = published.manifest;
    removeReplaced(this.#adapters.fs, this.directory, published.replaced);
    return {
      ...reportOf(standing),
      beginVersion: standing.endVersion,
      elapsedMs: this.#adapters.monotonicMs() - startedMs,
      sliceMsMax: 0,
      deltaLines: 0,
    };
  }

  #logJournal(event: 'full' | 'room'): void {
    if (event === 'full') {
      this.#log({
        level: 'error',
        event: 'journal-full',
        message: 'the disk is full: writes are refused, reads go on; make room on it',
        file: this.directory,
      });
    } else {
      this.#log({ level: 'info', event: 'journal-room', message: 'the disk has room again: writes go on' });
    }
  }

  #startedWorker(): FileWorkerPort {
    this.#worker ??= this.#heardWorker(this.#adapters.startWorker());
    return this.#worker;
  }

  /** What it says of a scrub is heard here, everything else by whoever gave it work. */
  #heardWorker(worker: FileWorkerPort): FileWorkerPort {
    const listen: FileWorkerPort['listen'] = (listener) =>
      worker.listen((message) => {
        if (message.did === 'scrub-damage') this.#hearDamage(fromPlainError(message.error));
        else listener(message);
      });
    listen(() => undefined);
    return {
      post: (message, transfer) => worker.post(message, transfer),
      listen,
      get isDead() {
        return worker.isDead;
      },
      close: () => worker.close(),
    };
  }

  #hearDamage(error: Error): void {
    this.#log({
      level: 'error',
      event: 'scrub-damage',
      message: `a file has become damaged while the server runs; a new snapshot replaces it: ${error.message}`,
      ...(error instanceof PersistenceError && error.file !== undefined && { file: error.file }),
    });
    this.#options.onDamage?.();
  }

  /** Files that are there for long are proven again and again. */
  #beginScrub(): void {
    const { directory, keyring } = this;
    this.#worker?.post({ do: 'scrub', directory, keyring, manifest: this.#manifest });
  }

  #forgetDeadWorker(): void {
    if (this.#worker?.isDead === true) this.#worker = undefined;
  }
}

function reportOf({ generation, entries, files, endVersion }: ListedSnapshot) {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { generation, entries, bytes, files: files.length, endVersion };
}

function openSegmentBytes(fs: FileSystem, directory: string, { journal }: Manifest): number {
  const open = journal.find(({ bytes, isFilling }) => bytes === undefined && !isFilling);
  if (open === undefined) return 0;
  const file = pathIn(directory, open.name);
  return attempt(file, 'look at it', () => fs.stat(file))?.bytes ?? 0;
}
