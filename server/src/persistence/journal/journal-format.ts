/**
 * A journal segment: a header, then frames, one for each batch. Little-endian; docs/STORAGE.md has it for others.
 *
 *   header   0 magic[8] "ANOAJOUR" | 8 version u16 | 10 zero u16 | 12 keyId u32 | 16 database uuid[16] | 32 salt[32]
 *            64 startLsn u64 | 72 number u64 | 80 tag of the last frame before[16] | 96 createdMs u64
 *            104 zero[20] | 124 crc32 of 0..124                                                    = 128 bytes
 *   frame    0 magic u32 | 4 boxBytes u32 | 8 firstLsn u64 | 16 lastLsn u64 | 24 requests u32 | 28 zero u32
 *            32 durableLsn u64 | 40 dbNowMs u64 | 48 nonce[24] | 72 crc32 of 0..72, seeded with that of the salt
 *            76 box of (bytes 8..48 | tag of the frame before[16] | records) | crc32 of the box, seeded with that at 72
 *
 * CRC finds damage without the key, and a rotten length misleads nobody. The tag is the truth: CRC right and tag
 * wrong is a wrong key or someone's hand, not a bad disk. What stops which tampering:
 *   - frames moved, doubled, left out within a segment: the nonce begins with the frame's index, the box has the tag
 *     of the frame before
 *   - frames or headers of another segment, database, start: the key comes from salt, uuid, start, number and digest
 *     of the header
 *   - segments left out or swapped: MANIFEST lists them, and each header has the tag of the last frame before it
 */

import { damaged, wrongKey } from '../persistence-error.js';
import {
  ascii,
  deriveSealingKeys,
  NONCE_BYTES,
  SALT_BYTES,
  type SealingKeys,
  type StorageCrypto,
  TAG_BYTES,
} from '../storage-crypto.js';
import { uuidBytes, uuidText } from '../text-forms.js';
import { BATCH_BYTES_MAX, BATCH_HEAD_BYTES } from './journal-types.js';

export const SEGMENT_HEADER_BYTES = 128;
export const SEGMENT_BYTES_MAX = 64 * 1024 * 1024;
const SEGMENT_MAGIC = ascii('ANOAJOUR');
/** Since 2 there are records of lists and of client flags, which a program of version 1 would take for something else. */
const SEGMENT_VERSION = 2;
const SEGMENT_VERSION_MIN = 1;
const HEADER_CRC_AT = 124;

const FRAME_MAGIC = 0x4d52_464a; // "JFRM"
export const FRAME_MAGIC_BYTES: Uint8Array = Uint8Array.of(0x4a, 0x46, 0x52, 0x4d);
const NONCE_AT = 48;
const FRAME_CRC_AT = NONCE_AT + NONCE_BYTES;
export const FRAME_HEAD_BYTES = FRAME_CRC_AT + 4;
/** The part of the head that the box repeats: what no seal would protect otherwise. */
const REPEATED_AT = 8;
const REPEATED_BYTES = NONCE_AT - REPEATED_AT;
/** Room before the records of a batch: repeated head and tag of the frame before. */
const PLAIN_HEAD_BYTES = REPEATED_BYTES + TAG_BYTES;
if (PLAIN_HEAD_BYTES !== BATCH_HEAD_BYTES) throw new Error('journal: a batch has another head than a frame');
const BOX_BYTES_MIN = PLAIN_HEAD_BYTES + TAG_BYTES;
const BOX_BYTES_MAX = BATCH_BYTES_MAX + TAG_BYTES;
/** What a frame has besides its records. */
export const FRAME_OVERHEAD_BYTES = FRAME_HEAD_BYTES + PLAIN_HEAD_BYTES + TAG_BYTES + 4;
export const FRAME_BYTES_MAX = FRAME_OVERHEAD_BYTES + BATCH_BYTES_MAX;

const FILE_NAME = /^jour-(\d{1,16})-(\d{1,15})\.anoj$/;

/** The number tells segments of one start apart: two starts without a write between them begin at the same LSN. */
export function segmentFileName(startLsn: number, number: number): string {
  return `jour-${startLsn}-${number}.anoj`;
}

export function parseSegmentFileName(name: string): { startLsn: number; number: number } | undefined {
  const match = FILE_NAME.exec(name);
  return match === null ? undefined : { startLsn: Number(match[1]), number: Number(match[2]) };
}

export interface SegmentHeader {
  readonly keyId: number;
  readonly database: string;
  readonly salt: Uint8Array;
  /** LSN from which on its records are. */
  readonly startLsn: number;
  /** Grows from segment to segment. */
  readonly number: number;
  /** Tag of the last frame before this segment; zeros where there was none. */
  readonly previousTag: Uint8Array;
  readonly createdMs: number;
}

