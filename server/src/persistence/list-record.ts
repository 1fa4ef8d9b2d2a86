/**
 * Lists in records (entry-record.ts), all of type LIST. In the place of the value:
 *
 *   PUT           elements: the list as it is now, or its first ones, and splices with the others follow
 *   SPLICE        lengthBefore u32 | at u32 | removed u32 | elements
 *   REMOVE_EQUAL  lengthBefore u32 | removed u32 | from the end u8 | element
 *   COPY          the key of the list that this one is a copy of
 *
 *   elements      length u32 | bytes, for each
 *
 * Each carries expiry and version as they are after it. Unlike other records they stand on what was before: so each says
 * how long the list was, and whoever applies them refuses where it is not. A record is not much longer than
 * PIECE_BYTES, or than its one element: whatever is longer goes on in splices at the end.
 */

import { type ByteReader, type ByteWriter, ValueType } from '@anoadb/protocol';
import type { ListSource } from './database-types.js';
import { RecordKind, writeRecordHead } from './entry-record.js';

/** Elements are added to a record while they fit so many bytes: what a step of the snapshot's walk copies. */
export const PIECE_BYTES = 32 * 1024;
const VALUE_BYTES_AT = 4;
export const SPLICE_HEAD_BYTES = 12;
export const REMOVE_EQUAL_HEAD_BYTES = 9;

/** The whole list. */
export function writeList(writer: ByteWriter, source: ListSource, ref: number): void {
  const length = source.lists.lengthOf(ref);
  let written = writeFirstPiece(writer, source, ref);
  while (written < length) written += writeNextPiece(writer, source, ref, written);
}

/** A PUT with the first elements; returns how many. */
export function writeFirstPiece(writer: ByteWriter, source: ListSource, ref: number): number {
  const head = beginRecord(writer, RecordKind.PUT, source, ref);
  const valueStart = writer.at;
  const count = writeElements(writer, source, ref, 0, source.lists.lengthOf(ref));
  endRecord(writer, head, valueStart);
  return count;
}

/** A SPLICE with the elements from index `at` on, where the records so far have those before; returns how many. */
export function writeNextPiece(writer: ByteWriter, source: ListSource, ref: number, at: number): number {
  return writeSplicePiece(writer, source, ref, at, at, 0, source.lists.lengthOf(ref) - at);
}

/** Of a list that had `lengthBefore` elements, the ones from `at` on: `removed` have gone, `inserted` stand there now. */
export function writeSplice(
  writer: ByteWriter,
  source: ListSource,
  ref: number,
  lengthBefore: number,
  at: number,
  removed: number,
  inserted: number,
): void {
  let written = writeSplicePiece(writer, source, ref, lengthBefore, at, removed, inserted);
  while (written < inserted) {
    const length = lengthBefore - removed + written;
    written += writeSplicePiece(writer, source, ref, length, at + written, 0, inserted - written);
  }
}

export function writeRemoveEqual(
  writer: ByteWriter,
  source: ListSource,
  ref: number,
  removed: number,
  isBackward: boolean,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const head = beginRecord(writer, RecordKind.REMOVE_EQUAL, source, ref);
  const valueStart = writer.at;
  writer.u32(source.lists.lengthOf(ref) + removed);
  writer.u32(removed);
  writer.u8(isBackward ? 1 : 0);
  writer.copy(bytes, start, end);
  endRecord(writer, head, valueStart);
}

/** The list at `ref` is a copy of the one whose key is `bytes[start, end)`. */
export function writeCopy(
  writer: ByteWriter,
  source: ListSource,
  ref: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const head = beginRecord(writer, RecordKind.COPY, source, ref);
  const valueStart = writer.at;
  writer.copy(bytes, start, end);
  endRecord(writer, head, valueStart);
}

/** Elements one by one out of the bytes of a record, in place. */
export class ElementReader {
  readonly #reader: ByteReader;
  start = 0;
  end = 0;

  constructor(reader: ByteReader) {
    this.#reader = reader;
  }

  reset(bytes: Uint8Array, start: number, end: number): void {
    this.#reader.reset(bytes, start, end);
  }

  /** False at the end. Elements that do not fit are our own bug and throw. */
  next(): boolean {
    const reader = this.#reader;
    if (reader.at === reader.end) return false;
    const length = reader.u32();
    this.start = reader.skip(length);
    this.end = this.start + length;
    if (reader.failed) throw new Error('list record: an element does not end with its record');
    return true;
  }
}

function writeSplicePiece(
  writer: ByteWriter,
  source: ListSource,
  ref: number,
  lengthBefore: number,
  at: number,
  removed: number,
  insertedMax: number,
): number {
  const head = beginRecord(writer, RecordKind.SPLICE, source, ref);
  const valueStart = writer.at;
  writer.u32(lengthBefore);
  writer.u32(at);
  writer.u32(removed);
  const inserted = writeElements(writer, source, ref, at, insertedMax);
  endRecord(writer, head, valueStart);
  return inserted;
}

/** As many elements from `at` on as fit a piece, one at least, `countMax` at most; returns how many. */
function writeElements(
  writer: ByteWriter,
  { lists }: ListSource,
  ref: number,
  at: number,
  countMax: number,
): number {
  if (countMax === 0) return 0;
  const full = writer.at + PIECE_BYTES;
  const cursor = lists.open(ref, at, false);
  let count = 0;
  while (count < countMax && writer.at < full && cursor.next()) {
    const { bytes, start, end } = cursor;
    if (count > 0 && writer.at + end - start > full) break;
    writer.u32(end - start);
    writer.copy(bytes, start, end);
    count++;
  }
  if (count === 0) throw new Error(`list record: no element ${at} in a list of ${lists.lengthOf(ref)}`);
  return count;
}

/** Head and key; returns where the record begins. */
function beginRecord(writer: ByteWriter, kind: number, source: ListSource, ref: number): number {
  const head = writer.at;
  const keyStart = source.keyStartOf(ref);
  const keyBytes = source.keyLengthOf(ref);
  writeRecordHead(writer, kind, ValueType.LIST, keyBytes, 0, source.expiryOf(ref), source.versionOf(ref));
  writer.copy(source.segmentOf(ref), keyStart, keyStart + keyBytes);
  return head;
}

function endRecord(writer: ByteWriter, head: number, valueStart: number): void {
  const end = writer.at;
  writer.at = head + VALUE_BYTES_AT;
  writer.u32(end - valueStart);
  writer.at = end;
}
