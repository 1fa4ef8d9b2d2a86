/**
 * KEYRING: the data keys, each in a box that only the master secret opens. A copy is in the header of every
 * snapshot file, so that a snapshot and the secret are enough to restore.
 *
 * Body (JSON in clear): {"database": uuid, "secret": "key-file" | "passphrase",
 *   "scrypt": {"salt": base64, "n", "r", "p"}   only with a passphrase
 *   "check": sealed "AnoaDB check",             tells a wrong secret from a damaged file
 *   "hashSeed": sealed 7 bytes,                 only where keys were changed
 *   "keys": [{"id", "state": "current" | "old", "createdMs", "sealed": sealed (id u32 | data key[32])}]}
 * Key of the boxes = HKDF-SHA256(secret, salt = uuid, "AnoaDB v1 keyring").
 */

import { decodeFrame, encodeFrame } from './framed-block.js';
import type { MasterSecret } from './master-secret.js';
import { damaged, wrongKey } from './persistence-error.js';
import {
  ascii,
  deriveSealingKeys,
  KEY_BYTES,
  openSmall,
  type ScryptCost,
  type SealingKeys,
  type StorageCrypto,
  sealSmall,
} from './storage-crypto.js';
import {
  fromBase64,
  isCount,
  isUuid,
  jsonBytes,
  parseJsonObject,
  toBase64,
  uuidBytes,
  uuidOf,
} from './text-forms.js';
import { isEqual } from './whole-file.js';

export const KEYRING_NAME = 'KEYRING';
const MAGIC = 'ANOAKEYS';
export const KEYRING_BYTES_MAX = 64 * 1024;
const KEYRING_BODY_BYTES_MAX = KEYRING_BYTES_MAX - 64;
const HASH_SEED_BYTES = 7;
const CHECK_TEXT = ascii('AnoaDB check');

/** Cost of a passphrase: 128 MiB of memory and about half a second. */
const SCRYPT_COST = { n: 2 ** 17, r: 8, p: 1 } as const;
/** A KEYRING that asks for more is refused, not obeyed: the numbers stand in clear. */
const SCRYPT_N_MAX = 2 ** 20;

export interface Keyring {
  readonly database: string;
  /** The whole file. */
  readonly bytes: Uint8Array;
  readonly currentKeyId: number;
  readonly dataKeys: ReadonlyMap<number, Uint8Array>;
  /** Seven bytes, where keys were changed: they stay what they were with the first data key. */
  readonly hashSeed?: Uint8Array | undefined;
}

/** A data key on its way into a KEYRING. */
export interface KeyEntry {
  readonly id: number;
  readonly createdMs: number;
  readonly dataKey: Uint8Array;
}

/**
 * 53 bits for the store's hash of keys: secret, and the same at every start of a database, so that a cursor of SCAN
 * outlives a restart. HKDF-SHA256(first data key, uuid, "AnoaDB v1 key hash").
 */
export function hashSeedOf(crypto: StorageCrypto, keyring: Keyring): number {
  const bytes = hashSeedBytesOf(crypto, keyring);
  return bytes.reduce((seed, byte, i) => (i < 6 ? seed * 256 + byte : seed * 32 + (byte >> 3)), 0);
}

/** Of the first data key; kept in KEYRING once there is another. */
export function hashSeedBytesOf(crypto: StorageCrypto, keyring: Keyring): Uint8Array {
  const dataKey = keyring.dataKeys.get(keyring.currentKeyId)!;
  return (
    keyring.hashSeed ??
    crypto.hkdfSha256(dataKey, ascii(keyring.database), ascii('AnoaDB v1 key hash'), HASH_SEED_BYTES)
  );
}

export interface KeyringOptions {
  /** Cheaper scrypt for tests. */
  readonly scryptN?: number;
}

/** A new database's keyring: a fresh uuid and one fresh data key. */
export function createKeyring(
  crypto: StorageCrypto,
  secret: MasterSecret,
  nowMs: number,
  options: KeyringOptions = {},
): Keyring {
  const uuidRandom = new Uint8Array(16);
  const dataKey = new Uint8Array(KEY_BYTES);
  crypto.random(uuidRandom);
  crypto.random(dataKey);
  return sealKeyring(crypto, secret, uuidOf(uuidRandom), [{ id: 1, createdMs: nowMs, dataKey }], options);
}

