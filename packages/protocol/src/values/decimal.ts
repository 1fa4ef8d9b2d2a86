/** Numbers as text, both ways; whole numbers exactly, floats by ECMAScript's shortest form. */
import type { Integer } from '../bytes/byte-reader.js';
import type { ByteWriter } from '../bytes/byte-writer.js';
import { decodeUtf8 } from '../bytes/utf8.js';

/** Every whole number of so many digits is exact as a number. */
const SAFE_DIGITS = 15;

/** The whole number that the digits (and sign) [start, end) say, which must be well-formed and not long. */
export function parseInteger(bytes: Uint8Array, start: number, end: number): Integer {
  const isNegative = bytes[start] === 0x2d;
  const first = isNegative ? start + 1 : start;
  if (end - first <= SAFE_DIGITS) {
    let value = 0;
    for (let at = first; at < end; at++) value = value * 10 + (bytes[at] - 0x30);
    return isNegative ? -value : value;
  }
  const value = BigInt(asciiText(bytes, start, end));
  const asNumber = Number(value);
  return Number.isSafeInteger(asNumber) ? asNumber : value;
}

export function parseFloatText(bytes: Uint8Array, start: number, end: number): number {
  return Number(asciiText(bytes, start, end));
}

/** The text of bytes known to be ASCII. */
export function asciiText(bytes: Uint8Array, start: number, end: number): string {
  return decodeUtf8(bytes, start, end) as string;
}

/** `1` becomes `1.0`: without a mark of being a float it would read back as an integer. */
export function markedFloatText(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return Number.isInteger(value) && !text.includes('e') ? `${text}.0` : text;
}

export function writeDecimal(writer: ByteWriter, value: Integer): void {
  writer.utf8(String(value));
}
