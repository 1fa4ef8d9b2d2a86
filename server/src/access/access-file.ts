/**
 * ACCESS: the access keys of a database, sealed with its data key as MANIFEST is, and replaced only by rename. A
 * database that never had a key has no such file. Its bytes are those of a sealed document
 * (persistence/sealed-document.ts), role "access".
 */

import { ACCESS_NAME } from '../persistence/data-directory.js';
import { type FileSystem, pathIn } from '../persistence/file-system.js';
import type { Keyring } from '../persistence/keyring.js';
import { damaged } from '../persistence/persistence-error.js';
import { type DocumentKind, openDocument, sealDocument } from '../persistence/sealed-document.js';
import type { StorageCrypto } from '../persistence/storage-crypto.js';
import { fromBase64, isCount, toBase64 } from '../persistence/text-forms.js';
import { readWholeFile, replaceFile } from '../persistence/whole-file.js';
import {
  ACCESS_KEYS_MAX,
  type AccessKey,
  type AccessKeySet,
  isAccessRole,
  isKeyName,
  isKeyPrefix,
  NO_ACCESS_KEYS,
} from './access-key.js';

/** 1024 keys with the longest names and prefixes, escaped as JSON, fit. */
const KIND: DocumentKind = { magic: 'ANOAACCS', role: 'access', bytesMax: 16 * 1024 * 1024 };
const PSK_BYTES = 32;

export function sealAccess(crypto: StorageCrypto, keyring: Keyring, set: AccessKeySet): Uint8Array {
  return sealDocument(crypto, keyring, KIND, {
    database: keyring.database,
    generation: set.generation,
    isSealed: set.isSealed,
    keys: set.keys.map((key) => ({ ...key, psk: toBase64(key.psk) })),
  });
}

/** @throws PersistenceError 65 naming `file` where anything about the bytes is wrong. */
export function openAccess(
  crypto: StorageCrypto,
  keyring: Keyring,
  file: string,
  bytes: Uint8Array,
): AccessKeySet {
  const set = keySetOf(openDocument(crypto, keyring, KIND, file, bytes), keyring);
  if (set === undefined)
    throw damaged(file, undefined, 'its content is not a list of access keys as this program knows it.');
  return set;
}

/** The keys of a data directory; none where there is no file. */
export function readAccess(
  fs: FileSystem,
  crypto: StorageCrypto,
  keyring: Keyring,
  directory: string,
): AccessKeySet {
  const file = pathIn(directory, ACCESS_NAME);
  const bytes = readWholeFile(fs, file, KIND.bytesMax);
  return bytes === undefined ? NO_ACCESS_KEYS : openAccess(crypto, keyring, file, bytes);
}

/** From its return on, and not before, these keys are what a restart finds. One writer at a time. */
export function publishAccess(
  fs: FileSystem,
  crypto: StorageCrypto,
  keyring: Keyring,
  directory: string,
  set: AccessKeySet,
): void {
  const next = { ...set, generation: set.generation + 1 };
  replaceFile(fs, directory, ACCESS_NAME, sealAccess(crypto, keyring, next));
}

/** Sealed by us, so a wrong shape is a newer program's file or a bug; refused all the same. */
function keySetOf(value: Record<string, unknown> | undefined, keyring: Keyring): AccessKeySet | undefined {
  if (value === undefined) return undefined;
  const { database, generation, isSealed, keys } = value;
  if (database !== keyring.database || !isCount(generation) || isSealed !== true) return undefined;
  if (!Array.isArray(keys) || keys.length > ACCESS_KEYS_MAX) return undefined;
  const read = keys.map(keyOf);
  return read.includes(undefined) ? undefined : { generation, isSealed, keys: read as AccessKey[] };
}

function keyOf(value: unknown): AccessKey | undefined {
  const { name, role, prefix, createdMs, keyId, psk, untilMs } = (value ?? {}) as Record<string, unknown>;
  const secret = fromBase64(psk);
  const isSound =
    isKeyName(name) &&
    isAccessRole(role) &&
    isKeyPrefix(prefix) &&
    isCount(createdMs) &&
    typeof keyId === 'string' &&
    /^[0-9a-f]{16}$/.test(keyId) &&
    secret?.length === PSK_BYTES &&
    (untilMs === undefined || isCount(untilMs));
  return isSound ? { name, role, prefix, createdMs, keyId, psk: secret, untilMs } : undefined;
}
