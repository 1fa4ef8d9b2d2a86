/**
 * Changing keys. A new secret locks the same data keys anew: KEYRING is replaced, nothing else is touched, but the
 * copies of KEYRING in older snapshots still open with the old secret until the next snapshot replaces them. A new
 * data key seals whatever is written from then on; the old one goes when nothing that is listed needs it.
 */

import { ACCESS_NAME } from './data-directory.js';
import { type FileSystem, pathIn } from './file-system.js';
import { FRAME_HEAD_BYTES } from './framed-block.js';
import {
  hashSeedBytesOf,
  KEYRING_NAME,
  type Keyring,
  type KeyringOptions,
  keyEntriesOf,
  keyringWithout,
  sealKeyring,
} from './keyring.js';
import type { Manifest } from './manifest.js';
import type { MasterSecret } from './master-secret.js';
import { KEY_BYTES, type StorageCrypto } from './storage-crypto.js';
import { attempt, closeQuietly, readFully, replaceFile } from './whole-file.js';

/** The same data keys, locked with another secret. The caller replaces KEYRING with its bytes. */
export function withNewSecret(
  crypto: StorageCrypto,
  keyring: Keyring,
  secret: MasterSecret,
  options: KeyringOptions = {},
): Keyring {
  const entries = keyEntriesOf(crypto, keyring);
  return sealKeyring(crypto, secret, keyring.database, entries, options, hashSeedBytesOf(crypto, keyring));
}

/** One fresh data key more, which is the current one. `secret` is the one that opens `keyring`. */
export function withNewDataKey(
  crypto: StorageCrypto,
  keyring: Keyring,
  secret: MasterSecret,
  nowMs: number,
  options: KeyringOptions = {},
): Keyring {
  const dataKey = new Uint8Array(KEY_BYTES);
  crypto.random(dataKey);
  const id = Math.max(...keyring.dataKeys.keys()) + 1;
  const entries = [...keyEntriesOf(crypto, keyring), { id, createdMs: nowMs, dataKey }];
  return sealKeyring(crypto, secret, keyring.database, entries, options, hashSeedBytesOf(crypto, keyring));
}

/** Is something sealed with another data key than the current one? Then a snapshot is due. */
export function needsOldKeys({ snapshot, journal }: Manifest, keyring: Keyring): boolean {
  if (keyring.dataKeys.size === 1) return false;
  const isOld = (keyId: number | undefined) => keyId !== keyring.currentKeyId;
  return (snapshot !== null && isOld(snapshot.keyId)) || journal.some(({ keyId }) => isOld(keyId));
}

/** Takes the data keys out of KEYRING that nothing needs any more. Returns the keyring in force then. */
export function retireDataKeys(
  fs: FileSystem,
  crypto: StorageCrypto,
  directory: string,
  keyring: Keyring,
  manifest: Manifest,
): Keyring {
  if (keyring.dataKeys.size === 1 || needsOldKeys(manifest, keyring)) return keyring;
  const accessKeyId = keyIdOfAccess(fs, directory);
  const unused = [...keyring.dataKeys.keys()].filter(
    (id) => id !== keyring.currentKeyId && id !== accessKeyId,
  );
  if (unused.length === 0) return keyring;
  const next = keyringWithout(crypto, keyring, new Set(unused));
  replaceFile(fs, directory, KEYRING_NAME, next.bytes);
  return next;
}

/** The data key that ACCESS is sealed with: the first field of its body, in clear. */
function keyIdOfAccess(fs: FileSystem, directory: string): number | undefined {
  const file = pathIn(directory, ACCESS_NAME);
  if (attempt(file, 'look at it', () => fs.stat(file)) === undefined) return undefined;
  const handle = attempt(file, 'open it', () => fs.openToRead(file));
  try {
    const head = new Uint8Array(FRAME_HEAD_BYTES + 4);
    readFully(fs, file, handle, head, 0, head.length, 0);
    return new DataView(head.buffer).getUint32(FRAME_HEAD_BYTES, true);
  } finally {
    closeQuietly(fs, handle);
  }
}
