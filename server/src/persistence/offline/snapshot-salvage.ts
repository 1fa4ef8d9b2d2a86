/**
 * What can still be read of a damaged snapshot: every chunk whose seal is whole, wherever it stands. A chunk's seal
 * binds it to its file and its place, so nothing that comes out of here was altered; what is missing is reported.
 */

import { ByteWriter } from '@anoadb/protocol';
import { type FileSystem, pathIn } from '../file-system.js';
import { decodeFrame, FRAME_HEAD_BYTES, frameBytes, readFrameHead } from '../framed-block.js';
import type { Keyring } from '../keyring.js';
import { LineParser } from '../line-parser.js';
import { damaged, PersistenceError } from '../persistence-error.js';
import type { RecordLoad } from '../record-load.js';
import {
  CHUNK_BODY_BYTES_MAX,
  CHUNK_HEAD_BYTES,
  ChunkKind,
  decodeSnapshotHeader,
  HEADER_BODY_BYTES_MAX,
  SNAPSHOT_MAGIC,
  type SnapshotEnd,
  type SnapshotHeader,
  snapshotKeys,
} from '../snapshot-format.js';
import { nonceHasIndex, type SealingKeys, type StorageCrypto, TAG_BYTES } from '../storage-crypto.js';
import { parseJsonObject } from '../text-forms.js';
import { attempt, closeQuietly, readFully, readWholeFile } from '../whole-file.js';
import type { Loss } from './salvage.js';

/** Files are at most 64 MiB, and one chunk more. */
const FILE_BYTES_MAX = 128 * 1024 * 1024;
/** So many chunks in a row may be lost before the rest of their file is given up. */
const CHUNKS_SKIPPED_MAX = 64;
const NEWLINE = 0x0a;

export class SnapshotSalvage {
  /** LSN at which it ends; undefined: its end was not found. */
  endVersion: number | undefined;
  dbNowMs = 0;
  /** Lines that put an entry, as its end mark counts them. */
  entriesWritten: number | undefined;
  readonly #fs: FileSystem;
  readonly #crypto: StorageCrypto;
  readonly #keyring: Keyring;
  readonly #load: RecordLoad;
  readonly #losses: Loss[];
  readonly #parser: LineParser;
  readonly #lines = new ByteWriter(2 * CHUNK_BODY_BYTES_MAX);
  readonly #records = new ByteWriter(2 * CHUNK_BODY_BYTES_MAX);
  readonly #plain = new Uint8Array(1 + CHUNK_BODY_BYTES_MAX);
  #plainBytes = 0;
  #chunk = 0;
  /** The line that was cut by a loss is skipped to its end. */
  #isInLostLine = false;

  constructor(
    fs: FileSystem,
    crypto: StorageCrypto,
    keyring: Keyring,
    load: RecordLoad,
    losses: Loss[],
    nowMs: number,
  ) {
    this.#fs = fs;
    this.#crypto = crypto;
    this.#keyring = keyring;
    this.#load = load;
    this.#losses = losses;
    this.#parser = new LineParser(nowMs);
  }

  /** One file of the snapshot; call in their order. */
  readFile(directory: string, name: string): void {
    const file = pathIn(directory, name);
    let at: number;
    let bytes: Uint8Array | undefined;
    let keys: SealingKeys;
    try {
      bytes = readWholeFile(this.#fs, file, FILE_BYTES_MAX);
      if (bytes === undefined) throw damaged(file, undefined, 'it is missing.');
      const opened = this.#openHeader(file);
      ({ at, keys } = opened);
      if (opened.firstChunk !== this.#chunk) this.#lose();
      this.#chunk = opened.firstChunk;
    } catch (error) {
      if (!(error instanceof PersistenceError)) throw error;
      this.#losses.push({ file: name, offset: 0, bytes: bytes?.length ?? 0, what: error.message });
      this.#lose();
      return;
    }
    this.#readChunks(name, bytes, at, keys);
  }

  /** Lines that put an entry and were read. */
  get entriesRead(): number {
    return this.#parser.counts.entries;
  }

  #openHeader(file: string): { at: number; firstChunk: number; keys: SealingKeys } {
    const { header, frame } = readSnapshotHeader(this.#fs, this.#crypto, file);
    const dataKey = this.#keyring.dataKeys.get(header.keyId);
    if (header.database !== this.#keyring.database || dataKey === undefined)
      throw damaged(
        file,
        16,
        'it belongs to another database, or needs a data key that KEYRING does not have.',
      );
    const keys = snapshotKeys(this.#crypto, dataKey, header, frame);
    return { at: frame.length, firstChunk: header.firstChunk, keys };
  }

  #readChunks(name: string, bytes: Uint8Array, start: number, keys: SealingKeys): void {
    for (let at = start; at < bytes.length; ) {
      let next = this.#openChunk(bytes, at, keys, this.#chunk);
      if (next === 0) {
        const found = this.#findChunk(bytes, at, keys);
        const end = found?.at ?? bytes.length;
        this.#losses.push({
          file: name,
          offset: at,
          bytes: end - at,
          what: `the seal of chunk ${this.#chunk} of the snapshot is broken, or it is cut off`,
        });
        this.#lose();
        if (found === undefined) return;
        this.#chunk = found.index;
        at = found.at;
        next = found.next;
      }
      this.#chunk++;
      at = next;
      if (this.#take()) return;
    }
    this.#losses.push({
      file: name,
      offset: bytes.length,
      bytes: 0,
      what: 'the file ends before its end mark',
    });
  }

