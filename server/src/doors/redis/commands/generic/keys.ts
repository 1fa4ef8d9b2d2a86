import type { RedisHandler } from '../../redis-handler.js';
import { isPatternTooLong, KeyListing, PATTERN_TOO_LONG } from './key-listing.js';

const listing = new KeyListing();

/** All keys in one answer, and nobody else is served meanwhile: SCAN is for large databases, here as in Redis. */
export const keys: RedisHandler = (client, call) => {
  const { engine } = client.server;
  if (isPatternTooLong(call, 1)) {
    client.reply.error(PATTERN_TOO_LONG);
    return;
  }
  engine.restOnAll();
  listing.begin(engine, client.reply);
  listing.onlyMatching(call, 1);
  engine.store.scan(0, Number.POSITIVE_INFINITY, engine.nowMs, listing.visit);
  listing.end();
};
