/** What is done to a database without a server, with the secret that the settings name. */

import { resolve } from 'node:path';
import type { AccessKeySet } from './access/access-key.js';
import { changeAccessDirectory, hasAccessFile, readAccessWith } from './access/node-access-directory.js';
import type { Settings } from './config/load-settings.js';
import { LoadingStore } from './ops/loading-store.js';
import { StoreWalk } from './ops/store-walk.js';
import {
  type CopyProgress,
  type CopyReport,
  catJournal,
  catSnapshot,
  copyDatabase,
  type JournalReport,
  type Loss,
  openNodeDatabase,
  type RotationReport,
  refuseTakenDirectory,
  rotateDatabaseKeys,
  type SecretSource,
  salvageDatabase,
  type VerifyReport,
  verifyJournal,
  verifySnapshot,
} from './persistence/index.js';
import { Store } from './store/index.js';

type SecretSettings = Pick<Settings, 'keyFile' | 'passphrase'>;
type WriteLines = (lines: Uint8Array) => Promise<void> | void;

/** Writes the snapshot at `path` (a data directory or a file) as JSON lines; `write` is awaited. */
export function catSnapshotAt(
  path: string,
  settings: SecretSettings,
  write: WriteLines,
): Promise<VerifyReport> {
  return catSnapshot({ path, secret: secretToRead(settings), write });
}

/** Reads the snapshot at `path` whole and proves every byte of it. Rejects with a PersistenceError. */
export function verifySnapshotAt(path: string, settings: SecretSettings): Promise<VerifyReport> {
  return verifySnapshot({ path, secret: secretToRead(settings) });
}

/** Writes what the journal at `path` (a data directory or a segment) has behind the snapshot as JSON lines. */
export function catJournalAt(
  path: string,
  settings: SecretSettings,
  write: WriteLines,
): Promise<JournalReport> {
  return catJournal({ path, secret: secretToRead(settings), write });
}

/** Reads the journal at `path` as a start would and proves every byte of it. Rejects with a PersistenceError. */
export function verifyJournalAt(path: string, settings: SecretSettings): Promise<JournalReport> {
  return verifyJournal({ path, secret: secretToRead(settings) });
}

/** Copies the database at `from` into `to`, which must be new or empty, and proves the copy. */
export function copyDatabaseTo(
  from: string,
  to: string,
  settings: SecretSettings,
  onProgress?: (progress: CopyProgress) => void,
): Promise<CopyReport> {
  return copyDatabase({ from, to, secret: secretToRead(settings), onProgress });
}

export interface RepairReport {
  readonly directory: string;
  readonly databaseUuid: string;
  /** Nothing is lost, and a server can start here. */
  readonly isWhole: boolean;
  readonly losses: readonly Loss[];
  /** The torn end of a crash: a start puts that in order by itself. */
  readonly torn: Loss | undefined;
  /** Keys that can be read. */
  readonly keys: number;
  /** Entries of the snapshot that could not be read; undefined: not known. */
  readonly snapshotEntriesLost: number | undefined;
  readonly lastLsn: number;
  /** Access keys that can be read; undefined: there are some, and they cannot. */
  readonly accessKeys: number | undefined;
  /** Where what can be read was written; undefined: nowhere. */
  readonly writtenTo: string | undefined;
}

export interface RepairOptions {
  /** A directory that is new or empty: gets what can be read, as a database of its own. */
  readonly to?: string | undefined;
  /** Nothing behind the first hole of the journal. Default: all that can be read. */
  readonly stopsAtHole?: boolean | undefined;
}

/**
 * Says what a data directory has lost, and writes what it still has into a new one where `to` names it. The damaged
 * directory is not changed. The new one opens with the same secret; its uuid and its data keys are its own.
 */
export async function repairDatabase(
  settings: Pick<Settings, 'dataDir' | 'keyFile' | 'passphrase'>,
  { to, stopsAtHole }: RepairOptions = {},
): Promise<RepairReport> {
  const secret = secretToRead(settings);
  const directory = resolve(settings.dataDir);
  const target = to === undefined ? undefined : resolve(to);
  if (target !== undefined) refuseTakenDirectory(target);
  const store = new Store({ hashSeed: 0 });
  const salvaged = await salvageDatabase({ directory, secret, stopsAtHole, target: new LoadingStore(store) });
  const { losses, torn, databaseUuid, snapshotEntriesLost, lastLsn } = salvaged;
  const access = readAccessWith(salvaged.keyring, directory);
  if (target !== undefined) {
    const dbNowMs = Math.max(salvaged.dbNowMs, Date.now());
    // Before the data: a database that had access keys is never without them, also where they are lost.
    if (access.isSealed) await takeAccessKeys(target, secret, access);
    await writeDatabase(target, secret, store, lastLsn, dbNowMs);
  }
  return {
    directory,
    databaseUuid,
    isWhole: losses.length === 0 && !access.isLost,
    losses,
    torn,
    keys: store.count,
    snapshotEntriesLost,
    lastLsn,
    accessKeys: access.isLost ? undefined : access.keys.length,
    writtenTo: target,
  };
}

async function takeAccessKeys(directory: string, secret: SecretSource, access: AccessKeySet): Promise<void> {
  await changeAccessDirectory({ directory, secret }, () => ({ after: access, result: undefined }));
}

/** A new database whose one snapshot is what the store holds. */
async function writeDatabase(
  directory: string,
  secret: SecretSource,
  store: Store,
  lastLsn: number,
  dbNowMs: number,
): Promise<void> {
  const database = await openNodeDatabase({ directory, secret });
  try {
    await database.load(new LoadingStore(new Store({ hashSeed: 0 })));
    await database.start();
    const source = {
      store: new StoreWalk(store, () => dbNowMs),
      lastVersion: () => lastLsn,
      nowMs: () => dbNowMs,
      subscribe: () => () => {},
    };
    await database.snapshot(source, { isFinal: true });
  } finally {
    await database.close();
  }
}

export interface NewKeys {
  /** Opens the database from now on; made where it is absent. */
  readonly keyFile?: string | undefined;
  readonly passphrase?: string | undefined;
  readonly hasNewDataKey: boolean;
}

/** Another secret, another data key, or both, for a database whose server is stopped. */
export async function rotateSecret(
  settings: Pick<Settings, 'dataDir' | 'keyFile' | 'passphrase'>,
  { keyFile, passphrase, hasNewDataKey }: NewKeys,
): Promise<RotationReport> {
  const directory = resolve(settings.dataDir);
  const secret = secretToRead(settings);
  const newSecret = newSecretOf(keyFile, passphrase);
  const report = await rotateDatabaseKeys({ directory, secret, newSecret, hasNewDataKey });
  // What the old data key sealed beside the data is sealed anew, or the old one could never go.
  if (hasNewDataKey && hasAccessFile(directory)) {
    const options = { directory, secret: newSecret ?? secret };
    await changeAccessDirectory(options, (before) => ({ after: before, result: undefined }));
  }
  return report;
}

function newSecretOf(keyFile: string | undefined, passphrase: string | undefined): SecretSource | undefined {
  if (passphrase !== undefined) return { kind: 'passphrase', passphrase };
  return keyFile === undefined
    ? undefined
    : { kind: 'key-file', path: resolve(keyFile), createIfAbsent: true };
}

function secretToRead({ keyFile, passphrase }: SecretSettings): SecretSource {
  return passphrase === undefined
    ? { kind: 'key-file', path: keyFile, createIfAbsent: false }
    : { kind: 'passphrase', passphrase };
}