  /** Opens the chunk `index` at `at` into `#plain`; returns where it ends, 0: there is none. */
  #openChunk(bytes: Uint8Array, at: number, keys: SealingKeys, index: number): number {
    const boxAt = at + CHUNK_HEAD_BYTES;
    if (boxAt > bytes.length) return 0;
    const boxBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
    if (boxBytes <= TAG_BYTES || boxBytes > TAG_BYTES + this.#plain.length) return 0;
    if (boxAt + boxBytes > bytes.length) return 0;
    const nonce = bytes.subarray(at + 4, boxAt);
    if (!nonceHasIndex(nonce, index)) return 0;
    const plain = this.#plain.subarray(0, boxBytes - TAG_BYTES);
    if (!this.#crypto.open(plain, bytes.subarray(boxAt, boxAt + boxBytes), nonce, keys.box)) return 0;
    this.#plainBytes = plain.length;
    return boxAt + boxBytes;
  }

  /** The next chunk behind a broken one: its nonce begins with its index, which is known to a few. */
  #findChunk(
    bytes: Uint8Array,
    from: number,
    keys: SealingKeys,
  ): { at: number; next: number; index: number } | undefined {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = from + 1; at + CHUNK_HEAD_BYTES < bytes.length; at++) {
      if (view.getUint32(at + 8, true) !== 0) continue;
      const index = view.getUint32(at + 4, true);
      if (index < this.#chunk || index > this.#chunk + CHUNKS_SKIPPED_MAX) continue;
      const next = this.#openChunk(bytes, at, keys, index);
      if (next !== 0) return { at, next, index };
    }
    return undefined;
  }

  #lose(): void {
    this.#lines.reset();
    this.#isInLostLine = true;
  }

  /** Applies the lines of the chunk that was opened; true: it is the end of its file. */
  #take(): boolean {
    const body = this.#plain.subarray(1, this.#plainBytes);
    const kind = this.#plain[0];
    if (kind !== ChunkKind.LINES) {
      const end = parseJsonObject(body) as SnapshotEnd | undefined;
      if (kind === ChunkKind.SNAPSHOT_END && end !== undefined) {
        this.endVersion = end.endVersion;
        this.dbNowMs = end.dbNowMs ?? 0;
        this.entriesWritten = end.entries;
      }
      return true;
    }
    // The very first line of all begins with its chunk; so does one behind a loss only by chance.
    const isFirst = this.#chunk === 1;
    const start = this.#isInLostLine && !isFirst ? body.indexOf(NEWLINE) + 1 : 0;
    if (this.#isInLostLine && !isFirst && start === 0) return false;
    this.#isInLostLine = false;
    const lines = this.#lines;
    lines.copy(body, start, body.length);
    const wholeEnd = lines.at === 0 ? 0 : lines.bytes.lastIndexOf(NEWLINE, lines.at - 1) + 1;
    if (wholeEnd > 0) {
      this.#records.reset();
      this.#parser.parse(this.#records, lines.bytes, 0, wholeEnd);
      this.#load.apply(this.#records.bytes, 0, this.#records.at);
      lines.bytes.copyWithin(0, wholeEnd, lines.at);
      lines.at -= wholeEnd;
    }
    return false;
  }
}

/** Header of a snapshot's file, and its bytes as they stand there. Refused where it is damaged. */
export function readSnapshotHeader(
  fs: FileSystem,
  crypto: StorageCrypto,
  file: string,
): { header: SnapshotHeader; frame: Uint8Array } {
  const handle = attempt(file, 'open it', () => fs.openToRead(file));
  try {
    const read = (bytes: Uint8Array) =>
      bytes.subarray(0, readFully(fs, file, handle, bytes, 0, bytes.length, 0));
    const head = read(new Uint8Array(FRAME_HEAD_BYTES));
    const bodyBytes = readFrameHead(file, head, SNAPSHOT_MAGIC, HEADER_BODY_BYTES_MAX);
    const frame = read(new Uint8Array(frameBytes(bodyBytes)));
    const body = decodeFrame(crypto, file, frame, SNAPSHOT_MAGIC, HEADER_BODY_BYTES_MAX);
    return { header: decodeSnapshotHeader(file, body), frame };
  } finally {
    closeQuietly(fs, handle);
  }
}
