/**
 * The dynamic typing rule: which kind of value untyped text is to a typed reader. Chosen so that nothing a
 * person typed ever changes: a text is a number only where it is exactly how that number is written.
 *
 *   true false null   exactly
 *   INTEGER           0 or -?[1-9][0-9]* within int64; beyond it a STRING, or an account number would round
 *   FLOAT             equal to ECMAScript's Number::toString of its own value, and not shaped like an integer
 *   JSON              starts with { or [ and is JSON to its end, within our limits
 *   BYTES             not UTF-8
 *   STRING            everything else
 */
import type { ByteWriter } from '../bytes/byte-writer.js';
import { isValidUtf8 } from '../bytes/utf8.js';
import { ValueType } from '../generated/value-types.js';
import { asciiText, parseFloatText, parseInteger } from './decimal.js';
import { findJsonError } from './json-scan.js';
import { writeJsonAsMessagePack } from './json-to-message-pack.js';

/** Number::toString never takes more: `-0.0000012345678901234567`. */
const FLOAT_CHARS_MAX = 25;
const INT64_MAX_DIGITS = 19;
const INT64_MAX_TEXT = new TextEncoder().encode('9223372036854775807');

/** The kind of the text [start, end): NULL, BOOLEAN, INTEGER, FLOAT, JSON, STRING or BYTES. */
export function interpretText(bytes: Uint8Array, start: number, end: number): ValueType {
  const byteCount = end - start;
  if (byteCount === 0) return ValueType.STRING;
  const first = bytes[start];
  if (first <= 0x39) {
    // Digits and the minus sign are all that numbers start with.
    if (first >= 0x30 || first === 0x2d) {
      const kind = kindOfNumber(bytes, start, end);
      if (kind !== ValueType.STRING) return kind;
    }
  } else if (first === 0x7b || first === 0x5b) {
    if (findJsonError(bytes, start, end) < 0) return ValueType.JSON;
  } else if (byteCount === 4) {
    const rest = (bytes[start + 1] << 16) | (bytes[start + 2] << 8) | bytes[start + 3];
    if (first === 0x74 && rest === 0x727565) return ValueType.BOOLEAN; // true
    if (first === 0x6e && rest === 0x756c6c) return ValueType.NULL; // null
  } else if (byteCount === 5 && first === 0x66) {
    const rest = (bytes[start + 1] << 16) | (bytes[start + 2] << 8) | bytes[start + 3];
    if (rest === 0x616c73 && bytes[start + 4] === 0x65) return ValueType.BOOLEAN; // false
  }
  return isValidUtf8(bytes, start, end) ? ValueType.STRING : ValueType.BYTES;
}

/**
 * Appends the wire form of the text [start, end) as the `kind` that interpretText() found for it.
 * @throws MalformedValueError where it is JSON text by name only.
 */
export function writeInterpreted(
  writer: ByteWriter,
  kind: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  switch (kind) {
    case ValueType.NULL:
      return;
    case ValueType.BOOLEAN:
      writer.u8(bytes[start] === 0x74 ? 1 : 0);
      return;
    case ValueType.INTEGER:
      writer.i64(parseInteger(bytes, start, end));
      return;
    case ValueType.FLOAT:
      writer.f64(parseFloatText(bytes, start, end));
      return;
    case ValueType.JSON:
      writeJsonAsMessagePack(writer, bytes, start, end);
      return;
    default:
      writer.copy(bytes, start, end);
  }
}

/** INTEGER, FLOAT, or STRING for neither, of a text that starts with a digit or a minus sign. */
function kindOfNumber(bytes: Uint8Array, start: number, end: number): ValueType {
  const firstDigit = bytes[start] === 0x2d ? start + 1 : start;
  let at = firstDigit;
  while (at < end && bytes[at] >= 0x30 && bytes[at] <= 0x39) at++;
  if (at < end) {
    // Only after digits, and only with one of these, can it still be a float.
    const byte = bytes[at];
    const isCandidate = at > firstDigit && (byte === 0x2e || byte === 0x65) && end - start <= FLOAT_CHARS_MAX;
    return isCandidate && isCanonicalFloat(bytes, start, at, end) ? ValueType.FLOAT : ValueType.STRING;
  }
  if (firstDigit === end) return ValueType.STRING;
  if (bytes[firstDigit] === 0x30) return end - start === 1 ? ValueType.INTEGER : ValueType.STRING; // also not -0
  const digitCount = end - firstDigit;
  if (digitCount < INT64_MAX_DIGITS) return ValueType.INTEGER;
  if (digitCount > INT64_MAX_DIGITS) return ValueType.STRING;
  return isWithinInt64(bytes, firstDigit, firstDigit > start) ? ValueType.INTEGER : ValueType.STRING;
}

function isWithinInt64(bytes: Uint8Array, firstDigit: number, isNegative: boolean): boolean {
  for (let i = 0; i < INT64_MAX_DIGITS; i++) {
    const difference = bytes[firstDigit + i] - INT64_MAX_TEXT[i];
    if (difference === 0) continue;
    // -2^63 is one further from 0 than 2^63-1.
    return difference < 0 || (isNegative && difference === 1 && i === INT64_MAX_DIGITS - 1);
  }
  return true;
}

function isCanonicalFloat(bytes: Uint8Array, start: number, afterDigits: number, end: number): boolean {
  for (let at = afterDigits; at < end; at++) {
    const byte = bytes[at];
    const isDigit = byte >= 0x30 && byte <= 0x39;
    if (!isDigit && byte !== 0x2e && byte !== 0x65 && byte !== 0x2d && byte !== 0x2b) return false;
  }
  const text = asciiText(bytes, start, end);
  return String(Number(text)) === text;
}
