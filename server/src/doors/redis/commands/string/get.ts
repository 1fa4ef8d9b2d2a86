import { ValueType } from '@anoadb/protocol';
import type { EntryRef } from '../../../../store/index.js';
import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { RedisError } from '../../redis-errors.js';
import type { RedisHandler } from '../../redis-handler.js';
import { expiryArgument } from '../generic/expiry-argument.js';
import { SetOptions } from './set-options.js';

// Not by the engine's GET: that interprets, and its result is one more stop between segment and answer.
export const get: RedisHandler = (client, call) => {
  answerOld(client, client.server.engine.findKeyToRead(call.bytes, call.starts[1], call.ends[1]));
};

export const getDelete: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const ref = findText(client, call);
  if (ref === 0) return;
  client.reply.value(engine, ref);
  engine.removeKey(ref, call.bytes, call.starts[1], call.ends[1]);
};

const options = new SetOptions();

/** Redis looks at the expiry's value only once it knows that there is text under the key. */
export const getExpire: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const { reply } = client;
  if (!options.readGetExpire(call)) {
    reply.error(RedisError.SYNTAX);
    return;
  }
  const ref = findText(client, call);
  if (ref === 0) return;
  const before = engine.store.expiryOf(ref);
  let expiryMs = options.removesExpiry ? 0 : before;
  if (options.unit !== undefined) {
    expiryMs = expiryArgument(client, call, options.expiryIndex, options.unit, 'getex');
    if (expiryMs === 0) return;
  }
  const answerAt = reply.out.at;
  reply.value(engine, ref);
  if (expiryMs !== 0 && expiryMs <= engine.nowMs) {
    engine.removeKey(ref, call.bytes, call.starts[1], call.ends[1]);
  } else if (
    // The expiry that it has, given again, is a change to whoever watches the key.
    (options.unit !== undefined || expiryMs !== before) &&
    engine.setExpiry(ref, expiryMs) === 0
  ) {
    reply.out.at = answerAt;
    reply.error(RedisError.OUT_OF_MEMORY);
  }
};

/** Answers with that entry's text, null where `ref` is 0. False: it is a list, and the error is answered. */
export function answerOld(client: RedisClient, ref: EntryRef): boolean {
  const { engine } = client.server;
  if (ref === 0) client.reply.nullBulk();
  else if (engine.store.typeOf(ref) !== ValueType.LIST) client.reply.value(engine, ref);
  else {
    client.reply.error(RedisError.WRONG_TYPE);
    return false;
  }
  return true;
}

/** The entry of argument 1. 0: there is none, or it is a list; that is answered. */
function findText(client: RedisClient, call: RedisCall): EntryRef {
  const { engine } = client.server;
  const ref = engine.findKeyToRead(call.bytes, call.starts[1], call.ends[1]);
  if (ref === 0) client.reply.nullBulk();
  else if (engine.store.typeOf(ref) === ValueType.LIST) client.reply.error(RedisError.WRONG_TYPE);
  else return ref;
  return 0;
}
