// Generated from protocol-spec/messages/*.json by `npm run gen`: do not edit.

/** Ops from bytes that may be hostile. Throws nothing, allocates nothing (an amount beyond 2^53 excepted). */

import type { ByteReader } from '../bytes/index.js';
import { Limits } from './limits.js';
import type { Op } from './op.js';
import { Opcode } from './opcodes.js';
import { Status } from './status.js';
import { isSendableType, ValueType } from './value-types.js';

const APPEND_VALUE_TYPES = new Uint8Array(256);
for (const type of [ValueType.STRING, ValueType.BYTES, ValueType.TEXT]) APPEND_VALUE_TYPES[type] = 1;
const SCAN_TYPE_TYPES = new Uint8Array(256);
for (const type of [ValueType.NULL, ValueType.BOOLEAN, ValueType.INTEGER, ValueType.FLOAT, ValueType.STRING, ValueType.JSON, ValueType.BYTES, ValueType.LIST, ValueType.TEXT]) SCAN_TYPE_TYPES[type] = 1;

/**
 * Reads one op. Returns OK, or the status that refuses it.
 *
 * Afterwards the reader stands behind the op, refused or not, so that the ops after it can be read. Only where
 * the header itself lies about its lengths are the boundaries lost: then `reader.failed` is set, and the whole
 * request is malformed.
 */
export function decodeOp(reader: ByteReader, op: Op): Status {
  op.opcode = reader.u8();
  op.flags = reader.u8();
  const keyBytes = reader.u16();
  const argumentBytes = reader.u32();
  op.bytes = reader.bytes;
  op.keyStart = reader.skip(keyBytes);
  op.keyEnd = op.keyStart + keyBytes;
  op.clearArguments();
  const argumentsStart = reader.skip(argumentBytes);
  if (reader.failed) return Status.MALFORMED;

  // The arguments are read within their own bounds: one that would reach beyond them fails the reader.
  const outerEnd = reader.end;
  const end = argumentsStart + argumentBytes;
  reader.at = argumentsStart;
  reader.end = end;
  let status = decodeArguments(reader, op, keyBytes);
  if (reader.failed || (status === Status.OK && reader.at !== end)) status = Status.MALFORMED;
  reader.failed = false;
  reader.at = end;
  reader.end = outerEnd;
  return status;
}

function decodeArguments(reader: ByteReader, op: Op, keyBytes: number): Status {
  switch (op.opcode) {
    case Opcode.GET:
      return decodeGet(reader, op, keyBytes);
    case Opcode.SET:
      return decodeSet(reader, op, keyBytes);
    case Opcode.DELETE:
      return decodeDelete(reader, op, keyBytes);
    case Opcode.EXISTS:
      return decodeExists(reader, op, keyBytes);
    case Opcode.TTL:
      return decodeTtl(reader, op, keyBytes);
    case Opcode.EXPIRE:
      return decodeExpire(reader, op, keyBytes);
    case Opcode.PERSIST:
      return decodePersist(reader, op, keyBytes);
    case Opcode.INCR:
      return decodeIncr(reader, op, keyBytes);
    case Opcode.INCRFLOAT:
      return decodeIncrFloat(reader, op, keyBytes);
    case Opcode.APPEND:
      return decodeAppend(reader, op, keyBytes);
    case Opcode.LENGTH:
      return decodeLength(reader, op, keyBytes);
    case Opcode.GETDELETE:
      return decodeGetDelete(reader, op, keyBytes);
    case Opcode.GETEXPIRE:
      return decodeGetExpire(reader, op, keyBytes);
    case Opcode.RENAME:
      return decodeRename(reader, op, keyBytes);
    case Opcode.TYPE:
      return decodeType(reader, op, keyBytes);
    case Opcode.SCAN:
      return decodeScan(reader, op, keyBytes);
    case Opcode.COUNT:
      return decodeCount(reader, op, keyBytes);
    case Opcode.FLUSH:
      return decodeFlush(reader, op, keyBytes);
    case Opcode.STATS:
      return decodeStats(reader, op, keyBytes);
    case Opcode.PING:
      return decodePing(reader, op, keyBytes);
    case Opcode.CHECK:
      return decodeCheck(reader, op, keyBytes);
    case Opcode.SNAPSHOT:
      return decodeSnapshot(reader, op, keyBytes);
    case Opcode.COPY:
      return decodeCopy(reader, op, keyBytes);
    default:
      return Status.UNSUPPORTED_OP;
  }
}

