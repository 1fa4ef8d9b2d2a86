/**
 * Reads JSON text strictly (RFC 8259), without building anything: is it JSON, and how many things does each
 * array and object hold? The second is what MessagePack must know before it may write a container.
 *
 * RFC 8259 section 9 lets a parser limit range and depth. Ours, so that no digit a person typed is lost: whole
 * numbers from -2^63 to 2^64-1, and beyond only those that a float64 writes with the same digits (JSON.stringify
 * does, below 1e21); other numbers where a float64 is finite; depth up to JSON_DEPTH_MAX.
 */
import { asciiText, parseFloatText } from './decimal.js';
import { endOfJsonString } from './json-string.js';
import { JSON_DEPTH_MAX } from './message-pack-writer.js';

const COUNTS_KEPT = 16_384;
/** 10^300 and below can not overflow a float64, so shorter numbers without exponent need no check. */
const FINITE_DIGITS = 300;
const INT64_MIN = -0x8000_0000_0000_0000n;
const UINT64_MAX = 0xffff_ffff_ffff_ffffn;

/** Members or items of each container, in the order in which they open; filled by a counting scan. */
export let containerCounts = new Uint32Array(COUNTS_KEPT);

const isObject = new Uint8Array(JSON_DEPTH_MAX + 1);
const containerIndex = new Uint32Array(JSON_DEPTH_MAX + 1);
/** Set by endOfNumber(): whether it is an integer; one with a fraction or an exponent is not, nor is -0. */
let isWhole = false;

/** Lets go of what an unusually large document needed. */
export function releaseContainerCounts(): void {
  if (containerCounts.length > COUNTS_KEPT) containerCounts = new Uint32Array(COUNTS_KEPT);
}

/** Offset of the first thing that is not JSON in [start, end), or -1 where all of it is one JSON value. */
export function findJsonError(
  bytes: Uint8Array,
  start: number,
  end: number,
  isCounting = false,
  depthMax: number = JSON_DEPTH_MAX,
): number {
  let depth = 0;
  let containers = 0;
  let at = skipSpace(bytes, start, end);
  for (;;) {
    // A value is due at `at`.
    const first = at < end ? bytes[at] : 0;
    let isClosed = true;
    if (first === 0x7b || first === 0x5b) {
      if (depth === depthMax) return at;
      depth++;
      isObject[depth] = first === 0x7b ? 1 : 0;
      if (isCounting) {
        if (containers === containerCounts.length) growContainerCounts();
        containerCounts[containers] = 0;
        containerIndex[depth] = containers++;
      }
      at = skipSpace(bytes, at + 1, end);
      // `{}` is 7b 7d and `[]` is 5b 5d: the closing byte is the opening one plus 2.
      if (at < end && bytes[at] === first + 2) {
        at++;
        depth--;
      } else {
        isClosed = false;
      }
    } else {
      const next = endOfScalar(bytes, at, end, first);
      if (next < 0) return at;
      at = next;
    }
    if (isClosed) {
      // A value ended. What follows is a comma, or closes as many containers as it likes.
      for (;;) {
        at = skipSpace(bytes, at, end);
        if (depth === 0) return at === end ? -1 : at;
        if (isCounting) containerCounts[containerIndex[depth]]++;
        if (at >= end) return at;
        const byte = bytes[at];
        if (byte === 0x2c) {
          at = skipSpace(bytes, at + 1, end);
          break;
        }
        if (byte !== (isObject[depth] === 1 ? 0x7d : 0x5d)) return at;
        at++;
        depth--;
      }
    }
    if (isObject[depth] === 1) {
      if (at >= end || bytes[at] !== 0x22) return at;
      const close = endOfJsonString(bytes, at + 1, end);
      if (close < 0) return at;
      at = skipSpace(bytes, close + 1, end);
      if (at >= end || bytes[at] !== 0x3a) return at;
      at = skipSpace(bytes, at + 1, end);
    }
  }
}

