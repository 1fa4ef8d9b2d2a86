/** Files whose text hardly depends on the spec: the result, and what all encoders of commands share. */
import { fileHead } from './source-text.js';

export function result(): string {
  return `${fileHead('The result of one op: status, type, length, [version], value.', 'protocol.json')}import { type ByteReader, type ByteWriter, copyBytes } from '../bytes/index.js';
import { RESULT_VERSION_BIT } from './frames.js';
import { valueTypeNames, ValueType } from './value-types.js';

const NOTHING = new Uint8Array(0);

/** One object, reused for every result. The value is a range of \`bytes\`, whoever they belong to. */
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

/** Bytes that \`writeResult\` will append, to see beforehand whether they fit. */
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
`;
}

export function opWriting(): string {
  return `${fileHead('What the encoders of all commands share: the header of an op and the value argument.', 'protocol.json')}import type { ByteWriter } from '../bytes/index.js';
import { type AnoaValue, encodeValue } from '../values/index.js';
import { OP_HEADER_BYTES, OpHeaderAt } from './frames.js';
import { Limits } from './limits.js';
import type { ValueType } from './value-types.js';

/** A value whose wire form is at hand, for instance TEXT typed by a person: it is copied, not encoded. */
export class TypedValue {
  readonly type: ValueType;
  readonly bytes: Uint8Array;

  constructor(type: ValueType, bytes: Uint8Array) {
    this.type = type;
    this.bytes = bytes;
  }
}

/** Writes header and key and returns where the op starts; \`endOp\` fills the length of the arguments in. */
export function beginOp(writer: ByteWriter, opcode: number, flags: number, key: Uint8Array | undefined): number {
  const keyBytes = key === undefined ? 0 : key.length;
  if (keyBytes > Limits.keyBytesMax)
    throw new RangeError(\`a key has at most \${Limits.keyBytesMax} bytes, this one has \${keyBytes}\`);
  const start = writer.at;
  writer.u8(opcode);
  writer.u8(flags);
  writer.u16(keyBytes);
  writer.u32(0);
  if (key !== undefined) writer.copy(key, 0, keyBytes);
  return start;
}

export function endOp(writer: ByteWriter, start: number): void {
  const end = writer.at;
  const bytes = writer.bytes;
  const keyBytes = bytes[start + OpHeaderAt.keyLen] | (bytes[start + OpHeaderAt.keyLen + 1] << 8);
  writer.at = start + OpHeaderAt.argLen;
  writer.u32(end - start - OP_HEADER_BYTES - keyBytes);
  writer.at = end;
}

/** Type, then value. Where the value can not be encoded the op begun at \`start\` is taken back and the error goes on. */
export function writeValueArgument(writer: ByteWriter, start: number, value: AnoaValue | TypedValue): void {
  if (value instanceof TypedValue) {
    writer.u8(value.type);
    writer.copy(value.bytes, 0, value.bytes.length);
    return;
  }
  const typeAt = writer.at;
  writer.u8(0);
  try {
    const type = encodeValue(writer, value);
    writer.bytes[typeAt] = type;
  } catch (error) {
    writer.at = start;
    throw error;
  }
}
`;
}
