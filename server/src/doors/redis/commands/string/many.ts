/** Several keys in one command, which is one request: its effects stand in one frame of the journal. */

import { ValueType } from '@anoadb/protocol';
import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { RedisError, wrongArity } from '../../redis-errors.js';
import type { RedisHandler } from '../../redis-handler.js';
import { putArgument } from './text-entry.js';

/** A list answers null, as a key that is not there does. */
export const getMany: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const { reply } = client;
  const { bytes, starts, ends, count } = call;
  reply.array(count - 1);
  for (let i = 1; i < count; i++) {
    const ref = engine.findKeyToRead(bytes, starts[i], ends[i]);
    if (ref === 0 || engine.store.typeOf(ref) === ValueType.LIST) reply.nullBulk();
    else reply.value(engine, ref);
  }
};

export const setMany: RedisHandler = (client, call) => {
  if (call.count % 2 === 0) client.reply.error(wrongArity('mset'));
  else if (putAll(client, call)) client.reply.ok();
};

export const setManyIfAbsent: RedisHandler = (client, call) => {
  const { engine } = client.server;
  if (call.count % 2 === 0) {
    client.reply.error(wrongArity('msetnx'));
    return;
  }
  for (let i = 1; i < call.count; i += 2) {
    if (engine.findKey(call.bytes, call.starts[i], call.ends[i]) === 0) continue;
    client.reply.integer(0);
    return;
  }
  if (putAll(client, call)) client.reply.integer(1);
};

/**
 * Sizes are looked at before anything is written. Memory is not: where it ends half way the keys before have their
 * new values, and the error says so of the command.
 */
function putAll(client: RedisClient, call: RedisCall): boolean {
  const { engine } = client.server;
  for (let i = 2; i < call.count; i += 2) {
    if (call.lengthOf(i) <= engine.valueBytesMax) continue;
    client.reply.error(RedisError.TOO_LARGE);
    return false;
  }
  for (let i = 1; i < call.count; i += 2) {
    const before = engine.findKey(call.bytes, call.starts[i], call.ends[i]);
    if (!putArgument(client, call, i, before, i + 1, 0)) return false;
  }
  return true;
}
