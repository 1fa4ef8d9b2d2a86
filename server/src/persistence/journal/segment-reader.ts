/**
 * One segment, read frame by frame, each proven before it is handed on. Says where the first thing is that is wrong and
 * what kind of wrong it is; what follows from that is recovery's decision. Changes nothing.
 */

import { type FileHandle, type FileSystem, pathIn } from '../file-system.js';
import type { Keyring } from '../keyring.js';
import { damaged } from '../persistence-error.js';
import { nonceHasIndex, type StorageCrypto, TAG_BYTES } from '../storage-crypto.js';
import { attempt, closeQuietly, isEqual, readFully } from '../whole-file.js';
import {
  decodeSegmentHeader,
  FRAME_HEAD_BYTES,
  FRAME_MAGIC_BYTES,
  frameBytesOf,
  hasSoundBox,
  newFrameHead,
  nonceOf,
  openFrame,
  previousTagIn,
  readFrameHead,
  SEGMENT_HEADER_BYTES,
  type SegmentHeader,
  type SegmentKeys,
  segmentKeys,
  tagOf,
} from './journal-format.js';
import { BATCH_HEAD_BYTES } from './journal-types.js';

export interface SegmentReaderOptions {
  readonly fs: FileSystem;
  readonly crypto: StorageCrypto;
  readonly directory: string;
  readonly keyring: Keyring;
  readonly name: string;
  /** Bytes of it that count, as MANIFEST says; undefined: all that is there. */
  readonly bytes?: number | undefined;
}

/** What is wrong at `offset`. */
export interface Flaw {
  readonly offset: number;
  readonly what: string;
  /** Its checksums are right and its seal is not: no bad disk does that. */
  readonly isAltered: boolean;
}

const WINDOW_BYTES = 1024 * 1024;
const NOTHING = new Uint8Array(0);

export class SegmentReader {
  readonly path: string;
  readonly header: SegmentHeader;
  /** Length of the file, or of the part that counts. */
  readonly limit: number;
  readonly fileBytes: number;
  /** The frame that next() gave. */
  readonly head = newFrameHead();
  /** Its plaintext: records from BATCH_HEAD_BYTES on. Stands until the next call. */
  plain: Uint8Array = NOTHING;
  frameStart = SEGMENT_HEADER_BYTES;
  frameEnd = SEGMENT_HEADER_BYTES;
  /** Index of the next frame. */
  frames = 0;
  lastTag: Uint8Array;
  lastLsn: number;
  flaw: Flaw | undefined;
  readonly #fs: FileSystem;
  readonly #crypto: StorageCrypto;
  readonly #keys: SegmentKeys;
  #handle: FileHandle | undefined;
  #window = new Uint8Array(WINDOW_BYTES);
  /** The window holds the file from here... */
  #windowAt = 0;
  /** ...so many bytes of it. */
  #windowBytes = 0;
  #plainRoom = NOTHING;

  /** Opens the file and reads its header. Throws damaged where header, place or key are not what they have to be. */
  constructor(options: SegmentReaderOptions) {
    const { fs, crypto, directory, keyring, name, bytes } = options;
    this.#fs = fs;
    this.#crypto = crypto;
    const path = pathIn(directory, name);
    this.path = path;
    const stat = attempt(path, 'look at it', () => fs.stat(path));
    if (stat === undefined)
      throw damaged(
        path,
        undefined,
        'this file of the journal is missing.',
        'Nothing was changed. Bring it back.',
      );
    this.fileBytes = stat.bytes;
    if (bytes !== undefined && stat.bytes < bytes)
      throw damaged(path, stat.bytes, `it has ${stat.bytes} bytes; MANIFEST says ${bytes}.`);
    this.limit = bytes ?? stat.bytes;
    this.#handle = attempt(path, 'open it', () => fs.openToRead(path));
    try {
      this.#fill(0, Math.min(SEGMENT_HEADER_BYTES, this.limit));
      const headerBytes = this.#window.subarray(0, Math.min(this.#windowBytes, SEGMENT_HEADER_BYTES));
      this.header = decodeSegmentHeader(crypto, path, headerBytes);
      if (this.header.database !== keyring.database) {
        throw damaged(
          path,
          16,
          `it belongs to the database ${this.header.database}, not to ${keyring.database}.`,
        );
      }
      this.#keys = segmentKeys(crypto, path, keyring.dataKeys, this.header, headerBytes);
    } catch (error) {
      this.close();
      throw error;
    }
    this.lastTag = this.header.previousTag;
    this.lastLsn = this.header.startLsn - 1;
  }

  /** True: a frame. False: the end, or `flaw` says what is in its place. */
  next(): boolean {
    if (this.flaw !== undefined) return false;
    const at = this.frameEnd;
    if (at === this.limit) return false;
    const flaw = this.#readAt(at) ?? this.#checkOrder(at);
    if (flaw !== undefined) {
      this.flaw = flaw;
      return false;
    }
    this.frameStart = at;
    this.frameEnd = at + frameBytesOf(this.head);
    this.frames++;
    this.lastTag = this.tagAt(at);
    this.lastLsn = this.head.lastLsn;
    return true;
  }

