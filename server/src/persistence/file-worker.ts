/**
 * What the file worker's thread does: the whole of one snapshot from lines to named files, and the reading of
 * everything at start. MANIFEST is the journal worker's. Pure: file system, cryptography and the way back are parameters; node-file-worker-thread.ts is the thread.
 */

import { ByteWriter } from '@anoadb/protocol';
import { removeReplaced } from './data-directory.js';
import { DirectoryLoad } from './directory-load.js';
import type { FileSystem } from './file-system.js';
import type { ListedSnapshot } from './manifest.js';
import { isFatal, toPlainError } from './persistence-error.js';
import { fitReserve, releaseReserve } from './reserve.js';
import { Scrub, type ScrubOptions } from './scrub.js';
import { SnapshotReader } from './snapshot-reader.js';
import { SnapshotWriter } from './snapshot-writer.js';
import type { StorageCrypto } from './storage-crypto.js';
import type { FromWorker, ToWorker } from './worker-messages.js';

type BeginSnapshot = Extract<ToWorker, { do: 'begin-snapshot' }>;
type SettleSnapshot = Extract<ToWorker, { do: 'settle-snapshot' }>;
type RunningSnapshot = { readonly begin: BeginSnapshot; readonly writer: SnapshotWriter };
type Reply = (message: FromWorker, transfer?: ArrayBuffer[]) => void;

export class FileWorker {
  readonly #fs: FileSystem;
  readonly #crypto: StorageCrypto;
  readonly #reply: Reply;
  #snapshot: RunningSnapshot | undefined;
  /** Of the snapshot that became ready last. */
  #snapshotBytes = 0;
  #load: DirectoryLoad | undefined;
  #scrubOptions: ScrubOptions | undefined;
  #scrub: Scrub | undefined;
  /** The next round begins then. */
  #scrubFromMs = 0;

  constructor(fs: FileSystem, crypto: StorageCrypto, reply: Reply) {
    this.#fs = fs;
    this.#crypto = crypto;
    this.#reply = reply;
  }

