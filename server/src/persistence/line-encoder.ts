/** Entry records to lines, bytes to bytes. Runs in the file worker. Format: entry-line.ts. */

import {
  ByteReader,
  type ByteWriter,
  isValidUtf8,
  MalformedValueError,
  ValueType,
  writeBase64,
  writeJsonText,
} from '@anoadb/protocol';
import { countEntry, type LineCounts, noLines, TYPE_NAMES } from './entry-line.js';
import { RecordKind, type RecordReader } from './entry-record.js';
import { writeElementsAsJson } from './list-line.js';
import { REMOVE_EQUAL_HEAD_BYTES, SPLICE_HEAD_BYTES } from './list-record.js';
import { ascii } from './storage-crypto.js';

const KEY = ascii('{"k":');
const KEY_BASE64 = ascii('{"kb":');
const DELETE_KEY = ascii('{"op":"delete","k":');
const DELETE_KEY_BASE64 = ascii('{"op":"delete","kb":');
const CLEAR = ascii('{"op":"clear"');
const MARK = ascii('{"op":"mark","kb":');
const SESSION = ascii('{"op":"session","kb":');
const SPLICE_KEY = ascii('{"op":"splice","k":');
const SPLICE_KEY_BASE64 = ascii('{"op":"splice","kb":');
const REMOVE_EQUAL_KEY = ascii('{"op":"lrem","k":');
const REMOVE_EQUAL_KEY_BASE64 = ascii('{"op":"lrem","kb":');
const COPY_KEY = ascii('{"op":"copy","k":');
const COPY_KEY_BASE64 = ascii('{"op":"copy","kb":');
const COPY_OF = ascii(',"of":');
const COPY_OF_BASE64 = ascii(',"ob":');
const LENGTH = ascii(',"n":');
const AT = ascii(',"at":');
const REMOVED = ascii(',"rm":');
const VALUE = ascii(',"v":');
const VALUE_RAW = ascii(',"vb":');
const EXPIRY = ascii(',"x":');
const VERSION = ascii(',"r":');
const CLIENT_FLAGS = ascii(',"f":');
const TYPE = ascii(',"t":"');
const VALUE_OF_TYPE = TYPE_NAMES.map((name) =>
  name === undefined ? undefined : ascii(`,"t":"${name}","v":`),
);
const QUOTE = 0x22;
const MINUS = 0x2d;
const CLOSE_BRACE = 0x7d;
const NEWLINE = 0x0a;

export class LineEncoder {
  readonly counts: LineCounts = noLines();
  readonly #head = new ByteReader();

  /** Appends the line of the record that `record` stands on. */
  encode(writer: ByteWriter, record: RecordReader): void {
    switch (record.kind) {
      case RecordKind.PUT:
        this.#entry(writer, record);
        countEntry(this.counts, record.version);
        break;
      case RecordKind.REMOVE:
        writeKey(writer, record, DELETE_KEY, DELETE_KEY_BASE64);
        this.counts.deletes++;
        break;
      case RecordKind.CLEAR:
        writer.copy(CLEAR);
        this.counts.clears++;
        break;
      case RecordKind.MARK:
      case RecordKind.SESSION:
        this.#client(writer, record);
        break;
      default:
        this.#listChange(writer, record);
        this.counts.listChanges++;
    }
    writer.copy(VERSION);
    writeDigits(writer, record.version);
    writer.u8(CLOSE_BRACE);
    writer.u8(NEWLINE);
  }

