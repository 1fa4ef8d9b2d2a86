/** JSON text to a value with the type that it has by itself: integers exact, a fraction or an exponent makes a float. */

import { type ByteWriter, ValueType, writeValueOfJsonText } from '@anoadb/protocol';

/**
 * Appends the wire form of the JSON text [start, end), without space around it, and returns its type. Undefined, and
 * nothing is appended, for what is not JSON, and for a whole number beyond int64, whose digits no type keeps.
 */
export function writeValueOfJson(
  writer: ByteWriter,
  bytes: Uint8Array,
  start: number,
  end: number,
): ValueType | undefined {
  const type = typeOfJson(bytes, start, end);
  return writeValueOfJsonText(writer, type, bytes, start, end) ? type : undefined;
}

function typeOfJson(bytes: Uint8Array, start: number, end: number): ValueType {
  switch (start < end ? bytes[start] : 0) {
    case 0x7b:
    case 0x5b:
      return ValueType.JSON;
    case 0x22:
      return ValueType.STRING;
    case 0x74:
    case 0x66:
      return ValueType.BOOLEAN;
    case 0x6e:
      return ValueType.NULL;
    default:
      return isWholeNumber(bytes, start, end) ? ValueType.INTEGER : ValueType.FLOAT;
  }
}

/** `-0` is none: only a float has it. */
function isWholeNumber(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start === 2 && bytes[start] === 0x2d && bytes[start + 1] === 0x30) return false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === 0x2e || byte === 0x65 || byte === 0x45) return false;
  }
  return true;
}
