/**
 * Sealed files in, lines out, each byte proven before it is handed on: order, completeness and that the files
 * belong together included. Reads in chunks, so memory does not grow with the file. Throws PersistenceError with
 * file and offset; changes nothing.
 */

import type { ByteWriter } from '@anoadb/protocol';
import { type FileHandle, type FileSystem, pathIn } from './file-system.js';
import { decodeFrame, FRAME_HEAD_BYTES, frameBytes, readFrameHead } from './framed-block.js';
import type { Keyring } from './keyring.js';
import type { ListedFile } from './manifest.js';
import { damaged } from './persistence-error.js';
import {
  CHAIN_START,
  CHUNK_BODY_BYTES_MAX,
  CHUNK_HEAD_BYTES,
  ChunkKind,
  decodeSnapshotHeader,
  HEADER_BODY_BYTES_MAX,
  nextChain,
  SNAPSHOT_MAGIC,
  type SnapshotEnd,
  type SnapshotHeader,
  snapshotKeys,
} from './snapshot-format.js';
import { nonceHasIndex, type SealingKeys, type StorageCrypto, TAG_BYTES } from './storage-crypto.js';
import { fromHex, parseJsonObject, toHex } from './text-forms.js';
import { attempt, closeQuietly, readFully } from './whole-file.js';

/** What the reader should find, where MANIFEST says it. */
export interface ExpectedFile extends Partial<ListedFile> {
  readonly path: string;
}

export interface SnapshotReaderOptions {
  readonly fs: FileSystem;
  readonly crypto: StorageCrypto;
  /** The file that comes after those read so far; undefined = there is none. */
  readonly nextFile: (segment: number) => ExpectedFile | undefined;
  /** The keyring to use, from KEYRING or from the header's copy. */
  readonly keyringFor: (file: string, header: SnapshotHeader) => Keyring;
}

export interface ReadFile {
  readonly path: string;
  readonly bytes: number;
  readonly chunks: number;
}

const BOX_BYTES_MIN = TAG_BYTES + 1;
const BOX_BYTES_MAX = TAG_BYTES + 1 + CHUNK_BODY_BYTES_MAX;

export class SnapshotReader {
  readonly #options: SnapshotReaderOptions;
  readonly #chunk = new Uint8Array(CHUNK_HEAD_BYTES + BOX_BYTES_MAX);
  readonly #plain = new Uint8Array(1 + CHUNK_BODY_BYTES_MAX);
  /** Header of the first file, once next() was called. */
  header: SnapshotHeader | undefined;
  /** The end of the snapshot, once next() said that there is no more. */
  end: SnapshotEnd | undefined;
  bytesRead = 0;
  plainBytes = 0;
  readonly files: ReadFile[] = [];
  #chain: Uint8Array = fromHex(CHAIN_START);
  /** The chain without the last chunk: an end mark says it as it was before itself. */
  #chainBefore: Uint8Array = this.#chain;
  #chunks = 0;

  #file: ExpectedFile | undefined;
  #handle: FileHandle | undefined;
  #keys: SealingKeys | undefined;
  #at = 0;
  #lastChunkAt = 0;
  #firstChunk = 0;

  constructor(options: SnapshotReaderOptions) {
    this.#options = options;
  }