  handle(message: ToWorker): void {
    switch (message.do) {
      case 'begin-snapshot':
        this.#beginSnapshot(message);
        return;
      case 'take-records':
        this.#guardSnapshot(message.generation, ({ writer }) => {
          writer.writeRecords(new Uint8Array(message.buffer), 0, message.byteCount);
        });
        this.#reply({ did: 'records-taken', generation: message.generation, buffer: message.buffer }, [
          message.buffer,
        ]);
        return;
      case 'finish-snapshot': {
        const { generation, endVersion, dbNowMs } = message;
        this.#guardSnapshot(generation, (snapshot) => this.#finishSnapshot(snapshot, endVersion, dbNowMs));
        return;
      }
      case 'settle-snapshot':
        this.#settleSnapshot(message);
        return;
      case 'abandon-snapshot':
        this.#guardSnapshot(message.generation, ({ writer }) => writer.abandon());
        this.#snapshot = undefined;
        this.#reply({ did: 'snapshot-abandoned', generation: message.generation });
        return;
      case 'begin-load':
        this.#load = new DirectoryLoad(this.#fs, this.#crypto, message);
        return;
      case 'scrub':
        this.#endScrub();
        this.#scrubOptions = message;
        return;
      case 'fill-buffer':
        this.#fillBuffer(message.buffer);
        return;
      default:
        this.#load?.close();
        this.#endScrub();
    }
  }

  /** Call it about every 100 ms: proves a little of the files while there is nothing else to do. */
  tick(nowMs: number): void {
    const options = this.#scrubOptions;
    if (options === undefined || this.#snapshot !== undefined || this.#load !== undefined) return;
    if (this.#scrub === undefined && nowMs < this.#scrubFromMs) return;
    try {
      this.#scrub ??= new Scrub(this.#fs, this.#crypto, options);
      if (this.#scrub.step()) return;
      this.#scrub = undefined;
      this.#scrubFromMs = nowMs + SCRUB_INTERVAL_MS;
    } catch (error) {
      // Once for these files: what it leads to is a snapshot that replaces them.
      this.#endScrub();
      this.#reply({ did: 'scrub-damage', error: toPlainError(error) });
    }
  }

  #endScrub(): void {
    this.#scrub?.close();
    this.#scrub = undefined;
    this.#scrubOptions = undefined;
  }

  #beginSnapshot(begin: BeginSnapshot): void {
    const fs = this.#fs;
    const crypto = this.#crypto;
    const makeRoom = () => begin.isFinal && releaseReserve(fs, begin.directory);
    this.#snapshot = { begin, writer: new SnapshotWriter({ ...begin, fs, crypto, makeRoom }) };
  }

  #finishSnapshot({ begin, writer }: RunningSnapshot, endVersion: number, dbNowMs: number): void {
    const snapshot = writer.finish(endVersion, dbNowMs);
    this.#verify(begin, snapshot, writer.partialPaths());
    writer.giveNames();
    this.#snapshotBytes = snapshot.files.reduce((sum, file) => sum + file.bytes, 0);
    this.#reply({ did: 'snapshot-ready', generation: begin.generation, snapshot });
  }

  /** Reads back what was written, as a start would, before anything older goes. */
  #verify(begin: BeginSnapshot, snapshot: ListedSnapshot, paths: string[]): void {
    const reader = new SnapshotReader({
      fs: this.#fs,
      crypto: this.#crypto,
      nextFile: (segment) => {
        const listed = snapshot.files[segment - 1];
        return listed && { ...listed, path: paths[segment - 1] };
      },
      keyringFor: () => begin.keyring,
    });
    const lines = new ByteWriter(RUN_BYTES);
    try {
      while (reader.next(lines)) lines.reset();
    } finally {
      reader.close();
    }
  }

  /** It is published: whatever happens here, its files stay. */
  #settleSnapshot({ generation, replaced, reserveBytesMax }: SettleSnapshot): void {
    const snapshot = this.#snapshot;
    if (snapshot?.begin.generation !== generation) return;
    this.#snapshot = undefined;
    this.#endScrub(); // its files are about to go
    const fs = this.#fs;
    const { directory } = snapshot.begin;
    try {
      removeReplaced(fs, directory, replaced);
      if (reserveBytesMax > 0) fitReserve(fs, this.#crypto, directory, this.#snapshotBytes, reserveBytesMax);
    } catch (error) {
      if (isFatal(error)) {
        this.#reply({ did: 'snapshot-failed', generation, error: toPlainError(error) });
        return;
      }
      // What stays is found and removed at the next start.
    }
    this.#reply({ did: 'snapshot-settled', generation });
  }

  /** Runs one step of the running attempt; after a failure the attempt is over and later steps do nothing. */
  #guardSnapshot(generation: number, step: (snapshot: RunningSnapshot) => void): void {
    const snapshot = this.#snapshot;
    if (snapshot?.begin.generation !== generation) return;
    try {
      step(snapshot);
    } catch (error) {
      this.#snapshot = undefined;
      // After a fatal error nobody knows what a restart will see: leave everything as it is for it to judge.
      if (!isFatal(error)) snapshot.writer.abandon();
      this.#reply({ did: 'snapshot-failed', generation, error: toPlainError(error) });
    }
  }

  #fillBuffer(buffer: ArrayBuffer): void {
    const load = this.#load;
    if (load === undefined) return;
    try {
      const records = load.fill(buffer);
      if (records.at > 0) {
        const { buffer: filled } = records.bytes as { buffer: ArrayBuffer };
        const { bytesRead, entries } = load;
        this.#reply({ did: 'records-read', buffer: filled, byteCount: records.at, bytesRead, entries }, [
          filled,
        ]);
        return;
      }
      this.#load = undefined;
      const { entries, expired, bytesRead, journal } = load;
      const { frames: journalFrames, lastLsn, dbNowMs, end: journalEnd } = journal;
      this.#reply({
        did: 'load-finished',
        ...{ entries, expired, bytesRead, journalFrames, lastLsn, dbNowMs, journalEnd },
      });
    } catch (error) {
      load.close();
      this.#load = undefined;
      this.#reply({ did: 'load-failed', error: toPlainError(error) });
    }
  }
}

/** Between two rounds of proving all files. */
const SCRUB_INTERVAL_MS = 60 * 60 * 1000;
/** Room for two chunks of lines. */
const RUN_BYTES = 512 * 1024;
