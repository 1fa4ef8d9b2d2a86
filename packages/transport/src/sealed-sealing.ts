/**
 * Sealed DATA: `header[12] | tag[16] | ciphertext[n]`, NaCl secretbox with `nonce[24] = header | IV of the direction`.
 *
 * secretbox has no associated data; the whole clear header stands in the nonce, and that is what authenticates it.
 * Invariant: no (key, nonce) pair twice. The header's counter only grows, and `seal` asserts it: a repeat would
 * give the key stream away, so it is a defect that must stop the process, never a datagram.
 */
import { DATA_HEADER_BYTES, DataHeaderAt } from '@anoadb/protocol';
import type { DirectionKey } from './key-schedule.js';
import { copyBytes, readU48 } from './little-endian.js';
import { NONCE_BYTES, type SealCrypto, TAG_BYTES } from './seal-crypto.js';
import type { Sealing } from './sealing.js';

const PLAINTEXT_AT = DATA_HEADER_BYTES + TAG_BYTES;
/** Datagrams of one key and direction; a new handshake comes long before (SPEC.md, "Sessions"). */
const COUNTER_MAX = 2 ** 40;

export class SealedSealing implements Sealing {
  readonly overheadBytes = PLAINTEXT_AT;
  readonly #crypto: SealCrypto;
  readonly #sendKey: Uint8Array;
  readonly #sendNonce = new Uint8Array(NONCE_BYTES);
  readonly #receiveKey: Uint8Array;
  readonly #receiveNonce = new Uint8Array(NONCE_BYTES);
  #sealedUpTo = -1;
  #isWiped = false;

  constructor(crypto: SealCrypto, send: DirectionKey, receive: DirectionKey) {
    this.#crypto = crypto;
    this.#sendKey = send.key;
    this.#sendNonce.set(send.iv, DATA_HEADER_BYTES);
    this.#receiveKey = receive.key;
    this.#receiveNonce.set(receive.iv, DATA_HEADER_BYTES);
  }

  seal(bytes: Uint8Array, headerAt: number, plaintextBytes: number): number {
    const counter = readU48(bytes, headerAt + DataHeaderAt.counter);
    if (counter <= this.#sealedUpTo || counter >= COUNTER_MAX) {
      throw new Error(`datagram counter ${counter} after ${this.#sealedUpTo}: a nonce would come twice`);
    }
    this.#sealedUpTo = counter;
    const nonce = this.#sendNonce;
    copyBytes(nonce, 0, bytes, headerAt, headerAt + DATA_HEADER_BYTES);
    const tagAt = headerAt + DATA_HEADER_BYTES;
    this.#crypto.seal(this.#sendKey, nonce, bytes, tagAt, headerAt + PLAINTEXT_AT, plaintextBytes);
    return PLAINTEXT_AT + plaintextBytes;
  }

  open(bytes: Uint8Array, start: number, end: number): number {
    const plaintextAt = start + PLAINTEXT_AT;
    if (plaintextAt > end || this.#isWiped) return -1;
    const nonce = this.#receiveNonce;
    copyBytes(nonce, 0, bytes, start, start + DATA_HEADER_BYTES);
    const tagAt = start + DATA_HEADER_BYTES;
    const isGenuine = this.#crypto.open(
      this.#receiveKey,
      nonce,
      bytes,
      tagAt,
      plaintextAt,
      end - plaintextAt,
    );
    return isGenuine ? plaintextAt : -1;
  }

  /** Overwrites the keys, as far as the runtime lets us; a datagram must not leave under a key of zeros. */
  wipe(): void {
    this.#sendKey.fill(0);
    this.#receiveKey.fill(0);
    this.#sealedUpTo = COUNTER_MAX;
    this.#isWiped = true;
  }
}
