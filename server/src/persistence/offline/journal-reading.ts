/**
 * Reading the journal without a server: `anoa journal cat` and `anoa journal verify`. A directory is read by the code
 * that a start reads it with, so that what is said here is what a start would say. Changes nothing.
 */

import { ByteReader, ByteWriter } from '@anoadb/protocol';
import type { SecretSource } from '../database-types.js';
import { RecordKind, RecordReader } from '../entry-record.js';
import type { FileSystem } from '../file-system.js';
import type { JournalEnd } from '../journal/journal-end.js';
import { JournalReplay, type ReadSegment } from '../journal/journal-replay.js';
import { RECORDS_AT, SegmentReader } from '../journal/segment-reader.js';
import { LineEncoder } from '../line-encoder.js';
import { damaged } from '../persistence-error.js';
import type { StorageCrypto } from '../storage-crypto.js';
import { toHex } from '../text-forms.js';
import { parentOf } from '../whole-file.js';
import {
  keyringToRead,
  kindOf,
  lookAgainWhileReplaced,
  manifestToRead,
  secretToRead,
} from './readable-directory.js';

export interface JournalReport {
  readonly databaseUuid: string;
  readonly segments: readonly ReadSegment[];
  /** LSN at which the snapshot ends that the journal follows on; records up to it are not counted. 0: none. */
  readonly snapshotLsn: number;
  /** Of the last record. */
  readonly lastLsn: number;
  readonly frames: number;
  /** Records by kind. */
  readonly entries: number;
  readonly deletes: number;
  readonly clears: number;
  readonly listChanges: number;
  readonly marks: number;
  readonly sessions: number;
  /** What a crash left at the end of an open segment; undefined: nothing was torn. */
  readonly torn: { readonly file: string; readonly offset: number; readonly bytes: number } | undefined;
  /** What is known to have been synced ends here, where the last segment is open. */
  readonly durableLsn: number;
}

export interface ReadJournalOptions {
  /** Absolute: a data directory, or one segment in it, which is then read from its first frame. */
  readonly path: string;
  readonly secret: SecretSource;
  /** Gets whole lines; the bytes are valid until it returns (or resolves). */
  readonly write?: ((lines: Uint8Array) => Promise<void> | void) | undefined;
}

const RUN_BYTES = 256 * 1024;

export function readJournal(
  fs: FileSystem,
  crypto: StorageCrypto,
  options: ReadJournalOptions,
): Promise<JournalReport> {
  const lines = new RecordLines(options.write);
  return lookAgainWhileReplaced(
    fs,
    () => {
      const kind = kindOf(fs, options.path, 'a data directory or a segment of its journal');
      return kind === 'directory'
        ? readDirectory(fs, crypto, options, lines)
        : readSegment(fs, crypto, options, lines);
    },
    () => lines.hasWritten,
  );
}

async function readDirectory(
  fs: FileSystem,
  crypto: StorageCrypto,
  { path: directory, secret }: ReadJournalOptions,
  lines: RecordLines,
): Promise<JournalReport> {
  const keyring = keyringToRead(fs, crypto, directory, secretToRead(fs, secret));
  const manifest = manifestToRead(fs, crypto, directory, keyring);
  const replay = new JournalReplay({ fs, crypto, directory, keyring, manifest });
  const records = new ByteWriter(RUN_BYTES);
  try {
    while (replay.fill(records, RUN_BYTES >> 1)) {
      await lines.take(records.bytes, 0, records.at);
      records.reset();
    }
  } finally {
    replay.close();
  }
  return {
    databaseUuid: keyring.database,
    segments: replay.segments,
    snapshotLsn: manifest.snapshot?.endVersion ?? 0,
    lastLsn: replay.lastLsn,
    frames: replay.frames,
    ...lines.counts,
    torn: tornOf(replay.end),
    durableLsn: replay.end?.durableLsn ?? replay.lastLsn,
  };
}

async function readSegment(
  fs: FileSystem,
  crypto: StorageCrypto,
  { path, secret }: ReadJournalOptions,
  lines: RecordLines,
): Promise<JournalReport> {
  const directory = parentOf(path);
  const name = path.slice(directory.length).replace(/^\//, '');
  const keyring = keyringToRead(fs, crypto, directory, secretToRead(fs, secret));
  const reader = new SegmentReader({ fs, crypto, directory, keyring, name });
  let durableLsn = 0;
  try {
    while (reader.next()) {
      durableLsn = Math.max(durableLsn, reader.head.durableLsn);
      await lines.take(reader.plain, RECORDS_AT, reader.plain.length);
    }
  } finally {
    reader.close();
  }
  const { flaw, header, lastLsn, frames, frameEnd: bytes, fileBytes } = reader;
  if (flaw?.isAltered) throw damaged(path, flaw.offset, `${flaw.what}.`);
  const { startLsn, keyId } = header;
  return {
    databaseUuid: keyring.database,
    segments: [{ name, startLsn, lastLsn, keyId, frames, bytes, tag: toHex(reader.lastTag), isOpen: true }],
    snapshotLsn: 0,
    lastLsn,
    frames,
    ...lines.counts,
    torn: flaw && { file: name, offset: bytes, bytes: fileBytes - bytes },
    durableLsn,
  };
}

function tornOf(end: JournalEnd | undefined): JournalReport['torn'] {
  if (end?.flaw === undefined) return undefined;
  return { file: end.name, offset: end.soundBytes, bytes: end.fileBytes - end.soundBytes };
}

/** Records to the lines of a snapshot, and counts of them. */
class RecordLines {
  hasWritten = false;
  readonly #write: ReadJournalOptions['write'];
  readonly #record = new RecordReader(new ByteReader());
  #encoder = new LineEncoder();
  readonly #lines = new ByteWriter(RUN_BYTES);
  #marks = 0;
  #sessions = 0;

  constructor(write: ReadJournalOptions['write']) {
    this.#write = write;
  }

  get counts() {
    const { entries, deletes, clears, listChanges } = this.#encoder.counts;
    return { entries, deletes, clears, listChanges, marks: this.#marks, sessions: this.#sessions };
  }

  async take(bytes: Uint8Array, start: number, end: number): Promise<void> {
    const record = this.#record;
    const lines = this.#lines;
    record.reset(bytes, start, end);
    while (record.next()) {
      if (record.kind === RecordKind.MARK) this.#marks++;
      else if (record.kind === RecordKind.SESSION) this.#sessions++;
      this.#encoder.encode(lines, record);
      if (lines.at >= RUN_BYTES) await this.#flush();
    }
    await this.#flush();
  }

  async #flush(): Promise<void> {
    if (this.#write !== undefined && this.#lines.at > 0) {
      this.hasWritten = true;
      await this.#write(this.#lines.written());
    }
    this.#lines.reset();
  }
}
