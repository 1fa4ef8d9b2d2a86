/**
 * Lines in, sealed files out: `.part` files that get their names once all of them are complete, synced and read
 * back. Runs in the file worker. It never writes an offset twice; after any error the whole attempt is given up.
 */

import { ByteReader, ByteWriter } from '@anoadb/protocol';
import { RecordReader } from './entry-record.js';
import { FILE_MODE, type FileHandle, type FileSystem, pathIn } from './file-system.js';
import type { Keyring } from './keyring.js';
import { LineEncoder } from './line-encoder.js';
import type { ListedFile, ListedSnapshot } from './manifest.js';
import { PersistenceError } from './persistence-error.js';
import {
  CHAIN_START,
  CHUNK_BODY_BYTES_MAX,
  CHUNK_HEAD_BYTES,
  CHUNK_OVERHEAD_BYTES,
  CHUNK_TARGET_BYTES,
  ChunkKind,
  END_CHUNK_BYTES_MAX,
  encodeSnapshotHeader,
  nextChain,
  PARTIAL_SUFFIX,
  type SnapshotEnd,
  type SnapshotHeader,
  snapshotFileName,
  snapshotKeys,
} from './snapshot-format.js';
import { makeNonce, SALT_BYTES, type SealingKeys, type StorageCrypto, TAG_BYTES } from './storage-crypto.js';
import { fromHex, jsonBytes, toHex } from './text-forms.js';
import { attempt, closeQuietly, removeQuietly, syncDirectory, writeFully } from './whole-file.js';

export interface SnapshotWriterOptions {
  readonly fs: FileSystem;
  readonly crypto: StorageCrypto;
  readonly directory: string;
  readonly keyring: Keyring;
  readonly generation: number;
  readonly createdMs: number;
  readonly beginVersion: number;
  readonly segmentBytesMax: number;
  /** Called once when the disk is full; true: room was made, try again. */
  readonly makeRoom: () => boolean;
}

export class SnapshotWriter {
  readonly #options: SnapshotWriterOptions;
  readonly #encoder = new LineEncoder();
  readonly #record = new RecordReader(new ByteReader());
  /** First byte: room for the kind, so that a chunk is sealed where its lines stand. */
  readonly #lines = new ByteWriter(2 * CHUNK_BODY_BYTES_MAX);
  readonly #sealed = new Uint8Array(CHUNK_OVERHEAD_BYTES + CHUNK_BODY_BYTES_MAX);
  readonly #files: ListedFile[] = [];
  #chain: Uint8Array = fromHex(CHAIN_START);
  #chunks = 0;
  #plainBytes = 0;

  // The file being written.
  #handle: FileHandle | undefined;
  #keys: SealingKeys | undefined;
  #fileBytes = 0;

  constructor(options: SnapshotWriterOptions) {
    this.#options = options;
    this.#lines.at = 1;
  }

  /** Takes entry records (entry-record.ts) in the order in which they are to be applied. */
  writeRecords(bytes: Uint8Array, start: number, end: number): void {
    const record = this.#record;
    const lines = this.#lines;
    record.reset(bytes, start, end);
    while (record.next()) {
      this.#encoder.encode(lines, record);
      if (lines.at > CHUNK_TARGET_BYTES) this.#sealLines();
    }
  }

