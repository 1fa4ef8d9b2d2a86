// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

/** The result of one op: status, type, length, [version], value. */

import { type ByteReader, type ByteWriter, copyBytes } from '../bytes/index.js';
import { RESULT_VERSION_BIT } from './frames.js';
import { valueTypeNames, ValueType } from './value-types.js';

const NOTHING = new Uint8Array(0);

/** One object, reused for every result. The value is a range of `bytes`, whoever they belong to. */
export class Result {
  status = 0;
  /** Type of the value; NONE, which is 0, where there is none. */
  type = 0;
  hasVersion = false;
  version = 0;
  bytes: Uint8Array = NOTHING;
  start = 0;
  end = 0;

  /** To a result of this status without value and version. */
  reset(status = 0): this {
    this.status = status;
    this.type = ValueType.NONE;
    this.hasVersion = false;
    this.version = 0;
    this.bytes = NOTHING;
    this.start = 0;
    this.end = 0;
    return this;
  }
}

/** Bytes that `writeResult` will append, to see beforehand whether they fit. */
export function resultBytes(result: Result): number {
  return 6 + (result.hasVersion ? 8 : 0) + (result.end - result.start);
}

/** Appends the result. */
export function writeResult(writer: ByteWriter, result: Result): void {
  // Field by field in place: the most frequent message there is, and calls for six bytes are most of its cost.
  const bytesAfterLength = result.end - result.start + (result.hasVersion ? 8 : 0);
  writer.ensure(6 + bytesAfterLength);
  const { bytes } = writer;
  let at = writer.at;
  bytes[at] = result.status;
  bytes[at + 1] = result.hasVersion ? result.type | RESULT_VERSION_BIT : result.type;
  putU32(bytes, at + 2, bytesAfterLength);
  at += 6;
  if (result.hasVersion) {
    const high = Math.floor(result.version / 0x1_0000_0000);
    putU32(bytes, at, result.version - high * 0x1_0000_0000);
    putU32(bytes, at + 4, high);
    at += 8;
  }
  copyBytes(bytes, at, result.bytes, result.start, result.end);
  writer.at += 6 + bytesAfterLength;
}

function putU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

/** Reads one result, whose value stays in the bytes of the reader. False where the bytes are not a result. */
export function readResult(reader: ByteReader, result: Result): boolean {
  result.status = reader.u8();
  const typeAndBit = reader.u8();
  const bytes = reader.u32();
  const start = reader.skip(bytes);
  result.reset(result.status);
  if (reader.failed) return false;
  const end = reader.at;
  const type = typeAndBit & ~RESULT_VERSION_BIT;
  let valueStart = start;
  if ((typeAndBit & RESULT_VERSION_BIT) !== 0) {
    if (bytes < 8) return false;
    reader.at = start;
    result.version = reader.u64();
    if (reader.failed) return false;
    result.hasVersion = true;
    valueStart = reader.at;
    reader.at = end;
  }
  if (valueTypeNames[type] === undefined || (type === ValueType.NONE && valueStart !== end)) return false;
  result.type = type;
  result.bytes = reader.bytes;
  result.start = valueStart;
  result.end = end;
  return true;
}
