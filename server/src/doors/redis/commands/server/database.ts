/** The database as a whole. */

import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { RedisError } from '../../redis-errors.js';

export function dbSize({ reply, server: { engine } }: RedisClient): void {
  engine.restOnAll();
  reply.integer(engine.store.count);
}

/** ASYNC and SYNC are the same here: the memory is let go in one piece. FLUSHDB too, as there is one database. */
export function flushAll({ reply, server: { engine } }: RedisClient, call: RedisCall): void {
  if (call.count > 2 || (call.count === 2 && !call.isWord(1, 'async') && !call.isWord(1, 'sync'))) {
    reply.error(RedisError.SYNTAX);
    return;
  }
  engine.clear();
  reply.ok();
}

/** Seconds and, within the second, microseconds, of which the clock tells the thousands. */
export function time({ reply, server }: RedisClient): void {
  const nowMs = server.services.wallNowMs();
  reply.array(2);
  reply.bulkText(String(Math.floor(nowMs / 1000)));
  reply.bulkText(String(Math.floor(nowMs % 1000) * 1000));
}
