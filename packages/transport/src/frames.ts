/**
 * Frames inside a DATA datagram: `type u8 | len u16 | body`, several per datagram, written in place.
 *
 *   REQ       rid u32, delta u8, flags u8, ops             RSP       rid u32, flags u8, status u8, results
 *   REQ_FRAG  rid u32, delta u8, flags u8, total, index    RSP_FRAG  rid u32, flags u8, status u8, total, index
 *   FRAG_ACK  rid u32, dir u8, zero u8, next u16, bitmap[8], echo u32
 *   WORKING   rid u32, flags u8     PING floor u32, token u32     PONG token u32     CLOSE code u16, reason
 *
 * FRAG_ACK: everything below `next` has arrived and `next` has not; bit i of the bitmap is fragment
 * next + 1 + i; echo is the low half of the counter of the datagram that brought the latest fragment.
 */

import { FRAME_HEADER_BYTES, FrameBodyBytes, FrameType, SKIPPABLE_FRAMES_FROM } from '@anoadb/protocol';
import { readU32, writeU16, writeU32 } from './little-endian.js';

/** Of a frame that carries a whole request or reply, everything but its ops or results. */
export const MESSAGE_OVERHEAD_BYTES = FRAME_HEADER_BYTES + FrameBodyBytes.REQ;
/** Of a fragment frame, everything but its data. */
export const FRAGMENT_OVERHEAD_BYTES = FRAME_HEADER_BYTES + FrameBodyBytes.REQ_FRAG;

export const ACK_OF_REQUEST = 0;
export const ACK_OF_REPLY = 1;
/** Fragments beyond `next` that one FRAG_ACK can speak of. */
export const ACK_BITMAP_BITS = 64;

/** Shortest body of each frame type below 0x80; -1 = not a frame of this version. */
const BODY_BYTES_MIN = new Int16Array(SKIPPABLE_FRAMES_FROM).fill(-1);
for (const [name, bodyBytes] of Object.entries(FrameBodyBytes)) {
  BODY_BYTES_MIN[FrameType[name as keyof typeof FrameType]] = bodyBytes;
}
// A REQ that is whole enough to name its rid is answered MALFORMED.
BODY_BYTES_MIN[FrameType.REQ] = 4;

/** Shortest body of a frame of `type` (below 0x80), -1 where there is no such frame. */
export function bodyBytesMin(type: number): number {
  return BODY_BYTES_MIN[type];
}

function writeHeader(bytes: Uint8Array, at: number, type: number, bodyBytes: number): number {
  bytes[at] = type;
  writeU16(bytes, at + 1, bodyBytes);
  return at + FRAME_HEADER_BYTES;
}

/** REQ (first = delta, second = flags) or RSP (first = flags, second = status); returns where ops or results go. */
export function writeMessageHead(
  bytes: Uint8Array,
  at: number,
  type: number,
  rid: number,
  first: number,
  second: number,
  payloadBytes: number,
): number {
  const body = writeHeader(bytes, at, type, FrameBodyBytes.REQ + payloadBytes);
  writeU32(bytes, body, rid);
  bytes[body + 4] = first;
  bytes[body + 5] = second;
  return body + FrameBodyBytes.REQ;
}

/** REQ_FRAG or RSP_FRAG; returns where the data goes. */
export function writeFragmentHead(
  bytes: Uint8Array,
  at: number,
  type: number,
  rid: number,
  first: number,
  second: number,
  total: number,
  index: number,
  dataBytes: number,
): number {
  const body = writeHeader(bytes, at, type, FrameBodyBytes.REQ_FRAG + dataBytes);
  writeU32(bytes, body, rid);
  bytes[body + 4] = first;
  bytes[body + 5] = second;
  writeU32(bytes, body + 6, total);
  writeU16(bytes, body + 10, index);
  return body + FrameBodyBytes.REQ_FRAG;
}

export function writeFragAck(
  bytes: Uint8Array,
  at: number,
  rid: number,
  direction: number,
  next: number,
  bitmapLow: number,
  bitmapHigh: number,
  echo: number,
): void {
  const body = writeHeader(bytes, at, FrameType.FRAG_ACK, FrameBodyBytes.FRAG_ACK);
  writeU32(bytes, body, rid);
  bytes[body + 4] = direction;
  bytes[body + 5] = 0;
  writeU16(bytes, body + 6, next);
  writeU32(bytes, body + 8, bitmapLow);
  writeU32(bytes, body + 12, bitmapHigh);
  writeU32(bytes, body + 16, echo);
}

export function writeWorking(bytes: Uint8Array, at: number, rid: number, flags: number): void {
  const body = writeHeader(bytes, at, FrameType.WORKING, FrameBodyBytes.WORKING);
  writeU32(bytes, body, rid);
  bytes[body + 4] = flags;
}

export function writePing(bytes: Uint8Array, at: number, floor: number, token: number): void {
  const body = writeHeader(bytes, at, FrameType.PING, FrameBodyBytes.PING);
  writeU32(bytes, body, floor);
  writeU32(bytes, body + 4, token);
}

export function writePong(bytes: Uint8Array, at: number, token: number): void {
  writeU32(bytes, writeHeader(bytes, at, FrameType.PONG, FrameBodyBytes.PONG), token);
}

/** PATH_CHALLENGE or PATH_RESPONSE with the 8 bytes at `source[sourceAt]`. */
export function writePath(
  bytes: Uint8Array,
  at: number,
  type: number,
  source: Uint8Array,
  sourceAt: number,
): void {
  const body = writeHeader(bytes, at, type, FrameBodyBytes.PATH_CHALLENGE);
  writeU32(bytes, body, readU32(source, sourceAt));
  writeU32(bytes, body + 4, readU32(source, sourceAt + 4));
}

/** CLOSE without prose: the code says it all, and clients never match text. */
export function writeClose(bytes: Uint8Array, at: number, code: number): void {
  writeU16(bytes, writeHeader(bytes, at, FrameType.CLOSE, FrameBodyBytes.CLOSE), code);
}
