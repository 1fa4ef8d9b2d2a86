/** Reading snapshots without a server: `anoa snapshot cat` and `anoa snapshot verify`. Changes nothing. */

import { ByteWriter } from '@anoadb/protocol';
import type { SecretSource } from '../database-types.js';
import { type FileSystem, pathIn } from '../file-system.js';
import { type Keyring, openKeyring } from '../keyring.js';
import { LineParser, MalformedLineError } from '../line-parser.js';
import { readManifest } from '../manifest.js';
import { damaged, ExitCode, PersistenceError } from '../persistence-error.js';
import { parseSnapshotFileName, snapshotFileName } from '../snapshot-format.js';
import { type ExpectedFile, listedFiles, SnapshotReader } from '../snapshot-reader.js';
import type { StorageCrypto } from '../storage-crypto.js';
import { keyringToRead, kindOf, lookAgainWhileReplaced, secretToRead } from './readable-directory.js';

export interface VerifiedFile {
  readonly file: string;
  readonly bytes: number;
  readonly chunks: number;
}

export interface VerifyReport {
  readonly databaseUuid: string;
  readonly generation: number;
  /** ms since epoch. */
  readonly createdMs: number;
  readonly files: readonly VerifiedFile[];
  /** Lines by kind; entries are lines that put, so a key that changed during the snapshot counts twice. */
  readonly entries: number;
  readonly deletes: number;
  readonly clears: number;
  /** Changes of lists, and the parts of long ones behind the first. */
  readonly listChanges: number;
  /** Lowest and highest version (LSN) of an entry, 0 where there is none. */
  readonly versionMin: number;
  readonly versionMax: number;
  readonly beginVersion: number;
  readonly endVersion: number;
  /** Bytes of JSON lines. */
  readonly plainBytes: number;
}

export interface ReadSnapshotOptions {
  /** Absolute: a data directory or a snapshot file. */
  readonly path: string;
  readonly secret: SecretSource;
  /** Gets the lines in runs that may end within a line; the bytes are valid until it returns (or resolves). */
  readonly write?: (lines: Uint8Array) => Promise<void> | void;
}

export function readSnapshot(
  fs: FileSystem,
  crypto: StorageCrypto,
  options: ReadSnapshotOptions,
): Promise<VerifyReport> {
  const progress = { linesWritten: false };
  return lookAgainWhileReplaced(
    fs,
    () => readOnce(fs, crypto, options, progress),
    () => progress.linesWritten,
  );
}

async function readOnce(
  fs: FileSystem,
  crypto: StorageCrypto,
  { path, secret: source, write }: ReadSnapshotOptions,
  progress: { linesWritten: boolean },
): Promise<VerifyReport> {
  const secret = secretToRead(fs, source);
  let keyring: Keyring | undefined;
  let nextFile: (segment: number) => ExpectedFile | undefined;
  if (kindOf(fs, path, 'a data directory or a snapshot file') === 'directory') {
    keyring = keyringToRead(fs, crypto, path, secret);
    const snapshot = readManifest(fs, crypto, keyring, path)?.snapshot;
    if (snapshot === undefined || snapshot === null) {
      throw new PersistenceError('no snapshot has been taken in this directory yet.', {
        exitCode: ExitCode.IO,
        file: path,
      });
    }
    nextFile = listedFiles(path, snapshot.files);
  } else {
    nextFile = filesFrom(fs, path);
  }

  const reader = new SnapshotReader({
    fs,
    crypto,
    nextFile,
    keyringFor: (file, header) => {
      keyring ??= openKeyring(crypto, file, header.keyring, secret);
      return keyring;
    },
  });
  const parser = new LineParser(0);
  const lines = new ByteWriter(512 * 1024);
  const records = new ByteWriter(512 * 1024);
  try {
    while (reader.next(lines)) {
      const wholeEnd = parseWholeLines(reader, parser, lines, records);
      if (wholeEnd === 0) continue;
      if (write !== undefined) {
        progress.linesWritten = true;
        await write(lines.bytes.subarray(0, wholeEnd));
      }
      lines.bytes.copyWithin(0, wholeEnd, lines.at);
      lines.at -= wholeEnd;
    }
  } finally {
    reader.close();
  }
  const { header, end } = reader;
  if (lines.at > 0) throw damaged(reader.place.file, reader.place.offset, 'its last line does not end.');
  return {
    databaseUuid: header!.database,
    generation: header!.generation,
    createdMs: header!.createdMs,
    files: reader.files.map((file) => ({ file: file.path, bytes: file.bytes, chunks: file.chunks })),
    ...parser.counts,
    beginVersion: header!.beginVersion,
    endVersion: end!.endVersion ?? 0,
    plainBytes: reader.plainBytes,
  };
}

/** Proves that the lines are lines, and counts them; returns where the last whole one ends. */
function parseWholeLines(
  reader: SnapshotReader,
  parser: LineParser,
  lines: ByteWriter,
  records: ByteWriter,
): number {
  const end = lines.at === 0 ? 0 : lines.bytes.lastIndexOf(0x0a, lines.at - 1) + 1;
  records.reset();
  try {
    parser.parse(records, lines.bytes, 0, end);
  } catch (error) {
    if (!(error instanceof MalformedLineError)) throw error;
    const { file, offset } = reader.place;
    throw damaged(file, offset, `the chunk here is sound, but a line in it is not: ${error.message}.`);
  }
  return end;
}

/** A snapshot file by its path: the files of its snapshot that lie beside it, from the first. */
function filesFrom(fs: FileSystem, path: string): (segment: number) => ExpectedFile | undefined {
  const slash = path.lastIndexOf('/');
  const directory = path.slice(0, slash);
  const parsed = parseSnapshotFileName(path.slice(slash + 1));
  // Renamed by its owner: then it has to be the only one.
  if (parsed === undefined) return (segment) => (segment === 1 ? { path } : undefined);
  return (segment) => {
    const file = pathIn(directory, snapshotFileName(parsed.generation, segment));
    return segment === 1 || fs.stat(file) !== undefined ? { path: file } : undefined;
  };
}
