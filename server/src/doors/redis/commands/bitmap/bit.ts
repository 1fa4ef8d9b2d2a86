/** SETBIT and GETBIT: bit 0 is the highest of the first byte. */

import type { Integer } from '@anoadb/protocol';
import type { Engine } from '../../../../engine/engine.js';
import type { RedisCall } from '../../redis-call.js';
import { RedisError } from '../../redis-errors.js';
import type { RedisHandler } from '../../redis-handler.js';
import { PlainValue } from '../string/plain-value.js';
import { putText } from '../string/text-entry.js';

const BAD_OFFSET = 'ERR bit offset is not an integer or out of range';
const BAD_BIT = 'ERR bit is not an integer or out of range';

const value = new PlainValue();

export const getBit: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const offset = offsetOf(engine, call);
  if (offset < 0) {
    client.reply.error(BAD_OFFSET);
    return;
  }
  const ref = engine.findKeyToRead(call.bytes, call.starts[1], call.ends[1]);
  if (value.read(engine, ref)) client.reply.integer(bitAt(offset));
  else client.reply.error(RedisError.WRONG_TYPE);
};

/** Writes the value anew where the bit changes or lies beyond the end, which is filled up with zero bytes. */
export const setBit: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const { reply } = client;
  const offset = offsetOf(engine, call);
  if (offset < 0) {
    reply.error(BAD_OFFSET);
    return;
  }
  const bit: Integer | undefined = call.integer(3);
  if (bit !== 0 && bit !== 1) {
    reply.error(BAD_BIT);
    return;
  }
  const ref = engine.findKey(call.bytes, call.starts[1], call.ends[1]);
  if (!value.read(engine, ref)) {
    reply.error(RedisError.WRONG_TYPE);
    return;
  }
  const before = bitAt(offset);
  const byteAt = Math.floor(offset / 8);
  if (bit === before && byteAt < value.length) {
    reply.integer(before);
    return;
  }
  const { scratch } = engine;
  const lengthBytes = Math.max(value.length, byteAt + 1);
  scratch.reset();
  scratch.ensure(lengthBytes);
  scratch.copy(value.bytes, value.start, value.end);
  if (lengthBytes > scratch.at) scratch.bytes.fill(0, scratch.at, lengthBytes);
  const mask = 0x80 >>> (offset % 8);
  if (bit === 1) scratch.bytes[byteAt] |= mask;
  else scratch.bytes[byteAt] &= ~mask;
  const expiryMs = ref === 0 ? 0 : engine.store.expiryOf(ref);
  if (putText(client, call, 1, ref, scratch.bytes, 0, lengthBytes, expiryMs)) reply.integer(before);
};

/** The bit's index in argument 2; -1 where it is none, or lies beyond the largest value. */
function offsetOf(engine: Engine, call: RedisCall): number {
  const offset = call.integer(2);
  if (offset === undefined || offset < 0 || offset >= engine.valueBytesMax * 8) return -1;
  return Number(offset);
}

/** Beyond the value all bits are 0. */
function bitAt(offset: number): number {
  const byteAt = Math.floor(offset / 8);
  if (byteAt >= value.length) return 0;
  return (value.bytes[value.start + byteAt] >>> (7 - (offset % 8))) & 1;
}
