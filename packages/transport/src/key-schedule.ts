/**
 * The key schedule of sealed mode (SPEC.md, "Key schedule"): from an access key, two ephemeral X25519 keys and
 * the transcript of the handshake to one key and one IV per direction. Pattern NNpsk0 of the Noise framework
 * with HMAC-SHA512 as the extractor; every secret is bound to everything that was sent before it.
 */
import { AuthAt, DatagramBytes, WelcomeAt } from '@anoadb/protocol';
import type { TransportCrypto } from './crypto.js';

const KEY_END = 32;
const NONCE_END = 56;
const IV_END = 44;
export const KEY_ID_BYTES = 8;

const LABEL = {
  keyId: ascii('anoadb1 keyid'),
  hs1: ascii('anoadb1 hs1'),
  hs2: ascii('anoadb1 hs2'),
  hs3: ascii('anoadb1 hs3'),
  k1: ascii('anoadb1 k1'),
  prk: ascii('anoadb1 prk'),
  welcome: ascii('anoadb1 welcome'),
  c2s: ascii('anoadb1 c2s'),
  s2c: ascii('anoadb1 s2c'),
} as const;

type Hashes = Pick<TransportCrypto, 'hmacSha512' | 'sha512'>;

/** Key of 32 and nonce of 24 bytes for one box of the handshake. */
export interface BoxKey {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
}

/** Key of 32 and IV of 12 bytes of one direction; the nonce of a datagram is its header of 12 bytes, then the IV. */
export interface DirectionKey {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
}

export interface SessionKeys {
  readonly toServer: DirectionKey;
  readonly toClient: DirectionKey;
}

/** The 8 bytes by which a server finds the access key; they tell nothing of it. */
export function keyIdOf(psk: Uint8Array, { sha512 }: Hashes): Uint8Array {
  return copyOf(sha512(joined(LABEL.keyId, psk)), 0, KEY_ID_BYTES);
}

/** The box in AUTH; `auth` is the message, of which the clear part is bound. */
export function authBoxKey(psk: Uint8Array, auth: Uint8Array, { hmacSha512, sha512 }: Hashes): BoxKey {
  const t1 = sha512(joined(LABEL.hs1, auth.subarray(0, AuthAt.tag)));
  return boxKey(hmacSha512(psk, joined(LABEL.k1, t1)));
}

/** What both ends know once the ephemeral keys have met; made before the WELCOME box, used again after it. */
export class HandshakeSecret {
  readonly #hashes: Hashes;
  readonly #t2: Uint8Array;
  readonly #prk: Uint8Array;

  /** `auth` and the clear part of `welcome` as they are on the wire; `dh` is the X25519 secret, wiped here. */
  constructor(psk: Uint8Array, auth: Uint8Array, welcome: Uint8Array, dh: Uint8Array, hashes: Hashes) {
    this.#hashes = hashes;
    this.#t2 = hashes.sha512(
      joined(LABEL.hs2, auth.subarray(0, DatagramBytes.AUTH), welcome.subarray(0, WelcomeAt.tag)),
    );
    this.#prk = hashes.hmacSha512(psk, joined(LABEL.prk, dh, this.#t2));
    dh.fill(0);
  }

  /** The box in WELCOME. */
  welcomeBoxKey(): BoxKey {
    return boxKey(this.#hashes.hmacSha512(this.#prk, LABEL.welcome));
  }

  /** Keys of the session, bound to the whole sealed WELCOME. Wipes this secret: it is asked once. */
  sessionKeys(welcome: Uint8Array): SessionKeys {
    const { hmacSha512, sha512 } = this.#hashes;
    const t3 = sha512(joined(LABEL.hs3, this.#t2, welcome.subarray(WelcomeAt.tag, DatagramBytes.WELCOME)));
    const keys = {
      toServer: directionKey(hmacSha512(this.#prk, joined(LABEL.c2s, t3))),
      toClient: directionKey(hmacSha512(this.#prk, joined(LABEL.s2c, t3))),
    };
    this.wipe();
    return keys;
  }

  wipe(): void {
    this.#prk.fill(0);
  }
}

function boxKey(material: Uint8Array): BoxKey {
  const box = { key: copyOf(material, 0, KEY_END), nonce: copyOf(material, KEY_END, NONCE_END) };
  material.fill(0);
  return box;
}

function directionKey(material: Uint8Array): DirectionKey {
  const direction = { key: copyOf(material, 0, KEY_END), iv: copyOf(material, KEY_END, IV_END) };
  material.fill(0);
  return direction;
}

/** A Buffer's own `slice` would share memory with what is wiped next. */
function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.subarray(start, end));
}

/** Fields of fixed length need no separators. */
function joined(...fields: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(fields.reduce((length, field) => length + field.length, 0));
  let at = 0;
  for (const field of fields) {
    whole.set(field, at);
    at += field.length;
  }
  return whole;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
