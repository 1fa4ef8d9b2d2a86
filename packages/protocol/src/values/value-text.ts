/**
 * Values as text: JSON text for people, tools and snapshot files, plain text for readers without types.
 *
 * | type    | JSON text                                  | plain text           |
 * |---------|--------------------------------------------|----------------------|
 * | NULL    | null                                       | null                 |
 * | BOOLEAN | true false                                 | true false           |
 * | INTEGER | all digits, exact                          | the same             |
 * | FLOAT   | 1.5 1.0 1e+21, or "NaN" "Infinity" "-Infinity" | 1.5 1 1e+21 NaN  |
 * | STRING  | a JSON string                              | the string           |
 * | JSON    | the document, floats marked (1.0)          | the same             |
 * | BYTES   | base64 in a JSON string                    | the bytes            |
 * | TEXT    | a JSON string; {"base64":"…"} if not UTF-8 | the text, untouched  |
 *
 * JSON text and the type together say the value exactly: writeValueOfJsonText() is the way back.
 */
import { readBase64, writeBase64 } from '../bytes/base64.js';
import { ByteReader } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { decodeUtf8 } from '../bytes/utf8.js';
import { ValueType } from '../generated/value-types.js';
import { asciiText, markedFloatText, parseFloatText, parseInteger, writeDecimal } from './decimal.js';
import { isValidValue } from './decode-value.js';
import { interpretText } from './interpret-text.js';
import { endOfNumber } from './json-scan.js';
import { appendUnescaped, endOfJsonString, stringHasEscape, writeJsonString } from './json-string.js';
import { appendJson } from './json-to-message-pack.js';
import { MalformedValueError } from './malformed-value-error.js';
import { writeMessagePackAsJson } from './message-pack-to-json.js';

const reader = new ByteReader();

const BASE64_OPEN = new TextEncoder().encode('{"base64":');
const CLOSE_BRACE = 0x7d;
const QUOTE = 0x22;

/** JSON text of the value [start, end), as a string. Throws as writeJsonText(). */
export function jsonTextOfValue(type: number, bytes: Uint8Array, start: number, end: number): string {
  const writer = new ByteWriter((end - start) * 2 + 32);
  writeJsonText(writer, type, bytes, start, end);
  return decodeUtf8(writer.bytes, 0, writer.at) as string;
}

/** Plain text, in a buffer of its own, of the value [start, end). Throws as writePlainText(). */
export function plainText(type: number, bytes: Uint8Array, start: number, end: number): Uint8Array {
  const writer = new ByteWriter(end - start + 32);
  writePlainText(writer, type, bytes, start, end);
  return writer.written();
}

/**
 * Appends JSON text, on one line and without spaces, of the value [start, end).
 * @throws MalformedValueError where isValidValue() says no.
 */
export function writeJsonText(
  writer: ByteWriter,
  type: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  switch (type) {
    case ValueType.JSON:
      writeMessagePackAsJson(writer, bytes, start, end);
      return;
    case ValueType.STRING:
      if (!writeJsonString(writer, bytes, start, end)) throw new MalformedValueError('invalid UTF-8', start);
      return;
    case ValueType.TEXT:
      if (!writeJsonString(writer, bytes, start, end)) {
        writer.copy(BASE64_OPEN);
        writeBase64String(writer, bytes, start, end);
        writer.u8(CLOSE_BRACE);
      }
      return;
    case ValueType.BYTES:
      writeBase64String(writer, bytes, start, end);
      return;
    case ValueType.FLOAT: {
      requireValid(type, bytes, start, end);
      const value = reader.reset(bytes, start, end).f64();
      writer.utf8(Number.isFinite(value) ? markedFloatText(value) : `"${value}"`);
      return;
    }
    default:
      writePlainText(writer, type, bytes, start, end);
  }
}

/**
 * Appends what a reader without types sees (a Redis GET, `--raw`) of the value [start, end).
 * @throws MalformedValueError where isValidValue() says no.
 */
