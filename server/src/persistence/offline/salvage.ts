/**
 * All that can still be read of a data directory that a start refuses, for `anoa repair`: keys, the list of files,
 * snapshot and journal, each with what is lost of it. Nothing that was altered comes through, since every chunk and
 * every frame has its own seal; a hole is reported with the LSNs that were in it. Changes nothing.
 */

import type { LoadTarget, SecretSource } from '../database-types.js';
import { type FileSystem, pathIn } from '../file-system.js';
import {
  frameBytesOf,
  FRAME_HEAD_BYTES as JOURNAL_HEAD_BYTES,
  parseSegmentFileName,
  SEGMENT_HEADER_BYTES,
} from '../journal/journal-format.js';
import { RECORDS_AT, SegmentReader } from '../journal/segment-reader.js';
import { KEYRING_NAME, type Keyring, openKeyring } from '../keyring.js';
import { MANIFEST_NAME, type Manifest } from '../manifest.js';
import type { MasterSecret } from '../master-secret.js';
import { ExitCode, PersistenceError } from '../persistence-error.js';
import { RecordLoad } from '../record-load.js';
import { parseSnapshotFileName } from '../snapshot-format.js';
import type { StorageCrypto } from '../storage-crypto.js';
import { attempt } from '../whole-file.js';
import { keyringToRead, manifestToRead, secretToRead } from './readable-directory.js';
import { readSnapshotHeader, SnapshotSalvage } from './snapshot-salvage.js';

/** Bytes that cannot be read, and what was in them as far as that is known. */
export interface Loss {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
  readonly what: string;
  /** LSNs of the changes that were there, both included. */
  readonly firstLsn?: number;
  readonly lastLsn?: number;
}

export interface SalvageReport {
  readonly databaseUuid: string;
  readonly keyring: Keyring;
  readonly losses: readonly Loss[];
  /** The torn end of a crash, of which nothing was promised: no loss. */
  readonly torn: Loss | undefined;
  readonly snapshotGeneration: number;
  /** Lines of entries in the snapshot that its end mark counts and that could not be read; undefined: not known. */
  readonly snapshotEntriesLost: number | undefined;
  readonly journalFrames: number;
  readonly lastLsn: number;
  readonly dbNowMs: number;
}

export interface SalvageOptions {
  /** Absolute. */
  readonly directory: string;
  readonly secret: SecretSource;
  readonly target: LoadTarget;
  readonly nowMs: number;
  /** Nothing behind the first hole of the journal: a state that the database once had. Default: all that is readable. */
  readonly stopsAtHole?: boolean | undefined;
}

export function salvage(fs: FileSystem, crypto: StorageCrypto, options: SalvageOptions): SalvageReport {
  return new Salvage(fs, crypto, options).run();
}

const UNFIT = 'changes of lists that an earlier change is missing of';

class Salvage {
  readonly #fs: FileSystem;
  readonly #crypto: StorageCrypto;
  readonly #options: SalvageOptions;
  readonly #losses: Loss[] = [];
  readonly #load: RecordLoad;
  /** Where the records come from that are being applied. */
  #place = { file: '', offset: 0, isInJournal: false };
  #torn: Loss | undefined;
  #frames = 0;
  #lastLsn = 0;
  #dbNowMs = 0;
  /** Highest LSN that some frame knows to have been synced. */
  #durableLsn = 0;

  constructor(fs: FileSystem, crypto: StorageCrypto, options: SalvageOptions) {
    this.#fs = fs;
    this.#crypto = crypto;
    this.#options = options;
    this.#load = new RecordLoad({ ...options, onUnfit: (lsn) => this.#noteUnfit(lsn) });
  }

