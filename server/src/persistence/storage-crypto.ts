/**
 * The cryptography that the files use, as a parameter; node-storage-crypto.ts is the one adapter. What is sealed
 * with which key and nonce is decided here and in the format files, once.
 */
export interface StorageCrypto {
  /** Which secretbox is in use, for INFO: `sodium-native` or `tweetnacl`. */
  readonly implementation: string;
  random(into: Uint8Array): void;
  sha256(...parts: Uint8Array[]): Uint8Array;
  hmacSha256(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array;
  hkdfSha256(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, byteCount: number): Uint8Array;
  scrypt(passphrase: Uint8Array, cost: ScryptCost, byteCount: number): Uint8Array;
  /** CRC-32 as zlib and PNG have it, going on from `seed`. */
  crc32(bytes: Uint8Array, seed: number): number;
  /** NaCl secretbox. `box` takes tag (16 bytes) and ciphertext: plain.length + 16 bytes. */
  seal(box: Uint8Array, plain: Uint8Array, nonce: Uint8Array, key: Uint8Array): void;
  /** False where the tag is wrong; `plain` is then not to be used. */
  open(plain: Uint8Array, box: Uint8Array, nonce: Uint8Array, key: Uint8Array): boolean;
}

export interface ScryptCost {
  readonly salt: Uint8Array;
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

export const KEY_BYTES = 32;
export const NONCE_BYTES = 24;
export const TAG_BYTES = 16;
export const SALT_BYTES = 32;

const textEncoder = new TextEncoder();
export function ascii(text: string): Uint8Array {
  return textEncoder.encode(text);
}

/** What seals the parts of one file: never used for another file, another database or another role. */
export interface SealingKeys {
  readonly box: Uint8Array;
  /** Key of the nonces (Kn). */
  readonly nonce: Uint8Array;
}

/** HKDF-SHA256 to 64 bytes: the secretbox key and the nonce key. */
export function deriveSealingKeys(
  crypto: StorageCrypto,
  secret: Uint8Array,
  salt: Uint8Array,
  role: string,
  binding: Uint8Array,
): SealingKeys {
  const label = ascii(`AnoaDB v1 ${role}\0`);
  const info = new Uint8Array(label.length + binding.length);
  info.set(label);
  info.set(binding, label.length);
  const both = crypto.hkdfSha256(secret, salt, info, 2 * KEY_BYTES);
  return { box: both.slice(0, KEY_BYTES), nonce: both.slice(KEY_BYTES) };
}

/**
 * nonce = index u64 | HMAC-SHA256(Kn, index | 16 fresh random | plaintext)[0..16). Equal nonces then mean equal
 * plaintext, even where the random numbers repeat (cloned machine) or are constant (broken generator).
 */
export function makeNonce(
  crypto: StorageCrypto,
  nonceKey: Uint8Array,
  index: number,
  plain: Uint8Array,
): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES);
  writeIndex(nonce, index);
  const fresh = new Uint8Array(16);
  crypto.random(fresh);
  nonce.set(crypto.hmacSha256(nonceKey, nonce.subarray(0, 8), fresh, plain).subarray(0, 16), 8);
  return nonce;
}

/** Does this nonce carry this index? */
export function nonceHasIndex(nonce: Uint8Array, index: number): boolean {
  const expected = new Uint8Array(8);
  writeIndex(expected, index);
  for (let i = 0; i < 8; i++) if (nonce[i] !== expected[i]) return false;
  return true;
}

function writeIndex(nonce: Uint8Array, index: number): void {
  const view = new DataView(nonce.buffer, nonce.byteOffset, nonce.byteLength);
  view.setUint32(0, index >>> 0, true);
  view.setUint32(4, Math.floor(index / 0x1_0000_0000), true);
}

/** nonce | box of a small plaintext, index 0. */
export function sealSmall(crypto: StorageCrypto, keys: SealingKeys, plain: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(NONCE_BYTES + TAG_BYTES + plain.length);
  const nonce = makeNonce(crypto, keys.nonce, 0, plain);
  sealed.set(nonce);
  crypto.seal(sealed.subarray(NONCE_BYTES), plain, nonce, keys.box);
  return sealed;
}

/** Undefined where it was not sealed with these keys, or altered. */
export function openSmall(
  crypto: StorageCrypto,
  keys: SealingKeys,
  sealed: Uint8Array,
): Uint8Array | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const plain = new Uint8Array(sealed.length - NONCE_BYTES - TAG_BYTES);
  return nonceHasIndex(nonce, 0) && crypto.open(plain, sealed.subarray(NONCE_BYTES), nonce, keys.box)
    ? plain
    : undefined;
}
