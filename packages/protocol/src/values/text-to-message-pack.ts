/**
 * Untyped text as one value within a json document: what the elements of a list are to a typed reader.
 *
 *   null true false, numbers   as the typing rule says (interpret-text.ts)
 *   JSON                       the document, where it fits one level further down; else a string
 *   STRING                     a string
 *   BYTES                      {"base64":"…"}: json has no bytes
 */
import { writeBase64 } from '../bytes/base64.js';
import type { ByteWriter } from '../bytes/byte-writer.js';
import { isValidUtf8 } from '../bytes/utf8.js';
import { ValueType } from '../generated/value-types.js';
import { parseFloatText, parseInteger } from './decimal.js';
import { interpretText } from './interpret-text.js';
import { appendJson } from './json-to-message-pack.js';
import {
  JSON_DEPTH_MAX,
  putStringHeader,
  stringHeaderBytes,
  writeBigInteger,
  writeBoolean,
  writeFloat,
  writeMapHeader,
  writeNil,
  writeSafeInteger,
} from './message-pack-writer.js';

const BASE64_NAME = new TextEncoder().encode('base64');

/** Appends the text [start, end), interpreted; raw: as the string it is. */
export function writeTextAsMessagePack(
  writer: ByteWriter,
  bytes: Uint8Array,
  start: number,
  end: number,
  isRaw: boolean,
): void {
  switch (isRaw ? ValueType.STRING : interpretText(bytes, start, end)) {
    case ValueType.NULL:
      writeNil(writer);
      return;
    case ValueType.BOOLEAN:
      writeBoolean(writer, bytes[start] === 0x74);
      return;
    case ValueType.INTEGER: {
      const value = parseInteger(bytes, start, end);
      if (typeof value === 'number') writeSafeInteger(writer, value);
      else writeBigInteger(writer, value);
      return;
    }
    case ValueType.FLOAT:
      writeFloat(writer, parseFloatText(bytes, start, end));
      return;
    case ValueType.JSON:
      if (appendJson(writer, bytes, start, end, JSON_DEPTH_MAX - 1) < 0) return;
  }
  if (isValidUtf8(bytes, start, end)) {
    writeStringHeader(writer, end - start);
    writer.copy(bytes, start, end);
    return;
  }
  writeMapHeader(writer, 1);
  writeStringHeader(writer, BASE64_NAME.length);
  writer.copy(BASE64_NAME);
  writeStringHeader(writer, Math.ceil((end - start) / 3) * 4);
  writeBase64(writer, bytes, start, end);
}

function writeStringHeader(writer: ByteWriter, byteCount: number): void {
  writer.ensure(stringHeaderBytes(byteCount));
  putStringHeader(writer.bytes, writer.at, byteCount);
  writer.at += stringHeaderBytes(byteCount);
}
