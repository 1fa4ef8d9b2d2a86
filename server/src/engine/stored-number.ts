/**
 * Arithmetic of INCR on numbers as they lie in values: int64 and float64, little-endian.
 *
 * Integers are exact over the whole int64; the common case, where everything stays below 2^53, makes no bigint.
 */

import { ByteReader, type Integer } from '@anoadb/protocol';

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

const reader = new ByteReader();

/** The sum, or undefined where it would leave int64. */
export function addIntegers(a: Integer, b: Integer): Integer | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  const exact = BigInt(a) + BigInt(b);
  return exact > INT64_MAX || exact < INT64_MIN ? undefined : exact;
}

export function readInteger(bytes: Uint8Array, start: number): Integer {
  return reader.reset(bytes, start, start + 8).i64();
}

export function readFloat(bytes: Uint8Array, start: number): number {
  return reader.reset(bytes, start, start + 8).f64();
}
