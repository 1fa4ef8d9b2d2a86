/**
 * What the worker thread does: the whole of one snapshot from lines to published MANIFEST, and the reading of one
 * at start. Pure: file system, cryptography and the way back are parameters; node-file-worker-thread.ts is the thread.
 */

import { ByteWriter } from '@anoadb/protocol';
import { type FileSystem, pathIn } from './file-system.js';
import { LineParser, MalformedLineError } from './line-parser.js';
import type { ListedSnapshot, Manifest } from './manifest.js';
import { publishManifest } from './manifest.js';
import { damaged, isFatal, toPlainError } from './persistence-error.js';
import { fitReserve, releaseReserve, writeInReserve } from './reserve.js';
import { listedFiles, SnapshotReader } from './snapshot-reader.js';
import { SnapshotWriter } from './snapshot-writer.js';
import type { StorageCrypto } from './storage-crypto.js';
import { attempt, syncDirectory } from './whole-file.js';
import type { FromWorker, ToWorker } from './worker-messages.js';

type BeginSnapshot = Extract<ToWorker, { do: 'begin-snapshot' }>;
type BeginLoad = Extract<ToWorker, { do: 'begin-load' }>;
type Reply = (message: FromWorker, transfer?: ArrayBuffer[]) => void;

export class FileWorker {
  readonly #fs: FileSystem;
  readonly #crypto: StorageCrypto;
  readonly #reply: Reply;
  #snapshot: { begin: BeginSnapshot; writer: SnapshotWriter } | undefined;
  #load: SnapshotLoad | undefined;

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
      case 'abandon-snapshot':
        this.#guardSnapshot(message.generation, ({ writer }) => writer.abandon());
        this.#snapshot = undefined;
        this.#reply({ did: 'snapshot-abandoned', generation: message.generation });
        return;
      case 'begin-load':
        this.#load = new SnapshotLoad(this.#fs, this.#crypto, message);
        return;
      case 'fill-buffer':
        this.#fillBuffer(message.buffer);
        return;
      default:
        this.#load?.close();
    }
  }

  #beginSnapshot(begin: BeginSnapshot): void {
    const fs = this.#fs;
    const crypto = this.#crypto;
    const makeRoom = () => begin.isFinal && releaseReserve(fs, begin.directory);
    this.#snapshot = { begin, writer: new SnapshotWriter({ ...begin, fs, crypto, makeRoom }) };
  }

  #finishSnapshot(
    { begin, writer }: { begin: BeginSnapshot; writer: SnapshotWriter },
    endVersion: number,
    dbNowMs: number,
  ): void {
    const fs = this.#fs;
    const { directory } = begin;
    const snapshot = writer.finish(endVersion, dbNowMs);
    this.#verify(begin, snapshot, writer.partialPaths());
    writer.giveNames();
    const manifest: Manifest = {
      ...begin.manifest,
      generation: begin.generation,
      dbNowMs,
      lastVersion: endVersion,
      isCleanStop: begin.isFinal,
      snapshot,
    };
    this.#publish(begin, manifest);
    this.#removeReplaced(directory, begin.manifest);
    const bytes = snapshot.files.reduce((sum, file) => sum + file.bytes, 0);
    fitReserve(fs, this.#crypto, directory, bytes, begin.reserveBytesMax);
    this.#snapshot = undefined;
    this.#reply({ did: 'snapshot-published', generation: begin.generation, manifest, bytes });
  }

  #publish(begin: BeginSnapshot, manifest: Manifest): void {
    const publish = () => publishManifest(this.#fs, this.#crypto, begin.keyring, begin.directory, manifest);
    if (begin.isFinal) writeInReserve(this.#fs, begin.directory, publish);
    else publish();
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

  #removeReplaced(directory: string, replaced: Manifest): void {
    for (const { name } of replaced.snapshot?.files ?? []) {
      const file = pathIn(directory, name);
      attempt(file, 'remove the snapshot that was replaced', () => {
        // Somebody else may have removed it: the new one is published, nothing is lost, and no reason to end.
        if (this.#fs.stat(file) !== undefined) this.#fs.remove(file);
      });
    }
    if (replaced.snapshot !== null) syncDirectory(this.#fs, directory);
  }

  /** Runs one step of the running attempt; after a failure the attempt is over and later steps do nothing. */
  #guardSnapshot(
    generation: number,
    step: (snapshot: { begin: BeginSnapshot; writer: SnapshotWriter }) => void,
  ): void {
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
      this.#reply({
        did: 'load-finished',
        entries: load.entries,
        expired: load.expired,
        bytesRead: load.bytesRead,
      });
    } catch (error) {
      load.close();
      this.#load = undefined;
      this.#reply({ did: 'load-failed', error: toPlainError(error) });
    }
  }
}

/** Room for two chunks of lines: one being read, and what was left of the line before it. */
const RUN_BYTES = 512 * 1024;

/** One snapshot on its way from files to records. */
class SnapshotLoad {
  readonly #reader: SnapshotReader;
  readonly #parser: LineParser;
  readonly #lines = new ByteWriter(RUN_BYTES);
  readonly #records = new ByteWriter(0);

  constructor(fs: FileSystem, crypto: StorageCrypto, begin: BeginLoad) {
    this.#reader = new SnapshotReader({
      fs,
      crypto,
      nextFile: listedFiles(begin.directory, begin.files),
      keyringFor: () => begin.keyring,
    });
    this.#parser = new LineParser(begin.nowMs);
  }

  get bytesRead(): number {
    return this.#reader.bytesRead;
  }
  get entries(): number {
    return this.#parser.counts.entries;
  }
  get expired(): number {
    return this.#parser.expired;
  }

  /** Records of the next runs of lines; none: the end, and all of it proven. May stand in a larger buffer. */
  fill(buffer: ArrayBuffer): ByteWriter {
    const records = this.#records;
    records.bytes = new Uint8Array(buffer);
    records.reset();
    const enough = buffer.byteLength >> 1;
    while (records.at < enough && this.#reader.next(this.#lines)) this.#parseWholeLines(records);
    if (this.#reader.end !== undefined) this.#checkEnd();
    return records;
  }

  close(): void {
    this.#reader.close();
  }

  #parseWholeLines(records: ByteWriter): void {
    const lines = this.#lines;
    if (lines.at === 0) return; // lastIndexOf would begin at the other end
    const end = lines.bytes.lastIndexOf(0x0a, lines.at - 1) + 1;
    if (end === 0) return;
    try {
      this.#parser.parse(records, lines.bytes, 0, end);
    } catch (error) {
      if (!(error instanceof MalformedLineError)) throw error;
      const { file, offset } = this.#reader.place;
      throw damaged(file, offset, `the chunk here is sound, but a line in it is not: ${error.message}.`);
    }
    lines.bytes.copyWithin(0, end, lines.at);
    lines.at -= end;
  }

  #checkEnd(): void {
    const { end, place } = this.#reader;
    const { entries, deletes, clears } = this.#parser.counts;
    if (this.#lines.at > 0) throw damaged(place.file, place.offset, 'its last line does not end.');
    if (entries !== end!.entries || deletes !== end!.deletes || clears !== end!.clears) {
      throw damaged(place.file, place.offset, 'its end mark counts other lines than there are.');
    }
  }
}
