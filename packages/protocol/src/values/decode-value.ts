/** A value's wire form back to JavaScript, and the check a server makes before it keeps one. */
import { ByteReader } from '../bytes/byte-reader.js';
import { decodeUtf8, isValidUtf8 } from '../bytes/utf8.js';
import { ValueType } from '../generated/value-types.js';
import { parseFloatText, parseInteger } from './decimal.js';
import { interpretText } from './interpret-text.js';
import { decodeJson } from './json-decoder.js';
import { jsonToMessagePack } from './json-to-message-pack.js';
import { MalformedValueError } from './malformed-value-error.js';
import { findMessagePackError } from './message-pack-check.js';
import type { AnoaValue } from './value.js';

const reader = new ByteReader();

/** Whether [start, end) is the wire form of a value of `type`: what a server accepts in a SET. Never throws. */
export function isValidValue(type: number, bytes: Uint8Array, start: number, end: number): boolean {
  switch (type) {
    case ValueType.NULL:
      return start === end;
    case ValueType.BOOLEAN:
      return end - start === 1 && bytes[start] <= 1;
    case ValueType.INTEGER:
    case ValueType.FLOAT:
      return end - start === 8;
    case ValueType.STRING:
      return isValidUtf8(bytes, start, end);
    case ValueType.JSON:
      return findMessagePackError(bytes, start, end) < 0;
    case ValueType.BYTES:
    case ValueType.TEXT:
      return true;
    default:
      return false; // NONE, LIST (never sent), and types of a later version
  }
}

/**
 * The value whose wire form is [start, end). Text is interpreted; bytes are copied out of the buffer.
 * @throws MalformedValueError where isValidValue() says no.
 */
export function decodeValue(type: number, bytes: Uint8Array, start: number, end: number): AnoaValue {
  switch (type) {
    case ValueType.STRING: {
      const text = decodeUtf8(bytes, start, end);
      if (text === undefined) throw new MalformedValueError('invalid UTF-8', start);
      return text;
    }
    case ValueType.JSON:
      return decodeJson(bytes, start, end);
    case ValueType.BYTES:
      return bytes.slice(start, end);
    case ValueType.TEXT:
      return decodeText(bytes, start, end);
  }
  if (!isValidValue(type, bytes, start, end)) {
    throw new MalformedValueError(`not a value of type ${type}`, start);
  }
  switch (type) {
    case ValueType.BOOLEAN:
      return bytes[start] === 1;
    case ValueType.INTEGER:
      return reader.reset(bytes, start, end).i64();
    case ValueType.FLOAT:
      return reader.reset(bytes, start, end).f64();
    default:
      return null;
  }
}

function decodeText(bytes: Uint8Array, start: number, end: number): AnoaValue {
  switch (interpretText(bytes, start, end)) {
    case ValueType.NULL:
      return null;
    case ValueType.BOOLEAN:
      return bytes[start] === 0x74;
    case ValueType.INTEGER:
      return parseInteger(bytes, start, end);
    case ValueType.FLOAT:
      return parseFloatText(bytes, start, end);
    case ValueType.JSON: {
      const packed = jsonToMessagePack(bytes, start, end);
      return decodeJson(packed, 0, packed.length);
    }
    case ValueType.BYTES:
      return bytes.slice(start, end);
    default:
      return decodeUtf8(bytes, start, end) as string;
  }
}
