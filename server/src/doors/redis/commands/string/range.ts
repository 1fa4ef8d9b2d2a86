import { fromEitherEnd } from '../../redis-call.js';
import { RedisError } from '../../redis-errors.js';
import type { RedisHandler } from '../../redis-handler.js';
import { PlainValue } from './plain-value.js';
import { putText } from './text-entry.js';

const value = new PlainValue();
const NOTHING = new Uint8Array(0);

/** GETRANGE, and SUBSTR, its name in old clients. */
export const getRange: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const { reply } = client;
  const first = call.integer(2);
  const last = call.integer(3);
  if (first === undefined || last === undefined) {
    reply.error(RedisError.NOT_AN_INTEGER);
    return;
  }
  const ref = engine.findKeyToRead(call.bytes, call.starts[1], call.ends[1]);
  if (!value.read(engine, ref)) {
    reply.error(RedisError.WRONG_TYPE);
    return;
  }
  const start = Math.max(0, fromEitherEnd(first, value.length));
  // A range that ends before the value still takes the first byte, unless it runs backwards.
  const end = Math.min(Math.max(0, fromEitherEnd(last, value.length)), value.length - 1);
  const isBackwards = first < 0 && last < 0 && first > last;
  if (isBackwards || start > end) reply.bulk(NOTHING, 0, 0);
  else reply.bulk(value.bytes, value.start + start, value.start + end + 1);
};

/** Beyond the value's end it is filled up with zero bytes. The value is written anew, at one go. */
export const setRange: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const { reply } = client;
  const offset = call.integer(2);
  if (offset === undefined) {
    reply.error(RedisError.NOT_AN_INTEGER);
    return;
  }
  if (offset < 0) {
    reply.error(RedisError.OFFSET_OUT_OF_RANGE);
    return;
  }
  const ref = engine.findKey(call.bytes, call.starts[1], call.ends[1]);
  if (!value.read(engine, ref)) {
    reply.error(RedisError.WRONG_TYPE);
    return;
  }
  const addedBytes = call.lengthOf(3);
  if (addedBytes === 0) {
    reply.integer(value.length);
    return;
  }
  const at = Number(offset);
  if (at + addedBytes > engine.valueBytesMax) {
    reply.error(RedisError.TOO_LARGE);
    return;
  }
  const { scratch } = engine;
  const lengthBytes = Math.max(value.length, at + addedBytes);
  scratch.reset();
  scratch.ensure(lengthBytes);
  scratch.copy(value.bytes, value.start, value.end);
  if (at > scratch.at) scratch.bytes.fill(0, scratch.at, at);
  scratch.at = at;
  scratch.copy(call.bytes, call.starts[3], call.ends[3]);
  const expiryMs = ref === 0 ? 0 : engine.store.expiryOf(ref);
  if (putText(client, call, 1, ref, scratch.bytes, 0, lengthBytes, expiryMs)) reply.integer(lengthBytes);
};
