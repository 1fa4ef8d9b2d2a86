/** Snapshots read without a server, with the secret that the settings name. */

import type { Settings } from './config/load-settings.js';
import { catSnapshot, type SecretSource, type VerifyReport, verifySnapshot } from './persistence/index.js';

type SecretSettings = Pick<Settings, 'keyFile' | 'passphrase'>;

/** Writes the snapshot at `path` (a data directory or a file) as JSON lines; `write` is awaited. */
export function catSnapshotAt(
  path: string,
  settings: SecretSettings,
  write: (lines: Uint8Array) => Promise<void> | void,
): Promise<VerifyReport> {
  return catSnapshot({ path, secret: secretToRead(settings), write });
}

/** Reads the snapshot at `path` whole and proves every byte of it. Rejects with a PersistenceError. */
export function verifySnapshotAt(path: string, settings: SecretSettings): Promise<VerifyReport> {
  return verifySnapshot({ path, secret: secretToRead(settings) });
}

function secretToRead({ keyFile, passphrase }: SecretSettings): SecretSource {
  return passphrase === undefined
    ? { kind: 'key-file', path: keyFile, createIfAbsent: false }
    : { kind: 'passphrase', passphrase };
}
