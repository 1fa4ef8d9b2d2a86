/**
 * Requests of RESP and of people at a telnet, from bytes to ranges of bytes.
 *
 * A request may come in any number of pieces: what was understood of it is kept as offsets from its first byte, so
 * that the work is linear in its length however it was cut. Nothing is copied but the words of an inline request, which
 * may have quotes.
 *
 * Hostile input is an answer, not an exception: the words are Redis's, the bounds in RedisLimits.
 */

import { ByteWriter } from '@anoadb/protocol';
import { splitInline } from './inline-request.js';
import type { RedisCall } from './redis-call.js';
import { RedisLimits } from './redis-limits.js';

export const Parsed = {
  /** `call` has a request, `at` is behind it. */
  REQUEST: 0,
  /** The rest has to come; nothing before `start` of this request is needed. */
  NEED_MORE: 1,
  /** `error` says what; the connection has to be closed. */
  ERROR: 2,
} as const;
export type Parsed = (typeof Parsed)[keyof typeof Parsed];

const CR = 0x0d;
const LF = 0x0a;
const ASTERISK = 0x2a;
const DOLLAR = 0x24;
const MINUS = 0x2d;
const DIGIT_0 = 0x30;

/** What `#number` answers instead of a number. */
const NOT_COMPLETE = -1;
const NOT_A_NUMBER = -2;
const NEGATIVE = -3;
/** Digits that cannot be a length any more. */
const DIGITS_MAX = 15;

export class RequestParser {
  /** Behind the last request. */
  at = 0;
  /** After `Parsed.ERROR`, without `ERR Protocol error: `. */
  error = '';
  /** False: before authentication, when little is allowed. */
  isTrusted = true;
  /** First byte of the request in hand. */
  #start = 0;
  /** Arguments still to come; 0: the request has not begun or is inline. */
  #missing = 0;
  /** Of the argument that is next, once its length is known; -1 before. */
  #bulkBytes = -1;
  /** From `#start`: what is understood. */
  #understoodBytes = 0;
  /** From `#start`: no end of line before that. */
  #searchedBytes = 0;
  #lineEnd = 0;
  readonly #words = new ByteWriter(64);