  /**
   * The next whole, sealed frame of this segment at or behind `from`, wherever it begins: what a torn tail may have
   * beyond its first bad byte. Returns its end, 0: there is none. `head` is that frame's.
   */
  findBeyond(from: number): number {
    for (let at = from; at + FRAME_HEAD_BYTES <= this.limit; at++) {
      at = this.#findMagic(at);
      if (at < 0) return 0;
      if (this.#readAt(at) === undefined) return at + frameBytesOf(this.head);
    }
    return 0;
  }

  /** Where the frame at `at` should end by its head, whose checksum is right; undefined: it is not. */
  frameEndAt(at: number): number | undefined {
    if (this.limit - at < FRAME_HEAD_BYTES) return undefined;
    const isHead = readFrameHead(this.#crypto, this.#keys, this.#bytesAt(at, FRAME_HEAD_BYTES), 0, this.head);
    return isHead ? at + frameBytesOf(this.head) : undefined;
  }

  /** Tag of the frame that begins at `at`. */
  tagAt(at: number): Uint8Array {
    return tagOf(this.#bytesAt(at, FRAME_HEAD_BYTES + TAG_BYTES)).slice();
  }

  /** Has the file any byte but zero in [from, to)? */
  hasContent(from: number, to: number): boolean {
    for (let at = from; at < to; ) {
      const count = Math.min(WINDOW_BYTES, to - at);
      const bytes = this.#bytesAt(at, count);
      for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) return true;
      at += count;
    }
    return false;
  }

  close(): void {
    if (this.#handle !== undefined) closeQuietly(this.#fs, this.#handle);
    this.#handle = undefined;
  }

  /** Fills `head` and `plain` from the frame at `at`, by checksums and seal alone. */
  #readAt(at: number): Flaw | undefined {
    const left = this.limit - at;
    if (left < FRAME_HEAD_BYTES) return torn(this.limit, 'the file ends within the head of a frame');
    const { head } = this;
    if (!readFrameHead(this.#crypto, this.#keys, this.#bytesAt(at, FRAME_HEAD_BYTES), 0, head))
      return torn(at, 'no frame begins here: its head is damaged');
    const bytes = frameBytesOf(head);
    // Before any allocation: a length is believed only as far as the file reaches.
    if (bytes > left) return torn(this.limit, `the file ends within the frame that begins at ${at}`);
    const frame = this.#bytesAt(at, bytes);
    if (!hasSoundBox(this.#crypto, frame))
      return torn(at, `the checksum of the frame here (${bytes} bytes) is wrong`);
    const plainBytes = head.boxBytes - TAG_BYTES;
    if (this.#plainRoom.length < plainBytes)
      this.#plainRoom = new Uint8Array(Math.max(plainBytes, WINDOW_BYTES));
    this.plain = this.#plainRoom.subarray(0, plainBytes);
    if (!openFrame(this.#crypto, this.#keys, frame, this.plain))
      return altered(
        at,
        'the frame here is whole but its seal is broken: another key, or someone altered it',
      );
    return undefined;
  }

  #checkOrder(at: number): Flaw | undefined {
    const { head } = this;
    if (!nonceHasIndex(nonceOf(this.#bytesAt(at, FRAME_HEAD_BYTES)), this.frames))
      return altered(at, `frame ${this.frames} should be here, and another one is`);
    if (!isEqual(previousTagIn(this.plain), this.lastTag))
      return altered(at, 'the frame here does not belong behind the one before it');
    if (head.firstLsn < this.lastLsn || head.lastLsn < head.firstLsn)
      return altered(at, `LSN ${head.firstLsn} cannot come behind LSN ${this.lastLsn}`);
    return undefined;
  }

  #findMagic(from: number): number {
    const [first, second, third, fourth] = FRAME_MAGIC_BYTES;
    for (let at = from; at + FRAME_HEAD_BYTES <= this.limit; ) {
      const count = Math.min(WINDOW_BYTES, this.limit - at);
      const bytes = this.#bytesAt(at, count);
      for (let i = bytes.indexOf(first); i >= 0 && i + 4 <= count; i = bytes.indexOf(first, i + 1)) {
        if (bytes[i + 1] === second && bytes[i + 2] === third && bytes[i + 3] === fourth) return at + i;
      }
      if (count < WINDOW_BYTES) return -1;
      at += count - 3;
    }
    return -1;
  }

  /** A view of `count` bytes of the file at `at`, which has them. Stands until the next call. */
  #bytesAt(at: number, count: number): Uint8Array {
    if (at < this.#windowAt || at + count > this.#windowAt + this.#windowBytes) this.#fill(at, count);
    const start = at - this.#windowAt;
    return this.#window.subarray(start, start + count);
  }

  #fill(at: number, count: number): void {
    if (this.#window.length < count) this.#window = new Uint8Array(count);
    const end = Math.min(this.#window.length, this.limit - at);
    this.#windowAt = at;
    this.#windowBytes = readFully(this.#fs, this.path, this.#handle!, this.#window, 0, end, at);
    if (this.#windowBytes < count)
      throw damaged(this.path, at + this.#windowBytes, 'the file became shorter while it was read.');
  }
}

/** Records of a frame's plaintext begin here. */
export const RECORDS_AT = BATCH_HEAD_BYTES;

function torn(offset: number, what: string): Flaw {
  return { offset, what, isAltered: false };
}

function altered(offset: number, what: string): Flaw {
  return { offset, what, isAltered: true };
}
