import type { EntryRef } from '../../../../store/index.js';
import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { RedisError, wrongArity } from '../../redis-errors.js';
import type { RedisHandler } from '../../redis-handler.js';
import { answerElements } from './elements.js';
import { isRefused } from './list-key.js';

export const leftPop: RedisHandler = (client, call) => pop(client, call, true, 'lpop');
export const rightPop: RedisHandler = (client, call) => pop(client, call, false, 'rpop');

function pop(client: RedisClient, call: RedisCall, isLeft: boolean, name: string): void {
  const { engine } = client.server;
  const { reply } = client;
  const hasCount = call.count === 3;
  if (call.count > 3) {
    reply.error(wrongArity(name));
    return;
  }
  const count = hasCount ? call.integer(2) : 1;
  if (count === undefined || count < 0) {
    reply.error(RedisError.MUST_BE_POSITIVE);
    return;
  }
  const list = engine.findKey(call.bytes, call.starts[1], call.ends[1]);
  if (isRefused(client, list)) return;
  if (!hasCount) {
    if (list === 0) reply.nullBulk();
    else popElement(client, call, 1, list, isLeft);
  } else if (list === 0) reply.nullArray();
  else popElements(client, call, 1, list, isLeft, Number(count));
}

/** Takes the element at one end of the list under the key argument `keyIndex`, and answers it. */
export function popElement(
  client: RedisClient,
  call: RedisCall,
  keyIndex: number,
  list: EntryRef,
  isLeft: boolean,
): void {
  take(client, call, keyIndex, list, isLeft, 1, client.server.engine.lists.lengthOf(list));
}

/** `popElement` of up to `countMax` of them, answered as an array. */
export function popElements(
  client: RedisClient,
  call: RedisCall,
  keyIndex: number,
  list: EntryRef,
  isLeft: boolean,
  countMax: number,
): void {
  const length = client.server.engine.lists.lengthOf(list);
  const count = Math.min(countMax, length);
  client.reply.array(count);
  if (count > 0) take(client, call, keyIndex, list, isLeft, count, length);
}

/** Answers and removes the first `count` elements, or from the right the last, of the `length` that the list has. */
function take(
  client: RedisClient,
  call: RedisCall,
  keyIndex: number,
  list: EntryRef,
  isLeft: boolean,
  count: number,
  length: number,
): void {
  const { lists } = client.server.engine;
  answerElements(client, list, isLeft ? 0 : length - 1, count, !isLeft);
  const at = isLeft ? 0 : length - count;
  // Outside of atomic requests, and this door makes none, nothing can stand in its way.
  lists.remove(list, call.bytes, call.starts[keyIndex], call.ends[keyIndex], at, count);
}
