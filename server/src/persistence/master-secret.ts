/**
 * The secret that opens the KEYRING: 32 raw bytes in a file that only its owner can read, or a passphrase. A key
 * file is made once, for a directory that has no KEYRING yet; never in the place of one that is lost.
 */

import type { SecretSource } from './database-types.js';
import { DIRECTORY_MODE, type FileSystem } from './file-system.js';
import { wrongKey } from './persistence-error.js';
import { ascii, KEY_BYTES, type StorageCrypto } from './storage-crypto.js';
import {
  attempt,
  createFileOnce,
  makeDurableDirectory,
  parentOf,
  readWholeFile,
  temporaryOf,
} from './whole-file.js';

export interface MasterSecret {
  readonly kind: SecretSource['kind'];
  /** The 32 bytes, or the passphrase's UTF-8 before scrypt. */
  readonly bytes: Uint8Array;
  /** For messages: the key file's path, undefined for a passphrase. */
  readonly file: string | undefined;
}

/** Reads the secret and changes nothing; undefined where the key file does not exist. */
export function readMasterSecret(fs: FileSystem, source: SecretSource): MasterSecret | undefined {
  if (source.kind === 'passphrase') {
    if (source.passphrase === '')
      throw wrongKey(undefined, 'the passphrase is empty.', 'Set one, or use a key file.');
    // NFC, so that the same characters typed on another system are the same secret.
    return { kind: 'passphrase', bytes: ascii(source.passphrase.normalize('NFC')), file: undefined };
  }
  const file = source.path;
  const stat = attempt(file, 'look at the key file', () => fs.stat(file));
  if (stat === undefined) return undefined;
  if (stat.kind !== 'file')
    throw wrongKey(file, 'the key file is not a regular file.', 'Give the path of the file itself.');
  if ((stat.mode & 0o077) !== 0) {
    throw wrongKey(
      file,
      `the key file can be read by others (mode ${stat.mode.toString(8).padStart(4, '0')}).`,
      `Run: chmod 600 ${file}`,
    );
  }
  const bytes = stat.bytes === KEY_BYTES ? readWholeFile(fs, file, KEY_BYTES) : undefined;
  if (bytes === undefined || bytes.length !== KEY_BYTES) {
    throw wrongKey(
      file,
      `the key file has ${stat.bytes} bytes; a key is ${KEY_BYTES}.`,
      'Restore it from its backup.',
    );
  }
  return { kind: 'key-file', bytes, file };
}

/** A crash while the key file was made leaves a second name of it, or one that was never used. */
export function removeKeyFileLeftover(fs: FileSystem, source: SecretSource): void {
  if (source.kind !== 'key-file') return;
  const file = temporaryOf(source.path);
  if (attempt(file, 'look at it', () => fs.stat(file)) !== undefined) {
    attempt(file, 'remove what a crash left', () => fs.remove(file));
  }
}

/** Makes a new key file. The caller has made sure that no KEYRING depends on a lost one. */
export function createKeyFile(fs: FileSystem, crypto: StorageCrypto, file: string): MasterSecret {
  const bytes = new Uint8Array(KEY_BYTES);
  crypto.random(bytes);
  makeDurableDirectory(fs, parentOf(file), DIRECTORY_MODE);
  createFileOnce(fs, file, bytes);
  return { kind: 'key-file', bytes, file };
}
