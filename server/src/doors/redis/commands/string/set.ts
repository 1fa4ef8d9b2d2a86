/**
 * SET and its older forms. Not by the engine's SET, whose old value is interpreted and bounded: here it is the answer,
 * byte for byte. What is written is the same entry.
 */

import type { EntryRef } from '../../../../store/index.js';
import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { RedisError } from '../../redis-errors.js';
import type { RedisHandler } from '../../redis-handler.js';
import { type ExpiryUnit, expiryArgument, MILLISECONDS, SECONDS } from '../generic/expiry-argument.js';
import { answerOld } from './get.js';
import { SetOptions } from './set-options.js';
import { putArgument } from './text-entry.js';

export const set: RedisHandler = (client, call) => {
  if (call.count > 3) {
    setWithOptions(client, call);
    return;
  }
  const before = client.server.engine.findKey(call.bytes, call.starts[1], call.ends[1]);
  if (putArgument(client, call, 1, before, 2, 0)) client.reply.ok();
};

export const setIfAbsent: RedisHandler = (client, call) => {
  const before = client.server.engine.findKey(call.bytes, call.starts[1], call.ends[1]);
  if (before !== 0) client.reply.integer(0);
  else if (putArgument(client, call, 1, 0, 2, 0)) client.reply.integer(1);
};

export const setExpireSeconds: RedisHandler = (client, call) => setExpire(client, call, SECONDS, 'setex');

export const setExpireMilliseconds: RedisHandler = (client, call) =>
  setExpire(client, call, MILLISECONDS, 'psetex');

export const getSet: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const before = engine.findKeyToRead(call.bytes, call.starts[1], call.ends[1]);
  replaceAnswered(client, call, before, 0);
};

const options = new SetOptions();

function setWithOptions(client: RedisClient, call: RedisCall): void {
  const { engine } = client.server;
  const { reply } = client;
  if (!options.readSet(call)) {
    reply.error(RedisError.SYNTAX);
    return;
  }
  let expiryMs = 0;
  if (options.unit !== undefined) {
    expiryMs = expiryArgument(client, call, options.expiryIndex, options.unit, 'set');
    if (expiryMs === 0) return;
  }
  const before = options.returnsOld
    ? engine.findKeyToRead(call.bytes, call.starts[1], call.ends[1])
    : engine.findKey(call.bytes, call.starts[1], call.ends[1]);
  const isMet = before === 0 ? !options.isIfPresent : !options.isIfAbsent;
  if (!isMet) {
    if (options.returnsOld) answerOld(client, before);
    else reply.nullBulk();
    return;
  }
  if (options.keepsExpiry && before !== 0) expiryMs = engine.store.expiryOf(before);
  if (options.returnsOld) replaceAnswered(client, call, before, expiryMs);
  else if (replace(client, call, before, expiryMs)) reply.ok();
}

function setExpire(client: RedisClient, call: RedisCall, unit: ExpiryUnit, name: string): void {
  const expiryMs = expiryArgument(client, call, 2, unit, name);
  if (expiryMs === 0) return;
  const before = client.server.engine.findKey(call.bytes, call.starts[1], call.ends[1]);
  if (putArgument(client, call, 1, before, 3, expiryMs)) client.reply.ok();
}

/** Answers with the text of `before`, then puts argument 2 in its place; where that fails the error alone is the answer. */
function replaceAnswered(client: RedisClient, call: RedisCall, before: EntryRef, expiryMs: number): void {
  const { out } = client.reply;
  const answerAt = out.at;
  if (!answerOld(client, before)) return;
  const answerEnd = out.at;
  if (replace(client, call, before, expiryMs)) return;
  out.bytes.copyWithin(answerAt, answerEnd, out.at);
  out.at -= answerEnd - answerAt;
}

/** A time of expiry that has passed leaves no entry, as if it had been written and had expired. */
function replace(client: RedisClient, call: RedisCall, before: EntryRef, expiryMs: number): boolean {
  const { engine } = client.server;
  if (expiryMs === 0 || expiryMs > engine.nowMs) return putArgument(client, call, 1, before, 2, expiryMs);
  if (before !== 0) engine.removeKey(before, call.bytes, call.starts[1], call.ends[1]);
  return true;
}
