/** Decimal digits straight into an answer, without a string on the way. */

import type { ByteWriter } from '@anoadb/protocol';
import type { Unsigned64 } from './number-text.js';

const DIGIT_0 = 0x30;
/** Of 2^64-1. */
const DIGITS_MAX = 20;

/** Appends the digits of a whole number that is not negative. */
export function writeUnsigned(out: ByteWriter, value: Unsigned64): void {
  out.ensure(DIGITS_MAX);
  if (typeof value === 'number') writeDigits(out, value);
  else out.utf8(String(value));
}

/** So many digits `writeUnsigned` takes. */
export function digitsOf(value: Unsigned64): number {
  if (typeof value === 'bigint') return String(value).length;
  let digits = 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits++;
  return digits;
}

function writeDigits(out: ByteWriter, value: number): void {
  const bytes = out.bytes;
  if (value < 10) {
    bytes[out.at++] = DIGIT_0 + value;
    return;
  }
  const end = out.at + digitsOf(value);
  out.at = end;
  let at = end;
  let rest = value;
  // Beyond 32 bits division by floats; below it, where nearly all numbers are, integers.
  while (rest > 0x7fff_ffff) {
    const tenth = Math.floor(rest / 10);
    bytes[--at] = DIGIT_0 + (rest - tenth * 10);
    rest = tenth;
  }
  for (let small = rest | 0; small > 0; ) {
    const tenth = (small / 10) | 0;
    bytes[--at] = DIGIT_0 + (small - tenth * 10);
    small = tenth;
  }
}
