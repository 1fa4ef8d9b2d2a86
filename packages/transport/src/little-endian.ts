/**
 * Fixed-offset fields of datagram headers and frames, read and written in place.
 *
 * The checked ByteReader and ByteWriter serve everything of variable shape; here the caller has checked the
 * length once, and a method call per field would be most of the cost of a 20-byte frame.
 */

export { copyBytes } from '@anoadb/protocol';

const TWO_32 = 0x1_0000_0000;

export function readU16(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8);
}

export function readU32(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}

/** Exact: a u48 is below 2^53. */
export function readU48(bytes: Uint8Array, at: number): number {
  return readU32(bytes, at) + readU16(bytes, at + 4) * TWO_32;
}

export function writeU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
}

export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

export function writeU48(bytes: Uint8Array, at: number, value: number): void {
  // Storing a byte takes what is above it away; a remainder of floats would be a call.
  writeU32(bytes, at, value);
  writeU16(bytes, at + 4, Math.floor(value / TWO_32));
}

export function isAllZero(bytes: Uint8Array, start: number, end: number): boolean {
  let any = 0;
  for (let i = start; i < end; i++) any |= bytes[i];
  return any === 0;
}

export function equalBytes(
  a: Uint8Array,
  aAt: number,
  b: Uint8Array,
  bAt: number,
  byteCount: number,
): boolean {
  // No early exit: this also compares cookie MACs.
  let difference = 0;
  for (let i = 0; i < byteCount; i++) difference |= a[aAt + i] ^ b[bAt + i];
  return difference === 0;
}