function decodeGet(_reader: ByteReader, op: Op, keyBytes: number): Status {
  const flags = op.flags;
  if ((flags & 0xfc) !== 0) return Status.MALFORMED;
  if (keyBytes > Limits.keyBytesMax) return Status.KEY_TOO_LARGE;
  if (keyBytes < Limits.keyBytesMin) return Status.MALFORMED;
  return Status.OK;
}

function decodeSet(reader: ByteReader, op: Op, keyBytes: number): Status {
  const flags = op.flags;
  if ((flags & 0x80) !== 0) return Status.MALFORMED;
  const exclusive1 = flags & 0x07; // at most one of ifAbsent, ifPresent, ifVersion
  if ((exclusive1 & (exclusive1 - 1)) !== 0) return Status.MALFORMED;
  const exclusive2 = flags & 0x38; // at most one of ttl, expireAt, keepTtl
  if ((exclusive2 & (exclusive2 - 1)) !== 0) return Status.MALFORMED;
  if (keyBytes > Limits.keyBytesMax) return Status.KEY_TOO_LARGE;
  if (keyBytes < Limits.keyBytesMin) return Status.MALFORMED;
  if ((flags & 0x04) !== 0) {
    op.version = reader.u64();
  }
  if ((flags & 0x08) !== 0) {
    op.ttlMs = reader.u48();
    if (op.ttlMs < 1) return Status.MALFORMED;
  }
  if ((flags & 0x10) !== 0) {
    op.expireAtMs = reader.u48();
    if (op.expireAtMs < 1) return Status.MALFORMED;
  }
  op.type = reader.u8();
  if (!isSendableType(op.type)) return Status.MALFORMED;
  op.valueStart = reader.at;
  op.valueEnd = reader.end;
  reader.at = reader.end;
  return Status.OK;
}

function decodeDelete(reader: ByteReader, op: Op, keyBytes: number): Status {
  const flags = op.flags;
  if ((flags & 0xfe) !== 0) return Status.MALFORMED;
  if (keyBytes > Limits.keyBytesMax) return Status.KEY_TOO_LARGE;
  if (keyBytes < Limits.keyBytesMin) return Status.MALFORMED;
  if ((flags & 0x01) !== 0) {
    op.version = reader.u64();
  }
  return Status.OK;
}

function decodeExists(_reader: ByteReader, op: Op, keyBytes: number): Status {
  if (op.flags !== 0) return Status.MALFORMED;
  if (keyBytes > Limits.keyBytesMax) return Status.KEY_TOO_LARGE;
  if (keyBytes < Limits.keyBytesMin) return Status.MALFORMED;
  return Status.OK;
}

function decodeTtl(_reader: ByteReader, op: Op, keyBytes: number): Status {
  const flags = op.flags;
  if ((flags & 0xfe) !== 0) return Status.MALFORMED;
  if (keyBytes > Limits.keyBytesMax) return Status.KEY_TOO_LARGE;
  if (keyBytes < Limits.keyBytesMin) return Status.MALFORMED;
  return Status.OK;
}

function decodeExpire(reader: ByteReader, op: Op, keyBytes: number): Status {
  const flags = op.flags;
  if ((flags & 0xe0) !== 0) return Status.MALFORMED;
  const exclusive1 = flags & 0x06; // at most one of ifNone, ifSome
  if ((exclusive1 & (exclusive1 - 1)) !== 0) return Status.MALFORMED;
  const exclusive2 = flags & 0x1a; // at most one of ifNone, ifLater, ifEarlier
  if ((exclusive2 & (exclusive2 - 1)) !== 0) return Status.MALFORMED;
  if (keyBytes > Limits.keyBytesMax) return Status.KEY_TOO_LARGE;
  if (keyBytes < Limits.keyBytesMin) return Status.MALFORMED;
  op.timeMs = reader.u48();
  return Status.OK;
}

function decodePersist(_reader: ByteReader, op: Op, keyBytes: number): Status {
  if (op.flags !== 0) return Status.MALFORMED;
  if (keyBytes > Limits.keyBytesMax) return Status.KEY_TOO_LARGE;
  if (keyBytes < Limits.keyBytesMin) return Status.MALFORMED;
  return Status.OK;
}

