import type { EntryRef } from '../../../../store/index.js';
import type { RedisClient } from '../../redis-client.js';

/** From so many on their room is made at one go, where growing by doubling would copy what is there again and again. */
const RESERVED_MIN = 64;
/** Type, length and line ends of an element in an answer. */
const FRAME_BYTES = 12;

/** Answers with `count` elements of the list from index `at` on, or from there backward; all must be there. */
export function answerElements(
  client: RedisClient,
  list: EntryRef,
  at: number,
  count: number,
  isBackward: boolean,
): void {
  const { lists } = client.server.engine.store;
  const { reply } = client;
  if (count >= RESERVED_MIN) {
    const elementBytes = lists.bytesOf(list) / lists.lengthOf(list) + FRAME_BYTES;
    if (!reply.reserve(Math.ceil(elementBytes * count))) return;
  }
  const cursor = lists.open(list, at, isBackward);
  for (let left = count; left > 0 && cursor.next(); left--)
    reply.bulk(cursor.bytes, cursor.start, cursor.end);
}