  /** The file that is read and the offset in it of the chunk that next() gave last: for messages. */
  get place(): { file: string; offset: number } {
    return { file: this.#file?.path ?? '', offset: this.#lastChunkAt };
  }

  /** Appends the next run of lines; false: the end was reached and all of it is proven. */
  next(lines: ByteWriter): boolean {
    while (this.end === undefined) {
      if (this.#handle === undefined) this.#openFile();
      const plain = this.#readChunk();
      const kind = plain[0];
      if (kind === ChunkKind.LINES) {
        this.plainBytes += plain.length - 1;
        lines.copy(plain, 1, plain.length);
        return true;
      }
      this.#endFile(kind, plain.subarray(1));
    }
    return false;
  }

  close(): void {
    if (this.#handle !== undefined) closeQuietly(this.#options.fs, this.#handle);
    this.#handle = undefined;
  }

  #openFile(): void {
    const { fs, crypto, nextFile, keyringFor } = this.#options;
    const segment = this.files.length + 1;
    const expected = nextFile(segment);
    if (expected === undefined) {
      throw damaged(this.#file?.path ?? '', this.#at, `file ${segment} of this snapshot is missing.`);
    }
    this.#file = expected;
    const file = expected.path;
    const stat = attempt(file, 'look at it', () => fs.stat(file));
    if (stat === undefined)
      throw damaged(file, undefined, 'this file is missing.', 'Nothing was changed. Bring it back.');
    if (expected.bytes !== undefined && stat.bytes !== expected.bytes) {
      const offset = Math.min(stat.bytes, expected.bytes);
      throw damaged(file, offset, `it has ${stat.bytes} bytes; MANIFEST says ${expected.bytes}.`);
    }
    this.#handle = attempt(file, 'open it', () => fs.openToRead(file));
    const frame = this.#readHeaderFrame(file);
    const header = decodeSnapshotHeader(
      file,
      decodeFrame(crypto, file, frame, SNAPSHOT_MAGIC, HEADER_BODY_BYTES_MAX),
    );
    this.#checkHeader(file, header, segment);
    const keyring = keyringFor(file, header);
    if (keyring.database !== header.database) {
      throw damaged(file, 16, `it belongs to the database ${header.database}, not to ${keyring.database}.`);
    }
    const dataKey = keyring.dataKeys.get(header.keyId);
    if (dataKey === undefined)
      throw damaged(file, 16, `it needs data key ${header.keyId}, which KEYRING does not have.`);
    this.#keys = snapshotKeys(crypto, dataKey, header, frame);
    this.header ??= header;
    this.#firstChunk = this.#chunks;
    this.#at = frame.length;
    this.bytesRead += frame.length;
  }

  #readHeaderFrame(file: string): Uint8Array {
    const { fs } = this.#options;
    const head = new Uint8Array(FRAME_HEAD_BYTES);
    const headBytes = readFully(fs, file, this.#handle!, head, 0, head.length, 0);
    const bodyBytes = readFrameHead(file, head.subarray(0, headBytes), SNAPSHOT_MAGIC, HEADER_BODY_BYTES_MAX);
    const frame = new Uint8Array(frameBytes(bodyBytes));
    const got = readFully(fs, file, this.#handle!, frame, 0, frame.length, 0);
    return frame.subarray(0, got);
  }

  #checkHeader(file: string, header: SnapshotHeader, segment: number): void {
    const first = this.header;
    if (header.segment !== segment) {
      throw damaged(file, 16, `it is file ${header.segment} of its snapshot; file ${segment} belongs here.`);
    }
    const isOfThisSnapshot =
      (first === undefined ||
        (header.database === first.database && header.generation === first.generation)) &&
      header.firstChunk === this.#chunks &&
      header.chain === toHex(this.#chain);
    if (!isOfThisSnapshot) throw damaged(file, 16, 'it is not the continuation of the file before it.');
  }

  /** Kind and body, a view that stands until the next chunk. */
  #readChunk(): Uint8Array {
    const { fs, crypto } = this.#options;
    const file = this.#file!.path;
    const at = this.#at;
    const chunk = this.#chunk;
    this.#lastChunkAt = at;
    const headBytes = readFully(fs, file, this.#handle!, chunk, 0, CHUNK_HEAD_BYTES, at);
    if (headBytes < CHUNK_HEAD_BYTES)
      throw damaged(file, at + headBytes, 'the file ends here, before its end mark.');
    const boxBytes = new DataView(chunk.buffer).getUint32(0, true);
    if (boxBytes < BOX_BYTES_MIN || boxBytes > BOX_BYTES_MAX) {
      throw damaged(file, at, `a chunk of ${boxBytes} bytes cannot be.`);
    }
    const nonce = chunk.subarray(4, CHUNK_HEAD_BYTES);
    if (!nonceHasIndex(nonce, this.#chunks))
      throw damaged(file, at + 4, `chunk ${this.#chunks} should be here.`);
    const end = CHUNK_HEAD_BYTES + boxBytes;
    const got = readFully(fs, file, this.#handle!, chunk, CHUNK_HEAD_BYTES, end, at + CHUNK_HEAD_BYTES);
    if (got < boxBytes) throw damaged(file, at, 'the file ends within the chunk that begins here.');
    const plain = this.#plain.subarray(0, boxBytes - TAG_BYTES);
    if (!crypto.open(plain, chunk.subarray(CHUNK_HEAD_BYTES, end), nonce, this.#keys!.box)) {
      throw damaged(file, at, `the seal of chunk ${this.#chunks} (${end} bytes) is broken: it was altered.`);
    }
    this.#at += end;
    this.bytesRead += end;
    this.#chainBefore = this.#chain;
    this.#chain = nextChain(crypto, this.#chain, plain);
    this.#chunks++;
    return plain;
  }

  #endFile(kind: number, body: Uint8Array): void {
    const { fs } = this.#options;
    const { path: file, chain } = this.#file!;
    const end = parseJsonObject(body) as SnapshotEnd | undefined;
    const isLast = kind === ChunkKind.SNAPSHOT_END;
    const isSound =
      (isLast || kind === ChunkKind.FILE_END) &&
      end !== undefined &&
      end.chunks === this.#chunks - 1 &&
      end.plainBytes === this.plainBytes &&
      end.chain === toHex(this.#chainBefore);
    if (!isSound)
      throw damaged(file, this.#lastChunkAt, 'its end mark does not agree with what came before.');
    if (chain !== undefined && chain !== toHex(this.#chain)) {
      throw damaged(file, undefined, 'it is sound, but not the file that MANIFEST lists under this name.');
    }
    const beyond = readFully(fs, file, this.#handle!, this.#chunk, 0, 1, this.#at);
    if (beyond !== 0) throw damaged(file, this.#at, 'there are bytes behind its end mark.');
    attempt(file, 'close it', () => fs.close(this.#handle!));
    this.#handle = undefined;
    this.files.push({ path: file, bytes: this.#at, chunks: this.#chunks - this.#firstChunk });
    if (isLast) this.end = end;
  }
}

/** The files that a MANIFEST lists. */
export function listedFiles(
  directory: string,
  files: readonly ListedFile[],
): (segment: number) => ExpectedFile | undefined {
  return (segment) => {
    const listed = files[segment - 1];
    return listed && { ...listed, path: pathIn(directory, listed.name) };
  };
}
