/**
 * MANIFEST: which files are the database. Sealed, and replaced only by rename, so that it always names one whole
 * state. Every file that may hold acknowledged data is listed before such data goes into it.
 * Its bytes are those of a sealed document (sealed-document.ts), role "manifest".
 */

import type { FileSystem } from './file-system.js';
import { pathIn } from './file-system.js';
import type { SyncPolicy } from './journal/journal-types.js';
import type { Keyring } from './keyring.js';
import { damaged } from './persistence-error.js';
import { type DocumentKind, openDocument, sealDocument } from './sealed-document.js';
import type { StorageCrypto } from './storage-crypto.js';
import { isCount } from './text-forms.js';
import { readWholeFile, replaceFile } from './whole-file.js';

export const MANIFEST_NAME = 'MANIFEST';
const KIND: DocumentKind = { magic: 'ANOAMANI', role: 'manifest', bytesMax: 16 * 1024 * 1024 };

export interface ListedFile {
  readonly name: string;
  readonly bytes: number;
  /** Running digest over all plaintext of the snapshot up to the end of this file, hexadecimal. */
  readonly chain: string;
}

export interface ListedSnapshot {
  readonly generation: number;
  readonly createdMs: number;
  /** LSN when the walk began and when it ended. The journal's delta lies between them. */
  readonly beginVersion: number;
  readonly endVersion: number;
  /** The data key that it is sealed with; absent in what version 0.1 wrote. */
  readonly keyId?: number | undefined;
  readonly entries: number;
  readonly files: readonly ListedFile[];
}

/** A segment of the journal. The last one may be open: `bytes`, `endLsn` and `tag` come when it is closed. */
export interface ListedJournal {
  readonly name: string;
  /** Grows from segment to segment. */
  readonly number: number;
  readonly startLsn: number;
  /** The data key that its records are sealed with. */
  readonly keyId: number;
  /** When its writes are synced: while it is open. */
  readonly policy?: SyncPolicy | undefined;
  /**
   * Recovery fills it with what another segment of the list still has: nothing acknowledged is only in here, and the
   * next start leaves it out.
   */
  readonly isFilling?: true | undefined;
  /** Bytes that count, all of them synced before this was written; more may stand behind them and is ignored. */
  readonly bytes?: number | undefined;
  /** LSN of its last record. */
  readonly endLsn?: number | undefined;
  /** Tag of its last frame, hexadecimal. */
  readonly tag?: string | undefined;
}

export interface Manifest {
  readonly database: string;
  /** Grows with every version of this file. */
  readonly generation: number;
  /** The database clock when it was written: it never starts lower. */
  readonly dbNowMs: number;
  readonly lastVersion: number;
  /** Everything acknowledged is in the listed files: nothing may be missing at the next start. */
  readonly isCleanStop: boolean;
  /** The database has had an access key: ACCESS must be there. Absent where it never had one. */
  readonly isSealed?: true | undefined;
  readonly snapshot: ListedSnapshot | null;
  /** In the order of their numbers. */
  readonly journal: readonly ListedJournal[];
  /** Segments with lower numbers that are not listed were replaced by the snapshot. Absent: 0. */
  readonly journalFrom?: number | undefined;
}

export function sealManifest(crypto: StorageCrypto, keyring: Keyring, manifest: Manifest): Uint8Array {
  return sealDocument(crypto, keyring, KIND, manifest);
}

export function openManifest(
  crypto: StorageCrypto,
  keyring: Keyring,
  file: string,
  bytes: Uint8Array,
): Manifest {
  return manifestOf(openDocument(crypto, keyring, KIND, file, bytes), keyring, file);
}

/** Undefined where there is none. */
export function readManifest(
  fs: FileSystem,
  crypto: StorageCrypto,
  keyring: Keyring,
  directory: string,
): Manifest | undefined {
  const file = pathIn(directory, MANIFEST_NAME);
  const bytes = readWholeFile(fs, file, KIND.bytesMax);
  return bytes && openManifest(crypto, keyring, file, bytes);
}

/** Publishes: from its return on, and not before, the new version is what a restart finds. */
export function publishManifest(
  fs: FileSystem,
  crypto: StorageCrypto,
  keyring: Keyring,
  directory: string,
  manifest: Manifest,
): void {
  replaceFile(fs, directory, MANIFEST_NAME, sealManifest(crypto, keyring, manifest));
}

/** Sealed by us, so a wrong shape is a newer program's file or a bug, not damage on the disk; refused all the same. */
function manifestOf(value: Record<string, unknown> | undefined, keyring: Keyring, file: string): Manifest {
  const manifest = value as unknown as Manifest | undefined;
  const isSound =
    manifest !== undefined &&
    manifest.database === keyring.database &&
    isCount(manifest.generation) &&
    isCount(manifest.dbNowMs) &&
    isCount(manifest.lastVersion) &&
    typeof manifest.isCleanStop === 'boolean' &&
    (manifest.isSealed === undefined || manifest.isSealed === true) &&
    Array.isArray(manifest.journal) &&
    manifest.journal.every(isListedJournal) &&
    (manifest.journalFrom === undefined || isCount(manifest.journalFrom)) &&
    (manifest.snapshot === null || isListedSnapshot(manifest.snapshot));
  if (!isSound)
    throw damaged(file, undefined, 'its content is not a list of files as this program knows it.');
  return manifest;
}

function isListedSnapshot(snapshot: ListedSnapshot): boolean {
  return (
    isCount(snapshot?.generation) &&
    isCount(snapshot.endVersion) &&
    Array.isArray(snapshot.files) &&
    snapshot.files.length > 0 &&
    snapshot.files.every(
      (file) =>
        typeof file.name === 'string' &&
        !file.name.includes('/') &&
        isCount(file.bytes) &&
        isHexDigest(file.chain),
    )
  );
}

function isListedJournal(segment: ListedJournal): boolean {
  const isClosed = isCount(segment?.bytes) && isCount(segment.endLsn) && isTag(segment.tag);
  const isOpen = segment?.bytes === undefined && segment?.endLsn === undefined && segment?.tag === undefined;
  return (
    typeof segment?.name === 'string' &&
    !segment.name.includes('/') &&
    isCount(segment.number) &&
    isCount(segment.startLsn) &&
    isCount(segment.keyId) &&
    (isClosed || isOpen)
  );
}

function isTag(text: unknown): boolean {
  return typeof text === 'string' && /^[0-9a-f]{32}$/.test(text);
}

function isHexDigest(text: unknown): boolean {
  return typeof text === 'string' && /^[0-9a-f]{64}$/.test(text);
}
