/**
 * MessagePack, the reading half: pulls one token after another out of bytes that may be hostile.
 *
 * A token is a scalar, or the header of an array or map. What the reader guarantees, so that its users need
 * not: a string lies inside the range, and a container's count is at most what the bytes left could hold (one
 * byte per item, two per member). Hence 5 bytes that promise 2^32-1 members are refused at once and nobody
 * allocates by a length that lies. UTF-8, depth and trailing bytes are its users' to check.
 */
import type { Integer } from '../bytes/byte-reader.js';

const TWO_32 = 0x1_0000_0000;

export const Token = {
  /** Not MessagePack, outside JSON's model (ext, bin, NaN, infinities), or cut off. */
  REFUSED: 0,
  NIL: 1,
  BOOLEAN: 2,
  INTEGER: 3,
  FLOAT: 4,
  STRING: 5,
  ARRAY: 6,
  MAP: 7,
} as const;
export type Token = (typeof Token)[keyof typeof Token];

const NOTHING = new Uint8Array(0);
const floatBytes = new Uint8Array(8);
const floatView = new DataView(floatBytes.buffer);

export class MessagePackReader {
  bytes: Uint8Array = NOTHING;
  at = 0;
  end = 0;
  /** Of an ARRAY: items. Of a MAP: members. */
  count = 0;
  /** Of a STRING: where its bytes are. */
  stringStart = 0;
  stringEnd = 0;
  /** Of an INTEGER or FLOAT; of a BOOLEAN 0 or 1. Not used where `bigValue` is. */
  value = 0;
  /** Of an INTEGER beyond what a number holds exactly, else undefined. */
  bigValue: bigint | undefined = undefined;

  reset(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    return this;
  }

  /** The INTEGER just read. */
  get integer(): Integer {
    return this.bigValue === undefined ? this.value : this.bigValue;
  }

  /** Reads one token; after REFUSED, `at` is where the refused one starts. */
  next(): Token {
    const at = this.at;
    if (at >= this.end) return Token.REFUSED;
    const tag = this.bytes[at];
    if (tag < 0x80) return this.#integer(tag, at + 1);
    if (tag < 0x90) return this.#container(Token.MAP, tag & 0x0f, at + 1);
    if (tag < 0xa0) return this.#container(Token.ARRAY, tag & 0x0f, at + 1);
    if (tag < 0xc0) return this.#string(tag & 0x1f, at + 1);
    if (tag >= 0xe0) return this.#integer(tag - 0x100, at + 1);
    const left = this.end - at - 1;
    switch (tag) {
      case 0xc0:
        this.at = at + 1;
        return Token.NIL;
      case 0xc2:
      case 0xc3:
        this.at = at + 1;
        this.value = tag & 1;
        return Token.BOOLEAN;
      case 0xca:
        return left < 4 ? Token.REFUSED : this.#float(at + 1, 4);
      case 0xcb:
        return left < 8 ? Token.REFUSED : this.#float(at + 1, 8);
      case 0xcc:
        return left < 1 ? Token.REFUSED : this.#integer(this.bytes[at + 1], at + 2);
      case 0xcd:
        return left < 2 ? Token.REFUSED : this.#integer(this.#u16(at + 1), at + 3);
      case 0xce:
        return left < 4 ? Token.REFUSED : this.#integer(this.#u32(at + 1), at + 5);
      case 0xcf:
        return left < 8 ? Token.REFUSED : this.#wideInteger(this.#u32(at + 1), at);
      case 0xd0:
        return left < 1 ? Token.REFUSED : this.#integer((this.bytes[at + 1] << 24) >> 24, at + 2);
      case 0xd1:
        return left < 2 ? Token.REFUSED : this.#integer((this.#u16(at + 1) << 16) >> 16, at + 3);
      case 0xd2:
        return left < 4 ? Token.REFUSED : this.#integer(this.#u32(at + 1) | 0, at + 5);
      case 0xd3:
        return left < 8 ? Token.REFUSED : this.#wideInteger(this.#u32(at + 1) | 0, at);
      case 0xd9:
        return left < 1 ? Token.REFUSED : this.#string(this.bytes[at + 1], at + 2);
      case 0xda:
        return left < 2 ? Token.REFUSED : this.#string(this.#u16(at + 1), at + 3);
      case 0xdb:
        return left < 4 ? Token.REFUSED : this.#string(this.#u32(at + 1), at + 5);
      case 0xdc:
        return left < 2 ? Token.REFUSED : this.#container(Token.ARRAY, this.#u16(at + 1), at + 3);
      case 0xdd:
        return left < 4 ? Token.REFUSED : this.#container(Token.ARRAY, this.#u32(at + 1), at + 5);
      case 0xde:
        return left < 2 ? Token.REFUSED : this.#container(Token.MAP, this.#u16(at + 1), at + 3);
      case 0xdf:
        return left < 4 ? Token.REFUSED : this.#container(Token.MAP, this.#u32(at + 1), at + 5);
      default:
        return Token.REFUSED; // 0xc1, bin, ext
    }
  }

  #integer(value: number, next: number): Token {
    this.value = value;
    this.bigValue = undefined;
    this.at = next;
    return Token.INTEGER;
  }

  #wideInteger(high: number, at: number): Token {
    const low = this.#u32(at + 5);
    const value = high * TWO_32 + low;
    this.value = value;
    this.bigValue = Number.isSafeInteger(value) ? undefined : BigInt(high) * 0x1_0000_0000n + BigInt(low);
    this.at = at + 9;
    return Token.INTEGER;
  }

  #float(at: number, width: 4 | 8): Token {
    for (let i = 0; i < width; i++) floatBytes[i] = this.bytes[at + i];
    const value = width === 4 ? floatView.getFloat32(0) : floatView.getFloat64(0);
    if (!Number.isFinite(value)) return Token.REFUSED;
    this.value = value;
    this.at = at + width;
    return Token.FLOAT;
  }

  #string(byteCount: number, start: number): Token {
    if (byteCount > this.end - start) return Token.REFUSED;
    this.stringStart = start;
    this.stringEnd = start + byteCount;
    this.at = start + byteCount;
    return Token.STRING;
  }

  #container(token: 6 | 7, count: number, next: number): Token {
    const bytesAtLeast = token === Token.MAP ? count * 2 : count;
    if (bytesAtLeast > this.end - next) return Token.REFUSED;
    this.count = count;
    this.at = next;
    return token;
  }

  #u16(at: number): number {
    return (this.bytes[at] << 8) | this.bytes[at + 1];
  }

  #u32(at: number): number {
    const bytes = this.bytes;
    return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
  }
}
