/** Everything that MANIFEST lists, from files to records: the snapshot, then the journal behind it. */

import { ByteWriter } from '@anoadb/protocol';
import type { FileSystem } from './file-system.js';
import { JournalReplay } from './journal/journal-replay.js';
import { LineParser, MalformedLineError } from './line-parser.js';
import type { ListedFile } from './manifest.js';
import { damaged } from './persistence-error.js';
import { listedFiles, SnapshotReader } from './snapshot-reader.js';
import type { StorageCrypto } from './storage-crypto.js';
import type { ToWorker } from './worker-messages.js';

type BeginLoad = Extract<ToWorker, { do: 'begin-load' }>;

/** Room for two chunks of lines: one being read, and what was left of the line before it. */
const RUN_BYTES = 512 * 1024;

export class DirectoryLoad {
  readonly journal: JournalReplay;
  readonly #lines: SnapshotLines | undefined;
  readonly #records = new ByteWriter(0);
  #isSnapshotDone: boolean;

  constructor(fs: FileSystem, crypto: StorageCrypto, begin: BeginLoad) {
    const { snapshot } = begin.manifest;
    this.#lines = snapshot === null ? undefined : new SnapshotLines(fs, crypto, begin, snapshot.files);
    this.#isSnapshotDone = snapshot === null;
    this.journal = new JournalReplay({ ...begin, fs, crypto });
  }

  get bytesRead(): number {
    return (this.#lines?.bytesRead ?? 0) + this.journal.bytesRead;
  }
  /** Entries of the snapshot. */
  get entries(): number {
    return this.#lines?.entries ?? 0;
  }
  get expired(): number {
    return this.#lines?.expired ?? 0;
  }

  /** The next records; none: the end, and all of it proven. May stand in a larger buffer. */
  fill(buffer: ArrayBuffer): ByteWriter {
    const records = this.#records;
    records.bytes = new Uint8Array(buffer);
    records.reset();
    const enough = buffer.byteLength >> 1;
    if (!this.#isSnapshotDone) this.#isSnapshotDone = !this.#lines!.fill(records, enough);
    if (this.#isSnapshotDone) this.journal.fill(records, enough);
    return records;
  }

  close(): void {
    this.#lines?.close();
    this.journal.close();
  }
}

/** One snapshot on its way from files to records. */
class SnapshotLines {
  readonly #reader: SnapshotReader;
  readonly #parser: LineParser;
  readonly #lines = new ByteWriter(RUN_BYTES);

  constructor(fs: FileSystem, crypto: StorageCrypto, begin: BeginLoad, files: readonly ListedFile[]) {
    this.#reader = new SnapshotReader({
      fs,
      crypto,
      nextFile: listedFiles(begin.directory, files),
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

  /** Appends records until there are `enough` bytes; false: the end, and all of it is proven. */
  fill(records: ByteWriter, enough: number): boolean {
    while (records.at < enough && this.#reader.next(this.#lines)) this.#parseWholeLines(records);
    if (this.#reader.end === undefined) return true;
    this.#checkEnd();
    return false;
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