  /** The next request of bytes[start, end). `start` is where the last one ended, or that of the one that is incomplete. */
  parse(bytes: Uint8Array, start: number, end: number, call: RedisCall): Parsed {
    let at = start;
    if (this.#missing === 0) {
      // Empty requests are no requests.
      for (;;) {
        if (at === end) {
          this.at = at;
          return Parsed.NEED_MORE;
        }
        this.#start = at;
        const parsed =
          bytes[at] === ASTERISK
            ? this.#beginMultibulk(bytes, at, end, call)
            : this.#inline(bytes, at, end, call);
        if (parsed !== Parsed.REQUEST) return parsed;
        at = this.at;
        if (this.#missing > 0) break;
        if (call.count > 0) return Parsed.REQUEST;
      }
    } else {
      call.moveBy(start - this.#start);
      this.#start = start;
      at += this.#understoodBytes;
    }
    call.bytes = bytes;
    return this.#arguments(bytes, at, end, call);
  }

  /** Forgets the request in hand: it will be read again from its start. */
  reset(): void {
    this.#missing = 0;
    this.#bulkBytes = -1;
    this.#searchedBytes = 0;
  }

  /** `*3\r\n`: leaves `at` behind it and how many arguments follow. */
  #beginMultibulk(bytes: Uint8Array, at: number, end: number, call: RedisCall): Parsed {
    const count = this.#number(bytes, at + 1, end);
    if (count === NOT_COMPLETE) return this.#needMore(at, end, 'too big mbulk count string');
    if (count === NOT_A_NUMBER || count > RedisLimits.argumentsMax)
      return this.#refuse('invalid multibulk length');
    if (count > RedisLimits.unauthenticatedArgumentsMax && !this.isTrusted)
      return this.#refuse('unauthenticated multibulk length');
    this.at = this.#lineEnd;
    this.#searchedBytes = 0;
    this.#missing = count === NEGATIVE ? 0 : count;
    call.begin();
    return Parsed.REQUEST;
  }

  #arguments(bytes: Uint8Array, from: number, end: number, call: RedisCall): Parsed {
    let at = from;
    do {
      let length = this.#bulkBytes;
      if (length < 0) {
        length = this.#number(bytes, at + 1, end);
        if (length === NOT_COMPLETE) return this.#needMore(at, end, 'too big bulk count string');
        if (bytes[at] !== DOLLAR)
          return this.#refuse(`expected '$', got '${String.fromCharCode(bytes[at])}'`);
        at = this.#lineEnd;
        if (length < 0 || at - this.#start + length > RedisLimits.requestBytesMax)
          return this.#refuse('invalid bulk length');
        if (length > RedisLimits.unauthenticatedBulkBytesMax && !this.isTrusted)
          return this.#refuse('unauthenticated bulk length');
        this.#searchedBytes = 0;
      }
      // What stands in the place of CR LF nobody looks at, as in Redis.
      if (end - at < length + 2) {
        this.#bulkBytes = length;
        this.#understoodBytes = at - this.#start;
        this.at = this.#start;
        return Parsed.NEED_MORE;
      }
      this.#bulkBytes = -1;
      call.add(at, at + length);
      at += length + 2;
    } while (--this.#missing !== 0);
    this.at = at;
    return Parsed.REQUEST;
  }

  #inline(bytes: Uint8Array, at: number, end: number, call: RedisCall): Parsed {
    const lineEnd = bytes.indexOf(LF, at + this.#searchedBytes);
    if (lineEnd < 0 || lineEnd >= end) return this.#needMore(at, end, 'too big inline request');
    this.#searchedBytes = 0;
    this.at = lineEnd + 1;
    call.begin();
    const textEnd = lineEnd > at && bytes[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
    if (!splitInline(bytes, at, textEnd, this.#words, call))
      return this.#refuse('unbalanced quotes in request');
    call.bytes = this.#words.bytes;
    return Parsed.REQUEST;
  }

  /** The whole number at `from` and, in `#lineEnd`, where its line ends. */
  #number(bytes: Uint8Array, from: number, end: number): number {
    let value = 0;
    let at = from;
    let digit = at < end ? bytes[at] - DIGIT_0 : -1;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = ++at < end ? bytes[at] - DIGIT_0 : -1;
    }
    const digits = at - from;
    if (end - at < 2 || bytes[at] !== CR || digits === 0 || digits > DIGITS_MAX)
      return this.#otherNumber(bytes, from, end);
    this.#lineEnd = at + 2;
    return bytes[from] === DIGIT_0 && digits > 1 ? NOT_A_NUMBER : value;
  }

  /** What is incomplete, negative, or no number. */
  #otherNumber(bytes: Uint8Array, from: number, end: number): number {
    const at = bytes.indexOf(CR, Math.max(from, this.#start + this.#searchedBytes));
    if (at < 0 || at + 1 >= end) return NOT_COMPLETE;
    this.#lineEnd = at + 2;
    if (bytes[from] !== MINUS || at - from < 2 || bytes[from + 1] === DIGIT_0) return NOT_A_NUMBER;
    for (let i = from + 1; i < at; i++)
      if (!(bytes[i] >= DIGIT_0 && bytes[i] <= DIGIT_0 + 9)) return NOT_A_NUMBER;
    return at - from > DIGITS_MAX ? NOT_A_NUMBER : NEGATIVE;
  }

  /** The line that begins at `at` has no end yet. */
  #needMore(at: number, end: number, error: string): Parsed {
    if (end - at > RedisLimits.lineBytesMax) return this.#refuse(error);
    this.at = this.#start;
    this.#understoodBytes = at - this.#start;
    // The last byte may be the CR of a line whose LF has to come.
    this.#searchedBytes = Math.max(0, end - 1 - this.#start);
    return Parsed.NEED_MORE;
  }

  #refuse(error: string): Parsed {
    this.reset();
    this.error = error;
    return Parsed.ERROR;
  }
}
