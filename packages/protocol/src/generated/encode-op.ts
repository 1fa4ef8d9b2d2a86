// Generated from protocol-spec/messages/*.json by `npm run gen`: do not edit.

/** A decoded op back to the bytes it came from: for proxies, tests and logs. */

import type { ByteWriter } from '../bytes/index.js';
import type { Op } from './op.js';
import { Opcode } from './opcodes.js';

/** Appends the op. What `decodeOp` accepted becomes the same bytes again. */
export function encodeOp(writer: ByteWriter, op: Op): void {
  const keyBytes = op.keyEnd - op.keyStart;
  writer.u8(op.opcode);
  writer.u8(op.flags);
  writer.u16(keyBytes);
  const lengthAt = writer.at;
  writer.u32(0);
  writer.copy(op.bytes, op.keyStart, op.keyEnd);
  const start = writer.at;
  encodeArguments(writer, op);
  const end = writer.at;
  writer.at = lengthAt;
  writer.u32(end - start);
  writer.at = end;
}

function encodeArguments(writer: ByteWriter, op: Op): void {
  switch (op.opcode) {
    case Opcode.SET:
      if ((op.flags & 0x04) !== 0) writer.u64(op.version);
      if ((op.flags & 0x08) !== 0) writer.u48(op.ttlMs);
      if ((op.flags & 0x10) !== 0) writer.u48(op.expireAtMs);
      writer.u8(op.type);
      writer.copy(op.bytes, op.valueStart, op.valueEnd);
      break;
    case Opcode.DELETE:
      if ((op.flags & 0x01) !== 0) writer.u64(op.version);
      break;
    case Opcode.EXPIRE:
      writer.u48(op.timeMs);
      break;
    case Opcode.INCR:
      if ((op.flags & 0x01) !== 0) writer.i64(op.amount);
      if ((op.flags & 0x02) !== 0) writer.u48(op.ttlMs);
      break;
    case Opcode.INCRFLOAT:
      writer.f64(op.amountFloat);
      if ((op.flags & 0x01) !== 0) writer.u48(op.ttlMs);
      break;
    case Opcode.APPEND:
      writer.u8(op.type);
      writer.copy(op.bytes, op.valueStart, op.valueEnd);
      break;
    case Opcode.GETEXPIRE:
      if ((op.flags & 0x02) !== 0) writer.u48(op.ttlMs);
      if ((op.flags & 0x04) !== 0) writer.u48(op.expireAtMs);
      break;
    case Opcode.RENAME:
      writer.copy(op.bytes, op.valueStart, op.valueEnd);
      break;
    case Opcode.SCAN:
      writer.u64(op.cursor);
      writer.u16(op.count);
      if ((op.flags & 0x02) !== 0) writer.u8(op.type);
      if ((op.flags & 0x01) !== 0) writer.copy(op.bytes, op.valueStart, op.valueEnd);
      break;
    case Opcode.PING:
      writer.copy(op.bytes, op.valueStart, op.valueEnd);
      break;
    case Opcode.CHECK:
      if ((op.flags & 0x04) !== 0) writer.u64(op.version);
      break;
    case Opcode.COPY:
      writer.copy(op.bytes, op.valueStart, op.valueEnd);
      break;
    default:
      break; // no arguments
  }
}
