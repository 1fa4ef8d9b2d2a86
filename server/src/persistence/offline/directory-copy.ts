/**
 * A database copied file by file: `anoa backup`, beside the server that writes it, and `anoa restore`, its way back.
 *
 * What MANIFEST lists never changes but by growing at the end of the last segment, so the copy is the state at the last
 * whole frame that is read here: everything acknowledged before the copy began, and a prefix by LSN. Its MANIFEST says
 * that every segment is closed, as after a clean stop: a byte that is lost from a backup is found, never overlooked.
 *
 * Order: files, synced; MANIFEST last; then all of it is read back as a start would. A copy that fails is removed.
 */

import { ACCESS_NAME } from '../data-directory.js';
import type { SecretSource } from '../database-types.js';
import { DirectoryLoad } from '../directory-load.js';
import { DIRECTORY_MODE, FILE_MODE, type FileSystem, pathIn } from '../file-system.js';
import { examineEnd } from '../journal/journal-end.js';
import { closedList } from '../journal/journal-opening.js';
import { SegmentReader } from '../journal/segment-reader.js';
import { KEYRING_BYTES_MAX, KEYRING_NAME, type Keyring } from '../keyring.js';
import { type ListedJournal, MANIFEST_NAME, type Manifest, publishManifest } from '../manifest.js';
import { ExitCode, PersistenceError } from '../persistence-error.js';
import type { StorageCrypto } from '../storage-crypto.js';
import { toHex } from '../text-forms.js';
import {
  attempt,
  closeQuietly,
  createWholeFile,
  makeDurableDirectory,
  readFully,
  readWholeFile,
  removeQuietly,
  syncDirectory,
  writeFully,
} from '../whole-file.js';
import { keyringToRead, lookAgainWhileReplaced, manifestToRead, secretToRead } from './readable-directory.js';

export interface CopyOptions {
  /** Absolute. */
  readonly from: string;
  /** Absolute; must not be there yet, or be empty. */
  readonly to: string;
  readonly secret: SecretSource;
  /** Wall clock: entries that have expired are not counted. */
  readonly nowMs: number;
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined;
  readonly yieldToEventLoop: () => Promise<void>;
}

export interface CopyProgress {
  readonly step: 'copy' | 'verify';
  readonly bytes: number;
  readonly bytesTotal: number;
}

export interface CopyReport {
  readonly databaseUuid: string;
  readonly files: number;
  readonly bytes: number;
  /** Generation of the snapshot in it, 0: none. */
  readonly generation: number;
  /** The copy is the state at this LSN. */
  readonly lastLsn: number;
  /** The database clock of its last frame, ms since epoch. */
  readonly dbNowMs: number;
}

const RUN_BYTES = 1024 * 1024;
const ACCESS_BYTES_MAX = 16 * 1024 * 1024;

export async function copyDirectory(
  fs: FileSystem,
  crypto: StorageCrypto,
  options: CopyOptions,
): Promise<CopyReport> {
  const { to } = options;
  const wasThere = refuseTaken(fs, to);
  if (!wasThere) makeDurableDirectory(fs, to, DIRECTORY_MODE);
  return lookAgainWhileReplaced(fs, async () => {
    const copy = new DirectoryCopy(fs, crypto, options);
    try {
      return await copy.run();
    } catch (error) {
      copy.removeAll();
      throw error;
    }
  });
}

/** Refuses anything but nothing (false) and an empty directory (true). */
export function refuseTaken(fs: FileSystem, to: string): boolean {
  const stat = attempt(to, 'look at it', () => fs.stat(to));
  if (stat === undefined) return false;
  const names = stat.kind === 'directory' ? attempt(to, 'list it', () => fs.list(to)) : undefined;
  if (names?.length === 0) return true;
  throw new PersistenceError(
    names === undefined ? 'this is not a directory.' : 'this directory is not empty.',
    {
      exitCode: ExitCode.IO,
      file: to,
      help: 'Nothing was changed. Name a directory that does not exist yet, or move this one away.',
    },
  );
}

class DirectoryCopy {
  readonly #fs: FileSystem;
  readonly #crypto: StorageCrypto;
  readonly #options: CopyOptions;
  readonly #made: string[] = [];
  #copied = 0;
  #bytesTotal = 0;

  constructor(fs: FileSystem, crypto: StorageCrypto, options: CopyOptions) {
    this.#fs = fs;
    this.#crypto = crypto;
    this.#options = options;
  }

