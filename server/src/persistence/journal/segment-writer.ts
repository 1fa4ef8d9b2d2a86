/**
 * One segment being written. Nothing is ever written twice at one offset but the same bytes: a frame that a full disk
 * took in part is finished later, from where it stopped, as it was sealed.
 */

import { FILE_MODE, type FileHandle, type FileSystem, pathIn } from '../file-system.js';
import type { Keyring } from '../keyring.js';
import type { ListedJournal } from '../manifest.js';
import { isFatal } from '../persistence-error.js';
import { makeNonce, SALT_BYTES, type StorageCrypto } from '../storage-crypto.js';
import { toHex } from '../text-forms.js';
import { attempt, closeQuietly, removeQuietly, syncDirectory, writeFully } from '../whole-file.js';
import {
  encodeSegmentHeader,
  FRAME_OVERHEAD_BYTES,
  newFrameHead,
  SEGMENT_HEADER_BYTES,
  type SegmentHeader,
  type SegmentKeys,
  sealFrame,
  segmentFileName,
  segmentKeys,
  tagOf,
} from './journal-format.js';
import { BATCH_HEAD_BYTES } from './journal-types.js';

export interface SegmentWriterOptions {
  readonly fs: FileSystem;
  readonly crypto: StorageCrypto;
  readonly directory: string;
  readonly keyring: Keyring;
  readonly startLsn: number;
  readonly number: number;
  readonly previousTag: Uint8Array;
  readonly createdMs: number;
}

const ALLOCATION_BYTES = 1024 * 1024;
/** A sealed frame above this size is not worth keeping the room for. */
const OUT_BYTES_KEPT = 2 * 1024 * 1024;

export class SegmentWriter {
  readonly name: string;
  readonly path: string;
  readonly number: number;
  readonly startLsn: number;
  readonly keyId: number;
  /** Frames that stand whole in the file, and bytes up to their end. */
  frames = 0;
  bytes = SEGMENT_HEADER_BYTES;
  lastTag: Uint8Array;
  /** Of the last whole frame; where there is none, one below the start. */
  lastLsn: number;
  /** What the last whole frame says was durable when it was built. */
  statedDurableLsn = 0;
  /** Bytes of records in all frames. */
  recordBytes = 0;
  readonly #fs: FileSystem;
  readonly #crypto: StorageCrypto;
  readonly #handle: FileHandle;
  readonly #keys: SegmentKeys;
  readonly #head = newFrameHead();
  #out = new Uint8Array(64 * 1024);
  /** The file has zeros up to here. */
  #allocatedBytes = 0;
  /** The frame in `out`: its length (0 = none) and how much of it was written. */
  #frameBytes = 0;
  #frameWritten = 0;

  /** Creates the file with its header, and syncs it and its name. Not yet listed: that is MANIFEST's part. */
  static create(options: SegmentWriterOptions): SegmentWriter {
    const { fs, crypto, directory, keyring, startLsn, number, previousTag, createdMs } = options;
    const salt = new Uint8Array(SALT_BYTES);
    crypto.random(salt);
    const keyId = keyring.currentKeyId;
    const { database } = keyring;
    const header: SegmentHeader = { keyId, database, salt, startLsn, number, previousTag, createdMs };
    const headerBytes = encodeSegmentHeader(crypto, header);
    const path = pathIn(directory, segmentFileName(startLsn, number));
    const handle = attempt(path, 'create it', () => fs.createToWrite(path, FILE_MODE));
    try {
      writeFully(fs, path, handle, headerBytes, 0, headerBytes.length, 0);
      attempt(path, 'sync it', () => fs.sync(handle));
    } catch (error) {
      closeQuietly(fs, handle);
      removeQuietly(fs, path);
      throw error;
    }
    syncDirectory(fs, directory);
    const keys = segmentKeys(crypto, path, keyring.dataKeys, header, headerBytes);
    return new SegmentWriter(fs, crypto, path, handle, header, keys);
  }

  private constructor(
    fs: FileSystem,
    crypto: StorageCrypto,
    path: string,
    handle: FileHandle,
    header: SegmentHeader,
    keys: SegmentKeys,
  ) {
    this.#fs = fs;
    this.#crypto = crypto;
    this.path = path;
    this.name = segmentFileName(header.startLsn, header.number);
    this.number = header.number;
    this.startLsn = header.startLsn;
    this.keyId = header.keyId;
    this.#handle = handle;
    this.#keys = keys;
    this.lastTag = header.previousTag;
    this.lastLsn = header.startLsn - 1;
  }

