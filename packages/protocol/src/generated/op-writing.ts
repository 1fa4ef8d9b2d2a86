// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

/** What the encoders of all commands share: the header of an op and the value argument. */

import type { ByteWriter } from '../bytes/index.js';
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

/** Writes header and key and returns where the op starts; `endOp` fills the length of the arguments in. */
export function beginOp(writer: ByteWriter, opcode: number, flags: number, key: Uint8Array | undefined): number {
  const keyBytes = key === undefined ? 0 : key.length;
  if (keyBytes > Limits.keyBytesMax)
    throw new RangeError(`a key has at most ${Limits.keyBytesMax} bytes, this one has ${keyBytes}`);
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

/** Type, then value. Where the value can not be encoded the op begun at `start` is taken back and the error goes on. */
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