  async run(): Promise<CopyReport> {
    const fs = this.#fs;
    const crypto = this.#crypto;
    const { from, to, secret: source, nowMs } = this.#options;
    const keyring = keyringToRead(fs, crypto, from, secretToRead(fs, source));
    const manifest = manifestToRead(fs, crypto, from, keyring);
    const journal = this.#journalOf(keyring, manifest);
    const snapshotFiles = manifest.snapshot?.files ?? [];
    const dataFiles = [...snapshotFiles, ...journal.map(({ name, bytes }) => ({ name, bytes: bytes ?? 0 }))];
    this.#bytesTotal = dataFiles.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { name, bytes } of dataFiles) await this.#copyPart(name, bytes);
    this.#copyWhole(ACCESS_NAME, ACCESS_BYTES_MAX);
    this.#copyWhole(KEYRING_NAME, KEYRING_BYTES_MAX);
    syncDirectory(fs, to);
    const endLsn = Math.max(manifest.lastVersion, journal.at(-1)?.endLsn ?? 0);
    const copied: Manifest = { ...manifest, lastVersion: endLsn, isCleanStop: true, journal };
    this.#made.push(MANIFEST_NAME);
    publishManifest(fs, crypto, keyring, to, copied);
    const { lastLsn, dbNowMs } = await this.#verify(keyring, copied, nowMs);
    return {
      databaseUuid: keyring.database,
      files: this.#made.length,
      bytes: this.#copied,
      generation: manifest.snapshot?.generation ?? 0,
      lastLsn,
      dbNowMs,
    };
  }

  removeAll(): void {
    for (const name of this.#made) removeQuietly(this.#fs, pathIn(this.#options.to, name));
  }

  /** The journal as the copy lists it: all closed, the open one where its last whole frame ends now. */
  #journalOf(keyring: Keyring, manifest: Manifest): readonly ListedJournal[] {
    const closed = closedList(manifest.journal, undefined);
    const open = manifest.journal.find(({ bytes, isFilling }) => bytes === undefined && !isFilling);
    if (open === undefined) return closed;
    const { name, number, startLsn, keyId, policy = 'everysec' } = open;
    const { from: directory } = this.#options;
    const reader = new SegmentReader({ fs: this.#fs, crypto: this.#crypto, directory, keyring, name });
    try {
      const durableLsn = Math.max(manifest.snapshot?.endVersion ?? 0, closed.at(-1)?.endLsn ?? 0);
      const { soundBytes: bytes } = examineEnd(reader, { name, policy, durableLsn });
      if (reader.frames === 0) return closed;
      const { lastLsn: endLsn, lastTag } = reader;
      return [...closed, { name, number, startLsn, keyId, bytes, endLsn, tag: toHex(lastTag) }];
    } finally {
      reader.close();
    }
  }

  async #copyPart(name: string, bytes: number): Promise<void> {
    const fs = this.#fs;
    const { from, to, onProgress, yieldToEventLoop } = this.#options;
    const source = pathIn(from, name);
    const target = pathIn(to, name);
    const run = new Uint8Array(Math.min(RUN_BYTES, bytes));
    const input = attempt(source, 'open it', () => fs.openToRead(source));
    try {
      const output = attempt(target, 'create it', () => fs.createToWrite(target, FILE_MODE));
      this.#made.push(name);
      try {
        for (let at = 0; at < bytes; ) {
          const got = readFully(fs, source, input, run, 0, Math.min(run.length, bytes - at), at);
          if (got === 0) break; // what is missing is found by the verification
          writeFully(fs, target, output, run, 0, got, at);
          at += got;
          this.#copied += got;
          onProgress?.({ step: 'copy', bytes: this.#copied, bytesTotal: this.#bytesTotal });
          await yieldToEventLoop();
        }
        attempt(target, 'sync it', () => fs.sync(output));
      } finally {
        closeQuietly(fs, output);
      }
    } finally {
      closeQuietly(fs, input);
    }
  }

  #copyWhole(name: string, bytesMax: number): void {
    const { from, to } = this.#options;
    const bytes = readWholeFile(this.#fs, pathIn(from, name), bytesMax);
    if (bytes === undefined) return;
    createWholeFile(this.#fs, pathIn(to, name), bytes);
    this.#made.push(name);
    this.#copied += bytes.length;
  }

  /** Reads the copy as a start would; returns what it ends with. */
  async #verify(
    keyring: Keyring,
    manifest: Manifest,
    nowMs: number,
  ): Promise<{ lastLsn: number; dbNowMs: number }> {
    const { to: directory, onProgress, yieldToEventLoop } = this.#options;
    const load = new DirectoryLoad(this.#fs, this.#crypto, {
      do: 'begin-load',
      directory,
      keyring,
      manifest,
      nowMs,
    });
    try {
      const buffer = new ArrayBuffer(RUN_BYTES);
      while (load.fill(buffer).at > 0) {
        onProgress?.({ step: 'verify', bytes: load.bytesRead, bytesTotal: this.#bytesTotal });
        await yieldToEventLoop();
      }
      return load.journal;
    } finally {
      load.close();
    }
  }
}
