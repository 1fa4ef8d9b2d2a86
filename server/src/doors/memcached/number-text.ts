/**
 * Numbers in commands and values as memcached reads them, which is as C's strtol and strtoul do: spaces and a sign may
 * come before the digits, a space and anything may come after them, and 32-bit fields keep the low 32 bits of a 64-bit
 * number. Nearly all are a few plain digits, and those take no detour.
 */

/** A whole number: a `number` where that is exact. */
export type Unsigned64 = number | bigint;

const DIGIT_0 = 0x30;
const MINUS = 0x2d;
const PLUS = 0x2b;
/** So many digits are exact as a number. */
const SAFE_DIGITS = 15;
/** Of 2^64-1. */
const UINT64_DIGITS = 20;
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

/** NaN: the bytes are no number. */
export function int32Of(bytes: Uint8Array, start: number, end: number): number {
  const plain = plainDigits(bytes, start, end);
  if (plain >= 0) return lowBits(plain) | 0;
  const value = readInteger(bytes, start, end);
  if (value === undefined || value > INT64_MAX || value < -INT64_MAX - 1n) return Number.NaN;
  return Number(BigInt.asIntN(32, value));
}

/** NaN: the bytes are no number. */
export function uint32Of(bytes: Uint8Array, start: number, end: number): number {
  const plain = plainDigits(bytes, start, end);
  if (plain >= 0) return lowBits(plain);
  const value = unsigned64Of(bytes, start, end);
  return value === undefined ? Number.NaN : Number(BigInt.asUintN(32, BigInt(value)));
}

/** Undefined: the bytes are no number of 64 bits. */
export function unsigned64Of(bytes: Uint8Array, start: number, end: number): Unsigned64 | undefined {
  const plain = plainDigits(bytes, start, end);
  if (plain >= 0) return plain;
  const value = readInteger(bytes, start, end);
  if (value === undefined || value > UINT64_MAX || value < -UINT64_MAX) return undefined;
  // A minus wraps around, and is refused only where the result looks negative.
  if (value < 0n && UINT64_MAX + 1n + value > INT64_MAX) return undefined;
  return narrow(BigInt.asUintN(64, value));
}

/** The sum, wrapped around at 2^64. */
export function addWrapping(a: Unsigned64, b: Unsigned64): Unsigned64 {
  if (typeof a === 'number' && typeof b === 'number' && a + b <= Number.MAX_SAFE_INTEGER) return a + b;
  return narrow(BigInt.asUintN(64, BigInt(a) + BigInt(b)));
}

/** The difference, never below 0. */
export function subtractToZero(a: Unsigned64, b: Unsigned64): Unsigned64 {
  if (b >= a) return 0;
  return typeof a === 'number' && typeof b === 'number' ? a - b : narrow(BigInt(a) - BigInt(b));
}

export function narrow(value: bigint): Unsigned64 {
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

/** The number that nothing but a few digits say; -1: look closer. */
function plainDigits(bytes: Uint8Array, start: number, end: number): number {
  if (end === start || end - start > SAFE_DIGITS) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at] - DIGIT_0;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function lowBits(value: number): number {
  return value <= 0xffff_ffff ? value : value % 0x1_0000_0000;
}

/** Space, sign, digits, then the end or a space and whatever. Undefined: not so, or far more than 64 bits. */
function readInteger(bytes: Uint8Array, start: number, end: number): bigint | undefined {
  let at = start;
  while (at < end && isSpace(bytes[at])) at++;
  const isNegative = bytes[at] === MINUS && at < end;
  if (at < end && (isNegative || bytes[at] === PLUS)) at++;
  const digitsStart = at;
  while (at < end && bytes[at] === DIGIT_0) at++;
  let text = '';
  let isTooLong = false;
  for (; at < end && isDigit(bytes[at]); at++) {
    if (text.length === UINT64_DIGITS) isTooLong = true;
    else text += String.fromCharCode(bytes[at]);
  }
  const isNumber = at > digitsStart && !isTooLong && (at === end || bytes[at] === 0 || isSpace(bytes[at]));
  if (!isNumber) return undefined;
  const value = BigInt(text);
  return isNegative ? -value : value;
}

function isDigit(byte: number): boolean {
  return byte >= DIGIT_0 && byte <= DIGIT_0 + 9;
}

/** As C's isspace: tab, line feed, vertical tab, form feed, carriage return, space. */
function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
