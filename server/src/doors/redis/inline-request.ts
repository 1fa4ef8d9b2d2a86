/** One line as arguments, the way a shell would: words, "text with \n, \x41 escapes", 'text as it is'. */

import type { ByteWriter } from '@anoadb/protocol';
import type { RedisCall } from './redis-call.js';

const NUL = 0;
const BACKSLASH = 0x5c;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const LOWER_X = 0x78;

/** Byte after a backslash to what it stands for; others stand for themselves. */
const escapes: readonly (readonly [string, number])[] = [
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
  ['b', 0x08],
  ['a', 0x07],
];
const escaped = Uint8Array.from({ length: 256 }, (_, byte) => byte);
for (const [letter, byte] of escapes) escaped[letter.charCodeAt(0)] = byte;

/** Appends the words of bytes[start, end) to `words` and their ranges to `call`. False: a quote is not closed. */
export function splitInline(
  bytes: Uint8Array,
  start: number,
  end: number,
  words: ByteWriter,
  call: RedisCall,
): boolean {
  words.reset();
  words.ensure(end - start);
  let at = start;
  for (;;) {
    while (at < end && isSpace(bytes[at])) at++;
    if (at === end || bytes[at] === NUL) return true;
    const wordStart = words.at;
    at = copyWord(bytes, at, end, words);
    if (at < 0) return false;
    call.add(wordStart, words.at);
  }
}

/** Returns where the word ends, or -1. */
function copyWord(bytes: Uint8Array, start: number, end: number, words: ByteWriter): number {
  let at = start;
  while (at < end && !endsWord(bytes[at])) {
    const byte = bytes[at];
    if (byte === DOUBLE_QUOTE || byte === SINGLE_QUOTE) {
      at =
        byte === DOUBLE_QUOTE
          ? copyDoubleQuoted(bytes, at + 1, end, words)
          : copyQuoted(bytes, at + 1, end, words);
      // Nothing but a space may follow.
      return at < 0 || (at < end && !isSpace(bytes[at]) && bytes[at] !== NUL) ? -1 : at;
    }
    words.u8(byte);
    at++;
  }
  return at;
}

function copyDoubleQuoted(bytes: Uint8Array, start: number, end: number, words: ByteWriter): number {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === DOUBLE_QUOTE) return at + 1;
    if (byte === NUL) return -1;
    if (byte !== BACKSLASH || at + 1 === end) {
      words.u8(byte);
      continue;
    }
    at++;
    const high = bytes[at] === LOWER_X && end - at > 2 ? hexDigit(bytes[at + 1]) : -1;
    const low = high < 0 ? -1 : hexDigit(bytes[at + 2]);
    if (low >= 0) {
      words.u8(high * 16 + low);
      at += 2;
    } else words.u8(escaped[bytes[at]]);
  }
  return -1;
}

function copyQuoted(bytes: Uint8Array, start: number, end: number, words: ByteWriter): number {
  for (let at = start; at < end; at++) {
    let byte = bytes[at];
    if (byte === SINGLE_QUOTE) return at + 1;
    if (byte === NUL) return -1;
    if (byte === BACKSLASH && at + 1 < end && bytes[at + 1] === SINGLE_QUOTE) byte = bytes[++at];
    words.u8(byte);
  }
  return -1;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}

/** Space, tab, line feed, vertical tab, form feed, carriage return. */
function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** Vertical tab and form feed separate words but do not end one: as Redis has it. */
function endsWord(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09 || byte === NUL;
}
