/**
 * A data directory that is open: its lock, keys and MANIFEST, and the two long works on it, loading and taking a
 * snapshot. Pure: everything outside is a parameter (DatabaseAdapters); node-database.ts fills them in.
 */

import { ACCESS_NAME, clearLeftovers } from './data-directory.js';
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
import { DIRECTORY_MODE, pathIn } from './file-system.js';
import { JournalLink } from './journal/journal-link.js';
import { hashSeedOf, type Keyring } from './keyring.js';
import { type ListedSnapshot, type Manifest, publishManifest } from './manifest.js';
import { removeKeyFileLeftover } from './master-secret.js';
import { ExitCode, fromPlainError, isFatal, PersistenceError } from './persistence-error.js';
import { fitReserve, RESERVE_BYTES_MAX, writeInReserve } from './reserve.js';
import { parseSnapshotFileName, SEGMENT_BYTES_MAX } from './snapshot-format.js';
import { loadSnapshot } from './snapshot-load.js';
import { SnapshotWalk } from './snapshot-walk.js';
import { attempt, makeDurableDirectory } from './whole-file.js';
import type { FileWorkerPort, FromWorker } from './worker-messages.js';

export interface DatabaseAdapters extends OpeningAdapters {
  readonly lock: DirectoryLock;
  /** A fresh worker; asked again when one has died. */
  readonly startWorker: () => FileWorkerPort;
  readonly monotonicMs: () => number;
  readonly yieldToEventLoop: () => Promise<void>;
}

