/**
 * A file that is one sealed JSON document: MANIFEST and ACCESS. Framed, and bound to the database and its role.
 *
 * Body: keyId u32 | salt[32] | nonce[24] | box of JSON. Key = HKDF-SHA256(data key, salt, "AnoaDB v1 " role | uuid);
 * the salt is fresh for each version of a file, so that no key seals two of them.
 */

import { decodeFrame, encodeFrame } from './framed-block.js';
import type { Keyring } from './keyring.js';
import { damaged } from './persistence-error.js';
import { deriveSealingKeys, openSmall, SALT_BYTES, type StorageCrypto, sealSmall } from './storage-crypto.js';
import { jsonBytes, parseJsonObject, uuidBytes } from './text-forms.js';

const FRAME_HEADER_BYTES = 16;
const BOX_AT = 4 + SALT_BYTES;

export interface DocumentKind {
  /** Eight ASCII characters. */
  readonly magic: string;
  /** Names the keys: documents of two roles never share one. */
  readonly role: string;
  readonly bytesMax: number;
}

export function sealDocument(
  crypto: StorageCrypto,
  keyring: Keyring,
  kind: DocumentKind,
  document: object,
): Uint8Array {
  const salt = new Uint8Array(SALT_BYTES);
  crypto.random(salt);
  const plain = jsonBytes(document);
  const sealed = sealSmall(crypto, keysOf(crypto, keyring, kind, keyring.currentKeyId, salt)!, plain);
  plain.fill(0);
  const body = new Uint8Array(BOX_AT + sealed.length);
  new DataView(body.buffer).setUint32(0, keyring.currentKeyId, true);
  body.set(salt, 4);
  body.set(sealed, BOX_AT);
  return encodeFrame(crypto, kind.magic, body);
}

/**
 * The document; undefined where it is no JSON object, which only another program's can be.
 * @throws PersistenceError 65 naming `file` where anything about the bytes is wrong.
 */
export function openDocument(
  crypto: StorageCrypto,
  keyring: Keyring,
  kind: DocumentKind,
  file: string,
  bytes: Uint8Array,
): Record<string, unknown> | undefined {
  const body = decodeFrame(crypto, file, bytes, kind.magic, kind.bytesMax);
  if (body.length < BOX_AT) throw damaged(file, FRAME_HEADER_BYTES, 'its body is too short.');
  const keyId = new DataView(body.buffer, body.byteOffset, 4).getUint32(0, true);
  const keys = keysOf(crypto, keyring, kind, keyId, body.subarray(4, BOX_AT));
  if (keys === undefined)
    throw damaged(file, FRAME_HEADER_BYTES, `sealed with data key ${keyId}, which KEYRING does not have.`);
  const plain = openSmall(crypto, keys, body.subarray(BOX_AT));
  if (plain === undefined) {
    throw damaged(
      file,
      FRAME_HEADER_BYTES + BOX_AT,
      'its digest is right but its seal is not: it belongs to another database, or someone altered it.',
    );
  }
  const document = parseJsonObject(plain);
  plain.fill(0);
  return document;
}

function keysOf(
  crypto: StorageCrypto,
  keyring: Keyring,
  kind: DocumentKind,
  keyId: number,
  salt: Uint8Array,
) {
  const dataKey = keyring.dataKeys.get(keyId);
  return dataKey && deriveSealingKeys(crypto, dataKey, salt, kind.role, uuidBytes(keyring.database));
}
