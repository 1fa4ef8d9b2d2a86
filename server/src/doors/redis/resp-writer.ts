/**
 * Answers as RESP 2 or 3, whichever its client has chosen, appended to what the connection is about to send. Numbers
 * and headers are written digit by digit: no string is made for an answer of the frequent kinds. Text has one character
 * per byte, as in RedisCall.
 */

import { type ByteWriter, copyBytes, type Integer, ValueType, writePlainText } from '@anoadb/protocol';
import type { Engine } from '../../engine/engine.js';
import type { EntryRef } from '../../store/index.js';
import type { ErrorStatistics } from './error-statistics.js';
import { RedisLimits } from './redis-limits.js';

const CR = 0x0d;
const LF = 0x0a;
const DIGIT_0 = 0x30;
/** Type byte, sign, 20 digits, CR, LF. */
const HEADER_BYTES_MAX = 24;

const Type = {
  SIMPLE: 0x2b,
  ERROR: 0x2d,
  INTEGER: 0x3a,
  BULK: 0x24,
  ARRAY: 0x2a,
  MAP: 0x25,
  SET: 0x7e,
  DOUBLE: 0x2c,
  BOOLEAN: 0x23,
  VERBATIM: 0x3d,
  PUSH: 0x3e,
  NULL: 0x5f,
} as const;

export class RespWriter {
  /** Where answers go. Set by the session; replaced between commands. */
  out: ByteWriter;
  /** 2 or 3, as HELLO chose. */
  version = 2;
  /** Errors written so far: whoever compares it before and after knows whether a command failed. */
  errors = 0;
  readonly #statistics: ErrorStatistics;
  readonly #onTooLarge: () => void;
  #bytesMax: number = RedisLimits.answerBytesMax;

  /** `onTooLarge`: answers have become larger than any client may have waiting. It gets no more of them. */
  constructor(out: ByteWriter, statistics: ErrorStatistics, onTooLarge: () => void = () => {}) {
    this.out = out;
    this.#statistics = statistics;
    this.#onTooLarge = onTooLarge;
  }

  /** Room for so many bytes at one go. False: the answer would be too large. */
  reserve(byteCount: number): boolean {
    if (this.out.at + byteCount > this.#bytesMax) {
      this.#endAnswers();
      return false;
    }
    this.out.ensure(byteCount);
    return true;
  }

  ok(): void {
    const { out } = this;
    out.ensure(5);
    const { bytes, at } = out;
    bytes[at] = Type.SIMPLE;
    bytes[at + 1] = 0x4f;
    bytes[at + 2] = 0x4b;
    bytes[at + 3] = CR;
    bytes[at + 4] = LF;
    out.at = at + 5;
  }

  /** `text` without line breaks. */
  simple(text: string): void {
    this.#line(Type.SIMPLE, text);
  }

  /** `text` begins with its code, such as ERR; without the minus. Line breaks in it become spaces. */
  error(text: string): void {
    this.errors++;
    this.#statistics.countError(text);
    this.#line(Type.ERROR, text.replace(/[\r\n]/g, ' '));
  }

  integer(value: Integer): void {
    if (typeof value === 'number') this.#header(Type.INTEGER, value);
    else this.#line(Type.INTEGER, value.toString());
  }

  bulk(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    const { out } = this;
    if (out.at + length > this.#bytesMax) {
      this.#endAnswers();
      return;
    }
    out.ensure(HEADER_BYTES_MAX + length + 2);
    this.#header(Type.BULK, length);
    const target = out.bytes;
    const { at } = out;
    copyBytes(target, at, bytes, start, end);
    target[at + length] = CR;
    target[at + length + 1] = LF;
    out.at = at + length + 2;
  }

  bulkText(text: string): void {
    this.#header(Type.BULK, text.length);
    this.#text(text);
  }

  /** `$-1`, in RESP 3 the one null. */
  nullBulk(): void {
    if (this.version === 3) this.null();
    else this.#header(Type.BULK, -1);
  }

  /** `*-1`, in RESP 3 the one null. */
  nullArray(): void {
    if (this.version === 3) this.null();
    else this.#header(Type.ARRAY, -1);
  }