/** Where the number at `start` ends, or -1; afterwards numberIsWhole() says of which kind it is. */
export function endOfNumber(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  if (bytes[at] === 0x2d) at++;
  const firstDigit = at;
  at = skipDigits(bytes, at, end);
  const digitCount = at - firstDigit;
  if (digitCount === 0 || (digitCount > 1 && bytes[firstDigit] === 0x30)) return -1;
  isWhole = true;
  let mayOverflow = digitCount > FINITE_DIGITS;
  if (at < end && bytes[at] === 0x2e) {
    isWhole = false;
    const fraction = at + 1;
    at = skipDigits(bytes, fraction, end);
    if (at === fraction) return -1;
  }
  if (at < end && (bytes[at] | 0x20) === 0x65) {
    isWhole = false;
    mayOverflow = true;
    at++;
    if (at < end && (bytes[at] === 0x2b || bytes[at] === 0x2d)) at++;
    const exponent = at;
    at = skipDigits(bytes, exponent, end);
    if (at === exponent) return -1;
  }
  if (isWhole) {
    if (digitCount > 18 && !fitsInt64OrUint64(bytes, start, at, digitCount)) {
      if (!isWrittenByFloat(bytes, start, at, digitCount)) return -1;
      isWhole = false;
    }
    // An integer has no negative zero, a float has.
    if (firstDigit > start && bytes[firstDigit] === 0x30) isWhole = false;
  } else if (mayOverflow && !Number.isFinite(parseFloatText(bytes, start, at))) {
    return -1;
  }
  return at;
}

export function numberIsWhole(): boolean {
  return isWhole;
}

function endOfScalar(bytes: Uint8Array, at: number, end: number, first: number): number {
  switch (first) {
    case 0x22: {
      const close = endOfJsonString(bytes, at + 1, end);
      return close < 0 ? -1 : close + 1;
    }
    case 0x74: // true
      return isWord(bytes, at, end, 4, 0x72, 0x75, 0x65, 0x65) ? at + 4 : -1;
    case 0x66: // false
      return isWord(bytes, at, end, 5, 0x61, 0x6c, 0x73, 0x65) ? at + 5 : -1;
    case 0x6e: // null
      return isWord(bytes, at, end, 4, 0x75, 0x6c, 0x6c, 0x6c) ? at + 4 : -1;
    default:
      return first === 0x2d || (first >= 0x30 && first <= 0x39) ? endOfNumber(bytes, at, end) : -1;
  }
}

/** Bytes 1, 2, 3 and the last of the word at `at`, whose first byte has been seen. */
function isWord(
  bytes: Uint8Array,
  at: number,
  end: number,
  byteCount: number,
  b1: number,
  b2: number,
  b3: number,
  last: number,
): boolean {
  return (
    at + byteCount <= end &&
    bytes[at + 1] === b1 &&
    bytes[at + 2] === b2 &&
    bytes[at + 3] === b3 &&
    bytes[at + byteCount - 1] === last
  );
}

function skipSpace(bytes: Uint8Array, at: number, end: number): number {
  while (at < end) {
    const byte = bytes[at];
    if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) break;
    at++;
  }
  return at;
}

function skipDigits(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && bytes[at] >= 0x30 && bytes[at] <= 0x39) at++;
  return at;
}

function fitsInt64OrUint64(bytes: Uint8Array, start: number, end: number, digitCount: number): boolean {
  if (digitCount > 20) return false;
  const value = BigInt(asciiText(bytes, start, end));
  return value >= INT64_MIN && value <= UINT64_MAX;
}

/** From 22 digits on Number::toString() has an exponent. */
function isWrittenByFloat(bytes: Uint8Array, start: number, end: number, digitCount: number): boolean {
  if (digitCount > 21) return false;
  const text = asciiText(bytes, start, end);
  return String(Number(text)) === text;
}

function growContainerCounts(): void {
  const grown = new Uint32Array(containerCounts.length * 2);
  grown.set(containerCounts);
  containerCounts = grown;
}
