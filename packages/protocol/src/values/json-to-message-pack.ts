/**
 * JSON text to MessagePack, bytes to bytes: int64 and uint64 exact, key order, duplicate keys and `__proto__`
 * as written, and no JavaScript object in between.
 *
 * Two passes. The first proves the text and counts what each container holds. MessagePack has its tokens in
 * the order in which JSON text has them, so the second is one flat loop: commas, colons and closing brackets
 * have no counterpart.
 */
import { ByteWriter } from '../bytes/byte-writer.js';
import { parseFloatText, parseInteger } from './decimal.js';
import {
  containerCounts,
  endOfNumber,
  findJsonError,
  numberIsWhole,
  releaseContainerCounts,
} from './json-scan.js';
import { appendUnescaped } from './json-string.js';
import { MalformedValueError } from './malformed-value-error.js';
import {
  JSON_DEPTH_MAX,
  putStringHeader,
  stringHeaderBytes,
  writeArrayHeader,
  writeBigInteger,
  writeBoolean,
  writeFloat,
  writeMapHeader,
  writeNil,
  writeSafeInteger,
} from './message-pack-writer.js';

/** Whether [start, end) is one JSON value within our limits (see json-scan.ts). Never throws. */
export function isJsonText(bytes: Uint8Array, start = 0, end = bytes.length): boolean {
  return findJsonError(bytes, start, end) < 0;
}

/** The MessagePack, in a buffer of its own, of the JSON text [start, end). Throws as writeJsonAsMessagePack(). */
export function jsonToMessagePack(bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array {
  const writer = new ByteWriter(end - start + 16);
  writeJsonAsMessagePack(writer, bytes, start, end);
  return writer.written();
}

/**
 * Appends the MessagePack of the JSON text [start, end).
 * @throws MalformedValueError, and nothing is appended, where it is not JSON within our limits.
 */
export function writeJsonAsMessagePack(
  writer: ByteWriter,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const error = appendJson(writer, bytes, start, end);
  if (error >= 0) throw new MalformedValueError('not JSON', error);
}

/** As writeJsonAsMessagePack(), but returns the offset of what is not JSON, or -1. */
export function appendJson(
  writer: ByteWriter,
  bytes: Uint8Array,
  start: number,
  end: number,
  depthMax: number = JSON_DEPTH_MAX,
): number {
  const error = findJsonError(bytes, start, end, true, depthMax);
  if (error < 0) writeTokens(writer, bytes, start, end);
  releaseContainerCounts();
  return error;
}

function writeTokens(writer: ByteWriter, bytes: Uint8Array, start: number, end: number): void {
  let containers = 0;
  let at = start;
  while (at < end) {
    switch (bytes[at]) {
      case 0x7b:
        writeMapHeader(writer, containerCounts[containers++]);
        at++;
        break;
      case 0x5b:
        writeArrayHeader(writer, containerCounts[containers++]);
        at++;
        break;
      case 0x22:
        at = writeString(writer, bytes, at + 1);
        break;
      case 0x74:
        writeBoolean(writer, true);
        at += 4;
        break;
      case 0x66:
        writeBoolean(writer, false);
        at += 5;
        break;
      case 0x6e:
        writeNil(writer);
        at += 4;
        break;
      default:
        // Digits and the minus are what remains besides space , : ] and }.
        if (bytes[at] === 0x2d || (bytes[at] >= 0x30 && bytes[at] <= 0x39)) {
          at = writeNumber(writer, bytes, at, end);
        } else {
          at++;
        }
    }
  }
}

/** Writes the string whose content starts at `start`; returns the offset behind its closing quote. */
function writeString(writer: ByteWriter, bytes: Uint8Array, start: number): number {
  let hasEscape = false;
  let close = start;
  while (bytes[close] !== 0x22) {
    if (bytes[close] === 0x5c) {
      hasEscape = true;
      close++;
    }
    close++;
  }
  const headerBytes = stringHeaderBytes(close - start);
  writer.ensure(headerBytes + close - start);
  const at = writer.at;
  if (!hasEscape) {
    putStringHeader(writer.bytes, at, close - start);
    writer.at = at + headerBytes;
    writer.copy(bytes, start, close);
    return close + 1;
  }
  // Unescaped it may be shorter than the header reserved for it expects.
  writer.at = at + headerBytes;
  appendUnescaped(writer, bytes, start, close);
  const byteCount = writer.at - at - headerBytes;
  const headerBytesNeeded = stringHeaderBytes(byteCount);
  if (headerBytesNeeded < headerBytes) {
    writer.bytes.copyWithin(at + headerBytesNeeded, at + headerBytes, writer.at);
    writer.at = at + headerBytesNeeded + byteCount;
  }
  putStringHeader(writer.bytes, at, byteCount);
  return close + 1;
}

function writeNumber(writer: ByteWriter, bytes: Uint8Array, start: number, end: number): number {
  const next = endOfNumber(bytes, start, end);
  if (!numberIsWhole()) {
    writeFloat(writer, parseFloatText(bytes, start, next));
    return next;
  }
  const value = parseInteger(bytes, start, next);
  if (typeof value === 'number') writeSafeInteger(writer, value);
  else writeBigInteger(writer, value);
  return next;
}
