/**
 * The header of the binary protocol, 24 bytes, big-endian:
 *
 *   0 magic u8 | 1 opcode u8 | 2 key length u16
 *   4 extras length u8 | 5 data type u8 | 6 status u16 (requests: unused)
 *   8 body length u32: extras, key and value
 *  12 opaque u32, returned as it came
 *  16 cas unique u64
 *
 * then extras, key, value.
 */

import type { ByteWriter } from '@anoadb/protocol';
import { narrow, type Unsigned64 } from '../number-text.js';

export const BINARY_REQUEST_MAGIC = 0x80;
const BINARY_RESPONSE_MAGIC = 0x81;
export const HEADER_BYTES = 24;

export const BinaryStatus = {
  OK: 0x00,
  NOT_FOUND: 0x01,
  EXISTS: 0x02,
  TOO_LARGE: 0x03,
  INVALID: 0x04,
  NOT_STORED: 0x05,
  NON_NUMERIC: 0x06,
  NOT_AUTHENTICATED: 0x20,
  UNKNOWN_COMMAND: 0x81,
  NO_MEMORY: 0x82,
  /** Try again later. */
  TEMPORARY: 0x86,
} as const;
export type BinaryStatus = (typeof BinaryStatus)[keyof typeof BinaryStatus];

/** One request's header. One object, reused. */
export class BinaryHeader {
  opcode = 0;
  keyBytes = 0;
  extrasBytes = 0;
  bodyBytes = 0;
  cas: Unsigned64 = 0;
  bytes: Uint8Array = new Uint8Array(0);
  /** Where the header begins in `bytes`. */
  start = 0;

  /** Reads the 24 bytes at `start`. */
  read(bytes: Uint8Array, start: number): void {
    this.bytes = bytes;
    this.start = start;
    this.opcode = bytes[start + 1];
    this.keyBytes = (bytes[start + 2] << 8) | bytes[start + 3];
    this.extrasBytes = bytes[start + 4];
    this.bodyBytes = u32At(bytes, start + 8);
    this.cas = u64At(bytes, start + 16);
  }

  get extrasStart(): number {
    return this.start + HEADER_BYTES;
  }
  get keyStart(): number {
    return this.start + HEADER_BYTES + this.extrasBytes;
  }
  get keyEnd(): number {
    return this.keyStart + this.keyBytes;
  }
  get end(): number {
    return this.start + HEADER_BYTES + this.bodyBytes;
  }
  get valueBytes(): number {
    return this.bodyBytes - this.keyBytes - this.extrasBytes;
  }
}

/** Writes the header of an answer to `request`; the body follows. */
export function writeHeader(
  out: ByteWriter,
  request: BinaryHeader,
  status: BinaryStatus,
  extrasBytes: number,
  keyBytes: number,
  bodyBytes: number,
  cas: number,
): void {
  out.ensure(HEADER_BYTES + bodyBytes);
  const { bytes, at } = out;
  bytes[at] = BINARY_RESPONSE_MAGIC;
  bytes[at + 1] = request.opcode;
  bytes[at + 2] = keyBytes >>> 8;
  bytes[at + 3] = keyBytes;
  bytes[at + 4] = extrasBytes;
  bytes[at + 5] = 0;
  bytes[at + 6] = status >>> 8;
  bytes[at + 7] = status;
  putU32(bytes, at + 8, bodyBytes);
  for (let i = 12; i < 16; i++) bytes[at + i] = request.bytes[request.start + i];
  putU32(bytes, at + 16, Math.floor(cas / 0x1_0000_0000));
  putU32(bytes, at + 20, cas % 0x1_0000_0000);
  out.at = at + HEADER_BYTES;
}

export function writeU32(out: ByteWriter, value: number): void {
  out.ensure(4);
  putU32(out.bytes, out.at, value);
  out.at += 4;
}

export function writeU64(out: ByteWriter, value: Unsigned64): void {
  if (typeof value === 'number') {
    writeU32(out, Math.floor(value / 0x1_0000_0000));
    writeU32(out, value % 0x1_0000_0000);
  } else {
    writeU32(out, Number(value >> 32n));
    writeU32(out, Number(value & 0xffff_ffffn));
  }
}

export function u32At(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

export function u64At(bytes: Uint8Array, at: number): Unsigned64 {
  const high = u32At(bytes, at);
  const low = u32At(bytes, at + 4);
  return high < 0x20_0000 ? high * 0x1_0000_0000 + low : narrow((BigInt(high) << 32n) | BigInt(low));
}

function putU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
