/**
 * The first part of opening a data directory: its secret, KEYRING and MANIFEST, found or made. A refusal changes no
 * file; what is made for a new database is made whole or not at all, so that a crash in between starts over.
 */

import { ACCESS_NAME, hasDataFiles } from './data-directory.js';
import type { PersistenceEvent, SecretSource } from './database-types.js';
import { DIRECTORY_MODE, type FileSystem, pathIn } from './file-system.js';
import {
  createKeyring,
  KEYRING_BYTES_MAX,
  KEYRING_NAME,
  type Keyring,
  type KeyringOptions,
  openKeyring,
} from './keyring.js';
import { MANIFEST_NAME, type Manifest, publishManifest, readManifest } from './manifest.js';
import { createKeyFile, type MasterSecret, readMasterSecret } from './master-secret.js';
import { damaged, ExitCode, PersistenceError, wrongKey } from './persistence-error.js';
import type { StorageCrypto } from './storage-crypto.js';
import { attempt, readWholeFile, replaceFile } from './whole-file.js';

export interface OpeningAdapters {
  readonly fs: FileSystem;
  readonly crypto: StorageCrypto;
  readonly nowMs: () => number;
}

export interface OpeningOptions {
  readonly directory: string;
  readonly secret: SecretSource;
  /** Cheaper scrypt for tests. */
  readonly keyring?: KeyringOptions | undefined;
}

export function refuseKeyFileInside({ directory, secret }: OpeningOptions): void {
  if (secret.kind !== 'key-file' || !secret.path.startsWith(pathIn(directory, ''))) return;
  throw wrongKey(
    secret.path,
    'the key file is inside the data directory: whoever copies the one has the other.',
    'Move it elsewhere and give the new path.',
  );
}

/**
 * A directory that others may enter: an empty one (made by hand, a container's volume) is ours to set up and is
 * closed; one in use gets a warning, for its files are sealed and 0600; one in which others may put files is refused.
 */
export function restrictDirectory(
  fs: FileSystem,
  directory: string,
  mode: number,
  log: (event: PersistenceEvent) => void,
): void {
  const isNew = (attempt(directory, 'list it', () => fs.list(directory)) ?? []).length === 0;
  if (isNew) {
    try {
      fs.setMode(directory, DIRECTORY_MODE);
      return;
    } catch {
      // Not its owner: what follows decides by the mode as it is.
    }
  }
  const modeText = mode.toString(8).padStart(4, '0');
  if ((mode & 0o022) !== 0) {
    throw new PersistenceError(`others may write into this directory (mode ${modeText}).`, {
      exitCode: ExitCode.IO,
      file: directory,
      help: `Run: chmod 700 ${directory}`,
    });
  }
  log({
    level: 'warn',
    event: 'directory-open',
    message: `others may look into the data directory (mode ${modeText}); run: chmod 700 ${directory}`,
    file: directory,
  });
}

export function openOrCreateKeyring(
  { fs, crypto, nowMs }: OpeningAdapters,
  options: OpeningOptions,
  log: (event: PersistenceEvent) => void,
): Keyring {
  const { directory, secret: source } = options;
  const file = pathIn(directory, KEYRING_NAME);
  const bytes = readWholeFile(fs, file, KEYRING_BYTES_MAX);
  const names = attempt(directory, 'list it', () => fs.list(directory)) ?? [];
  const isInUse = [MANIFEST_NAME, ACCESS_NAME].some((name) => names.includes(name)) || hasDataFiles(names);
  if (bytes === undefined && isInUse) {
    throw damaged(
      file,
      undefined,
      'it is missing, though there are data files.',
      'Nothing was changed. Bring it back from a backup; every snapshot file has a copy in its header.',
    );
  }
  let secret = readMasterSecret(fs, source);
  if (bytes !== undefined) {
    if (secret === undefined) throw missingKeyFile(source, true);
    return openKeyring(crypto, file, bytes, secret);
  }
  if (secret === undefined) {
    if (source.kind !== 'key-file' || !source.createIfAbsent) throw missingKeyFile(source, false);
    secret = makeKeyFile(fs, crypto, source.path, log);
  }
  const keyring = createKeyring(crypto, secret, nowMs(), options.keyring);
  replaceFile(fs, directory, KEYRING_NAME, keyring.bytes);
  log({
    level: 'info',
    event: 'database-created',
    message: `new database ${keyring.database}`,
    file: directory,
  });
  return keyring;
}

function makeKeyFile(
  fs: FileSystem,
  crypto: StorageCrypto,
  file: string,
  log: (event: PersistenceEvent) => void,
): MasterSecret {
  const secret = createKeyFile(fs, crypto, file);
  log({
    level: 'warn',
    event: 'key-file-created',
    message: `made the key file ${file}. Back it up now, apart from the data: without it the data cannot be read by anyone`,
    file,
  });
  return secret;
}

function missingKeyFile(source: SecretSource, hasDatabase: boolean): PersistenceError {
  return wrongKey(
    source.kind === 'key-file' ? source.path : undefined,
    hasDatabase ? 'the key file of this database is missing.' : 'there is no key file here.',
    hasDatabase
      ? 'Nothing was changed, and no new key was made. Bring the key file back from its backup.'
      : 'Make one (32 random bytes, mode 0600) or let the server make it.',
  );
}

export function openOrCreateManifest(
  { fs, crypto, nowMs }: OpeningAdapters,
  directory: string,
  keyring: Keyring,
): Manifest {
  const found = readManifest(fs, crypto, keyring, directory);
  if (found !== undefined) {
    if (found.isSealed === true) refuseWithoutAccess(fs, directory);
    return found;
  }
  if (hasDataFiles(attempt(directory, 'list it', () => fs.list(directory)) ?? [])) {
    throw damaged(
      pathIn(directory, MANIFEST_NAME),
      undefined,
      'it is missing, though there are data files.',
      'Nothing was changed. Bring it back from a backup, or restore a snapshot into a new directory.',
    );
  }
  const manifest: Manifest = {
    database: keyring.database,
    generation: 1,
    dbNowMs: nowMs(),
    lastVersion: 0,
    isCleanStop: false,
    snapshot: null,
    journal: [],
  };
  publishManifest(fs, crypto, keyring, directory, manifest);
  return manifest;
}

/** A file that was forgotten in a backup must not make a sealed database an open one. */
function refuseWithoutAccess(fs: FileSystem, directory: string): void {
  const file = pathIn(directory, ACCESS_NAME);
  if (attempt(file, 'look at it', () => fs.stat(file)) !== undefined) return;
  throw damaged(
    file,
    undefined,
    'it is missing, though this database has had access keys.',
    'Nothing was changed. Bring it back from a backup, or make a new key: anoa key create.',
  );
}
