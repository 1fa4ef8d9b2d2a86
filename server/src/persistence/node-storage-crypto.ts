/**
 * The one adapter between the files and cryptography libraries: HMAC, HKDF, scrypt and randomness from
 * node:crypto; secretbox from tweetnacl, the reference, or from sodium-native where it loads and a self-test
 * proves that it makes and opens the same bytes.
 */

import { createHash, createHmac, hkdfSync, randomFillSync, scryptSync } from 'node:crypto';
import { createRequire } from 'node:module';
import { crc32 } from 'node:zlib';
import nacl from 'tweetnacl';
import { KEY_BYTES, NONCE_BYTES, type ScryptCost, type StorageCrypto, TAG_BYTES } from './storage-crypto.js';

export interface Secretbox {
  readonly implementation: string;
  seal(box: Uint8Array, plain: Uint8Array, nonce: Uint8Array, key: Uint8Array): void;
  open(plain: Uint8Array, box: Uint8Array, nonce: Uint8Array, key: Uint8Array): boolean;
}

export function nodeStorageCrypto(secretbox: Secretbox = fastestSecretbox()): StorageCrypto {
  return {
    implementation: secretbox.implementation,
    random: (into) => void randomFillSync(into),
    sha256(...parts) {
      const hash = createHash('sha256');
      for (const part of parts) hash.update(part);
      return new Uint8Array(hash.digest());
    },
    hmacSha256(key, ...parts) {
      const hmac = createHmac('sha256', key);
      for (const part of parts) hmac.update(part);
      return new Uint8Array(hmac.digest());
    },
    hkdfSha256: (secret, salt, info, byteCount) =>
      new Uint8Array(hkdfSync('sha256', secret, salt, info, byteCount)),
    scrypt: (passphrase, cost: ScryptCost, byteCount) =>
      new Uint8Array(
        scryptSync(passphrase, cost.salt, byteCount, {
          N: cost.n,
          r: cost.r,
          p: cost.p,
          maxmem: 128 * cost.n * cost.r + 1024 * 1024 * (1 + cost.p),
        }),
      ),
    crc32,
    seal: secretbox.seal,
    open: secretbox.open,
  };
}

/** Zero bytes that NaCl's own interface wants before the plaintext, and before the tag. */
const PLAIN_PADDING = 32;
const BOX_PADDING = 16;

/**
 * tweetnacl through its low-level functions: the same algorithm, but two kept buffers in place of three new
 * allocations per chunk of up to 256 KiB.
 */
export function tweetnaclSecretbox(): Secretbox {
  const lowlevel = (nacl as unknown as { lowlevel: LowLevel }).lowlevel;
  let padded = new Uint8Array(0);
  let other = new Uint8Array(0);
  const reserve = (byteCount: number): void => {
    if (padded.length >= byteCount) return;
    padded = new Uint8Array(byteCount);
    other = new Uint8Array(byteCount);
  };
  return {
    implementation: 'tweetnacl',
    seal(box, plain, nonce, key) {
      checkLengths(box, plain, nonce, key);
      const length = PLAIN_PADDING + plain.length;
      reserve(length);
      padded.fill(0, 0, PLAIN_PADDING);
      padded.set(plain, PLAIN_PADDING);
      const sealed = other.subarray(0, length);
      lowlevel.crypto_secretbox(sealed, padded.subarray(0, length), length, nonce, key);
      box.set(sealed.subarray(BOX_PADDING));
    },
    open(plain, box, nonce, key) {
      checkLengths(box, plain, nonce, key);
      const length = BOX_PADDING + box.length;
      reserve(length);
      padded.fill(0, 0, BOX_PADDING);
      padded.set(box, BOX_PADDING);
      const opened = other.subarray(0, length);
      if (lowlevel.crypto_secretbox_open(opened, padded.subarray(0, length), length, nonce, key) !== 0) {
        return false;
      }
      plain.set(opened.subarray(PLAIN_PADDING));
      return true;
    },
  };
}

interface LowLevel {
  crypto_secretbox(c: Uint8Array, m: Uint8Array, d: number, n: Uint8Array, k: Uint8Array): number;
  crypto_secretbox_open(m: Uint8Array, c: Uint8Array, d: number, n: Uint8Array, k: Uint8Array): number;
}

interface Sodium {
  crypto_secretbox_easy(box: Uint8Array, plain: Uint8Array, nonce: Uint8Array, key: Uint8Array): void;
  crypto_secretbox_open_easy(plain: Uint8Array, box: Uint8Array, nonce: Uint8Array, key: Uint8Array): boolean;
}

/** Undefined where the optional package is not installed, does not load here, or makes other bytes. */
export function sodiumSecretbox(): Secretbox | undefined {
  try {
    const sodium = createRequire(import.meta.url)('sodium-native') as Sodium;
    const secretbox: Secretbox = {
      implementation: 'sodium-native',
      seal(box, plain, nonce, key) {
        checkLengths(box, plain, nonce, key);
        sodium.crypto_secretbox_easy(box, plain, nonce, key);
      },
      open(plain, box, nonce, key) {
        checkLengths(box, plain, nonce, key);
        return sodium.crypto_secretbox_open_easy(plain, box, nonce, key);
      },
    };
    return makesSameBytes(secretbox, tweetnaclSecretbox()) ? secretbox : undefined;
  } catch {
    return undefined;
  }
}

let fastest: Secretbox | undefined;
function fastestSecretbox(): Secretbox {
  fastest ??= sodiumSecretbox() ?? tweetnaclSecretbox();
  return fastest;
}

/** Self-test: lengths around the block borders, each opened by the other, and a flipped bit refused. */
export function makesSameBytes(tried: Secretbox, reference: Secretbox): boolean {
  const key = Uint8Array.from({ length: KEY_BYTES }, (_, i) => i * 7 + 1);
  const nonce = Uint8Array.from({ length: NONCE_BYTES }, (_, i) => i * 11 + 3);
  for (const length of [0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 1200, 4097]) {
    const plain = Uint8Array.from({ length }, (_, i) => i * 13 + length);
    const mine = new Uint8Array(length + TAG_BYTES);
    const theirs = new Uint8Array(length + TAG_BYTES);
    tried.seal(mine, plain, nonce, key);
    reference.seal(theirs, plain, nonce, key);
    const opened = new Uint8Array(length);
    if (!mine.every((byte, i) => byte === theirs[i])) return false;
    if (!tried.open(opened, theirs, nonce, key)) return false;
    if (!opened.every((byte, i) => byte === plain[i])) return false;
    theirs[length] ^= 1;
    if (tried.open(opened, theirs, nonce, key)) return false;
  }
  return true;
}

function checkLengths(box: Uint8Array, plain: Uint8Array, nonce: Uint8Array, key: Uint8Array): void {
  if (box.length !== plain.length + TAG_BYTES || nonce.length !== NONCE_BYTES || key.length !== KEY_BYTES) {
    throw new RangeError('secretbox: a box is 16 bytes longer than its plaintext, nonce 24, key 32 bytes');
  }
}
