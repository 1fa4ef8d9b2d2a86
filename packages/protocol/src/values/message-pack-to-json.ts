/**
 * MessagePack to JSON text, bytes to bytes; the other direction of json-to-message-pack.ts. Floats keep a mark
 * of being floats (`1.0`), so that going there and back is the identity on bytes in their shortest form.
 */
import { ByteWriter } from '../bytes/byte-writer.js';
import { markedFloatText, writeDecimal } from './decimal.js';
import { writeJsonString } from './json-string.js';
import { MalformedValueError } from './malformed-value-error.js';
import { MessagePackReader, Token } from './message-pack-reader.js';
import { JSON_DEPTH_MAX } from './message-pack-writer.js';

const reader = new MessagePackReader();
const tokensLeft = new Float64Array(JSON_DEPTH_MAX + 1);
const isMap = new Uint8Array(JSON_DEPTH_MAX + 1);

/** The JSON text, in a buffer of its own, of the MessagePack [start, end). Throws as writeMessagePackAsJson(). */
export function messagePackToJson(bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array {
  const writer = new ByteWriter((end - start) * 2 + 16);
  writeMessagePackAsJson(writer, bytes, start, end);
  return writer.written();
}

/**
 * Appends the JSON text, without spaces, of the MessagePack [start, end).
 * @throws MalformedValueError, and nothing is appended, where that is not one value of JSON's model.
 */
export function writeMessagePackAsJson(
  writer: ByteWriter,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const writtenBefore = writer.at;
  const error = writeText(writer, bytes, start, end);
  if (error >= 0) {
    writer.at = writtenBefore;
    throw new MalformedValueError('not a json value', error);
  }
}

/** Returns the offset of what is wrong, or -1. */
function writeText(writer: ByteWriter, bytes: Uint8Array, start: number, end: number): number {
  reader.reset(bytes, start, end);
  let depth = 0;
  let isFirst = true;
  tokensLeft[0] = 1;
  isMap[0] = 0;
  for (;;) {
    while (tokensLeft[depth] === 0) {
      if (depth === 0) return reader.at === end ? -1 : reader.at;
      writer.u8(isMap[depth] === 1 ? 0x7d : 0x5d);
      depth--;
      isFirst = false;
    }
    const at = reader.at;
    const isKey = isMap[depth] === 1 && tokensLeft[depth] % 2 === 0;
    if (isMap[depth] === 1 && !isKey) writer.u8(0x3a);
    else if (!isFirst) writer.u8(0x2c);
    isFirst = false;
    tokensLeft[depth]--;
    const token = reader.next();
    if (isKey && token !== Token.STRING) return at;
    switch (token) {
      case Token.STRING:
        if (!writeJsonString(writer, bytes, reader.stringStart, reader.stringEnd)) return at;
        break;
      case Token.INTEGER:
        writeDecimal(writer, reader.integer);
        break;
      case Token.FLOAT:
        writer.utf8(markedFloatText(reader.value));
        break;
      case Token.NIL:
        writer.utf8('null');
        break;
      case Token.BOOLEAN:
        writer.utf8(reader.value === 1 ? 'true' : 'false');
        break;
      case Token.ARRAY:
      case Token.MAP:
        if (depth === JSON_DEPTH_MAX) return at;
        depth++;
        isMap[depth] = token === Token.MAP ? 1 : 0;
        tokensLeft[depth] = token === Token.MAP ? reader.count * 2 : reader.count;
        isFirst = true;
        writer.u8(token === Token.MAP ? 0x7b : 0x5b);
        break;
      default:
        return at;
    }
  }
}