export function writePlainText(
  writer: ByteWriter,
  type: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  if (type === ValueType.JSON) {
    writeMessagePackAsJson(writer, bytes, start, end);
    return;
  }
  requireValid(type, bytes, start, end);
  switch (type) {
    case ValueType.NULL:
      writer.utf8('null');
      return;
    case ValueType.BOOLEAN:
      writer.utf8(bytes[start] === 1 ? 'true' : 'false');
      return;
    case ValueType.INTEGER:
      writeDecimal(writer, reader.reset(bytes, start, end).i64());
      return;
    case ValueType.FLOAT:
      writer.utf8(plainFloatText(reader.reset(bytes, start, end).f64()));
      return;
    default:
      writer.copy(bytes, start, end);
  }
}

/**
 * Appends the wire form of the value of `type` whose JSON text is [start, end), without space around it: the
 * inverse of writeJsonText(). Returns false, and appends nothing, where the text is none of that type's.
 */
export function writeValueOfJsonText(
  writer: ByteWriter,
  type: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  switch (type) {
    case ValueType.NULL:
      return interpretText(bytes, start, end) === ValueType.NULL;
    case ValueType.BOOLEAN:
      if (interpretText(bytes, start, end) !== ValueType.BOOLEAN) return false;
      writer.u8(bytes[start] === 0x74 ? 1 : 0);
      return true;
    case ValueType.INTEGER:
      if (interpretText(bytes, start, end) !== ValueType.INTEGER) return false;
      writer.i64(parseInteger(bytes, start, end));
      return true;
    case ValueType.FLOAT:
      return readFloat(writer, bytes, start, end);
    case ValueType.STRING:
      return readString(writer, bytes, start, end);
    case ValueType.TEXT:
      return bytes[start] === QUOTE
        ? readString(writer, bytes, start, end)
        : readWrappedBase64(writer, bytes, start, end);
    case ValueType.BYTES:
      return readBase64String(writer, bytes, start, end);
    case ValueType.JSON:
      return appendJson(writer, bytes, start, end) < 0;
    default:
      return false;
  }
}

function readFloat(writer: ByteWriter, bytes: Uint8Array, start: number, end: number): boolean {
  if (end > start && bytes[start] === QUOTE) {
    const text = asciiText(bytes, start, Math.min(end, start + 12));
    if (text !== '"NaN"' && text !== '"Infinity"' && text !== '"-Infinity"') return false;
    writer.f64(Number(text.slice(1, -1)));
    return true;
  }
  const first = end > start ? bytes[start] : 0;
  if (first !== 0x2d && (first < 0x30 || first > 0x39)) return false;
  if (endOfNumber(bytes, start, end) !== end) return false;
  writer.f64(parseFloatText(bytes, start, end));
  return true;
}

function readString(writer: ByteWriter, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 2 || bytes[start] !== QUOTE) return false;
  if (endOfJsonString(bytes, start + 1, end) !== end - 1) return false;
  if (stringHasEscape()) appendUnescaped(writer, bytes, start + 1, end - 1);
  else writer.copy(bytes, start + 1, end - 1);
  return true;
}

function writeBase64String(writer: ByteWriter, bytes: Uint8Array, start: number, end: number): void {
  writer.u8(QUOTE);
  writeBase64(writer, bytes, start, end);
  writer.u8(QUOTE);
}

function readBase64String(writer: ByteWriter, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 2 || bytes[start] !== QUOTE || bytes[end - 1] !== QUOTE) return false;
  return readBase64(writer, bytes, start + 1, end - 1);
}

function readWrappedBase64(writer: ByteWriter, bytes: Uint8Array, start: number, end: number): boolean {
  const content = start + BASE64_OPEN.length;
  if (end <= content || bytes[end - 1] !== CLOSE_BRACE) return false;
  for (let i = 0; i < BASE64_OPEN.length; i++) {
    if (bytes[start + i] !== BASE64_OPEN[i]) return false;
  }
  return readBase64String(writer, bytes, content, end - 1);
}

/** String() drops the sign of zero. */
function plainFloatText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function requireValid(type: number, bytes: Uint8Array, start: number, end: number): void {
  if (!isValidValue(type, bytes, start, end)) {
    throw new MalformedValueError(`not a value of type ${type}`, start);
  }
}
