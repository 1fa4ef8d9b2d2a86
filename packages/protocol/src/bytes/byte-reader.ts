/**
 * Reads little-endian fields from a range of bytes that may be hostile.
 *
 * It never throws. A read past `end` sets `failed`, which stays set, and yields 0: a decoder reads all its
 * fields in a row and looks at `failed` once, at the end. Nothing is ever read outside [start, end).
 */

/** A whole number: a `number` where that is exact, else a `bigint`. */
export type Integer = number | bigint;

const TWO_32 = 0x1_0000_0000;
/** Upper half of 2^53: from here on a u64 is no longer exact as a number. */
const HIGH_WORD_OF_2_53 = 0x20_0000;

const NOTHING = new Uint8Array(0);
// One float at a time goes through here: a DataView per reset() would cost an allocation per datagram.
const floatBytes = new Uint8Array(8);
const floatView = new DataView(floatBytes.buffer);

export class ByteReader {
  bytes: Uint8Array;
  at: number;
  end: number;
  failed: boolean;

  constructor(bytes: Uint8Array = NOTHING, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.failed = false;
  }

  /** Starts over on [start, end) of `bytes`, which are kept, not copied. */
  reset(bytes: Uint8Array, start = 0, end = bytes.length): this {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.failed = false;
    return this;
  }

  /** Bytes not yet read; 0 once failed. */
  get remaining(): number {
    return this.end - this.at;
  }

  u8(): number {
    const at = this.at;
    if (at >= this.end) return this.#fail();
    this.at = at + 1;
    return this.bytes[at];
  }

  u16(): number {
    const at = this.at;
    if (this.end - at < 2) return this.#fail();
    this.at = at + 2;
    return this.bytes[at] | (this.bytes[at + 1] << 8);
  }

  u32(): number {
    const at = this.at;
    if (this.end - at < 4) return this.#fail();
    this.at = at + 4;
    return u32At(this.bytes, at);
  }

  u48(): number {
    const at = this.at;
    if (this.end - at < 6) return this.#fail();
    this.at = at + 6;
    return u32At(this.bytes, at) + (this.bytes[at + 4] | (this.bytes[at + 5] << 8)) * TWO_32;
  }

  /** Fails above 2^53-1: no field of the protocol may be wider than a number is exact. */
  u64(): number {
    const at = this.at;
    if (this.end - at < 8) return this.#fail();
    const high = u32At(this.bytes, at + 4);
    if (high >= HIGH_WORD_OF_2_53) return this.#fail();
    this.at = at + 8;
    return high * TWO_32 + u32At(this.bytes, at);
  }

  /** Any int64: a number where that is safe, else a bigint. */
  i64(): Integer {
    const at = this.at;
    if (this.end - at < 8) return this.#fail();
    this.at = at + 8;
    const low = u32At(this.bytes, at);
    const high = u32At(this.bytes, at + 4) | 0;
    const value = high * TWO_32 + low;
    return Number.isSafeInteger(value) ? value : BigInt(high) * 0x1_0000_0000n + BigInt(low);
  }

  f64(): number {
    const at = this.at;
    if (this.end - at < 8) return this.#fail();
    this.at = at + 8;
    for (let i = 0; i < 8; i++) floatBytes[i] = this.bytes[at + i];
    return floatView.getFloat64(0, true);
  }

  /** Steps over `byteCount` bytes and says where they start; -1, and failed, where there are fewer. */
  skip(byteCount: number): number {
    const at = this.at;
    if (this.failed || !(byteCount >= 0 && byteCount <= this.end - at)) {
      this.#fail();
      return -1;
    }
    this.at = at + byteCount;
    return at;
  }

  #fail(): number {
    this.failed = true;
    this.at = this.end; // nothing remains, so every later read fails too
    return 0;
  }
}

function u32At(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}