export function encodeSegmentHeader(crypto: StorageCrypto, header: SegmentHeader): Uint8Array {
  const bytes = new Uint8Array(SEGMENT_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(SEGMENT_MAGIC);
  view.setUint16(8, SEGMENT_VERSION, true);
  view.setUint32(12, header.keyId, true);
  bytes.set(uuidBytes(header.database), 16);
  bytes.set(header.salt, 32);
  setU64(view, 64, header.startLsn);
  setU64(view, 72, header.number);
  bytes.set(header.previousTag, 80);
  setU64(view, 96, header.createdMs);
  view.setUint32(HEADER_CRC_AT, crypto.crc32(bytes.subarray(0, HEADER_CRC_AT), 0), true);
  return bytes;
}

/** Throws damaged, with the offset of what is wrong. */
export function decodeSegmentHeader(crypto: StorageCrypto, file: string, bytes: Uint8Array): SegmentHeader {
  if (bytes.length < SEGMENT_HEADER_BYTES)
    throw damaged(file, bytes.length, 'the file ends within its header.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, SEGMENT_HEADER_BYTES);
  for (let i = 0; i < SEGMENT_MAGIC.length; i++) {
    if (bytes[i] !== SEGMENT_MAGIC[i]) throw damaged(file, i, 'this is not a segment of an AnoaDB journal.');
  }
  const version = view.getUint16(8, true);
  if (version < SEGMENT_VERSION_MIN || version > SEGMENT_VERSION) {
    throw damaged(
      file,
      8,
      `format version ${version}; this program reads versions ${SEGMENT_VERSION_MIN} to ${SEGMENT_VERSION}.`,
      'Nothing was changed. Use the program that wrote it, or restore the file if it is damaged.',
    );
  }
  const crc = crypto.crc32(bytes.subarray(0, HEADER_CRC_AT), 0);
  if (crc !== view.getUint32(HEADER_CRC_AT, true))
    throw damaged(file, 0, 'the checksum of its header does not match: it was altered.');
  const startLsn = getU64(view, 64);
  const number = getU64(view, 72);
  const createdMs = getU64(view, 96);
  const isZero =
    bytes.subarray(104, HEADER_CRC_AT).every((byte) => byte === 0) && view.getUint16(10, true) === 0;
  if (startLsn === undefined || number === undefined || createdMs === undefined || !isZero)
    throw damaged(file, 8, 'its header is not one that this program knows.');
  return {
    keyId: view.getUint32(12, true),
    database: uuidText(bytes.subarray(16, 32)),
    salt: bytes.slice(32, 32 + SALT_BYTES),
    startLsn,
    number,
    previousTag: bytes.slice(80, 80 + TAG_BYTES),
    createdMs,
  };
}

/** What seals the frames of one segment. */
export interface SegmentKeys extends SealingKeys {
  /** Starts the checksums of its frames: what another file left on the disk does not fit. */
  readonly crcSeed: number;
}

/** `headerBytes` is the header as it stands on disk. */
export function segmentKeys(
  crypto: StorageCrypto,
  file: string,
  dataKeys: ReadonlyMap<number, Uint8Array>,
  header: SegmentHeader,
  headerBytes: Uint8Array,
): SegmentKeys {
  const dataKey = dataKeys.get(header.keyId);
  if (dataKey === undefined) {
    throw wrongKey(
      file,
      `it needs data key ${header.keyId}, which KEYRING does not have.`,
      'Nothing was changed. Bring back the KEYRING that belongs to it.',
    );
  }
  const binding = new Uint8Array(16 + 8 + 8 + 32);
  const view = new DataView(binding.buffer);
  binding.set(uuidBytes(header.database));
  setU64(view, 16, header.startLsn);
  setU64(view, 24, header.number);
  binding.set(crypto.sha256(headerBytes), 32);
  const keys = deriveSealingKeys(crypto, dataKey, header.salt, 'journal', binding);
  return { ...keys, crcSeed: crypto.crc32(header.salt, 0) };
}

/** The fields of a frame's head. */
export interface FrameHead {
  boxBytes: number;
  firstLsn: number;
  lastLsn: number;
  requestCount: number;
  /** Highest LSN known to be synced when the frame was built. */
  durableLsn: number;
  dbNowMs: number;
}

export function newFrameHead(): FrameHead {
  return { boxBytes: 0, firstLsn: 0, lastLsn: 0, requestCount: 0, durableLsn: 0, dbNowMs: 0 };
}

/**
 * Makes a whole frame in `out`, which has room for FRAME_OVERHEAD_BYTES more than the records take, and returns its
 * length. `batch` is [head room | records]; the room is filled here.
 */
export function sealFrame(
  crypto: StorageCrypto,
  keys: SegmentKeys,
  out: Uint8Array,
  batch: Uint8Array,
  head: Readonly<FrameHead>,
  makeNonce: (plain: Uint8Array) => Uint8Array,
  previousTag: Uint8Array,
): number {
  const boxBytes = batch.length + TAG_BYTES;
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  view.setUint32(0, FRAME_MAGIC, true);
  view.setUint32(4, boxBytes, true);
  setU64(view, 8, head.firstLsn);
  setU64(view, 16, head.lastLsn);
  view.setUint32(24, head.requestCount, true);
  view.setUint32(28, 0, true);
  setU64(view, 32, head.durableLsn);
  setU64(view, 40, head.dbNowMs);
  batch.set(out.subarray(REPEATED_AT, NONCE_AT));
  batch.set(previousTag, REPEATED_BYTES);
  const nonce = makeNonce(batch);
  out.set(nonce, NONCE_AT);
  const headCrc = crypto.crc32(out.subarray(0, FRAME_CRC_AT), keys.crcSeed);
  view.setUint32(FRAME_CRC_AT, headCrc, true);
  const boxEnd = FRAME_HEAD_BYTES + boxBytes;
  const box = out.subarray(FRAME_HEAD_BYTES, boxEnd);
  crypto.seal(box, batch, nonce, keys.box);
  view.setUint32(boxEnd, crypto.crc32(box, headCrc), true);
  return boxEnd + 4;
}

/** Reads and checks a head at `at`, where FRAME_HEAD_BYTES are; false: this is none of this segment. */
export function readFrameHead(
  crypto: StorageCrypto,
  keys: SegmentKeys,
  bytes: Uint8Array,
  at: number,
  head: FrameHead,
): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, FRAME_HEAD_BYTES);
  if (view.getUint32(0, true) !== FRAME_MAGIC) return false;
  const crc = crypto.crc32(bytes.subarray(at, at + FRAME_CRC_AT), keys.crcSeed);
  if (crc !== view.getUint32(FRAME_CRC_AT, true)) return false;
  const firstLsn = getU64(view, 8);
  const lastLsn = getU64(view, 16);
  const durableLsn = getU64(view, 32);
  const dbNowMs = getU64(view, 40);
  const boxBytes = view.getUint32(4, true);
  const isPossible =
    firstLsn !== undefined &&
    lastLsn !== undefined &&
    durableLsn !== undefined &&
    dbNowMs !== undefined &&
    boxBytes >= BOX_BYTES_MIN &&
    boxBytes <= BOX_BYTES_MAX;
  if (!isPossible) return false;
  head.boxBytes = boxBytes;
  head.firstLsn = firstLsn;
  head.lastLsn = lastLsn;
  head.requestCount = view.getUint32(24, true);
  head.durableLsn = durableLsn;
  head.dbNowMs = dbNowMs;
  return true;
}

