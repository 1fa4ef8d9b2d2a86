/** The ranges of BITCOUNT and BITPOS: first and last index, counted from the end where negative, of bytes or bits. */

import type { Integer } from '@anoadb/protocol';
import { fromEitherEnd, type RedisCall } from '../../redis-call.js';

/** One object, set again and again. */
export class BitRange {
  /** Bits from `start` to before `end`; none where `start >= end`. */
  start = 0;
  end = 0;
  /** Both were counted from the end, and the first comes behind the last. */
  isBackwards = false;

  /** All bits of a value of so many bytes. */
  takeAll(lengthBytes: number): void {
    this.start = 0;
    this.end = lengthBytes * 8;
    this.isBackwards = false;
  }

  /** @param unitBits what the indexes count: 1 or 8. */
  take(first: Integer, last: Integer, lengthBytes: number, unitBits: number): void {
    const units = (lengthBytes * 8) / unitBits;
    // A last index before the value still takes the first unit.
    this.start = Math.max(0, fromEitherEnd(first, units)) * unitBits;
    this.end = (Math.min(Math.max(0, fromEitherEnd(last, units)), units - 1) + 1) * unitBits;
    this.isBackwards = first < 0 && last < 0 && first > last;
  }
}

/** Bits of the unit that argument names; 0: it names none. */
export function unitBitsOf(call: RedisCall, index: number): number {
  if (call.isWord(index, 'bit')) return 1;
  return call.isWord(index, 'byte') ? 8 : 0;
}