/** A keyring of these keys, locked with this secret; the last one is current. */
export function sealKeyring(
  crypto: StorageCrypto,
  secret: MasterSecret,
  database: string,
  entries: readonly KeyEntry[],
  options: KeyringOptions = {},
  hashSeed?: Uint8Array,
): Keyring {
  const salt = new Uint8Array(32);
  crypto.random(salt);
  const scrypt: ScryptCost | undefined =
    secret.kind === 'passphrase' ? { salt, ...SCRYPT_COST, n: options.scryptN ?? SCRYPT_COST.n } : undefined;
  const keys = keysOf(crypto, secret, scrypt, database);
  const currentKeyId = entries.at(-1)!.id;
  const body = jsonBytes({
    database,
    secret: secret.kind,
    ...(scrypt && { scrypt: { ...scrypt, salt: toBase64(salt) } }),
    check: toBase64(sealSmall(crypto, keys, CHECK_TEXT)),
    ...(hashSeed && { hashSeed: toBase64(sealSmall(crypto, keys, hashSeed)) }),
    keys: entries.map(({ id, createdMs, dataKey }) => ({
      id,
      state: id === currentKeyId ? 'current' : 'old',
      createdMs,
      sealed: toBase64(sealDataKey(crypto, keys, id, dataKey)),
    })),
  });
  return {
    database,
    bytes: encodeFrame(crypto, MAGIC, body),
    currentKeyId,
    dataKeys: new Map(entries.map(({ id, dataKey }) => [id, dataKey])),
    hashSeed,
  };
}

/** The same without these keys, of which none may be the current one. Needs no secret: no box is opened. */
export function keyringWithout(
  crypto: StorageCrypto,
  keyring: Keyring,
  keyIds: ReadonlySet<number>,
): Keyring {
  if (keyIds.has(keyring.currentKeyId)) throw new Error('the current data key cannot go');
  const body = parseJsonObject(
    decodeFrame(crypto, KEYRING_NAME, keyring.bytes, MAGIC, KEYRING_BODY_BYTES_MAX),
  )!;
  const keys = (body['keys'] as { id: number }[]).filter(({ id }) => !keyIds.has(id));
  return {
    ...keyring,
    bytes: encodeFrame(crypto, MAGIC, jsonBytes({ ...body, keys })),
    dataKeys: new Map([...keyring.dataKeys].filter(([id]) => !keyIds.has(id))),
  };
}

/** The data keys of an open keyring, the current one last. */
export function keyEntriesOf(crypto: StorageCrypto, keyring: Keyring): KeyEntry[] {
  const body = parseJsonObject(
    decodeFrame(crypto, KEYRING_NAME, keyring.bytes, MAGIC, KEYRING_BODY_BYTES_MAX),
  )!;
  return (body['keys'] as { id: number; createdMs?: number }[])
    .map(({ id, createdMs = 0 }) => ({ id, createdMs, dataKey: keyring.dataKeys.get(id)! }))
    .sort((a, b) => Number(a.id === keyring.currentKeyId) - Number(b.id === keyring.currentKeyId));
}

/** Throws 65 where the bytes are damaged and 66 where the secret does not fit; `file` is for the message. */
export function openKeyring(
  crypto: StorageCrypto,
  file: string,
  bytes: Uint8Array,
  secret: MasterSecret,
): Keyring {
  const shape = decodeKeyring(crypto, file, bytes);
  if (shape.secret !== secret.kind) {
    throw wrongKey(
      file,
      `the keys of this database are locked with a ${shape.secret}, but a ${secret.kind} was given.`,
      'Nothing was changed. Give the secret it was made with.',
    );
  }
  const keys = keysOf(crypto, secret, shape.scrypt, shape.database);
  const check = openSmall(crypto, keys, shape.check);
  if (check === undefined || !isEqual(check, CHECK_TEXT)) {
    throw wrongKey(
      secret.file ?? file,
      secret.kind === 'passphrase'
        ? `wrong passphrase for the database ${shape.database}.`
        : `wrong key file: it does not open the database ${shape.database}.`,
      'Nothing was changed. Give the secret this database was made with.',
    );
  }
  const dataKeys = new Map<number, Uint8Array>();
  for (const { id, sealed } of shape.keys) {
    const opened = openSmall(crypto, keys, sealed);
    if (opened === undefined || opened.length !== 4 + KEY_BYTES || u32Of(opened) !== id) {
      throw damaged(file, undefined, `the box of data key ${id} does not open, though the secret is right.`);
    }
    dataKeys.set(id, opened.slice(4));
  }
  const hashSeed = shape.hashSeed && openSmall(crypto, keys, shape.hashSeed);
  if (shape.hashSeed !== undefined && hashSeed?.length !== HASH_SEED_BYTES)
    throw damaged(file, undefined, 'the box of the hash seed does not open, though the secret is right.');
  return { database: shape.database, bytes, currentKeyId: shape.currentKeyId, dataKeys, hashSeed };
}

