/** One element from an end of one list to an end of another, or of the same. */

import { ByteWriter } from '@anoadb/protocol';
import type { EntryRef } from '../../../../store/index.js';
import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { RedisError } from '../../redis-errors.js';
import type { RedisHandler } from '../../redis-handler.js';
import { isRefused, isStillEmpty, sideArgument, timeoutArgument } from './list-key.js';

export const move: RedisHandler = (client, call) => {
  const isFromLeft = sideArgument(call, 3);
  const isToLeft = sideArgument(call, 4);
  if (isFromLeft === undefined || isToLeft === undefined) client.reply.error(RedisError.SYNTAX);
  else moveIfAny(client, call, isFromLeft, isToLeft);
};

export const rightPopLeftPush: RedisHandler = (client, call) => moveIfAny(client, call, false, true);

export const blockingMove: RedisHandler = (client, call) => {
  const isFromLeft = sideArgument(call, 3);
  const isToLeft = sideArgument(call, 4);
  if (isFromLeft === undefined || isToLeft === undefined) client.reply.error(RedisError.SYNTAX);
  else moveOrBlock(client, call, isFromLeft, isToLeft, 5);
};

export const blockingRightPopLeftPush: RedisHandler = (client, call) =>
  moveOrBlock(client, call, false, true, 3);

function moveIfAny(client: RedisClient, call: RedisCall, isFromLeft: boolean, isToLeft: boolean): void {
  const from = client.server.engine.findKey(call.bytes, call.starts[1], call.ends[1]);
  if (from === 0) client.reply.nullBulk();
  else moveElement(client, call, from, isFromLeft, isToLeft);
}

function moveOrBlock(
  client: RedisClient,
  call: RedisCall,
  isFromLeft: boolean,
  isToLeft: boolean,
  timeoutAt: number,
): void {
  const timeoutMs = timeoutArgument(client, call, timeoutAt);
  if (timeoutMs === undefined) return;
  const from = client.server.engine.findKey(call.bytes, call.starts[1], call.ends[1]);
  if (!isStillEmpty(client, from)) moveElement(client, call, from, isFromLeft, isToLeft);
  else if (client.isExecuting) client.reply.nullBulk();
  else client.block(call, 1, 1, timeoutMs);
}

/** Room for an element that is kept for the next one; more is given back. */
const ELEMENT_BYTES_KEPT = 16 * 1024;
/** The element on its way: what goes into a list must not lie in the store. */
let element = new ByteWriter(ELEMENT_BYTES_KEPT);
const elementStarts = new Int32Array(1);
const elementEnds = new Int32Array(1);

/** Moves from the list `source` under argument 1 to argument 2. In before out: without memory nothing has changed. */
function moveElement(
  client: RedisClient,
  call: RedisCall,
  source: EntryRef,
  isFromLeft: boolean,
  isToLeft: boolean,
): void {
  const { engine } = client.server;
  const { lists } = engine;
  const { bytes, starts, ends } = call;
  if (isRefused(client, source)) return;
  const target = engine.findKey(bytes, starts[2], ends[2]);
  if (isRefused(client, target)) return;

  const cursor = lists.open(source, isFromLeft ? 0 : lists.lengthOf(source) - 1, !isFromLeft);
  cursor.next();
  element.reset();
  element.copy(cursor.bytes, cursor.start, cursor.end);
  elementEnds[0] = element.at;

  const at = isToLeft || target === 0 ? 0 : lists.lengthOf(target);
  const { bytes: moved } = element;
  const to = lists.insert(
    target,
    bytes,
    starts[2],
    ends[2],
    at,
    moved,
    elementStarts,
    elementEnds,
    0,
    1,
    false,
  );
  if (to === 0) {
    client.reply.error(RedisError.OUT_OF_MEMORY);
    return;
  }
  client.reply.bulk(element.bytes, 0, element.at);
  if (element.bytes.length > ELEMENT_BYTES_KEPT) element = new ByteWriter(ELEMENT_BYTES_KEPT);
  // The source may have moved in memory, or even been evicted for the room that the element took.
  const from = engine.findKey(bytes, starts[1], ends[1]);
  if (from !== 0) {
    const isRotation = from === to;
    const first = isRotation && isToLeft ? 1 : 0;
    const last = lists.lengthOf(from) - (isRotation && !isToLeft ? 2 : 1);
    lists.remove(from, bytes, starts[1], ends[1], isFromLeft ? first : last, 1);
  }
  client.server.signalKey(bytes, starts[2], ends[2]);
}
