/**
 * `anoa secret rotate`: other keys for a database that no server has. A new secret locks the data keys anew: KEYRING is
 * replaced, nothing else. A new data key is added to KEYRING, and the next start takes a snapshot with it; the old one
 * goes with the last file that it sealed. Order: the new KEYRING is whole and synced before anything relies on it.
 */

import type { SecretSource } from '../database-types.js';
import { type FileSystem, pathIn } from '../file-system.js';
import { withNewDataKey, withNewSecret } from '../key-rotation.js';
import { KEYRING_NAME, type Keyring, type KeyringOptions } from '../keyring.js';
import { createKeyFile, type MasterSecret, readMasterSecret } from '../master-secret.js';
import { ExitCode, PersistenceError } from '../persistence-error.js';
import type { StorageCrypto } from '../storage-crypto.js';
import { replaceFile } from '../whole-file.js';
import { keyringToRead, secretToRead } from './readable-directory.js';

export interface RotationOptions {
  /** Absolute. The caller holds its lock. */
  readonly directory: string;
  readonly secret: SecretSource;
  /** Opens the database from now on; a key file is made where it is absent. Undefined: the secret stays. */
  readonly newSecret?: SecretSource | undefined;
  readonly hasNewDataKey: boolean;
  readonly nowMs: number;
  readonly keyring?: KeyringOptions | undefined;
}

export interface RotationReport {
  readonly databaseUuid: string;
  /** Kind of the secret in force. */
  readonly secret: 'key-file' | 'passphrase';
  /** A key file was made for it. */
  readonly madeKeyFile: string | undefined;
  readonly currentKeyId: number;
  readonly keyIds: readonly number[];
}

/** Returns the keyring in force and what was done. @throws PersistenceError, and then nothing was replaced. */
export function rotateKeys(
  fs: FileSystem,
  crypto: StorageCrypto,
  options: RotationOptions,
): { keyring: Keyring; report: RotationReport } {
  const { directory, newSecret, hasNewDataKey, nowMs } = options;
  const old = secretToRead(fs, options.secret);
  let keyring = keyringToRead(fs, crypto, directory, old);
  const made = newSecret === undefined ? undefined : secretToLockWith(fs, crypto, directory, newSecret);
  const secret = made?.secret ?? old;
  if (hasNewDataKey) keyring = withNewDataKey(crypto, keyring, secret, nowMs, options.keyring);
  else keyring = withNewSecret(crypto, keyring, secret, options.keyring);
  replaceFile(fs, directory, KEYRING_NAME, keyring.bytes);
  const report = {
    databaseUuid: keyring.database,
    secret: secret.kind,
    madeKeyFile: made?.madeFile,
    currentKeyId: keyring.currentKeyId,
    keyIds: [...keyring.dataKeys.keys()],
  };
  return { keyring, report };
}

function secretToLockWith(
  fs: FileSystem,
  crypto: StorageCrypto,
  directory: string,
  source: SecretSource,
): { secret: MasterSecret; madeFile: string | undefined } {
  if (source.kind === 'key-file' && source.path.startsWith(pathIn(directory, ''))) {
    throw new PersistenceError('a key file inside the data directory protects nothing.', {
      exitCode: ExitCode.KEY,
      file: source.path,
      help: 'Keep it elsewhere, apart from the data and its backups.',
    });
  }
  const secret = readMasterSecret(fs, source);
  if (secret !== undefined) return { secret, madeFile: undefined };
  const { path } = source as Extract<SecretSource, { kind: 'key-file' }>;
  return { secret: createKeyFile(fs, crypto, path), madeFile: path };
}