/** On disk, from magic to the last checksum. */
export function frameBytesOf(head: Readonly<FrameHead>): number {
  return FRAME_HEAD_BYTES + head.boxBytes + 4;
}

/** Is the checksum of the box right? `frame` is the whole frame. */
export function hasSoundBox(crypto: StorageCrypto, frame: Uint8Array): boolean {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const end = frame.length - 4;
  const crc = crypto.crc32(frame.subarray(FRAME_HEAD_BYTES, end), view.getUint32(FRAME_CRC_AT, true));
  return crc === view.getUint32(end, true);
}

export function nonceOf(frame: Uint8Array): Uint8Array {
  return frame.subarray(NONCE_AT, FRAME_CRC_AT);
}

export function tagOf(frame: Uint8Array): Uint8Array {
  return frame.subarray(FRAME_HEAD_BYTES, FRAME_HEAD_BYTES + TAG_BYTES);
}

/** Opens the box into `plain` (boxBytes - TAG_BYTES long); true where tag and repeated head are right. */
export function openFrame(
  crypto: StorageCrypto,
  keys: SegmentKeys,
  frame: Uint8Array,
  plain: Uint8Array,
): boolean {
  const box = frame.subarray(FRAME_HEAD_BYTES, frame.length - 4);
  if (!crypto.open(plain, box, nonceOf(frame), keys.box)) return false;
  for (let i = 0; i < REPEATED_BYTES; i++) if (plain[i] !== frame[REPEATED_AT + i]) return false;
  return true;
}

/** The tag of the frame before, as the box of this one has it. */
export function previousTagIn(plain: Uint8Array): Uint8Array {
  return plain.subarray(REPEATED_BYTES, PLAIN_HEAD_BYTES);
}

const TWO_32 = 0x1_0000_0000;

function setU64(view: DataView, at: number, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`journal: ${value} is no LSN or time`);
  view.setUint32(at, value % TWO_32, true);
  view.setUint32(at + 4, Math.floor(value / TWO_32), true);
}

/** Undefined beyond 2^53: nothing that we write. */
function getU64(view: DataView, at: number): number | undefined {
  const value = view.getUint32(at + 4, true) * TWO_32 + view.getUint32(at, true);
  return Number.isSafeInteger(value) ? value : undefined;
}
