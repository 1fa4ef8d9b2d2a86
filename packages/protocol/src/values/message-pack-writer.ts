/**
 * MessagePack, the writing half: always the shortest form, so equal values have equal bytes.
 *
 * Our own, and not a general library: those rename `__proto__` keys and write dates, undefined and typed
 * arrays as extension types that other languages cannot read. Here is JSON's model and nothing else.
 */
import type { ByteWriter } from '../bytes/byte-writer.js';
import { Limits } from '../generated/limits.js';

const TWO_32 = 0x1_0000_0000;
const INT64_MIN = -0x8000_0000_0000_0000n;
const UINT64_MAX = 0xffff_ffff_ffff_ffffn;

/** How deeply arrays and objects may be nested, the outermost counted. */
export const JSON_DEPTH_MAX = Limits.jsonDepthMax;

const NIL = 0xc0;
const FALSE = 0xc2;
const TRUE = 0xc3;
const FLOAT64 = 0xcb;
const UINT8 = 0xcc;
const UINT16 = 0xcd;
const UINT32 = 0xce;
const UINT64 = 0xcf;
const INT8 = 0xd0;
const INT16 = 0xd1;
const INT32 = 0xd2;
const INT64 = 0xd3;
const STR8 = 0xd9;
const STR16 = 0xda;
const STR32 = 0xdb;
const ARRAY16 = 0xdc;
const ARRAY32 = 0xdd;
const MAP16 = 0xde;
const MAP32 = 0xdf;

const floatBytes = new Uint8Array(8);
const floatView = new DataView(floatBytes.buffer);

export function writeNil(writer: ByteWriter): void {
  writer.u8(NIL);
}

export function writeBoolean(writer: ByteWriter, value: boolean): void {
  writer.u8(value ? TRUE : FALSE);
}

/** Floats are always 64 bits wide, also where 32 would do. */
export function writeFloat(writer: ByteWriter, value: number): void {
  writer.ensure(9);
  floatView.setFloat64(0, value); // big-endian, as all of MessagePack
  const bytes = writer.bytes;
  let at = writer.at;
  bytes[at++] = FLOAT64;
  for (let i = 0; i < 8; i++) bytes[at++] = floatBytes[i];
  writer.at = at;
}

/** `value` must be a safe whole number. */
export function writeSafeInteger(writer: ByteWriter, value: number): void {
  if (value >= 0) {
    if (value < 0x80) writer.u8(value);
    else if (value < 0x100) writeTagged(writer, UINT8, value, 1);
    else if (value < 0x1_0000) writeTagged(writer, UINT16, value, 2);
    else if (value < TWO_32) writeTagged(writer, UINT32, value, 4);
    else writeWords(writer, UINT64, Math.floor(value / TWO_32), value % TWO_32);
  } else if (value >= -0x20) writer.u8(value & 0xff);
  else if (value >= -0x80) writeTagged(writer, INT8, value, 1);
  else if (value >= -0x8000) writeTagged(writer, INT16, value, 2);
  else if (value >= -0x8000_0000) writeTagged(writer, INT32, value, 4);
  else {
    const high = Math.floor(value / TWO_32);
    writeWords(writer, INT64, high, value - high * TWO_32);
  }
}

/** Any whole number from -2^63 to 2^64-1; false, and nothing written, beyond. */
export function writeBigInteger(writer: ByteWriter, value: bigint): boolean {
  if (value >= -0x1f_ffff_ffff_ffffn && value <= 0x1f_ffff_ffff_ffffn) {
    writeSafeInteger(writer, Number(value));
    return true;
  }
  if (value < INT64_MIN || value > UINT64_MAX) return false;
  writeWords(writer, value < 0n ? INT64 : UINT64, Number(value >> 32n), Number(value & 0xffff_ffffn));
  return true;
}

/** Bytes a string's header takes, by the string's length in bytes. */
export function stringHeaderBytes(byteCount: number): number {
  return byteCount < 0x20 ? 1 : byteCount < 0x100 ? 2 : byteCount < 0x1_0000 ? 3 : 5;
}

/** Puts the header of a string of `byteCount` bytes at `at`, where stringHeaderBytes() of room must be. */
export function putStringHeader(bytes: Uint8Array, at: number, byteCount: number): void {
  if (byteCount < 0x20) bytes[at] = 0xa0 | byteCount;
  else if (byteCount < 0x100) putTagged(bytes, at, STR8, byteCount, 1);
  else if (byteCount < 0x1_0000) putTagged(bytes, at, STR16, byteCount, 2);
  else putTagged(bytes, at, STR32, byteCount, 4);
}

/** Bytes the header of an array or map takes, by its count. */
export function containerHeaderBytes(count: number): number {
  return count < 0x10 ? 1 : count < 0x1_0000 ? 3 : 5;
}

export function putArrayHeader(bytes: Uint8Array, at: number, count: number): void {
  if (count < 0x10) bytes[at] = 0x90 | count;
  else if (count < 0x1_0000) putTagged(bytes, at, ARRAY16, count, 2);
  else putTagged(bytes, at, ARRAY32, count, 4);
}

export function putMapHeader(bytes: Uint8Array, at: number, count: number): void {
  if (count < 0x10) bytes[at] = 0x80 | count;
  else if (count < 0x1_0000) putTagged(bytes, at, MAP16, count, 2);
  else putTagged(bytes, at, MAP32, count, 4);
}

export function writeArrayHeader(writer: ByteWriter, count: number): void {
  writer.ensure(5);
  putArrayHeader(writer.bytes, writer.at, count);
  writer.at += containerHeaderBytes(count);
}

export function writeMapHeader(writer: ByteWriter, count: number): void {
  writer.ensure(5);
  putMapHeader(writer.bytes, writer.at, count);
  writer.at += containerHeaderBytes(count);
}

function writeTagged(writer: ByteWriter, tag: number, value: number, width: 1 | 2 | 4): void {
  writer.ensure(5);
  putTagged(writer.bytes, writer.at, tag, value, width);
  writer.at += 1 + width;
}

/** `value` modulo 2^(8 * width), big-endian, behind its tag. */
function putTagged(bytes: Uint8Array, at: number, tag: number, value: number, width: 1 | 2 | 4): void {
  bytes[at++] = tag;
  if (width === 4) {
    bytes[at++] = value >>> 24;
    bytes[at++] = value >>> 16;
  }
  if (width !== 1) bytes[at++] = value >>> 8;
  bytes[at] = value;
}

function writeWords(writer: ByteWriter, tag: number, high: number, low: number): void {
  writer.ensure(9);
  putTagged(writer.bytes, writer.at, tag, high, 4);
  const bytes = writer.bytes;
  const at = writer.at + 5;
  bytes[at] = low >>> 24;
  bytes[at + 1] = low >>> 16;
  bytes[at + 2] = low >>> 8;
  bytes[at + 3] = low;
  writer.at = at + 4;
}