  /** Ends and syncs the last file and gives all of them their names. Not yet published: that is MANIFEST's part. */
  finish(endVersion: number, dbNowMs: number): ListedSnapshot {
    this.#sealLines();
    if (this.#handle === undefined) this.#beginFile();
    this.#endFile(ChunkKind.SNAPSHOT_END, { endVersion, dbNowMs });
    const { generation, createdMs, beginVersion, keyring } = this.#options;
    return {
      generation,
      createdMs,
      beginVersion,
      endVersion,
      keyId: keyring.currentKeyId,
      entries: this.#encoder.counts.entries,
      files: this.#files,
    };
  }

  /** Paths of the `.part` files, in order. */
  partialPaths(): string[] {
    return this.#files.map(({ name }) => this.#pathOf(name) + PARTIAL_SUFFIX);
  }

  /** After verification: final names, and the directory synced, before MANIFEST may list them. */
  giveNames(): void {
    const { fs, directory } = this.#options;
    for (const { name } of this.#files) {
      const path = this.#pathOf(name);
      attempt(path, 'give it its name', () => fs.rename(path + PARTIAL_SUFFIX, path));
    }
    syncDirectory(fs, directory);
  }

  /** Removes what this attempt has written, as far as that is possible. */
  abandon(): void {
    const { fs, generation } = this.#options;
    if (this.#handle !== undefined) closeQuietly(fs, this.#handle);
    this.#handle = undefined;
    for (let segment = 1; segment <= this.#files.length + 1; segment++) {
      const path = this.#pathOf(snapshotFileName(generation, segment));
      removeQuietly(fs, path + PARTIAL_SUFFIX);
      if (segment <= this.#files.length) removeQuietly(fs, path);
    }
  }

  /** Seals all lines that have come together; a line longer than a chunk goes on in the next. */
  #sealLines(): void {
    const lines = this.#lines;
    const total = lines.at - 1;
    if (total === 0) return;
    const pieces = Math.ceil(total / CHUNK_BODY_BYTES_MAX);
    const pieceBytes = Math.ceil(total / pieces);
    for (let at = 1; at < lines.at; at += pieceBytes) {
      // The byte before a piece is already sealed: the place for this piece's kind.
      lines.bytes[at - 1] = ChunkKind.LINES;
      this.#writeLines(lines.bytes.subarray(at - 1, Math.min(at + pieceBytes, lines.at)));
    }
    lines.at = 1;
  }

  #writeLines(kindAndBody: Uint8Array): void {
    const bodyBytes = kindAndBody.length - 1;
    const bytesOnDisk = CHUNK_OVERHEAD_BYTES + bodyBytes;
    const isFull = this.#fileBytes + bytesOnDisk + END_CHUNK_BYTES_MAX > this.#options.segmentBytesMax;
    if (this.#handle !== undefined && isFull) this.#endFile(ChunkKind.FILE_END);
    if (this.#handle === undefined) this.#beginFile();
    this.#append(this.#seal(kindAndBody));
    this.#plainBytes += bodyBytes;
  }

  #seal(kindAndBody: Uint8Array): Uint8Array {
    const { crypto } = this.#options;
    const nonce = makeNonce(crypto, this.#keys!.nonce, this.#chunks, kindAndBody);
    const boxBytes = kindAndBody.length + TAG_BYTES;
    const sealed = this.#sealed.subarray(0, CHUNK_HEAD_BYTES + boxBytes);
    new DataView(sealed.buffer).setUint32(0, boxBytes, true);
    sealed.set(nonce, 4);
    crypto.seal(sealed.subarray(CHUNK_HEAD_BYTES), kindAndBody, nonce, this.#keys!.box);
    this.#chain = nextChain(crypto, this.#chain, kindAndBody);
    this.#chunks++;
    return sealed;
  }

  #beginFile(): void {
    const { fs, crypto, keyring, generation, createdMs, beginVersion } = this.#options;
    const segment = this.#files.length + 1;
    const path = this.#pathOf(snapshotFileName(generation, segment)) + PARTIAL_SUFFIX;
    const salt = new Uint8Array(SALT_BYTES);
    crypto.random(salt);
    const header: SnapshotHeader = {
      database: keyring.database,
      generation,
      segment,
      firstChunk: this.#chunks,
      createdMs,
      beginVersion,
      cipher: 'xsalsa20-poly1305',
      keyId: keyring.currentKeyId,
      salt,
      chain: toHex(this.#chain),
      keyring: keyring.bytes,
    };
    const frame = encodeSnapshotHeader(crypto, header);
    this.#keys = snapshotKeys(crypto, keyring.dataKeys.get(keyring.currentKeyId)!, header, frame);
    this.#fileBytes = 0;
    this.#handle = this.#whileRoom(() => attempt(path, 'create it', () => fs.createToWrite(path, FILE_MODE)));
    this.#append(frame);
  }

  #endFile(kind: number, last?: { endVersion: number; dbNowMs: number }): void {
    const { fs, generation } = this.#options;
    const { entries, deletes, clears } = this.#encoder.counts;
    const end: SnapshotEnd = {
      chunks: this.#chunks,
      plainBytes: this.#plainBytes,
      entries,
      deletes,
      clears,
      chain: toHex(this.#chain),
      ...last,
    };
    const body = jsonBytes(end);
    const kindAndBody = new Uint8Array(1 + body.length);
    kindAndBody[0] = kind;
    kindAndBody.set(body, 1);
    this.#append(this.#seal(kindAndBody));
    const name = snapshotFileName(generation, this.#files.length + 1);
    const path = this.#pathOf(name) + PARTIAL_SUFFIX;
    const handle = this.#handle!;
    attempt(path, 'sync it', () => fs.sync(handle));
    this.#handle = undefined;
    this.#files.push({ name, bytes: this.#fileBytes, chain: toHex(this.#chain) });
    attempt(path, 'close it', () => fs.close(handle));
  }

  #append(bytes: Uint8Array): void {
    const { fs, generation } = this.#options;
    const path = this.#pathOf(snapshotFileName(generation, this.#files.length + 1)) + PARTIAL_SUFFIX;
    // A full disk takes part of it, or nothing; the same bytes at the same offset again are the same box.
    this.#whileRoom(() => writeFully(fs, path, this.#handle!, bytes, 0, bytes.length, this.#fileBytes));
    this.#fileBytes += bytes.length;
  }

  #whileRoom<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (error instanceof PersistenceError && error.isDiskFull && this.#options.makeRoom()) return action();
      throw error;
    }
  }

  #pathOf(name: string): string {
    return pathIn(this.#options.directory, name);
  }
}
