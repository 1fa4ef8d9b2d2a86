import type { RedisCall } from '../../redis-call.js';
import { RedisError } from '../../redis-errors.js';
import type { RedisHandler } from '../../redis-handler.js';
import { PlainValue } from '../string/plain-value.js';
import { BitRange, unitBitsOf } from './bit-range.js';

const value = new PlainValue();
const range = new BitRange();

/** Of a key that is not there no range is read: it is zeros without end. */
export const bitPosition: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const { reply } = client;
  const bit = call.integer(2);
  if (bit === undefined) {
    reply.error(RedisError.NOT_AN_INTEGER);
    return;
  }
  if (bit !== 0 && bit !== 1) {
    reply.error('ERR The bit argument must be 1 or 0.');
    return;
  }
  const ref = engine.findKeyToRead(call.bytes, call.starts[1], call.ends[1]);
  if (ref === 0) {
    reply.integer(bit === 1 ? -1 : 0);
    return;
  }
  if (!value.read(engine, ref)) {
    reply.error(RedisError.WRONG_TYPE);
    return;
  }
  const error = readRange(call);
  if (error !== undefined) {
    reply.error(error);
    return;
  }
  const found = positionOf(bit, range.start, range.end);
  // Without a last index the value goes on in zeros.
  const isOpen = bit === 0 && call.count < 5 && range.start < range.end;
  reply.integer(found === -1 && isOpen ? value.length * 8 : found);
};

/** The error, or undefined and `range` is set. Redis reads the unit before the last index. */
function readRange(call: RedisCall): string | undefined {
  if (call.count === 3) {
    range.takeAll(value.length);
    return undefined;
  }
  if (call.count > 6) return RedisError.SYNTAX;
  const first = call.integer(3);
  if (first === undefined) return RedisError.NOT_AN_INTEGER;
  const unitBits = call.count === 6 ? unitBitsOf(call, 5) : 8;
  if (unitBits === 0) return RedisError.SYNTAX;
  const last = call.count === 4 ? -1 : call.integer(4);
  if (last === undefined) return RedisError.NOT_AN_INTEGER;
  range.take(first, last, value.length, unitBits);
  return undefined;
}

/** The first such bit from `start` to before `end`, or -1. */
function positionOf(bit: number, start: number, end: number): number {
  const { bytes } = value;
  let at = start;
  for (; at < end && at % 8 !== 0; at++) if (bitAt(at) === bit) return at;
  if (at >= end) return -1;
  // Whole bytes without such a bit are passed as such.
  const none = bit === 1 ? 0 : 0xff;
  const byteEnd = value.start + Math.floor(end / 8);
  let byteAt = value.start + at / 8;
  while (byteAt < byteEnd && bytes[byteAt] === none) byteAt++;
  for (at = (byteAt - value.start) * 8; at < end; at++) if (bitAt(at) === bit) return at;
  return -1;
}

function bitAt(at: number): number {
  return (value.bytes[value.start + Math.floor(at / 8)] >>> (7 - (at % 8))) & 1;
}