function decodeIncr(reader: ByteReader, op: Op, keyBytes: number): Status {
  const flags = op.flags;
  if ((flags & 0xfc) !== 0) return Status.MALFORMED;
  if (keyBytes > Limits.keyBytesMax) return Status.KEY_TOO_LARGE;
  if (keyBytes < Limits.keyBytesMin) return Status.MALFORMED;
  if ((flags & 0x01) !== 0) {
    op.amount = reader.i64();
  }
  if ((flags & 0x02) !== 0) {
    op.ttlMs = reader.u48();
    if (op.ttlMs < 1) return Status.MALFORMED;
  }
  return Status.OK;
}

function decodeIncrFloat(reader: ByteReader, op: Op, keyBytes: number): Status {
  const flags = op.flags;
  if ((flags & 0xfe) !== 0) return Status.MALFORMED;
  if (keyBytes > Limits.keyBytesMax) return Status.KEY_TOO_LARGE;
  if (keyBytes < Limits.keyBytesMin) return Status.MALFORMED;
  op.amountFloat = reader.f64();
  if (!Number.isFinite(op.amountFloat)) return Status.MALFORMED;
  if ((flags & 0x01) !== 0) {
    op.ttlMs = reader.u48();
    if (op.ttlMs < 1) return Status.MALFORMED;
  }
  return Status.OK;
}

function decodeAppend(reader: ByteReader, op: Op, keyBytes: number): Status {
  if (op.flags !== 0) return Status.MALFORMED;
  if (keyBytes > Limits.keyBytesMax) return Status.KEY_TOO_LARGE;
  if (keyBytes < Limits.keyBytesMin) return Status.MALFORMED;
  op.type = reader.u8();
  if (!isSendableType(op.type)) return Status.MALFORMED;
  if (APPEND_VALUE_TYPES[op.type] === 0) return Status.TYPE_MISMATCH;
  op.valueStart = reader.at;
  op.valueEnd = reader.end;
  reader.at = reader.end;
  return Status.OK;
}

function decodeLength(_reader: ByteReader, op: Op, keyBytes: number): Status {
  if (op.flags !== 0) return Status.MALFORMED;
  if (keyBytes > Limits.keyBytesMax) return Status.KEY_TOO_LARGE;
  if (keyBytes < Limits.keyBytesMin) return Status.MALFORMED;
  return Status.OK;
}

function decodeGetDelete(_reader: ByteReader, op: Op, keyBytes: number): Status {
  const flags = op.flags;
  if ((flags & 0xfe) !== 0) return Status.MALFORMED;
  if (keyBytes > Limits.keyBytesMax) return Status.KEY_TOO_LARGE;
  if (keyBytes < Limits.keyBytesMin) return Status.MALFORMED;
  return Status.OK;
}

function decodeGetExpire(reader: ByteReader, op: Op, keyBytes: number): Status {
  const flags = op.flags;
  if ((flags & 0xf0) !== 0) return Status.MALFORMED;
  const exclusive = flags & 0x0e; // at most one of ttl, expireAt, persist
  if ((exclusive & (exclusive - 1)) !== 0) return Status.MALFORMED;
  if (keyBytes > Limits.keyBytesMax) return Status.KEY_TOO_LARGE;
  if (keyBytes < Limits.keyBytesMin) return Status.MALFORMED;
  if ((flags & 0x02) !== 0) {
    op.ttlMs = reader.u48();
    if (op.ttlMs < 1) return Status.MALFORMED;
  }
  if ((flags & 0x04) !== 0) {
    op.expireAtMs = reader.u48();
    if (op.expireAtMs < 1) return Status.MALFORMED;
  }
  return Status.OK;
}

function decodeRename(reader: ByteReader, op: Op, keyBytes: number): Status {
  const flags = op.flags;
  if ((flags & 0xfe) !== 0) return Status.MALFORMED;
  if (keyBytes > Limits.keyBytesMax) return Status.KEY_TOO_LARGE;
  if (keyBytes < Limits.keyBytesMin) return Status.MALFORMED;
  op.valueStart = reader.at;
  op.valueEnd = reader.end;
  reader.at = reader.end;
  if (op.valueEnd - op.valueStart > Limits.keyBytesMax) return Status.KEY_TOO_LARGE;
  if (op.valueEnd - op.valueStart < Limits.keyBytesMin) return Status.MALFORMED;
  return Status.OK;
}