interface KeyringShape {
  database: string;
  secret: MasterSecret['kind'];
  scrypt: ScryptCost | undefined;
  check: Uint8Array;
  hashSeed: Uint8Array | undefined;
  currentKeyId: number;
  keys: { id: number; sealed: Uint8Array }[];
}

function decodeKeyring(crypto: StorageCrypto, file: string, bytes: Uint8Array): KeyringShape {
  const body = parseJsonObject(decodeFrame(crypto, file, bytes, MAGIC, KEYRING_BODY_BYTES_MAX));
  const wrong = (what: string) => damaged(file, 16, `the list of keys is malformed: ${what}.`);
  if (body === undefined) throw wrong('not a JSON object');
  const { database, secret, check, keys } = body;
  if (!isUuid(database)) throw wrong('database');
  if (secret !== 'key-file' && secret !== 'passphrase') throw wrong('secret');
  const checkBox = fromBase64(check);
  if (checkBox === undefined) throw wrong('check');
  const hashSeedBox = fromBase64(body['hashSeed']);
  if (body['hashSeed'] !== undefined && hashSeedBox === undefined) throw wrong('hashSeed');
  if (!Array.isArray(keys) || keys.length === 0) throw wrong('keys');
  const sealedKeys = keys.map((key: Record<string, unknown>) => {
    const sealed = fromBase64(key?.['sealed']);
    if (sealed === undefined || !isCount(key['id'])) throw wrong('keys');
    return { id: key['id'], sealed, isCurrent: key['state'] === 'current' };
  });
  const current = sealedKeys.find((key) => key.isCurrent);
  if (current === undefined) throw wrong('no key is current');
  return {
    database,
    secret,
    scrypt: secret === 'passphrase' ? scryptOf(body['scrypt'], wrong) : undefined,
    check: checkBox,
    hashSeed: hashSeedBox,
    currentKeyId: current.id,
    keys: sealedKeys,
  };
}

function scryptOf(value: unknown, wrong: (what: string) => Error): ScryptCost {
  const { salt, n, r, p } = (value ?? {}) as Record<string, unknown>;
  const saltBytes = fromBase64(salt);
  if (saltBytes === undefined || !isCount(n) || !isCount(r) || !isCount(p)) throw wrong('scrypt');
  const isPowerOfTwo = n >= 2 && Number.isInteger(Math.log2(n));
  if (!isPowerOfTwo || n > SCRYPT_N_MAX || r < 1 || r > 8 || p < 1 || p > 4) throw wrong('cost of scrypt');
  return { salt: saltBytes, n, r, p };
}

function keysOf(
  crypto: StorageCrypto,
  secret: MasterSecret,
  scrypt: ScryptCost | undefined,
  database: string,
): SealingKeys {
  const bytes = scrypt === undefined ? secret.bytes : crypto.scrypt(secret.bytes, scrypt, KEY_BYTES);
  return deriveSealingKeys(crypto, bytes, uuidBytes(database), 'keyring', new Uint8Array(0));
}

function sealDataKey(crypto: StorageCrypto, keys: SealingKeys, id: number, dataKey: Uint8Array): Uint8Array {
  const plain = new Uint8Array(4 + KEY_BYTES);
  new DataView(plain.buffer).setUint32(0, id, true);
  plain.set(dataKey, 4);
  return sealSmall(crypto, keys, plain);
}

function u32Of(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
}
