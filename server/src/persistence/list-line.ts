/**
 * The elements of a list between a record (list-record.ts) and a line (entry-line.ts): a JSON array of what untyped text
 * is in JSON, a string, or {"base64":"…"} where it is not UTF-8.
 */

import {
  ByteReader,
  type ByteWriter,
  ValueType,
  writeJsonText,
  writeValueOfJsonText,
} from '@anoadb/protocol';
import { ElementReader } from './list-record.js';

const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;

const elements = new ElementReader(new ByteReader());

/** Appends the JSON array of the elements [start, end). */
export function writeElementsAsJson(writer: ByteWriter, bytes: Uint8Array, start: number, end: number): void {
  elements.reset(bytes, start, end);
  writer.u8(OPEN_BRACKET);
  const first = writer.at;
  while (elements.next()) {
    if (writer.at > first) writer.u8(COMMA);
    writeJsonText(writer, ValueType.TEXT, bytes, elements.start, elements.end);
  }
  writer.u8(CLOSE_BRACKET);
}

/**
 * Appends the elements whose JSON array is [start, end). False: it is none. `endOfValue` says where the JSON value at an
 * offset ends, -1: nowhere.
 */
export function writeElementsOfJson(
  writer: ByteWriter,
  bytes: Uint8Array,
  start: number,
  end: number,
  endOfValue: (bytes: Uint8Array, start: number, end: number) => number,
): boolean {
  if (end - start < 2 || bytes[start] !== OPEN_BRACKET || bytes[end - 1] !== CLOSE_BRACKET) return false;
  let at = start + 1;
  while (at < end - 1) {
    const elementEnd = endOfValue(bytes, at, end - 1);
    if (elementEnd < 0 || !writeElement(writer, bytes, at, elementEnd)) return false;
    at = elementEnd;
    if (at === end - 1) return true;
    if (bytes[at] !== COMMA || ++at === end - 1) return false;
  }
  return true;
}

function writeElement(writer: ByteWriter, bytes: Uint8Array, start: number, end: number): boolean {
  const head = writer.at;
  writer.u32(0);
  const valueStart = writer.at;
  if (!writeValueOfJsonText(writer, ValueType.TEXT, bytes, start, end)) return false;
  const valueEnd = writer.at;
  writer.at = head;
  writer.u32(valueEnd - valueStart);
  writer.at = valueEnd;
  return true;
}
