import { ValueType } from '@anoadb/protocol';
import { RedisError } from '../../redis-errors.js';
import type { RedisHandler } from '../../redis-handler.js';
import { PlainValue } from './plain-value.js';
import { putArgument, putText } from './text-entry.js';

const value = new PlainValue();

/** To a typed value its plain text is what is appended to, and untyped text what remains. */
export const append: RedisHandler = (client, call) => {
  const { engine, op } = client.server;
  const { reply } = client;
  const { bytes } = call;
  const ref = engine.findKey(bytes, call.starts[1], call.ends[1]);
  if (ref === 0) {
    if (putArgument(client, call, 1, 0, 2, 0)) reply.integer(call.lengthOf(2));
    return;
  }
  if (!value.read(engine, ref)) {
    reply.error(RedisError.WRONG_TYPE);
    return;
  }
  const lengthBytes = value.length + call.lengthOf(2);
  if (lengthBytes > engine.valueBytesMax) {
    reply.error(RedisError.TOO_LARGE);
    return;
  }
  if (engine.store.typeOf(ref) === ValueType.TEXT) {
    op.bytes = bytes;
    op.valueStart = call.starts[2];
    op.valueEnd = call.ends[2];
    if (engine.append(ref, op) === 0) reply.error(RedisError.OUT_OF_MEMORY);
    else reply.integer(lengthBytes);
    return;
  }
  const { scratch } = engine;
  scratch.reset();
  scratch.copy(value.bytes, value.start, value.end);
  scratch.copy(bytes, call.starts[2], call.ends[2]);
  const expiryMs = engine.store.expiryOf(ref);
  if (putText(client, call, 1, ref, scratch.bytes, 0, scratch.at, expiryMs)) reply.integer(lengthBytes);
};

export const length: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const ref = engine.findKeyToRead(call.bytes, call.starts[1], call.ends[1]);
  if (value.read(engine, ref)) client.reply.integer(value.length);
  else client.reply.error(RedisError.WRONG_TYPE);
};