  /** `_` of RESP 3. */
  null(): void {
    this.#line(Type.NULL, '');
  }

  /** So many answers follow. */
  array(count: number): void {
    this.#header(Type.ARRAY, count);
  }

  /** So many pairs follow; in RESP 2 an array of twice as many. */
  map(pairs: number): void {
    if (this.version === 3) this.#header(Type.MAP, pairs);
    else this.#header(Type.ARRAY, pairs * 2);
  }

  /** So many members follow; in RESP 2 an array. */
  set(count: number): void {
    this.#header(this.version === 3 ? Type.SET : Type.ARRAY, count);
  }

  /** A message that answers nothing; in RESP 2 an array. */
  push(count: number): void {
    this.#header(this.version === 3 ? Type.PUSH : Type.ARRAY, count);
  }

  /** In RESP 2 a bulk of the same text. */
  double(text: string): void {
    if (this.version === 3) this.#line(Type.DOUBLE, text);
    else this.bulkText(text);
  }

  /** In RESP 2 the integers 1 and 0. */
  boolean(value: boolean): void {
    if (this.version === 3) this.#line(Type.BOOLEAN, value ? 't' : 'f');
    else this.#header(Type.INTEGER, value ? 1 : 0);
  }

  /** Text to be shown as it is; in RESP 2 a bulk. */
  verbatim(text: string): void {
    if (this.version !== 3) {
      this.bulkText(text);
      return;
    }
    this.#header(Type.VERBATIM, text.length + 4);
    this.#text(`txt:${text}`);
  }

  /** The scalar of that entry as bulk: as a reader without types sees it, straight from the store where it is bytes. */
  value(engine: Engine, ref: EntryRef): void {
    const { store } = engine;
    const type = store.typeOf(ref);
    const start = store.valueStartOf(ref);
    const end = start + store.valueLengthOf(ref);
    if (type === ValueType.TEXT || type === ValueType.STRING || type === ValueType.BYTES) {
      this.bulk(store.segmentOf(ref), start, end);
      return;
    }
    const { scratch } = engine;
    scratch.reset();
    writePlainText(scratch, type, store.segmentOf(ref), start, end);
    this.bulk(scratch.bytes, 0, scratch.at);
  }

  /** Nothing is copied for a client that is gone. */
  #endAnswers(): void {
    if (this.#bytesMax < 0) return;
    this.#bytesMax = -1;
    this.#onTooLarge();
  }

  #line(type: number, text: string): void {
    this.out.u8(type);
    this.#text(text);
  }

  /** One byte per character, and the end of the line. */
  #text(text: string): void {
    const { out } = this;
    out.ensure(text.length + 2);
    const { bytes } = out;
    let { at } = out;
    for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
    bytes[at] = CR;
    bytes[at + 1] = LF;
    out.at = at + 2;
  }

  /** A type byte, a safe whole number, the end of the line. */
  #header(type: number, value: number): void {
    const { out } = this;
    out.ensure(HEADER_BYTES_MAX);
    const { bytes } = out;
    let { at } = out;
    bytes[at++] = type;
    let rest = value;
    if (rest < 0) {
      bytes[at++] = 0x2d;
      rest = -rest;
    }
    if (rest < 10) {
      bytes[at++] = DIGIT_0 + rest;
    } else {
      let digits = 2;
      for (let bound = 100; bound <= rest; bound *= 10) digits++;
      at += digits;
      // The divisions by ten of numbers of 31 bits are much cheaper than those of doubles.
      let place = at;
      while (rest > 0x7fff_ffff) {
        const tenth = Math.floor(rest / 10);
        bytes[--place] = DIGIT_0 + (rest - tenth * 10);
        rest = tenth;
      }
      let small = rest | 0;
      while (small !== 0) {
        const tenth = (small / 10) | 0;
        bytes[--place] = DIGIT_0 + (small - tenth * 10);
        small = tenth;
      }
    }
    bytes[at] = CR;
    bytes[at + 1] = LF;
    out.at = at + 2;
  }
}
