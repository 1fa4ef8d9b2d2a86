/**
 * Lines to entry records, bytes to bytes. Runs in the file worker. Format: entry-line.ts.
 *
 * Takes the members in any order, but no spaces between them. What it reads was authenticated before, so a line it cannot read
 * is another program's or a bug; it is refused with its offset, never skipped.
 */

import { type ByteWriter, readBase64, ValueType, writeValueOfJsonText } from '@anoadb/protocol';
import { countEntry, type LineCounts, noLines, TYPE_NAMES } from './entry-line.js';
import { RecordKind, recordHeadBytes, writeRecordHead } from './entry-record.js';
import { writeElementsOfJson } from './list-line.js';
import { ascii } from './storage-crypto.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;
const NEWLINE = 0x0a;
const MINUS = 0x2d;
const KEY_BYTES_MAX = 0xffff;
const CLIENT_FLAGS_MAX = 0xffff_ffff;
const COUNT_MAX = 0xffff_ffff;

/** By the first byte and the length of the name: cheaper than making a string of it. */
const TYPE_BY_NAME = TYPE_NAMES.flatMap((name, type) =>
  name === undefined ? [] : [{ type, name: ascii(name) }],
);
const DELETE = ascii('delete');
const CLEAR = ascii('clear');
const MARK = ascii('mark');
const SESSION = ascii('session');
const SPLICE = ascii('splice');
const REMOVE_EQUAL = ascii('lrem');
const COPY = ascii('copy');

const Member = {
  NONE: 0,
  OP: 1,
  KEY: 2,
  KEY_BASE64: 3,
  TYPE: 4,
  VALUE: 5,
  VALUE_BASE64: 6,
  EXPIRY: 7,
  VERSION: 8,
  CLIENT_FLAGS: 9,
  LENGTH: 10,
  AT: 11,
  REMOVED: 12,
  COPY_OF: 13,
  COPY_OF_BASE64: 14,
};

/** A line that is not one; `offset` within the bytes given to parse(). */
export class MalformedLineError extends Error {
  override readonly name = 'MalformedLineError';
  readonly offset: number;
  constructor(what: string, offset: number) {
    super(what);
    this.offset = offset;
  }
}

export class LineParser {
  readonly counts: LineCounts = noLines();
  /** Entries that had expired at `nowMs`; each became a removal, for an earlier line may have put the key. */
  expired = 0;
  readonly #nowMs: number;