function decodeType(_reader: ByteReader, op: Op, keyBytes: number): Status {
  const flags = op.flags;
  if ((flags & 0xfe) !== 0) return Status.MALFORMED;
  if (keyBytes > Limits.keyBytesMax) return Status.KEY_TOO_LARGE;
  if (keyBytes < Limits.keyBytesMin) return Status.MALFORMED;
  return Status.OK;
}

function decodeScan(reader: ByteReader, op: Op, keyBytes: number): Status {
  const flags = op.flags;
  if ((flags & 0xf8) !== 0) return Status.MALFORMED;
  if (keyBytes > Limits.keyBytesMax) return Status.KEY_TOO_LARGE;
  op.cursor = reader.u64();
  op.count = reader.u16();
  if (op.count < 1) return Status.MALFORMED;
  if ((flags & 0x02) !== 0) {
    op.type = reader.u8();
    if (SCAN_TYPE_TYPES[op.type] === 0) return Status.MALFORMED;
  }
  if ((flags & 0x01) !== 0) {
    op.valueStart = reader.at;
    op.valueEnd = reader.end;
    reader.at = reader.end;
    if (op.valueEnd - op.valueStart < 1) return Status.MALFORMED;
    if (op.valueEnd - op.valueStart > Limits.patternBytesMax) return Status.MALFORMED;
  }
  return Status.OK;
}

function decodeCount(_reader: ByteReader, op: Op, keyBytes: number): Status {
  if (op.flags !== 0) return Status.MALFORMED;
  if (keyBytes !== 0) return Status.MALFORMED;
  return Status.OK;
}

function decodeFlush(_reader: ByteReader, op: Op, keyBytes: number): Status {
  if (op.flags !== 0) return Status.MALFORMED;
  if (keyBytes !== 0) return Status.MALFORMED;
  return Status.OK;
}

function decodeStats(_reader: ByteReader, op: Op, keyBytes: number): Status {
  if (op.flags !== 0) return Status.MALFORMED;
  if (keyBytes !== 0) return Status.MALFORMED;
  return Status.OK;
}

function decodePing(reader: ByteReader, op: Op, keyBytes: number): Status {
  if (op.flags !== 0) return Status.MALFORMED;
  if (keyBytes !== 0) return Status.MALFORMED;
  op.valueStart = reader.at;
  op.valueEnd = reader.end;
  reader.at = reader.end;
  return Status.OK;
}

function decodeCheck(reader: ByteReader, op: Op, keyBytes: number): Status {
  const flags = op.flags;
  if ((flags & 0xf8) !== 0) return Status.MALFORMED;
  const exclusive = flags & 0x07; // at most one of ifAbsent, ifPresent, ifVersion
  if ((exclusive & (exclusive - 1)) !== 0) return Status.MALFORMED;
  if (keyBytes > Limits.keyBytesMax) return Status.KEY_TOO_LARGE;
  if (keyBytes < Limits.keyBytesMin) return Status.MALFORMED;
  if ((flags & 0x04) !== 0) {
    op.version = reader.u64();
  }
  return Status.OK;
}

function decodeSnapshot(_reader: ByteReader, op: Op, keyBytes: number): Status {
  if (op.flags !== 0) return Status.MALFORMED;
  if (keyBytes !== 0) return Status.MALFORMED;
  return Status.OK;
}

function decodeCopy(reader: ByteReader, op: Op, keyBytes: number): Status {
  const flags = op.flags;
  if ((flags & 0xfe) !== 0) return Status.MALFORMED;
  if (keyBytes > Limits.keyBytesMax) return Status.KEY_TOO_LARGE;
  if (keyBytes < Limits.keyBytesMin) return Status.MALFORMED;
  op.valueStart = reader.at;
  op.valueEnd = reader.end;
  reader.at = reader.end;
  if (op.valueEnd - op.valueStart > Limits.keyBytesMax) return Status.KEY_TOO_LARGE;
  if (op.valueEnd - op.valueStart < Limits.keyBytesMin) return Status.MALFORMED;
  return Status.OK;
}
