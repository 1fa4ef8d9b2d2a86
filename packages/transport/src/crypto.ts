/**
 * What the transport needs from cryptography and chance, as parameters: the core imports no `node:` module.
 * The reference made of tweetnacl always works; a server passes node:crypto's faster twin of the same bytes.
 */
import nacl from 'tweetnacl';

export interface TransportCrypto {
  /** HMAC-SHA512: 64 bytes, in a buffer the caller may keep. */
  hmacSha512(key: Uint8Array, data: Uint8Array): Uint8Array;
  /** SHA-512: 64 bytes, in a buffer the caller may keep. */
  sha512(data: Uint8Array): Uint8Array;
}

/** Fills `into` with unpredictable bytes (with reproducible ones in a simulation). */
export type RandomBytes = (into: Uint8Array) => void;

const BLOCK_BYTES = 128;
const HASH_BYTES = 64;

function hmacSha512(key: Uint8Array, data: Uint8Array): Uint8Array {
  const block = key.length > BLOCK_BYTES ? nacl.hash(key) : key;
  const inner = new Uint8Array(BLOCK_BYTES + data.length).fill(0x36, 0, BLOCK_BYTES);
  const outer = new Uint8Array(BLOCK_BYTES + HASH_BYTES).fill(0x5c, 0, BLOCK_BYTES);
  for (let i = 0; i < block.length; i++) {
    inner[i]! ^= block[i]!;
    outer[i]! ^= block[i]!;
  }
  inner.set(data, BLOCK_BYTES);
  outer.set(nacl.hash(inner), BLOCK_BYTES);
  return nacl.hash(outer);
}

/** RFC 2104 over tweetnacl's SHA-512. */
export const tweetnaclCrypto: TransportCrypto = { hmacSha512, sha512: (data) => nacl.hash(data) };
