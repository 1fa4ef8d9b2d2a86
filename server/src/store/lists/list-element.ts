/**
 * One element as it stands in a node: its length before it and, mirrored, behind it, so that a node is read in either
 * direction.
 *
 *   below 128 bytes     0xxxxxxx
 *   below 16 KiB        10xxxxxx xxxxxxxx
 *   else                11xxxxxx xxxxxxxx xxxxxxxx xxxxxxxx     (behind the element the same bytes, last one first)
 */
import { copyBytes } from '@anoadb/protocol';

export const ELEMENT_LENGTH_MAX = 2 ** 30 - 1;

const SHORT = 0x80;
const MIDDLE = 0xc0;
const MIDDLE_LENGTH = 2 ** 14;

/** Bytes of a length, on either side of an element. */
export function lengthBytes(length: number): number {
  return length < SHORT ? 1 : length < MIDDLE_LENGTH ? 2 : 4;
}

/** Bytes of an element with its two lengths. */
export function elementBytes(length: number): number {
  return length + 2 * lengthBytes(length);
}

/** The length of the element that begins at `at`. */
export function lengthFrom(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  if (first < SHORT) return first;
  if (first < MIDDLE) return ((first & 0x3f) << 8) | bytes[at + 1];
  return ((first & 0x3f) << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
}

/** The length of the element that ends before `end`. */
export function lengthUpTo(bytes: Uint8Array, end: number): number {
  const last = bytes[end - 1];
  if (last < SHORT) return last;
  if (last < MIDDLE) return ((last & 0x3f) << 8) | bytes[end - 2];
  return ((last & 0x3f) << 24) | (bytes[end - 2] << 16) | (bytes[end - 3] << 8) | bytes[end - 4];
}

/** Writes source[start, end) as an element; returns where it ends. */
export function writeElement(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
): number {
  const length = end - start;
  if (length < SHORT) {
    target[at] = length;
    copyBytes(target, at + 1, source, start, end);
    target[at + 1 + length] = length;
    return at + length + 2;
  }
  const side = lengthBytes(length);
  const behind = at + side + length;
  const tag = side === 2 ? SHORT : MIDDLE;
  for (let i = 0; i < side; i++) {
    const byte = (length >>> (8 * (side - 1 - i))) & 0xff;
    target[at + i] = i === 0 ? byte | tag : byte;
    target[behind + side - 1 - i] = target[at + i];
  }
  copyBytes(target, at + side, source, start, end);
  return behind + side;
}