export interface DatabaseOptions extends OpeningOptions {
  readonly log?: ((event: PersistenceEvent) => void) | undefined;
  readonly segmentBytesMax?: number | undefined;
  readonly reserveBytesMax?: number | undefined;
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
  readonly dbNowMs: number;
  lastSnapshotError: PersistenceError | undefined;
  readonly journal = new JournalLink({ isOn: false, policy: 'everysec' });
  readonly #adapters: DatabaseAdapters;
  readonly #options: DatabaseOptions;
  readonly #log: (event: PersistenceEvent) => void;
  readonly #lock: HeldLock;
  readonly keyring: Keyring;
  #manifest: Manifest;
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
    const { snapshot, lastVersion, isCleanStop } = this.#manifest;
    const startedMs = this.#adapters.monotonicMs();
    if (snapshot !== null) target.presize?.(snapshot.entries);
    const loaded =
      snapshot === null
        ? { entries: 0, expired: 0, bytesRead: 0 }
        : await loadSnapshot(this.#startedWorker(), {
            directory: this.directory,
            keyring: this.keyring,
            files: snapshot.files,
            nowMs: this.dbNowMs,
            target,
            onProgress,
          });
    return {
      entries: loaded.entries,
      expired: loaded.expired,
      bytes: loaded.bytesRead,
      elapsedMs: this.#adapters.monotonicMs() - startedMs,
      generation: snapshot?.generation ?? 0,
      lastVersion,
      wasCleanStop: isCleanStop,
      journalRecords: 0,
      journalFrames: 0,
      dbNowMs: this.dbNowMs,
    };
  }

  async start(): Promise<void> {
    if (this.#isStarted) return;
    const { fs, crypto } = this.#adapters;
    const { directory } = this;
    removeKeyFileLeftover(fs, this.#options.secret);
    clearLeftovers(fs, directory, this.#manifest, this.#log);
    // A newer generation may stand in quarantine under its name: ours go on above it.
    for (const name of fs.list(pathIn(directory, 'quarantine')) ?? []) {
      const generation = parseSnapshotFileName(name.replace(/\.\d+$/, ''))?.generation ?? 0;
      this.#generation = Math.max(this.#generation, generation);
    }
    this.#publish({ ...this.#markedManifest(), isCleanStop: false, dbNowMs: this.dbNowMs });
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
    await this.#worker?.close();
    await this.#lock.release();
  }

  async #takeSnapshot(source: SnapshotSource, isFinal: boolean): Promise<SnapshotReport> {
    if (this.#fatal !== undefined) throw this.#fatal;
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
    if (isFinal && standing !== null && standing.endVersion === source.lastVersion()) {
      return this.#keepStanding(standing, source, startedMs);
    }
    const worker = this.#startedWorker();
    const generation = ++this.#generation;
    const walk = new SnapshotWalk({
      source,
      monotonicMs,
      yieldToEventLoop,
      send: (buffer, byteCount) =>
        worker.post({ do: 'take-records', generation, buffer, byteCount }, [buffer]),
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
      reserveBytesMax: this.#options.reserveBytesMax ?? RESERVE_BYTES_MAX,
      isFinal,
      manifest: this.#markedManifest(),
    });
    let endVersion: number;
    try {
      endVersion = await walk.run();
      await walk.drained();
      this.#lock.confirm();
    } catch (error) {
      if (!outcome.isOver) worker.post({ do: 'abandon-snapshot', generation });
      await outcome.promise.catch(() => undefined);
      this.#forgetDeadWorker();
      throw error;
    }
    worker.post({ do: 'finish-snapshot', generation, endVersion, dbNowMs: source.nowMs() });
    const published = await outcome.promise.finally(() => this.#forgetDeadWorker());
    if (published === undefined) throw new Error('the snapshot was abandoned');
    this.#manifest = published.manifest;
    return {
      generation: published.manifest.generation,
      entries: published.manifest.snapshot!.entries,
      bytes: published.bytes,
      files: published.manifest.snapshot!.files.length,
      beginVersion,
      endVersion,
      elapsedMs: monotonicMs() - startedMs,
      sliceMsMax: walk.sliceMsMax,
      deltaLines: walk.deltaLines,
    };
  }

  /** A clean stop after which nothing changed: the snapshot that stands is the state, only the flag is missing. */
  #keepStanding(standing: ListedSnapshot, source: SnapshotSource, startedMs: number): SnapshotReport {
    const manifest = { ...this.#markedManifest(), isCleanStop: true, dbNowMs: source.nowMs() };
    writeInReserve(this.#adapters.fs, this.directory, () => this.#publish(manifest));
    return {
      generation: standing.generation,
      entries: standing.entries,
      bytes: standing.files.reduce((sum, file) => sum + file.bytes, 0),
      files: standing.files.length,
      beginVersion: standing.endVersion,
      endVersion: standing.endVersion,
      elapsedMs: this.#adapters.monotonicMs() - startedMs,
      sliceMsMax: 0,
      deltaLines: 0,
    };
  }

  /** MANIFEST as it is, with the mark of a sealed database where ACCESS has come meanwhile. */
  #markedManifest(): Manifest {
    const file = pathIn(this.directory, ACCESS_NAME);
    const hasAccess = attempt(file, 'look at it', () => this.#adapters.fs.stat(file)) !== undefined;
    return hasAccess ? { ...this.#manifest, isSealed: true } : this.#manifest;
  }

  #publish(manifest: Manifest): void {
    const { fs, crypto } = this.#adapters;
    const next = { ...manifest, generation: ++this.#generation };
    publishManifest(fs, crypto, this.keyring, this.directory, next);
    this.#manifest = next;
  }

  #startedWorker(): FileWorkerPort {
    this.#worker ??= this.#adapters.startWorker();
    return this.#worker;
  }

  #forgetDeadWorker(): void {
    if (this.#worker?.isDead === true) this.#worker = undefined;
  }
}

type Published = Extract<FromWorker, { did: 'snapshot-published' }>;

/** Feeds the walk with what the worker says, until the attempt is over. */
class SnapshotOutcome {
  isOver = false;
  /** Resolves when published (undefined: abandoned), rejects when failed. */
  readonly promise: Promise<Published | undefined>;

  constructor(worker: FileWorkerPort, walk: SnapshotWalk, generation: number) {
    this.promise = new Promise((resolve, reject) => {
      worker.listen((message) => {
        if ('generation' in message && message.generation !== generation) return;
        switch (message.did) {
          case 'records-taken':
            walk.returnBuffer(message.buffer);
            return;
          case 'snapshot-published':
            resolve(message);
            break;
          case 'snapshot-abandoned':
            resolve(undefined);
            break;
          case 'snapshot-failed':
          case 'died': {
            const error = fromPlainError(message.error);
            walk.fail(error);
            reject(error);
            break;
          }
          default:
            throw new Error(`the file worker said ${message.did} during a snapshot`);
        }
        this.isOver = true;
      });
    });
    this.promise.catch(() => undefined); // it is awaited later; until then a rejection is not unhandled
  }
}
