/**
 * Cryptography of the platform: node:crypto for hashes and X25519, sodium-native for the boxes where it loads. An
 * edge file: the core never imports it, servers and SDKs pass what it returns.
 *
 * Each part is used only after a self-test proved that it makes the bytes of the tweetnacl reference; a policy, a
 * missing build or a defect leads to the slower reference, never to other bytes.
 *
 * Measured on Node 20, ns per datagram of 64 and 1172 bytes of frames: sodium-native 800 and 1700, tweetnacl 1800 and
 * 14 000. Kept views per slot and length instead of two `subarray` calls gain nothing: the native call is the cost.
 */
import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
} from 'node:crypto';
import { createRequire } from 'node:module';
import { type TransportCrypto, tweetnaclCrypto } from './crypto.js';
import { KEY_BYTES, type SealCrypto, TAG_BYTES, tweetnaclSealCrypto } from './seal-crypto.js';

type Boxes = Pick<SealCrypto, 'seal' | 'open'>;
type Exchange = Pick<SealCrypto, 'x25519Public' | 'x25519'>;

/** What is in use, for STATS and the start log. */
export interface CryptoNames {
  readonly hashes: 'node:crypto' | 'tweetnacl';
  readonly x25519: 'node:crypto' | 'tweetnacl';
  readonly secretbox: 'sodium-native' | 'tweetnacl';
}

export interface PlatformCrypto {
  readonly crypto: TransportCrypto;
  readonly sealCrypto: SealCrypto;
  readonly names: CryptoNames;
}

/** What may stand in for the reference; undefined: it is not there. */
export interface CryptoCandidates {
  hashes: TransportCrypto | undefined;
  exchange: Exchange | undefined;
  boxes: Boxes | undefined;
}

/** The fastest of each that passes its self-test, which takes some ten milliseconds; call it once per process. */
export function choosePlatformCrypto(candidates: CryptoCandidates = platformCandidates()): PlatformCrypto {
  const reference = tweetnaclSealCrypto();
  const { hashes, exchange, boxes } = candidates;
  const useHashes = passes(() => hashes !== undefined && makesSameHashes(hashes));
  const useExchange = passes(() => exchange !== undefined && makesSameSecrets(exchange, reference));
  const useBoxes = passes(() => boxes !== undefined && makesSameBoxes(boxes, reference));
  const chosenExchange = useExchange ? exchange! : reference;
  const chosenBoxes = useBoxes ? boxes! : reference;
  return {
    crypto: useHashes ? hashes! : tweetnaclCrypto,
    sealCrypto: {
      seal: chosenBoxes.seal,
      open: chosenBoxes.open,
      x25519Public: chosenExchange.x25519Public,
      x25519: chosenExchange.x25519,
    },
    names: {
      hashes: useHashes ? 'node:crypto' : 'tweetnacl',
      x25519: useExchange ? 'node:crypto' : 'tweetnacl',
      secretbox: useBoxes ? 'sodium-native' : 'tweetnacl',
    },
  };
}

export function platformCandidates(): CryptoCandidates {
  return { hashes: nodeHashes, exchange: nodeExchange, boxes: sodiumBoxes() };
}

const nodeHashes: TransportCrypto = {
  hmacSha512: (key, data) => createHmac('sha512', key).update(data).digest(),
  sha512: (data) => createHash('sha512').update(data).digest(),
};

/**
 * Raw keys go in and out as JWK: 0.08 ms per exchange. As DER it takes 0.5 ms, most of it in OpenSSL's decoders.
 * OpenSSL derives the public half itself, so the `x` of a secret key may be anything.
 */
const OKP = { kty: 'OKP', crv: 'X25519' } as const;
const ANY_X = Buffer.alloc(KEY_BYTES).toString('base64url');

function secretKeyOf(secret: Uint8Array): KeyObject {
  return createPrivateKey({ key: { ...OKP, d: base64url(secret), x: ANY_X }, format: 'jwk' });
}

const nodeExchange: Exchange = {
  x25519Public(secret) {
    const { x } = createPublicKey(secretKeyOf(secret) as unknown as string).export({ format: 'jwk' });
    return new Uint8Array(Buffer.from(x as string, 'base64url'));
  },
  x25519(secret, publicKey) {
    const theirs = createPublicKey({ key: { ...OKP, x: base64url(publicKey) }, format: 'jwk' });
    try {
      return new Uint8Array(diffieHellman({ privateKey: secretKeyOf(secret), publicKey: theirs }));
    } catch {
      return undefined; // OpenSSL refuses a shared secret of zeros: a point of low order
    }
  },
};

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}

