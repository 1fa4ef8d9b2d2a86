/**
 * What sealed mode needs beside hashes: NaCl's secretbox (XSalsa20-Poly1305) and X25519.
 *
 * The reference made of tweetnacl always works. Faster twins (sodium-native, node:crypto) are passed in where
 * they load, after `isSameCrypto` of the caller's self-test proved that they make the same bytes.
 */
import nacl from 'tweetnacl';

export const KEY_BYTES = 32;
export const NONCE_BYTES = 24;
export const TAG_BYTES = 16;

export interface SealCrypto {
  /**
   * Seals `length` bytes at `dataAt` in place and writes the tag of 16 bytes at `tagAt`. `nonce` has 24 bytes and
   * never comes twice under one `key` of 32 bytes: that is the caller's promise.
   */
  seal(
    key: Uint8Array,
    nonce: Uint8Array,
    bytes: Uint8Array,
    tagAt: number,
    dataAt: number,
    length: number,
  ): void;
  /** Opens in place; false for a forgery, and `bytes` is then as it was. */
  open(
    key: Uint8Array,
    nonce: Uint8Array,
    bytes: Uint8Array,
    tagAt: number,
    dataAt: number,
    length: number,
  ): boolean;
  /** Public key of a secret of 32 bytes. */
  x25519Public(secret: Uint8Array): Uint8Array;
  /** Shared secret, RFC 7748; undefined where it is all zero: the other key is a point of low order. */
  x25519(secret: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined;
}

/** Zero bytes that NaCl's own interface wants before the plaintext, and before the tag. */
const PLAIN_PADDING = 32;
const BOX_PADDING = 16;

interface LowLevel {
  crypto_secretbox(c: Uint8Array, m: Uint8Array, d: number, n: Uint8Array, k: Uint8Array): number;
  crypto_secretbox_open(m: Uint8Array, c: Uint8Array, d: number, n: Uint8Array, k: Uint8Array): number;
}

/** tweetnacl through its low-level functions and two kept buffers: no allocation per datagram. */
export function tweetnaclSealCrypto(): SealCrypto {
  const lowlevel = (nacl as unknown as { lowlevel: LowLevel }).lowlevel;
  let plain = new Uint8Array(PLAIN_PADDING + 2048);
  let boxed = new Uint8Array(PLAIN_PADDING + 2048);
  const reserve = (length: number): void => {
    if (plain.length >= PLAIN_PADDING + length) return;
    plain = new Uint8Array(PLAIN_PADDING + 2 * length);
    boxed = new Uint8Array(PLAIN_PADDING + 2 * length);
  };
  return {
    seal(key, nonce, bytes, tagAt, dataAt, length) {
      reserve(length);
      plain.fill(0, 0, PLAIN_PADDING);
      copy(plain, PLAIN_PADDING, bytes, dataAt, length);
      lowlevel.crypto_secretbox(boxed, plain, PLAIN_PADDING + length, nonce, key);
      copy(bytes, tagAt, boxed, BOX_PADDING, TAG_BYTES);
      copy(bytes, dataAt, boxed, PLAIN_PADDING, length);
    },
    open(key, nonce, bytes, tagAt, dataAt, length) {
      reserve(length);
      boxed.fill(0, 0, BOX_PADDING);
      copy(boxed, BOX_PADDING, bytes, tagAt, TAG_BYTES);
      copy(boxed, PLAIN_PADDING, bytes, dataAt, length);
      if (lowlevel.crypto_secretbox_open(plain, boxed, PLAIN_PADDING + length, nonce, key) !== 0)
        return false;
      copy(bytes, dataAt, plain, PLAIN_PADDING, length);
      return true;
    },
    x25519Public: (secret) => nacl.scalarMult.base(secret),
    x25519: (secret, publicKey) => nonZero(nacl.scalarMult(secret, publicKey)),
  };
}

/** tweetnacl returns zeros for a point of low order, the JDK throws: both ends abort (RFC 7748 section 6.1). */
export function nonZero(shared: Uint8Array): Uint8Array | undefined {
  let bits = 0;
  for (const byte of shared) bits |= byte;
  return bits === 0 ? undefined : shared;
}

function copy(to: Uint8Array, toAt: number, from: Uint8Array, fromAt: number, length: number): void {
  for (let i = 0; i < length; i++) to[toAt + i] = from[fromAt + i];
}