  run(): SalvageReport {
    const { directory, secret, nowMs } = this.#options;
    const names = attempt(directory, 'list it', () => this.#fs.list(directory)) ?? [];
    const keyring = this.#keyring(names, secretToRead(this.#fs, secret));
    const manifest = this.#manifest(keyring);
    const snapshot = new SnapshotSalvage(this.#fs, this.#crypto, keyring, this.#load, this.#losses, nowMs);
    const generation = manifest?.snapshot?.generation ?? newestGeneration(names);
    for (const name of snapshotFiles(names, manifest, generation)) {
      this.#place = { file: name, offset: 0, isInJournal: false };
      snapshot.readFile(directory, name);
    }
    const fromLsn = manifest?.snapshot?.endVersion ?? snapshot.endVersion ?? 0;
    this.#lastLsn = fromLsn;
    this.#dbNowMs = Math.max(manifest?.dbNowMs ?? 0, snapshot.dbNowMs);
    this.#readJournal(journalFiles(names, manifest), keyring, fromLsn);
    if (manifest?.isCleanStop && manifest.lastVersion > this.#lastLsn) {
      this.#lose(MANIFEST_NAME, 0, 0, 'changes that it counts are in no file', manifest.lastVersion);
    }
    const { entriesWritten, entriesRead } = snapshot;
    return {
      databaseUuid: keyring.database,
      keyring,
      losses: this.#losses,
      torn: this.#torn,
      snapshotGeneration: generation,
      snapshotEntriesLost: generation === 0 ? 0 : entriesWritten && Math.max(0, entriesWritten - entriesRead),
      journalFrames: this.#frames,
      lastLsn: this.#lastLsn,
      dbNowMs: this.#dbNowMs,
    };
  }

  /** From KEYRING, or from the copy that every file of a snapshot has. */
  #keyring(names: readonly string[], secret: MasterSecret): Keyring {
    const { directory } = this.#options;
    let failure: unknown;
    try {
      return keyringToRead(this.#fs, this.#crypto, directory, secret);
    } catch (error) {
      if (!isDamage(error)) throw error;
      failure = error;
      this.#losses.push({ file: KEYRING_NAME, offset: 0, bytes: 0, what: error.message });
    }
    for (const name of names.filter((name) => parseSnapshotFileName(name) !== undefined).reverse()) {
      try {
        return this.#embeddedKeyring(pathIn(directory, name), secret);
      } catch (error) {
        if (!isDamage(error)) throw error;
      }
    }
    throw failure;
  }

  #embeddedKeyring(file: string, secret: MasterSecret): Keyring {
    const { header } = readSnapshotHeader(this.#fs, this.#crypto, file);
    return openKeyring(this.#crypto, file, header.keyring, secret);
  }

  /** Undefined: damaged or missing, then the names of the files are the list. */
  #manifest(keyring: Keyring): Manifest | undefined {
    try {
      return manifestToRead(this.#fs, this.#crypto, this.#options.directory, keyring);
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#losses.push({ file: MANIFEST_NAME, offset: 0, bytes: 0, what: error.message });
      return undefined;
    }
  }

  #readJournal(
    files: readonly { name: string; bytes: number | undefined }[],
    keyring: Keyring,
    fromLsn: number,
  ): void {
    files.forEach(({ name, bytes }, index) => {
      if (this.#options.stopsAtHole && this.#losses.some(({ firstLsn }) => firstLsn !== undefined)) return;
      const isLast = index === files.length - 1;
      let reader: SegmentReader;
      try {
        reader = new SegmentReader({
          fs: this.#fs,
          crypto: this.#crypto,
          directory: this.#options.directory,
          keyring,
          name,
        });
      } catch (error) {
        if (!isDamage(error)) throw error;
        const next = files[index + 1];
        const lastLsn = next && (parseSegmentFileName(next.name)?.startLsn ?? 0) - 1;
        this.#lose(name, 0, 0, error.message, lastLsn);
        return;
      }
      try {
        this.#readSegment(name, reader, Math.min(bytes ?? reader.limit, reader.limit), isLast, fromLsn);
        if (bytes !== undefined && bytes > reader.limit)
          this.#lose(name, reader.limit, bytes - reader.limit, 'the file is shorter than MANIFEST says');
      } finally {
        reader.close();
      }
    });
  }

  #readSegment(name: string, reader: SegmentReader, limit: number, isLast: boolean, fromLsn: number): void {
    let at = SEGMENT_HEADER_BYTES;
    while (at < limit) {
      const end = limit - at < JOURNAL_HEAD_BYTES ? 0 : reader.findBeyond(at);
      const { head, plain } = reader;
      const start = end === 0 || end > limit ? limit : end - frameBytesOf(head);
      if (start > at) {
        const isHole = start < limit || !isLast || this.#durableLsn > this.#lastLsn;
        if (isHole) {
          const lastLsn = start < limit ? head.firstLsn - 1 : this.#durableLsn;
          this.#lose(name, at, start - at, 'no whole, sealed frame can be read here', lastLsn);
          if (this.#options.stopsAtHole) return;
        } else if (reader.hasContent(at, limit)) {
          this.#torn = { file: name, offset: at, bytes: limit - at, what: 'the torn end of a crash' };
        }
        if (start === limit) return;
      }
      this.#frames++;
      this.#dbNowMs = Math.max(this.#dbNowMs, head.dbNowMs);
      this.#durableLsn = Math.max(this.#durableLsn, head.durableLsn);
      this.#place = { file: name, offset: start, isInJournal: true };
      if (head.lastLsn > fromLsn) this.#load.apply(plain, RECORDS_AT, plain.length);
      else if (head.lastLsn === fromLsn) this.#load.applyClients(plain, RECORDS_AT, plain.length);
      this.#lastLsn = Math.max(this.#lastLsn, head.lastLsn);
      at = end;
    }
  }

  /** A change of a list of which an earlier one is lost: the list stays as it is. One loss for all in one place. */
  #noteUnfit(lsn: number): void {
    const { file, offset, isInJournal } = this.#place;
    const last = this.#losses.at(-1);
    const isSame = last?.what === UNFIT && last.file === file && last.offset === offset;
    if (isSame) this.#losses.pop();
    const lsns = { firstLsn: isSame ? (last.firstLsn ?? lsn) : lsn, lastLsn: lsn };
    // A hole of a snapshot is none of the journal, behind which --stop-at-hole would take nothing.
    this.#losses.push({ file, offset, bytes: 0, what: UNFIT, ...(isInJournal && lsns) });
  }

  #lose(file: string, offset: number, bytes: number, what: string, lastLsn = 0): void {
    const firstLsn = this.#lastLsn + 1;
    const hasLsns = lastLsn >= firstLsn;
    this.#losses.push({ file, offset, bytes, what, ...(hasLsns ? { firstLsn, lastLsn } : {}) });
  }
}

function isDamage(error: unknown): error is PersistenceError {
  return error instanceof PersistenceError && error.exitCode === ExitCode.DAMAGED;
}

function newestGeneration(names: readonly string[]): number {
  return Math.max(0, ...names.map((name) => parseSnapshotFileName(name)?.generation ?? 0));
}

function snapshotFiles(
  names: readonly string[],
  manifest: Manifest | undefined,
  generation: number,
): readonly string[] {
  if (manifest !== undefined) return manifest.snapshot?.files.map(({ name }) => name) ?? [];
  return names.filter((name) => parseSnapshotFileName(name)?.generation === generation);
}

/** Listed segments, and those that came after them; all there are where nothing lists them. In their order. */
function journalFiles(
  names: readonly string[],
  manifest: Manifest | undefined,
): { name: string; bytes: number | undefined }[] {
  const listed = new Map(
    manifest?.journal.filter(({ isFilling }) => !isFilling).map(({ name, bytes }) => [name, bytes]),
  );
  const floor = Math.max(manifest?.journalFrom ?? 0, (manifest?.journal.at(-1)?.number ?? -1) + 1);
  const files = new Set(listed.keys());
  for (const name of names) {
    const segment = parseSegmentFileName(name);
    if (segment !== undefined && segment.number >= floor) files.add(name);
  }
  const numberOf = (name: string) => parseSegmentFileName(name)?.number ?? 0;
  return [...files]
    .sort((a, b) => numberOf(a) - numberOf(b))
    .map((name) => ({ name, bytes: listed.get(name) }));
}
