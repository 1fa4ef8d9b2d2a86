/**
 * The hashes of the handshake: node:crypto where it gives the same bytes as the tweetnacl reference, which a
 * self-test at every start decides.
 */

import { createHash, createHmac } from 'node:crypto';
import { type TransportCrypto, tweetnaclCrypto } from '@anoadb/transport';

const nodeCrypto: TransportCrypto = {
  hmacSha512: (key, data) => createHmac('sha512', key).update(data).digest(),
  sha512: (data) => createHash('sha512').update(data).digest(),
};

/** The implementation in use and its name for the log and STATS. */
export function chooseTransportCrypto(candidate: TransportCrypto = nodeCrypto): {
  readonly crypto: TransportCrypto;
  readonly name: 'node:crypto' | 'tweetnacl';
} {
  return isEqualToReference(candidate)
    ? { crypto: candidate, name: 'node:crypto' }
    : { crypto: tweetnaclCrypto, name: 'tweetnacl' };
}

/** Empty, short, one block and longer, for keys and data: where padding rules differ. */
function isEqualToReference(candidate: TransportCrypto): boolean {
  try {
    for (const keyBytes of [0, 1, 32, 128, 129]) {
      for (const dataBytes of [0, 1, 111, 112, 128, 300]) {
        const key = new Uint8Array(keyBytes).fill(keyBytes);
        const data = new Uint8Array(dataBytes).map((_, i) => (i * 7) & 0xff);
        if (!areEqual(candidate.hmacSha512(key, data), tweetnaclCrypto.hmacSha512(key, data))) return false;
        if (!areEqual(candidate.sha512(data), tweetnaclCrypto.sha512(data))) return false;
      }
    }
    return true;
  } catch {
    return false;
  }
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