  #client(writer: ByteWriter, record: RecordReader): void {
    writer.copy(record.kind === RecordKind.MARK ? MARK : SESSION);
    writeBase64String(writer, record.bytes, record.keyStart, record.keyEnd);
    writer.copy(VALUE_RAW);
    writeBase64String(writer, record.bytes, record.valueStart, record.valueEnd);
    writer.copy(EXPIRY);
    writeDigits(writer, record.expiryMs);
  }

  #entry(writer: ByteWriter, record: RecordReader): void {
    writeKey(writer, record, KEY, KEY_BASE64);
    const valueOfType = VALUE_OF_TYPE[record.type];
    if (valueOfType === undefined) throw new Error(`snapshot: an entry of unknown type ${record.type}`);
    const beforeType = writer.at;
    writer.copy(valueOfType);
    const { bytes, valueStart, valueEnd } = record;
    try {
      if (record.type === ValueType.LIST) writeElementsAsJson(writer, bytes, valueStart, valueEnd);
      else writeJsonText(writer, record.type, bytes, valueStart, valueEnd);
    } catch (error) {
      if (!(error instanceof MalformedValueError)) throw error;
      // The engine lets no such value in; should one be there all the same, losing it would be worse.
      writer.at = beforeType;
      writer.copy(TYPE);
      writer.utf8(TYPE_NAMES[record.type]!);
      writer.u8(QUOTE);
      writer.copy(VALUE_RAW);
      writeBase64String(writer, record.bytes, record.valueStart, record.valueEnd);
    }
    writeExpiry(writer, record);
    if (record.clientFlags !== 0) writeMember(writer, CLIENT_FLAGS, record.clientFlags);
  }

  #listChange(writer: ByteWriter, record: RecordReader): void {
    const { kind, bytes, valueStart, valueEnd } = record;
    const head = this.#head.reset(bytes, valueStart, valueEnd);
    switch (kind) {
      case RecordKind.SPLICE:
        writeKey(writer, record, SPLICE_KEY, SPLICE_KEY_BASE64);
        writeMember(writer, LENGTH, head.u32());
        writeMember(writer, AT, head.u32());
        writeMember(writer, REMOVED, head.u32());
        writer.copy(VALUE);
        writeElementsAsJson(writer, bytes, valueStart + SPLICE_HEAD_BYTES, valueEnd);
        break;
      case RecordKind.REMOVE_EQUAL: {
        writeKey(writer, record, REMOVE_EQUAL_KEY, REMOVE_EQUAL_KEY_BASE64);
        writeMember(writer, LENGTH, head.u32());
        const removed = head.u32();
        writer.copy(REMOVED);
        if (head.u8() === 1) writer.u8(MINUS);
        writeDigits(writer, removed);
        writer.copy(VALUE);
        writeJsonText(writer, ValueType.TEXT, bytes, valueStart + REMOVE_EQUAL_HEAD_BYTES, valueEnd);
        break;
      }
      case RecordKind.COPY:
        writeKey(writer, record, COPY_KEY, COPY_KEY_BASE64);
        writeKeyBytes(writer, bytes, valueStart, valueEnd, COPY_OF, COPY_OF_BASE64);
        break;
      default:
        throw new Error(`snapshot: a record of unknown kind ${kind}`);
    }
    writeExpiry(writer, record);
  }
}

function writeKey(writer: ByteWriter, record: RecordReader, plain: Uint8Array, base64: Uint8Array): void {
  writeKeyBytes(writer, record.bytes, record.keyStart, record.keyEnd, plain, base64);
}

function writeKeyBytes(
  writer: ByteWriter,
  bytes: Uint8Array,
  start: number,
  end: number,
  plain: Uint8Array,
  base64: Uint8Array,
): void {
  if (isValidUtf8(bytes, start, end)) {
    writer.copy(plain);
    writeJsonText(writer, ValueType.STRING, bytes, start, end);
  } else {
    writer.copy(base64);
    writeBase64String(writer, bytes, start, end);
  }
}

function writeMember(writer: ByteWriter, name: Uint8Array, value: number): void {
  writer.copy(name);
  writeDigits(writer, value);
}

function writeExpiry(writer: ByteWriter, record: RecordReader): void {
  if (record.expiryMs !== 0) writeMember(writer, EXPIRY, record.expiryMs);
}

function writeBase64String(writer: ByteWriter, bytes: Uint8Array, start: number, end: number): void {
  writer.u8(QUOTE);
  writeBase64(writer, bytes, start, end);
  writer.u8(QUOTE);
}

const BILLION = 1_000_000_000;

/** A whole number from 0 to 2^53-1 as digits, without a string in between. */
export function writeDigits(writer: ByteWriter, value: number): void {
  if (value < BILLION) {
    let digitCount = 1;
    for (let limit = 10; value >= limit; limit *= 10) digitCount++;
    putDigits(writer, value, digitCount);
  } else {
    const high = Math.floor(value / BILLION);
    writeDigits(writer, high);
    putDigits(writer, value - high * BILLION, 9);
  }
}

function putDigits(writer: ByteWriter, value: number, digitCount: number): void {
  writer.ensure(digitCount);
  const bytes = writer.bytes;
  let rest = value | 0;
  for (let at = writer.at + digitCount - 1; at >= writer.at; at--) {
    const tenth = (rest / 10) | 0;
    bytes[at] = 0x30 + rest - tenth * 10;
    rest = tenth;
  }
  writer.at += digitCount;
}
