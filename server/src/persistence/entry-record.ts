/**
 * One effect as flat bytes: on its way between the store's thread and the workers, in both directions, so that the
 * main thread only copies, and as it stands in the frames of the journal.
 *
 *   0 kind u8 | 1 type u8 | 2 keyBytes u16 | 4 valueBytes u32 | 8 expiryMs u48 (0 none) | 14 version u64 | key | value
 *
 * Bit 7 of the type: four bytes of client flags stand between version and key. What stands in the place of the value of
 * a list's records is in list-record.ts.
 *
 * MARK (a request that was executed, with its reply) and SESSION (one that was opened) have the client's identity in
 * the place of the key, their payload in the place of the value and the database clock in the place of the expiry.
 */

import { ByteReader, type ByteWriter } from '@anoadb/protocol';

export const RecordKind = {
  PUT: 0,
  REMOVE: 1,
  CLEAR: 2,
  MARK: 3,
  SESSION: 4,
  SPLICE: 5,
  REMOVE_EQUAL: 6,
  COPY: 7,
} as const;
export const RECORD_HEAD_BYTES = 22;
/** In the type's byte: client flags follow the head. */
export const HAS_CLIENT_FLAGS = 0x80;
const CLIENT_FLAGS_BYTES = 4;

export function writeRecordHead(
  writer: ByteWriter,
  kind: number,
  type: number,
  keyBytes: number,
  valueBytes: number,
  expiryMs: number,
  version: number,
  clientFlags = 0,
): void {
  // No more than that: where a head is written over itself, what stands behind it must stay where it is.
  writer.ensure(recordHeadBytes(clientFlags) + keyBytes + valueBytes);
  writer.u8(kind);
  writer.u8(clientFlags === 0 ? type : type | HAS_CLIENT_FLAGS);
  writer.u16(keyBytes);
  writer.u32(valueBytes);
  writer.u48(expiryMs);
  writer.u64(version);
  if (clientFlags !== 0) writer.u32(clientFlags);
}

/** Bytes before the key. */
export function recordHeadBytes(clientFlags: number): number {
  return clientFlags === 0 ? RECORD_HEAD_BYTES : RECORD_HEAD_BYTES + CLIENT_FLAGS_BYTES;
}

/** Whether a record is about a client and not about entries. */
function isClientRecord(kind: number): boolean {
  return kind === RecordKind.MARK || kind === RecordKind.SESSION;
}

/**
 * The same head at `at`, where there is room for it: for the one writer that runs for every write. Numbers in words,
 * unchecked: 20 ns where the checked fields take 120.
 */
export function putRecordHead(
  view: DataView,
  at: number,
  kind: number,
  type: number,
  keyBytes: number,
  valueBytes: number,
  expiryMs: number,
  version: number,
): void {
  view.setUint16(at, kind | (type << 8), true);
  view.setUint16(at + 2, keyBytes, true);
  view.setUint32(at + 4, valueBytes, true);
  view.setInt32(at + 8, expiryMs | 0, true);
  view.setUint16(at + 12, (expiryMs / TWO_32) | 0, true);
  view.setInt32(at + 14, version | 0, true);
  view.setUint32(at + 18, (version / TWO_32) | 0, true);
}

const TWO_32 = 2 ** 32;

/** Appends those records of [start, end) that are about clients. */
export function copyClientRecords(writer: ByteWriter, bytes: Uint8Array, start: number, end: number): void {
  const record = new RecordReader(new ByteReader());
  record.reset(bytes, start, end);
  while (record.next()) {
    if (isClientRecord(record.kind)) writer.copy(bytes, record.start, record.valueEnd);
  }
}

/** One record at a time, in place; the fields stand until the next call of next(). */
export class RecordReader {
  readonly #reader: ByteReader;
  kind = 0;
  type = 0;
  clientFlags = 0;
  expiryMs = 0;
  version = 0;
  /** Where the record begins. */
  start = 0;
  keyStart = 0;
  keyEnd = 0;
  valueStart = 0;
  valueEnd = 0;

  constructor(reader: ByteReader) {
    this.#reader = reader;
  }

  get bytes(): Uint8Array {
    return this.#reader.bytes;
  }

  reset(bytes: Uint8Array, start: number, end: number): void {
    this.#reader.reset(bytes, start, end);
  }

  /** False at the end. A record that does not fit is our own bug and throws. */
  next(): boolean {
    const reader = this.#reader;
    if (reader.at === reader.end) return false;
    this.start = reader.at;
    this.kind = reader.u8();
    const type = reader.u8();
    this.type = type & ~HAS_CLIENT_FLAGS;
    const keyBytes = reader.u16();
    const valueBytes = reader.u32();
    this.expiryMs = reader.u48();
    this.version = reader.u64();
    this.clientFlags = (type & HAS_CLIENT_FLAGS) === 0 ? 0 : reader.u32();
    this.keyStart = reader.skip(keyBytes);
    this.keyEnd = this.keyStart + keyBytes;
    this.valueStart = reader.skip(valueBytes);
    this.valueEnd = this.valueStart + valueBytes;
    if (reader.failed) throw new Error('entry record: truncated between two threads');
    return true;
  }
}
