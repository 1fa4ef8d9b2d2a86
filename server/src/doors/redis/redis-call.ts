/**
 * The command in hand: argument 0 is its name, all are ranges of the bytes that came. One object per session, reused,
 * so a handler keeps neither it nor its bytes.
 *
 * Text in this door has one character per byte (Latin-1): Redis knows bytes only, and an error must echo what came
 * byte for byte, UTF-8 or not. RespWriter writes it back the same way.
 */

import type { Integer } from '@anoadb/protocol';

const NOTHING = new Uint8Array(0);
const ARGUMENTS_KEPT = 1024;
const MINUS = 0x2d;
const DIGIT_0 = 0x30;
/** Whole numbers of so many digits are exact as a number. */
const SAFE_DIGITS = 15;
/** `-9223372036854775808`. */
const INTEGER_CHARS_MAX = 20;
const INT64_MIN = -0x8000_0000_0000_0000n;
const INT64_MAX = 0x7fff_ffff_ffff_ffffn;

export class RedisCall {
  bytes: Uint8Array = NOTHING;
  /** Arguments, the name included. */
  count = 0;
  starts: Int32Array = new Int32Array(16);
  ends: Int32Array = new Int32Array(16);

  /** Starts over; the arrays that a call of very many arguments needed are given back. */
  begin(): void {
    this.count = 0;
    if (this.starts.length > ARGUMENTS_KEPT) this.#resize(16);
  }

  /** Lets go of the bytes; where the arguments were is still known. */
  release(): void {
    this.bytes = NOTHING;
  }

  /** Appends the argument [start, end). */
  add(start: number, end: number): void {
    if (this.count === this.starts.length) this.#resize(this.count * 2);
    this.starts[this.count] = start;
    this.ends[this.count++] = end;
  }

  /** The bytes lie elsewhere now. */
  moveBy(offset: number): void {
    if (offset === 0) return;
    for (let i = 0; i < this.count; i++) {
      this.starts[i] += offset;
      this.ends[i] += offset;
    }
  }

  /** The call that its arguments from `index` on are, of the same bytes. */
  from(index: number): RedisCall {
    const call = new RedisCall();
    call.bytes = this.bytes;
    call.starts = this.starts.slice(index, this.count);
    call.ends = this.ends.slice(index, this.count);
    call.count = this.count - index;
    return call;
  }

  /** A copy of its own: for a command that is run later. */
  copy(): RedisCall {
    const first = this.starts[0];
    const copy = new RedisCall();
    copy.bytes = this.bytes.slice(first, this.ends[this.count - 1]);
    copy.starts = this.starts.slice(0, this.count);
    copy.ends = this.ends.slice(0, this.count);
    copy.count = this.count;
    copy.moveBy(-first);
    return copy;
  }

  /** From the first byte of its name to the last of its last argument. */
  get byteLength(): number {
    return this.ends[this.count - 1] - this.starts[0];
  }

  lengthOf(index: number): number {
    return this.ends[index] - this.starts[index];
  }

  /** Whether that argument is `word`, which is given in lower case, in whatever case of ASCII. */
  isWord(index: number, word: string): boolean {
    const start = this.starts[index];
    if (this.ends[index] - start !== word.length) return false;
    const bytes = this.bytes;
    for (let i = 0; i < word.length; i++) {
      if (lowerCase(bytes[start + i]) !== word.charCodeAt(i)) return false;
    }
    return true;
  }

  /** That argument, one character per byte. */
  text(index: number): string {
    return byteText(this.bytes, this.starts[index], this.ends[index]);
  }

  /** That argument for an error: up to its first zero byte, where C ends a text. */
  shown(index: number, charsMax = Number.POSITIVE_INFINITY): string {
    const start = this.starts[index];
    let end = start;
    const last = Math.min(this.ends[index], start + charsMax);
    while (end < last && this.bytes[end] !== 0) end++;
    return byteText(this.bytes, start, end);
  }

  /**
   * The int64 that the argument is in canonical decimal form (no space, no plus, no leading zero, no `-0`), a number
   * where that is exact; else undefined.
   */
  integer(index: number): Integer | undefined {
    return canonicalInteger(this.bytes, this.starts[index], this.ends[index]);
  }

  #resize(length: number): void {
    const starts = new Int32Array(length);
    const ends = new Int32Array(length);
    starts.set(this.starts.subarray(0, this.count));
    ends.set(this.ends.subarray(0, this.count));
    this.starts = starts;
    this.ends = ends;
  }
}

/** The int64 whose canonical decimal form [start, end) is, as `RedisCall.integer`; also for stored values. */
export function canonicalInteger(bytes: Uint8Array, start: number, end: number): Integer | undefined {
  const isNegative = bytes[start] === MINUS && start < end;
  const first = isNegative ? start + 1 : start;
  const digits = end - first;
  if (digits < 1 || end - start > INTEGER_CHARS_MAX) return undefined;
  if (bytes[first] === DIGIT_0) return digits === 1 && !isNegative ? 0 : undefined;
  let value = 0;
  for (let at = first; at < end; at++) {
    const digit = bytes[at] - DIGIT_0;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    value = value * 10 + digit;
  }
  if (digits <= SAFE_DIGITS) return isNegative ? -value : value;
  const exact = BigInt(byteText(bytes, start, end));
  if (exact < INT64_MIN || exact > INT64_MAX) return undefined;
  const asNumber = Number(exact);
  return Number.isSafeInteger(asNumber) ? asNumber : exact;
}

/** Where an index counted from either end (-1 is the last place) is among so many places; it may be outside. */
export function fromEitherEnd(index: Integer, length: number): number {
  const at = Number(index);
  return at < 0 ? at + length : at;
}

/** The bytes as text, one character each. */
export function byteText(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at]);
  return text;
}

export function lowerCase(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}
