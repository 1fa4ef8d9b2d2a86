import type { RedisCall } from '../../redis-call.js';
import { RedisError } from '../../redis-errors.js';
import type { RedisHandler } from '../../redis-handler.js';
import { PlainValue } from '../string/plain-value.js';
import { BitRange, unitBitsOf } from './bit-range.js';

const value = new PlainValue();
const range = new BitRange();

/** Of a key that is not there nothing more is read: whatever the range says, it has no bits. */
export const bitCount: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const { reply } = client;
  const ref = engine.findKeyToRead(call.bytes, call.starts[1], call.ends[1]);
  if (ref === 0) {
    reply.integer(0);
    return;
  }
  if (!value.read(engine, ref)) {
    reply.error(RedisError.WRONG_TYPE);
    return;
  }
  const error = readRange(call);
  if (error !== undefined) reply.error(error);
  else reply.integer(range.isBackwards ? 0 : countBits(range.start, range.end));
};

/** The error, or undefined and `range` is set. Redis reads the unit last, and not where the range runs backwards. */
function readRange(call: RedisCall): string | undefined {
  if (call.count === 2) {
    range.takeAll(value.length);
    return undefined;
  }
  if (call.count === 3 || call.count > 5) return RedisError.SYNTAX;
  const first = call.integer(2);
  const last = call.integer(3);
  if (first === undefined || last === undefined) return RedisError.NOT_AN_INTEGER;
  const unitBits = call.count === 5 ? unitBitsOf(call, 4) : 8;
  range.take(first, last, value.length, unitBits === 0 ? 8 : unitBits);
  return unitBits === 0 && !range.isBackwards ? RedisError.SYNTAX : undefined;
}

/** Bits that are set among those from `start` to before `end`. */
function countBits(start: number, end: number): number {
  if (start >= end) return 0;
  const { bytes } = value;
  const firstByte = value.start + Math.floor(start / 8);
  const lastByte = value.start + Math.floor((end - 1) / 8);
  // What the first and the last byte have outside of the range does not count.
  const firstMask = 0xff >>> (start % 8);
  const lastMask = (0xff00 >>> (((end - 1) % 8) + 1)) & 0xff;
  if (firstByte === lastByte) return onesOf(bytes[firstByte] & firstMask & lastMask);
  let ones = onesOf(bytes[firstByte] & firstMask) + onesOf(bytes[lastByte] & lastMask);
  let at = firstByte + 1;
  for (; at + 4 <= lastByte; at += 4) {
    ones += onesOf(bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24));
  }
  for (; at < lastByte; at++) ones += onesOf(bytes[at]);
  return ones;
}

/** Bits that are set in a word of 32, by adding neighbours: pairs, nibbles, bytes (Warren, Hacker's Delight, 5-1). */
function onesOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const nibbles = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
