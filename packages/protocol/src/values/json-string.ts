/** Strings as JSON text writes them: between quotes, with escapes. All on bytes, no JavaScript string between. */
import type { ByteWriter } from '../bytes/byte-writer.js';
import { endOfMultiByte } from '../bytes/utf8.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const HEX = new Uint8Array([48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 97, 98, 99, 100, 101, 102]);
/** 1 for ASCII that stands for itself in a JSON string. */
const IS_PLAIN = new Uint8Array(0x100).fill(1, 0x20, 0x80);
IS_PLAIN[QUOTE] = 0;
IS_PLAIN[BACKSLASH] = 0;
/** The letter behind the backslash for the control characters that have one, else 0. */
const SHORT_ESCAPE = new Uint8Array(0x20);
/** The byte that a letter behind a backslash stands for, else 0. */
const ESCAPED_BYTE = new Uint8Array(0x80);
for (const [letter, byte] of [
  ['b', 8],
  ['t', 9],
  ['n', 10],
  ['f', 12],
  ['r', 13],
] as const) {
  SHORT_ESCAPE[byte] = letter.charCodeAt(0);
  ESCAPED_BYTE[letter.charCodeAt(0)] = byte;
}
for (const same of [QUOTE, BACKSLASH, 0x2f]) ESCAPED_BYTE[same] = same;

let hasEscape = false;

/**
 * Index of the quote that closes the string whose content starts at `at`, or -1 where that content is not
 * JSON: control characters, unknown escapes, invalid UTF-8, or an escaped lone surrogate, which the grammar
 * of RFC 8259 admits but no UTF-8 can carry.
 */
export function endOfJsonString(bytes: Uint8Array, at: number, end: number): number {
  hasEscape = false;
  for (;;) {
    while (at < end && IS_PLAIN[bytes[at]] === 1) at++;
    if (at >= end) return -1;
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    if (byte < 0x20) return -1;
    if (byte === BACKSLASH) {
      hasEscape = true;
      at = endOfEscape(bytes, at, end);
    } else {
      at = endOfMultiByte(bytes, at, end);
    }
    if (at < 0) return -1;
  }
}

/** Whether the string that endOfJsonString() went over last has escapes; without, its bytes are its text. */
export function stringHasEscape(): boolean {
  return hasEscape;
}

/** Appends what the string content [start, end) says; it must have passed endOfJsonString(). */
export function appendUnescaped(writer: ByteWriter, bytes: Uint8Array, start: number, end: number): void {
  writer.ensure(end - start); // no escape is shorter than what it stands for
  const out = writer.bytes;
  let to = writer.at;
  let at = start;
  while (at < end) {
    const byte = bytes[at];
    if (byte !== BACKSLASH) {
      out[to++] = byte;
      at++;
    } else if (bytes[at + 1] !== 0x75) {
      out[to++] = ESCAPED_BYTE[bytes[at + 1]];
      at += 2;
    } else {
      let code = hexAt(bytes, at + 2);
      at += 6;
      if ((code & 0xfc00) === 0xd800) {
        code = 0x10000 + ((code & 0x3ff) << 10) + (hexAt(bytes, at + 2) & 0x3ff);
        at += 6;
      }
      to = putCodePoint(out, to, code);
    }
  }
  writer.at = to;
}

/** Appends [start, end) as a quoted JSON string; false, and nothing appended, where it is not valid UTF-8. */
export function writeJsonString(writer: ByteWriter, bytes: Uint8Array, start: number, end: number): boolean {
  const writtenBefore = writer.at;
  writer.ensure(end - start + 2);
  writer.u8(QUOTE);
  // Runs without escapes are copied whole, and proven to be UTF-8 on the way.
  let runStart = start;
  let at = start;
  for (;;) {
    while (at < end && IS_PLAIN[bytes[at]] === 1) at++;
    if (at >= end) break;
    const byte = bytes[at];
    if (byte >= 0x80) {
      at = endOfMultiByte(bytes, at, end);
      if (at >= 0) continue;
      writer.at = writtenBefore;
      return false;
    }
    writer.copy(bytes, runStart, at);
    writeEscape(writer, byte);
    runStart = ++at;
  }
  writer.copy(bytes, runStart, end);
  writer.u8(QUOTE);
  return true;
}

function writeEscape(writer: ByteWriter, byte: number): void {
  writer.ensure(6);
  const out = writer.bytes;
  let to = writer.at;
  out[to++] = BACKSLASH;
  if (byte >= 0x20) {
    out[to++] = byte;
  } else if (SHORT_ESCAPE[byte] !== 0) {
    out[to++] = SHORT_ESCAPE[byte];
  } else {
    out[to++] = 0x75;
    out[to++] = 0x30;
    out[to++] = 0x30;
    out[to++] = HEX[byte >>> 4];
    out[to++] = HEX[byte & 15];
  }
  writer.at = to;
}

/** Where the escape that starts with the backslash at `at` ends, a surrogate pair taken together; else -1. */
function endOfEscape(bytes: Uint8Array, at: number, end: number): number {
  if (at + 1 >= end) return -1;
  const letter = bytes[at + 1];
  if (letter !== 0x75) return letter < 0x80 && ESCAPED_BYTE[letter] !== 0 ? at + 2 : -1;
  if (at + 6 > end) return -1;
  const unit = hexAt(bytes, at + 2);
  if (unit < 0) return -1;
  if ((unit & 0xf800) !== 0xd800) return at + 6;
  if (unit >= 0xdc00 || at + 12 > end) return -1;
  if (bytes[at + 6] !== BACKSLASH || bytes[at + 7] !== 0x75) return -1;
  const low = hexAt(bytes, at + 8);
  return low >= 0 && (low & 0xfc00) === 0xdc00 ? at + 12 : -1;
}

/** The four hex digits at `at`, or -1. */
function hexAt(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = 0; i < 4; i++) {
    const byte = bytes[at + i];
    let digit = byte - 0x30;
    if (digit < 0 || digit > 9) {
      digit = (byte | 0x20) - 0x57; // a..f and A..F
      if (digit < 10 || digit > 15) return -1;
    }
    value = (value << 4) | digit;
  }
  return value;
}

function putCodePoint(out: Uint8Array, to: number, code: number): number {
  if (code < 0x80) {
    out[to++] = code;
    return to;
  }
  if (code < 0x800) {
    out[to++] = 0xc0 | (code >>> 6);
  } else {
    if (code < 0x10000) {
      out[to++] = 0xe0 | (code >>> 12);
    } else {
      out[to++] = 0xf0 | (code >>> 18);
      out[to++] = 0x80 | ((code >>> 12) & 0x3f);
    }
    out[to++] = 0x80 | ((code >>> 6) & 0x3f);
  }
  out[to++] = 0x80 | (code & 0x3f);
  return to;
}
