/**
 * A snapshot file: a header in clear, then chunks. docs/STORAGE.md has this for readers in other languages.
 *
 *   header  framed block "ANOASNAP" whose body is JSON in clear (SnapshotHeader), KEYRING within
 *   chunk   length u32 of the box | nonce[24] | box of (kind u8 | body), body at most 256 KiB
 *
 * Kind 0: a run of JSON lines. Kind 1: end of this file, another follows. Kind 2: end of the snapshot. Both ends
 * are JSON (SnapshotEnd).
 *
 * What stops which tampering:
 *   - chunks altered, moved, doubled, left out within a file: the nonce begins with the chunk's index, which counts
 *     on through all files of the snapshot
 *   - chunks or headers of another file, database, generation: the key comes from salt, uuid, generation, number of
 *     the file and digest of the header
 *   - files swapped or mixed between copies: each header repeats the chain, a running digest over all plaintext
 *     before it, and the end repeats it too
 *   - file cut at a chunk's border: no end chunk
 */

import { encodeFrame } from './framed-block.js';
import { damaged } from './persistence-error.js';
import {
  deriveSealingKeys,
  NONCE_BYTES,
  type SealingKeys,
  type StorageCrypto,
  TAG_BYTES,
} from './storage-crypto.js';
import {
  fromBase64,
  isCount,
  isUuid,
  jsonBytes,
  parseJsonObject,
  toBase64,
  uuidBytes,
} from './text-forms.js';

export const SNAPSHOT_MAGIC = 'ANOASNAP';
/** KEYRING in base64 and a few hundred bytes more. */
export const HEADER_BODY_BYTES_MAX = 128 * 1024;

export const ChunkKind = { LINES: 0, FILE_END: 1, SNAPSHOT_END: 2 } as const;
/** Lines are sealed when this many bytes have come together... */
export const CHUNK_TARGET_BYTES = 128 * 1024;
/** ...and never more than this many in one box. */
export const CHUNK_BODY_BYTES_MAX = 256 * 1024;
export const CHUNK_HEAD_BYTES = 4 + NONCE_BYTES;
/** What a chunk's body grows by on disk: length, nonce, tag, kind. */
export const CHUNK_OVERHEAD_BYTES = CHUNK_HEAD_BYTES + TAG_BYTES + 1;
/** Room kept in every file for its end chunk. */
export const END_CHUNK_BYTES_MAX = 1024;

export const SEGMENT_BYTES_MAX = 64 * 1024 * 1024;

export interface SnapshotHeader {
  readonly database: string;
  readonly generation: number;
  /** Number of this file, from 1. */
  readonly segment: number;
  /** Index of this file's first chunk. */
  readonly firstChunk: number;
  readonly createdMs: number;
  readonly beginVersion: number;
  readonly cipher: 'xsalsa20-poly1305';
  readonly keyId: number;
  readonly salt: Uint8Array;
  /** Running digest at the end of the previous file; zeros in the first. */
  readonly chain: string;
  /** The KEYRING file, whole. */
  readonly keyring: Uint8Array;
}

export interface SnapshotEnd {
  /** Chunks of the snapshot before this one, all files together. */
  readonly chunks: number;
  /** Bytes of lines, entries, ... so far. */
  readonly plainBytes: number;
  readonly entries: number;
  readonly deletes: number;
  readonly clears: number;
  readonly chain: string;
  /** Only in the end of the snapshot. */
  readonly endVersion?: number;
  readonly dbNowMs?: number;
}

export const CHAIN_START = '0'.repeat(64);

const FILE_NAME = /^snap-(\d{1,15})-(\d{3,9})\.anos$/;
/** While it is written; the name without it means: complete, synced and verified. */
export const PARTIAL_SUFFIX = '.part';

export function snapshotFileName(generation: number, segment: number): string {
  return `snap-${generation}-${String(segment).padStart(3, '0')}.anos`;
}

export function parseSnapshotFileName(name: string): { generation: number; segment: number } | undefined {
  const match = FILE_NAME.exec(name);
  return match === null ? undefined : { generation: Number(match[1]), segment: Number(match[2]) };
}

export function encodeSnapshotHeader(crypto: StorageCrypto, header: SnapshotHeader): Uint8Array {
  const body = { ...header, salt: toBase64(header.salt), keyring: toBase64(header.keyring) };
  return encodeFrame(crypto, SNAPSHOT_MAGIC, jsonBytes(body));
}

/** From the body of its framed block. */
export function decodeSnapshotHeader(file: string, body: Uint8Array): SnapshotHeader {
  const header = parseJsonObject(body) as
    | (Partial<Record<keyof SnapshotHeader, unknown>> & object)
    | undefined;
  const salt = fromBase64(header?.salt);
  const keyring = fromBase64(header?.keyring);
  const isSound =
    header !== undefined &&
    salt !== undefined &&
    keyring !== undefined &&
    isUuid(header.database) &&
    isCount(header.generation) &&
    isCount(header.segment) &&
    isCount(header.firstChunk) &&
    isCount(header.createdMs) &&
    isCount(header.beginVersion) &&
    isCount(header.keyId) &&
    typeof header.chain === 'string';
  if (!isSound) throw damaged(file, 16, 'its header is not one that this program knows.');
  if (header.cipher !== 'xsalsa20-poly1305') {
    throw damaged(file, 16, `sealed with ${String(header.cipher)}, which this program does not know.`);
  }
  return { ...header, salt, keyring } as SnapshotHeader;
}

/** Keys of one file. `headerFrame` is the header as it stands on disk. */
export function snapshotKeys(
  crypto: StorageCrypto,
  dataKey: Uint8Array,
  header: SnapshotHeader,
  headerFrame: Uint8Array,
): SealingKeys {
  const binding = new Uint8Array(16 + 8 + 4 + 32);
  const view = new DataView(binding.buffer);
  binding.set(uuidBytes(header.database));
  view.setBigUint64(16, BigInt(header.generation), true);
  view.setUint32(24, header.segment, true);
  binding.set(crypto.sha256(headerFrame), 28);
  return deriveSealingKeys(crypto, dataKey, header.salt, 'snapshot', binding);
}

/** The running digest after one more chunk: SHA-256(chain before | kind | body). Ends are in it too. */
export function nextChain(crypto: StorageCrypto, chain: Uint8Array, kindAndBody: Uint8Array): Uint8Array {
  return crypto.sha256(chain, kindAndBody);
}
