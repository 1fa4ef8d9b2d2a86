/**
 * Proof that a client receives at the address it sends from, without a byte of server state.
 *
 *   cmac = HMAC-SHA512(ck, "anoadb1 cookie" | ts u32 | ip16 | port u16 | cnonce[8] | ver u8)[0..16)
 *
 * `ts` is the server's monotonic second. `ck` is random, in memory, replaced every 120 s; the one before is
 * kept, and `ts` tells which of the two made a cookie, so that checking costs one HMAC as well.
 */
import type { RandomBytes, TransportCrypto } from './crypto.js';
import { ADDRESS_BYTES } from './datagram-batch.js';
import { copyBytes, equalBytes, writeU32 } from './little-endian.js';

export const COOKIE_MAC_BYTES = 16;
export const COOKIE_NONCE_BYTES = 8;
const KEY_BYTES = 32;
const KEY_LIFE_SECONDS = 120;
const COOKIE_LIFE_SECONDS = 10;

const LABEL = Uint8Array.from('anoadb1 cookie', (letter) => letter.charCodeAt(0));
const TS_AT = LABEL.length;
const ADDRESS_AT = TS_AT + 4;
const NONCE_AT = ADDRESS_AT + ADDRESS_BYTES;
const VERSION_AT = NONCE_AT + COOKIE_NONCE_BYTES;

export type CookieVerdict = 'good' | 'stale' | 'bad';

export class CookieJar {
  readonly #crypto: TransportCrypto;
  readonly #random: RandomBytes;
  #key = new Uint8Array(KEY_BYTES);
  #keySince = -1;
  #previousKey = new Uint8Array(KEY_BYTES);
  readonly #message = new Uint8Array(VERSION_AT + 1);

  constructor(crypto: TransportCrypto, random: RandomBytes) {
    this.#crypto = crypto;
    this.#random = random;
    this.#message.set(LABEL);
    random(this.#key);
    random(this.#previousKey);
  }

  static secondOf(nowMs: number): number {
    return Math.floor(nowMs / 1000) >>> 0;
  }

  /** Writes the MAC of a cookie made now to `into[at, at + 16)`. */
  bake(
    nonce: Uint8Array,
    nonceAt: number,
    from: Uint8Array,
    fromAt: number,
    version: number,
    nowMs: number,
    into: Uint8Array,
    at: number,
  ): void {
    const second = CookieJar.secondOf(nowMs);
    this.#rotate(second);
    copyBytes(
      into,
      at,
      this.#mac(this.#key, second, nonce, nonceAt, from, fromAt, version),
      0,
      COOKIE_MAC_BYTES,
    );
  }

  check(
    ts: number,
    mac: Uint8Array,
    macAt: number,
    nonce: Uint8Array,
    nonceAt: number,
    from: Uint8Array,
    fromAt: number,
    version: number,
    nowMs: number,
  ): CookieVerdict {
    const second = CookieJar.secondOf(nowMs);
    this.#rotate(second);
    const key = ts >= this.#keySince ? this.#key : this.#previousKey;
    const expected = this.#mac(key, ts, nonce, nonceAt, from, fromAt, version);
    if (!equalBytes(mac, macAt, expected, 0, COOKIE_MAC_BYTES)) return 'bad';
    return ts <= second && second - ts <= COOKIE_LIFE_SECONDS ? 'good' : 'stale';
  }

  #rotate(second: number): void {
    if (this.#keySince < 0) this.#keySince = second;
    if (second - this.#keySince < KEY_LIFE_SECONDS) return;
    const retired = this.#previousKey;
    this.#previousKey = this.#key;
    this.#random(retired);
    this.#key = retired;
    this.#keySince = second;
  }

  #mac(
    key: Uint8Array,
    ts: number,
    nonce: Uint8Array,
    nonceAt: number,
    from: Uint8Array,
    fromAt: number,
    version: number,
  ): Uint8Array {
    const message = this.#message;
    writeU32(message, TS_AT, ts);
    copyBytes(message, ADDRESS_AT, from, fromAt, fromAt + ADDRESS_BYTES);
    copyBytes(message, NONCE_AT, nonce, nonceAt, nonceAt + COOKIE_NONCE_BYTES);
    message[VERSION_AT] = version;
    return this.#crypto.hmacSha512(key, message);
  }
}