  // Where the members of the current line are; -1 = not there.
  #keyStart = -1;
  #keyEnd = 0;
  #isKeyBase64 = false;
  #valueStart = -1;
  #valueEnd = 0;
  #isValueBase64 = false;
  #type = -1;
  #kind: number = RecordKind.PUT;
  #expiryMs = 0;
  #version = -1;
  #clientFlags = 0;
  #length = -1;
  #at = -1;
  #removed = -1;
  #isBackward = false;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  /** Appends one record per line of [start, end), which must be whole lines. */
  parse(records: ByteWriter, bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      const next = this.#scan(bytes, at, end);
      this.#emit(records, bytes, at);
      at = next;
    }
  }

  /** Finds the members of the line at `start`; returns where the next line starts. */
  #scan(bytes: Uint8Array, start: number, end: number): number {
    this.#keyStart = this.#valueStart = this.#type = this.#version = -1;
    this.#length = this.#at = this.#removed = -1;
    this.#clientFlags = 0;
    this.#kind = RecordKind.PUT;
    this.#expiryMs = 0;
    if (bytes[start] !== OPEN_BRACE) throw new MalformedLineError('a line does not start with {', start);
    let at = start + 1;
    for (;;) {
      const member = memberAt(bytes, at);
      if (member === Member.NONE) throw new MalformedLineError('a member of unknown name', at);
      while (bytes[at] !== COLON) at++;
      const valueStart = at + 1;
      const valueEnd = endOfValue(bytes, valueStart, end);
      if (valueEnd < 0) throw new MalformedLineError('a value does not end', valueStart);
      this.#take(member, bytes, valueStart, valueEnd);
      at = valueEnd + 1;
      if (bytes[valueEnd] === CLOSE_BRACE) break;
      if (bytes[valueEnd] !== COMMA) throw new MalformedLineError('neither , nor } after a value', valueEnd);
    }
    if (at >= end || bytes[at] !== NEWLINE) throw new MalformedLineError('a line does not end', at);
    return at + 1;
  }

  #take(member: number, bytes: Uint8Array, start: number, end: number): void {
    switch (member) {
      case Member.KEY:
      case Member.KEY_BASE64:
        this.#keyStart = start;
        this.#keyEnd = end;
        this.#isKeyBase64 = member === Member.KEY_BASE64;
        return;
      case Member.VALUE:
      case Member.VALUE_BASE64:
        this.#valueStart = start;
        this.#valueEnd = end;
        this.#isValueBase64 = member === Member.VALUE_BASE64;
        return;
      case Member.TYPE:
        this.#type = typeNamed(bytes, start + 1, end - 1);
        return;
      case Member.EXPIRY:
        this.#expiryMs = digitsOf(bytes, start, end);
        return;
      case Member.VERSION:
        this.#version = digitsOf(bytes, start, end);
        return;
      case Member.CLIENT_FLAGS:
        this.#clientFlags = digitsOf(bytes, start, end);
        if (this.#clientFlags > CLIENT_FLAGS_MAX)
          throw new MalformedLineError('client flags of more than 32 bits', start);
        return;
      case Member.LENGTH:
        this.#length = countOf(bytes, start, end);
        return;
      case Member.AT:
        this.#at = countOf(bytes, start, end);
        return;
      case Member.REMOVED:
        this.#isBackward = bytes[start] === MINUS;
        this.#removed = countOf(bytes, this.#isBackward ? start + 1 : start, end);
        return;
      case Member.COPY_OF:
      case Member.COPY_OF_BASE64:
        this.#valueStart = start;
        this.#valueEnd = end;
        this.#isValueBase64 = member === Member.COPY_OF_BASE64;
        return;
      default:
        if (isText(bytes, start + 1, end - 1, DELETE)) this.#kind = RecordKind.REMOVE;
        else if (isText(bytes, start + 1, end - 1, CLEAR)) this.#kind = RecordKind.CLEAR;
        else if (isText(bytes, start + 1, end - 1, MARK)) this.#kind = RecordKind.MARK;
        else if (isText(bytes, start + 1, end - 1, SESSION)) this.#kind = RecordKind.SESSION;
        else if (isText(bytes, start + 1, end - 1, SPLICE)) this.#kind = RecordKind.SPLICE;
        else if (isText(bytes, start + 1, end - 1, REMOVE_EQUAL)) this.#kind = RecordKind.REMOVE_EQUAL;
        else if (isText(bytes, start + 1, end - 1, COPY)) this.#kind = RecordKind.COPY;
        else throw new MalformedLineError('an operation of unknown name', start);
    }
  }

  #emit(records: ByteWriter, bytes: Uint8Array, lineStart: number): void {
    let kind = this.#kind;
    if (this.#version < 0) throw new MalformedLineError('a line without its version', lineStart);
    if (kind !== RecordKind.CLEAR && this.#keyStart < 0)
      throw new MalformedLineError('a line without key', lineStart);
    if (kind === RecordKind.PUT) {
      if (this.#type < 0 || this.#valueStart < 0)
        throw new MalformedLineError('an entry without value', lineStart);
      countEntry(this.counts, this.#version);
      const hasExpired = this.#expiryMs !== 0 && this.#expiryMs <= this.#nowMs;
      // Of a list there may be changes in lines to come, the next of them that it does not expire.
      if (hasExpired && this.#type !== ValueType.LIST) {
        this.expired++;
        kind = RecordKind.REMOVE;
      }
    } else if (kind === RecordKind.REMOVE) {
      this.counts.deletes++;
    } else if (kind === RecordKind.CLEAR) {
      this.counts.clears++;
    } else if (isListChange(kind)) {
      this.#checkListChange(lineStart);
      this.counts.listChanges++;
    } else if (!this.#isKeyBase64 || !this.#isValueBase64 || this.#valueStart < 0) {
      throw new MalformedLineError('a client without identity or payload', lineStart);
    }

    const head = records.at;
    const clientFlags = kind === RecordKind.PUT ? this.#clientFlags : 0;
    const keyAt = head + recordHeadBytes(clientFlags);
    writeRecordHead(records, kind, 0, 0, 0, this.#expiryMs, this.#version, clientFlags);
    if (kind !== RecordKind.CLEAR) this.#writeKey(records, bytes);
    const keyBytes = records.at - keyAt;
    if (keyBytes > KEY_BYTES_MAX) throw new MalformedLineError('a key that is too long', this.#keyStart);
    if (isListChange(kind)) this.#writeListChange(records, bytes);
    else if (kind === RecordKind.PUT || kind >= RecordKind.MARK) this.#writeValue(records, bytes);
    const end = records.at;
    // Lengths are known only now: the head is written again over itself.
    records.at = head;
    writeRecordHead(
      records,
      kind,
      kind === RecordKind.PUT ? this.#type : isListChange(kind) ? ValueType.LIST : 0,
      keyBytes,
      end - keyAt - keyBytes,
      this.#expiryMs,
      this.#version,
      clientFlags,
    );
    records.at = end;
  }

  #checkListChange(lineStart: number): void {
    const isWhole =
      this.#valueStart >= 0 &&
      (this.#kind === RecordKind.COPY ||
        (this.#length >= 0 && this.#removed >= 0 && (this.#kind !== RecordKind.SPLICE || this.#at >= 0)));
    if (!isWhole) throw new MalformedLineError('a change of a list with something missing', lineStart);
  }

  #writeListChange(records: ByteWriter, bytes: Uint8Array): void {
    if (this.#kind === RecordKind.COPY) {
      this.#writeText(records, bytes, ValueType.STRING);
      return;
    }
    records.u32(this.#length);
    if (this.#kind === RecordKind.SPLICE) {
      records.u32(this.#at);
      records.u32(this.#removed);
      this.#writeElements(records, bytes);
    } else {
      records.u32(this.#removed);
      records.u8(this.#isBackward ? 1 : 0);
      this.#writeText(records, bytes, ValueType.TEXT);
    }
  }

  #writeElements(records: ByteWriter, bytes: Uint8Array): void {
    if (!writeElementsOfJson(records, bytes, this.#valueStart, this.#valueEnd, endOfValue))
      throw new MalformedLineError('elements that are not those of a list', this.#valueStart);
  }

  #writeKey(records: ByteWriter, bytes: Uint8Array): void {
    const isKey = this.#isKeyBase64
      ? readBase64String(records, bytes, this.#keyStart, this.#keyEnd)
      : writeValueOfJsonText(records, ValueType.STRING, bytes, this.#keyStart, this.#keyEnd);
    if (!isKey) throw new MalformedLineError('a key that is not a string', this.#keyStart);
  }

  #writeValue(records: ByteWriter, bytes: Uint8Array): void {
    if (this.#type === ValueType.LIST) this.#writeElements(records, bytes);
    else this.#writeText(records, bytes, this.#type);
  }

  #writeText(records: ByteWriter, bytes: Uint8Array, type: number): void {
    const isValue = this.#isValueBase64
      ? readBase64String(records, bytes, this.#valueStart, this.#valueEnd)
      : writeValueOfJsonText(records, type, bytes, this.#valueStart, this.#valueEnd);
    if (!isValue) throw new MalformedLineError('a value that is not of its type', this.#valueStart);
  }
}

/** Which member's name, with its quotes, is at `at`. */
function memberAt(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== QUOTE) return Member.NONE;
  const first = bytes[at + 1];
  const second = bytes[at + 2];
  if (second === QUOTE) {
    if (bytes[at + 3] !== COLON) return Member.NONE;
    switch (first) {
      case 0x6b: // k
        return Member.KEY;
      case 0x74: // t
        return Member.TYPE;
      case 0x76: // v
        return Member.VALUE;
      case 0x78: // x
        return Member.EXPIRY;
      case 0x72: // r
        return Member.VERSION;
      case 0x66: // f
        return Member.CLIENT_FLAGS;
      case 0x6e: // n
        return Member.LENGTH;
      default:
        return Member.NONE;
    }
  }
  if (bytes[at + 3] !== QUOTE || bytes[at + 4] !== COLON) return Member.NONE;
  if (first === 0x6b && second === 0x62) return Member.KEY_BASE64;
  if (first === 0x76 && second === 0x62) return Member.VALUE_BASE64;
  if (first === 0x61 && second === 0x74) return Member.AT;
  if (first === 0x72 && second === 0x6d) return Member.REMOVED;
  if (first !== 0x6f) return Member.NONE;
  if (second === 0x70) return Member.OP;
  if (second === 0x66) return Member.COPY_OF;
  return second === 0x62 ? Member.COPY_OF_BASE64 : Member.NONE;
}

/** Where the JSON value at `start` ends, or -1; whether it is well-formed is for its reader to say. */
function endOfValue(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start];
  if (first === QUOTE) return endOfString(bytes, start, end);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return endOfContainer(bytes, start, end);
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === COMMA || byte === CLOSE_BRACE) return at;
  }
  return -1;
}

/** Behind the closing quote of the string whose opening quote is at `start`. */
function endOfString(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start + 1; at < end; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) at++;
  }
  return -1;
}

function endOfContainer(bytes: Uint8Array, start: number, end: number): number {
  let depth = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = endOfString(bytes, at, end) - 1;
      if (at < 0) return -1;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth++;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (--depth === 0) return at + 1;
    }
  }
  return -1;
}

function typeNamed(bytes: Uint8Array, start: number, end: number): number {
  for (const { type, name } of TYPE_BY_NAME) if (isText(bytes, start, end, name)) return type;
  throw new MalformedLineError('a type of unknown name', start);
}

function digitsOf(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at] - 0x30;
    if (digit < 0 || digit > 9) throw new MalformedLineError('not a whole number', start);
    value = value * 10 + digit;
  }
  if (start === end || !Number.isSafeInteger(value))
    throw new MalformedLineError('not a whole number', start);
  return value;
}

/** Of elements. */
function countOf(bytes: Uint8Array, start: number, end: number): number {
  const count = digitsOf(bytes, start, end);
  if (count > COUNT_MAX) throw new MalformedLineError('more elements than a list has', start);
  return count;
}

function isListChange(kind: number): boolean {
  return kind >= RecordKind.SPLICE;
}

function isText(bytes: Uint8Array, start: number, end: number, text: Uint8Array): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text[i]) return false;
  return true;
}

function readBase64String(writer: ByteWriter, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 2 || bytes[start] !== QUOTE || bytes[end - 1] !== QUOTE) return false;
  return readBase64(writer, bytes, start + 1, end - 1);
}
