// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

/** The result of one op: status, type, length, [version], value. */

import type { ByteReader, ByteWriter } from '../bytes/index.js';
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
  const valueBytes = result.end - result.start;
  writer.u8(result.status);
  if (result.hasVersion) {
    writer.u8(result.type | RESULT_VERSION_BIT);
    writer.u32(valueBytes + 8);
    writer.u64(result.version);
  } else {
    writer.u8(result.type);
    writer.u32(valueBytes);
  }
  if (valueBytes > 0) writer.copy(result.bytes, result.start, result.end);
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
