/**
 * A data directory opened to be read beside whoever uses it: no lock, no change. What is listed is never rewritten,
 * but a running server may replace it between two of our looks; then the look is taken again.
 */

import type { SecretSource } from '../database-types.js';
import { type FileSystem, pathIn } from '../file-system.js';
import { KEYRING_BYTES_MAX, KEYRING_NAME, type Keyring, openKeyring } from '../keyring.js';
import { MANIFEST_NAME, type Manifest, readManifest } from '../manifest.js';
import { type MasterSecret, readMasterSecret } from '../master-secret.js';
import { damaged, ExitCode, PersistenceError, wrongKey } from '../persistence-error.js';
import type { StorageCrypto } from '../storage-crypto.js';
import { attempt, readWholeFile } from '../whole-file.js';

const TRIES_MAX = 5;

/** The secret, which has to be there: nothing offline makes one. */
export function secretToRead(fs: FileSystem, source: SecretSource): MasterSecret {
  const secret = readMasterSecret(fs, source);
  if (secret !== undefined) return secret;
  throw wrongKey(
    source.kind === 'key-file' ? source.path : undefined,
    'there is no key file here.',
    'Give the path of the key file that the database was made with.',
  );
}

/** File or directory; refused where there is nothing. */
export function kindOf(fs: FileSystem, path: string, expected: string): 'file' | 'directory' | 'other' {
  const stat = attempt(path, 'look at it', () => fs.stat(path));
  if (stat !== undefined) return stat.kind;
  throw new PersistenceError('there is nothing here.', {
    exitCode: ExitCode.IO,
    file: path,
    help: `Give ${expected}.`,
  });
}

export function keyringToRead(
  fs: FileSystem,
  crypto: StorageCrypto,
  directory: string,
  secret: MasterSecret,
): Keyring {
  const file = pathIn(directory, KEYRING_NAME);
  const bytes = readWholeFile(fs, file, KEYRING_BYTES_MAX);
  if (bytes !== undefined) return openKeyring(crypto, file, bytes, secret);
  throw damaged(file, undefined, 'it is missing: this is not a data directory.', 'Give a data directory.');
}

export function manifestToRead(
  fs: FileSystem,
  crypto: StorageCrypto,
  directory: string,
  keyring: Keyring,
): Manifest {
  const manifest = readManifest(fs, crypto, keyring, directory);
  if (manifest !== undefined) return manifest;
  throw damaged(
    pathIn(directory, MANIFEST_NAME),
    undefined,
    'it is missing: no server has started here yet.',
  );
}

/** Runs `look` again where what it read was replaced under its eyes, unless `isOver` says that it must not be. */
export async function lookAgainWhileReplaced<T>(
  fs: FileSystem,
  look: () => Promise<T> | T,
  isOver: () => boolean = () => false,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await look();
    } catch (error) {
      const isGone = error instanceof PersistenceError && isMissing(fs, error.file);
      if (!isGone || isOver() || tries === TRIES_MAX) throw error;
    }
  }
}

function isMissing(fs: FileSystem, file: string | undefined): boolean {
  if (file === undefined) return false;
  try {
    return fs.stat(file) === undefined;
  } catch {
    return false;
  }
}
