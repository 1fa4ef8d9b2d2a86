import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { RedisError } from '../../redis-errors.js';
import type { RedisHandler } from '../../redis-handler.js';
import { isRefused, isTooLarge } from './list-key.js';

export const leftPush: RedisHandler = (client, call) => push(client, call, true, false);
export const rightPush: RedisHandler = (client, call) => push(client, call, false, false);
export const leftPushIfPresent: RedisHandler = (client, call) => push(client, call, true, true);
export const rightPushIfPresent: RedisHandler = (client, call) => push(client, call, false, true);

function push(client: RedisClient, call: RedisCall, isLeft: boolean, isIfPresent: boolean): void {
  const { engine } = client.server;
  const { reply } = client;
  const { bytes, starts, ends } = call;
  const before = engine.findKey(bytes, starts[1], ends[1]);
  if (isRefused(client, before) || isTooLarge(client, call, 2, call.count)) return;
  if (before === 0 && isIfPresent) {
    reply.integer(0);
    return;
  }
  const at = before === 0 || isLeft ? 0 : engine.lists.lengthOf(before);
  const { lists } = engine;
  const list = lists.insert(
    before,
    bytes,
    starts[1],
    ends[1],
    at,
    bytes,
    starts,
    ends,
    2,
    call.count - 2,
    isLeft,
  );
  if (list === 0) {
    reply.error(RedisError.OUT_OF_MEMORY);
    return;
  }
  reply.integer(lists.lengthOf(list));
  // Also where a list was there: another door may have brought it by RENAME or COPY, which tell nobody here.
  client.server.signalKey(bytes, starts[1], ends[1]);
}