interface Sodium {
  crypto_secretbox_easy(box: Uint8Array, plain: Uint8Array, nonce: Uint8Array, key: Uint8Array): void;
  crypto_secretbox_open_easy(plain: Uint8Array, box: Uint8Array, nonce: Uint8Array, key: Uint8Array): boolean;
}

/** Undefined where the optional package is not installed or does not load here. */
function sodiumBoxes(): Boxes | undefined {
  try {
    const sodium = createRequire(import.meta.url)('sodium-native') as Sodium;
    return {
      seal(key, nonce, bytes, tagAt, dataAt, length) {
        assertAdjacent(tagAt, dataAt);
        const box = bytes.subarray(tagAt, dataAt + length);
        sodium.crypto_secretbox_easy(box, bytes.subarray(dataAt, dataAt + length), nonce, key);
      },
      open(key, nonce, bytes, tagAt, dataAt, length) {
        assertAdjacent(tagAt, dataAt);
        const box = bytes.subarray(tagAt, dataAt + length);
        return sodium.crypto_secretbox_open_easy(bytes.subarray(dataAt, dataAt + length), box, nonce, key);
      },
    };
  } catch {
    return undefined;
  }
}

/** As everywhere in the protocol, and as NaCl lays a box out. */
function assertAdjacent(tagAt: number, dataAt: number): void {
  if (dataAt !== tagAt + TAG_BYTES) throw new Error('the tag stands right before its box');
}

function passes(selfTest: () => boolean): boolean {
  try {
    return selfTest();
  } catch {
    return false;
  }
}

/** Empty, short, one block and longer, for keys and data: where padding rules differ. */
function makesSameHashes(tried: TransportCrypto): boolean {
  for (const keyBytes of [0, 32, 129]) {
    for (const dataBytes of [0, 111, 112, 300]) {
      const key = counted(keyBytes, 3);
      const data = counted(dataBytes, 7);
      if (!areEqual(tried.hmacSha512(key, data), tweetnaclCrypto.hmacSha512(key, data))) return false;
      if (!areEqual(tried.sha512(data), tweetnaclCrypto.sha512(data))) return false;
    }
  }
  return true;
}

function makesSameSecrets(tried: Exchange, reference: Exchange): boolean {
  const secret = counted(32, 77);
  const publicKey = reference.x25519Public(counted(32, 5));
  if (!areEqual(tried.x25519Public(secret), reference.x25519Public(secret))) return false;
  if (!areEqual(tried.x25519(secret, publicKey), reference.x25519(secret, publicKey)!)) return false;
  return tried.x25519(counted(32, 1), new Uint8Array(32)) === undefined;
}

/** Lengths around the borders of the cipher's blocks; each opens what the other sealed, and refuses a flipped bit. */
function makesSameBoxes(tried: Boxes, reference: Boxes): boolean {
  const key = counted(32, 7);
  const nonce = counted(24, 11);
  for (const length of [0, 1, 15, 16, 31, 32, 33, 63, 64, 65, 1112, 1172, 4097]) {
    // Not at the start of its buffer, and something behind it that must stay.
    const dataAt = 12 + TAG_BYTES;
    const plain = counted(dataAt + length + 3, length + 1);
    const mine = plain.slice();
    const theirs = plain.slice();
    tried.seal(key, nonce, mine, 12, dataAt, length);
    reference.seal(key, nonce, theirs, 12, dataAt, length);
    if (!areEqual(mine, theirs)) return false;
    const forged = mine.slice();
    forged[12 + (length % TAG_BYTES)] ^= 1;
    const before = forged.slice();
    if (tried.open(key, nonce, forged, 12, dataAt, length) || !areEqual(forged, before)) return false;
    if (!tried.open(key, nonce, theirs, 12, dataAt, length)) return false;
    if (!areEqual(theirs.subarray(dataAt), plain.subarray(dataAt))) return false;
  }
  return true;
}

function counted(length: number, step: number): Uint8Array {
  return new Uint8Array(length).map((_, i) => i * step + 1);
}

function areEqual(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i]);
}
