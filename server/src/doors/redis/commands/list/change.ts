/** Changes inside of a list. */

import { fromEitherEnd } from '../../redis-call.js';
import { RedisError } from '../../redis-errors.js';
import type { RedisHandler } from '../../redis-handler.js';
import { isRefused, isTooLarge } from './list-key.js';
import { isSameElement } from './same-element.js';

/** Redis reads the index only where there is a list. */
export const set: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const { reply } = client;
  const { bytes, starts, ends } = call;
  const list = engine.findKey(bytes, starts[1], ends[1]);
  if (list === 0) {
    reply.error(RedisError.NO_SUCH_KEY);
    return;
  }
  if (isRefused(client, list)) return;
  const given = call.integer(2);
  if (given === undefined) {
    reply.error(RedisError.NOT_AN_INTEGER);
    return;
  }
  if (isTooLarge(client, call, 3, 4)) return;
  const length = engine.lists.lengthOf(list);
  const at = fromEitherEnd(given, length);
  if (at < 0 || at >= length) reply.error(RedisError.INDEX_OUT_OF_RANGE);
  else if (engine.lists.replace(list, bytes, starts[1], ends[1], at, bytes, starts[3], ends[3]) === 0)
    reply.error(RedisError.OUT_OF_MEMORY);
  else reply.ok();
};

export const insert: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const { lists } = engine;
  const { reply } = client;
  const { bytes, starts, ends } = call;
  const isBefore = call.isWord(2, 'before');
  if (!isBefore && !call.isWord(2, 'after')) {
    reply.error(RedisError.SYNTAX);
    return;
  }
  const list = engine.findKey(bytes, starts[1], ends[1]);
  if (isRefused(client, list) || isTooLarge(client, call, 4, 5)) return;
  if (list === 0) {
    reply.integer(0);
    return;
  }
  const cursor = lists.open(list, 0, false);
  let pivot = 0;
  let isFound = false;
  while (!isFound && cursor.next()) {
    if (isSameElement(cursor, call, 3)) isFound = true;
    else pivot++;
  }
  if (!isFound) {
    reply.integer(-1);
    return;
  }
  const at = isBefore ? pivot : pivot + 1;
  const grown = lists.insert(list, bytes, starts[1], ends[1], at, bytes, starts, ends, 4, 1, false);
  if (grown === 0) reply.error(RedisError.OUT_OF_MEMORY);
  else reply.integer(lists.lengthOf(grown));
};

/** A positive count: so many from the left, a negative one: from the right, 0: all. */
export const removeEqual: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const { reply } = client;
  const { bytes, starts, ends } = call;
  const count = call.integer(2);
  if (count === undefined) {
    reply.error(RedisError.NOT_AN_INTEGER);
    return;
  }
  const list = engine.findKey(bytes, starts[1], ends[1]);
  if (isRefused(client, list)) return;
  if (list === 0) {
    reply.integer(0);
    return;
  }
  const limit = count === 0 ? engine.lists.lengthOf(list) : Math.abs(Number(count));
  const { lists } = engine;
  reply.integer(
    lists.removeEqual(list, bytes, starts[1], ends[1], bytes, starts[3], ends[3], limit, count < 0),
  );
};

export const trim: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const { lists } = engine;
  const { reply } = client;
  const { bytes, starts, ends } = call;
  const first = call.integer(2);
  const last = call.integer(3);
  if (first === undefined || last === undefined) {
    reply.error(RedisError.NOT_AN_INTEGER);
    return;
  }
  const list = engine.findKey(bytes, starts[1], ends[1]);
  if (isRefused(client, list)) return;
  reply.ok();
  if (list === 0) return;
  const length = lists.lengthOf(list);
  const from = Math.max(fromEitherEnd(first, length), 0);
  const end = Math.min(fromEitherEnd(last, length), length - 1) + 1;
  if (from >= end) {
    lists.remove(list, bytes, starts[1], ends[1], 0, length);
    return;
  }
  // The end first: what stands before it keeps its index.
  if (end < length) lists.remove(list, bytes, starts[1], ends[1], end, length - end);
  if (from > 0) lists.remove(list, bytes, starts[1], ends[1], 0, from);
};
