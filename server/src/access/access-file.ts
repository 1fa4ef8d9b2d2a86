/**
 * ACCESS: the access keys of a database, sealed with its data key as MANIFEST is, and replaced only by rename. A
 * database that never had a key has no such file.
 *
 * Body: keyId u32 | salt[32] | nonce[24] | box of JSON. Key = HKDF-SHA256(data key, salt, "AnoaDB v1 access" |
 * uuid); the salt is fresh for each version, so that no key seals two of them.
 */

import { ACCESS_NAME } from '../persistence/data-directory.js';
import { type FileSystem, pathIn } from '../persistence/file-system.js';
import { decodeFrame, encodeFrame } from '../persistence/framed-block.js';
import type { Keyring } from '../persistence/keyring.js';
import { damaged } from '../persistence/persistence-error.js';
import {
  deriveSealingKeys,
  openSmall,
  SALT_BYTES,
  type StorageCrypto,
  sealSmall,
} from '../persistence/storage-crypto.js';
import {
  fromBase64,
  isCount,
  jsonBytes,
  parseJsonObject,
  toBase64,
  uuidBytes,
} from '../persistence/text-forms.js';
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

const MAGIC = 'ANOAACCS';
/** 1024 keys with the longest names and prefixes, escaped as JSON, fit. */
const ACCESS_BYTES_MAX = 16 * 1024 * 1024;
const PSK_BYTES = 32;

export function sealAccess(crypto: StorageCrypto, keyring: Keyring, set: AccessKeySet): Uint8Array {
  const salt = new Uint8Array(SALT_BYTES);
  crypto.random(salt);
  const keys = accessSealingKeys(crypto, keyring, keyring.currentKeyId, salt);
  const plain = jsonBytes({
    database: keyring.database,
    generation: set.generation,
    isSealed: set.isSealed,
    keys: set.keys.map((key) => ({ ...key, psk: toBase64(key.psk) })),
  });
  const sealed = sealSmall(crypto, keys!, plain);
  plain.fill(0);
  const body = new Uint8Array(4 + SALT_BYTES + sealed.length);
  new DataView(body.buffer).setUint32(0, keyring.currentKeyId, true);
  body.set(salt, 4);
  body.set(sealed, 4 + SALT_BYTES);
  return encodeFrame(crypto, MAGIC, body);
}

/** @throws PersistenceError 65 naming `file` where anything about the bytes is wrong. */
export function openAccess(
  crypto: StorageCrypto,
  keyring: Keyring,
  file: string,
  bytes: Uint8Array,
): AccessKeySet {
  const body = decodeFrame(crypto, file, bytes, MAGIC, ACCESS_BYTES_MAX);
  if (body.length < 4 + SALT_BYTES) throw damaged(file, 16, 'its body is too short.');
  const keyId = new DataView(body.buffer, body.byteOffset, 4).getUint32(0, true);
  const keys = accessSealingKeys(crypto, keyring, keyId, body.subarray(4, 4 + SALT_BYTES));
  if (keys === undefined)
    throw damaged(file, 16, `sealed with data key ${keyId}, which KEYRING does not have.`);
  const plain = openSmall(crypto, keys, body.subarray(4 + SALT_BYTES));
  if (plain === undefined) {
    throw damaged(
      file,
      16 + 4 + SALT_BYTES,
      'its digest is right but its seal is not: it belongs to another database, or someone altered it.',
    );
  }
  const set = keySetOf(parseJsonObject(plain), keyring);
  plain.fill(0);
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
  const bytes = readWholeFile(fs, file, ACCESS_BYTES_MAX);
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

function accessSealingKeys(crypto: StorageCrypto, keyring: Keyring, keyId: number, salt: Uint8Array) {
  const dataKey = keyring.dataKeys.get(keyId);
  return dataKey && deriveSealingKeys(crypto, dataKey, salt, 'access', uuidBytes(keyring.database));
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
