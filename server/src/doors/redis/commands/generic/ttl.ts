import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import type { RedisHandler } from '../../redis-handler.js';

const NO_KEY = -2;
const NO_EXPIRY = -1;

// Not by the engine's TTL: that answers through a buffer what are two numbers here.
export const ttl: RedisHandler = (client, call) => {
  const ms = expiryOf(client, call);
  client.reply.integer(ms < 0 ? ms : seconds(ms - client.server.engine.nowMs));
};

export const ttlMilliseconds: RedisHandler = (client, call) => {
  const ms = expiryOf(client, call);
  client.reply.integer(ms < 0 ? ms : ms - client.server.engine.nowMs);
};

export const expireTime: RedisHandler = (client, call) => {
  const ms = expiryOf(client, call);
  client.reply.integer(ms < 0 ? ms : seconds(ms));
};

export const expireTimeMilliseconds: RedisHandler = (client, call) => {
  client.reply.integer(expiryOf(client, call));
};

/** Milliseconds since 1970, or one of the two answers below 0. */
function expiryOf(client: RedisClient, call: RedisCall): number {
  const { engine } = client.server;
  const ref = engine.findKeyToRead(call.bytes, call.starts[1], call.ends[1]);
  if (ref === 0) return NO_KEY;
  return engine.store.expiryOf(ref) || NO_EXPIRY;
}

/** To the nearest second, as Redis rounds. */
function seconds(ms: number): number {
  return Math.floor((ms + 500) / 1000);
}