  /** A sealed frame that is not whole in the file: finish() has to come before anything else. */
  get isUnfinished(): boolean {
    return this.#frameBytes > 0;
  }

  /** As it stands in MANIFEST while it is written to. */
  listed(): ListedJournal {
    const { name, number, startLsn, keyId } = this;
    return { name, number, startLsn, keyId };
  }

  /** As it stands in MANIFEST once everything in it is synced and nothing more will come. */
  listedClosed(): ListedJournal {
    return { ...this.listed(), bytes: this.bytes, endLsn: this.lastLsn, tag: toHex(this.lastTag) };
  }

  /** So much longer the file gets by a batch that ends at `byteEnd`. */
  growthBy(byteEnd: number): number {
    return FRAME_OVERHEAD_BYTES + byteEnd - BATCH_HEAD_BYTES;
  }

  /** Seals [0, byteEnd) of `batch` as the next frame and writes it. Where that throws for want of room: finish(). */
  append(
    batch: Uint8Array,
    firstLsn: number,
    lastLsn: number,
    requestCount: number,
    durableLsn: number,
    dbNowMs: number,
  ): void {
    if (this.isUnfinished) throw new Error('journal: a frame before is not whole');
    const head = this.#head;
    head.firstLsn = firstLsn;
    head.lastLsn = lastLsn;
    head.requestCount = requestCount;
    head.durableLsn = durableLsn;
    head.dbNowMs = dbNowMs;
    const frameBytes = this.growthBy(batch.length);
    if (this.#out.length < frameBytes) this.#out = new Uint8Array(Math.max(frameBytes, 2 * this.#out.length));
    this.#frameBytes = sealFrame(
      this.#crypto,
      this.#keys,
      this.#out,
      batch,
      head,
      (plain) => makeNonce(this.#crypto, this.#keys.nonce, this.frames, plain),
      this.lastTag,
    );
    this.#frameWritten = 0;
    this.finish();
  }

  /**
   * Makes the file longer by zeros before frames go there: a sync of what only overwrites has no length to write, which
   * takes half the time or less. Where there is no room for them, it goes without.
   */
  allocateAhead(byteEnd: number): void {
    const end = this.bytes + this.growthBy(byteEnd);
    if (end <= this.#allocatedBytes) return;
    const from = Math.max(this.bytes, this.#allocatedBytes);
    const to = Math.max(end, from) + ALLOCATION_BYTES;
    const zeros = new Uint8Array(ALLOCATION_BYTES);
    try {
      for (let at = from; at < to; at += zeros.length)
        writeFully(this.#fs, this.path, this.#handle, zeros, 0, Math.min(zeros.length, to - at), at);
      this.#allocatedBytes = to;
    } catch (error) {
      if (isFatal(error)) throw error;
      this.#allocatedBytes = Number.POSITIVE_INFINITY;
    }
  }

  /** Writes what is missing of the frame. */
  finish(): void {
    const out = this.#out;
    while (this.#frameWritten < this.#frameBytes) {
      const at = this.#frameWritten;
      const position = this.bytes + at;
      this.#frameWritten += attempt(this.path, 'write it', () => {
        const count = this.#fs.write(this.#handle, out, at, this.#frameBytes, position);
        if (count === 0) throw new Error('the system took no bytes');
        return count;
      });
    }
    this.lastTag = tagOf(out).slice();
    this.lastLsn = this.#head.lastLsn;
    this.statedDurableLsn = this.#head.durableLsn;
    this.recordBytes += this.#frameBytes - FRAME_OVERHEAD_BYTES;
    this.bytes += this.#frameBytes;
    this.frames++;
    this.#frameBytes = 0;
    if (out.length > OUT_BYTES_KEPT) this.#out = new Uint8Array(64 * 1024);
  }

  /** Whatever it throws is the end: a failed sync may have dropped what it was asked to keep. */
  sync(): void {
    const fs = this.#fs;
    attempt(this.path, 'sync it', () => (fs.syncData ? fs.syncData(this.#handle) : fs.sync(this.#handle)));
  }

  /** For a sync in another thread. */
  get handle(): FileHandle {
    return this.#handle;
  }

  close(): void {
    attempt(this.path, 'close it', () => this.#fs.close(this.#handle));
  }
}
