/**
 * The one outer shape of everything in clear: KEYRING, MANIFEST and the header of a snapshot file.
 *
 *   0   magic[8]         ASCII, says what this is
 *   8   version u16      of the format of that kind of file, little-endian
 *   10  zero u16
 *   12  length u32       of the body
 *   16  body[length]
 *       digest[32]       SHA-256 of everything before
 *
 * The digest needs no key and finds damage; it proves nothing against tampering, that is the boxes' job. Being
 * two things, a wrong key and a damaged file get different messages.
 */

import { damaged } from './persistence-error.js';
import { ascii, type StorageCrypto } from './storage-crypto.js';
import { isEqual } from './whole-file.js';

export const FRAME_HEAD_BYTES = 16;
const DIGEST_BYTES = 32;
/** A file of a kind is written in its latest version, and read in all of them. */
const LATEST_VERSION: Readonly<Record<string, number>> = {
  ANOAKEYS: 1,
  ANOAMANI: 1,
  ANOAACCS: 1,
  // Since 2 there are lines of lists and of client flags.
  ANOASNAP: 2,
};

export function frameBytes(bodyBytes: number): number {
  return FRAME_HEAD_BYTES + bodyBytes + DIGEST_BYTES;
}

export function encodeFrame(crypto: StorageCrypto, magic: string, body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(frameBytes(body.length));
  frame.set(ascii(magic));
  const view = new DataView(frame.buffer);
  view.setUint16(8, latestVersion(magic), true);
  view.setUint32(12, body.length, true);
  frame.set(body, FRAME_HEAD_BYTES);
  const digestAt = FRAME_HEAD_BYTES + body.length;
  frame.set(crypto.sha256(frame.subarray(0, digestAt)), digestAt);
  return frame;
}

/** Length of the body by a frame's first 16 bytes; throws damaged where they cannot be the head of such a frame. */
export function readFrameHead(file: string, head: Uint8Array, magic: string, bodyBytesMax: number): number {
  if (head.length < FRAME_HEAD_BYTES)
    throw damaged(file, head.length, 'the file ends within its first bytes.');
  const expected = ascii(magic);
  for (let i = 0; i < 8; i++) {
    if (head[i] !== expected[i]) throw damaged(file, i, `this is not an AnoaDB file of kind ${magic}.`);
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const version = view.getUint16(8, true);
  const latest = latestVersion(magic);
  if (version < 1 || version > latest) {
    throw damaged(
      file,
      8,
      `format version ${version}; this program reads ${latest === 1 ? 'version 1' : `versions 1 to ${latest}`}.`,
      'Nothing was changed. Use the program that wrote it, or restore the file if it is damaged.',
    );
  }
  if (view.getUint16(10, true) !== 0) throw damaged(file, 10, 'reserved bytes are not zero.');
  const length = view.getUint32(12, true);
  if (length > bodyBytesMax)
    throw damaged(file, 12, `a body of ${length} bytes, at most ${bodyBytesMax} can be.`);
  return length;
}

/** Body of a whole frame (a view). `frame` must end where the frame ends. */
export function decodeFrame(
  crypto: StorageCrypto,
  file: string,
  frame: Uint8Array,
  magic: string,
  bodyBytesMax: number,
): Uint8Array {
  const length = readFrameHead(file, frame, magic, bodyBytesMax);
  const end = frameBytes(length);
  if (frame.length < end)
    throw damaged(file, frame.length, `the file ends here, ${end - frame.length} bytes early.`);
  if (frame.length > end) throw damaged(file, end, `${frame.length - end} bytes too many.`);
  const digestAt = end - DIGEST_BYTES;
  if (!isEqual(crypto.sha256(frame.subarray(0, digestAt)), frame.subarray(digestAt))) {
    throw damaged(file, 0, `the digest of bytes 0 to ${digestAt} does not match: it was altered.`);
  }
  return frame.subarray(FRAME_HEAD_BYTES, digestAt);
}

function latestVersion(magic: string): number {
  const version = LATEST_VERSION[magic];
  if (version === undefined) throw new Error(`framed block: no version is known of ${magic}`);
  return version;
}
