import { fromEitherEnd } from '../../redis-call.js';
import { RedisError } from '../../redis-errors.js';
import type { RedisHandler } from '../../redis-handler.js';
import { answerElements } from './elements.js';
import { isRefused } from './list-key.js';

export const length: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const list = engine.findKeyToRead(call.bytes, call.starts[1], call.ends[1]);
  if (!isRefused(client, list)) client.reply.integer(list === 0 ? 0 : engine.lists.lengthOf(list));
};

/** Redis reads the index only where there is a list. */
export const index: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const { reply } = client;
  const list = engine.findKeyToRead(call.bytes, call.starts[1], call.ends[1]);
  if (isRefused(client, list)) return;
  if (list === 0) {
    reply.nullBulk();
    return;
  }
  const given = call.integer(2);
  if (given === undefined) {
    reply.error(RedisError.NOT_AN_INTEGER);
    return;
  }
  const cursor = engine.lists.open(list, fromEitherEnd(given, engine.lists.lengthOf(list)), false);
  if (cursor.next()) reply.bulk(cursor.bytes, cursor.start, cursor.end);
  else reply.nullBulk();
};

export const range: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const { reply } = client;
  const first = call.integer(2);
  const last = call.integer(3);
  if (first === undefined || last === undefined) {
    reply.error(RedisError.NOT_AN_INTEGER);
    return;
  }
  const list = engine.findKeyToRead(call.bytes, call.starts[1], call.ends[1]);
  if (isRefused(client, list)) return;
  const length = list === 0 ? 0 : engine.lists.lengthOf(list);
  const from = Math.max(fromEitherEnd(first, length), 0);
  const to = Math.min(fromEitherEnd(last, length), length - 1);
  const count = Math.max(to - from + 1, 0);
  reply.array(count);
  if (count > 0) answerElements(client, list, from, count, false);
};
