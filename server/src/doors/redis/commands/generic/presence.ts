import type { RedisHandler } from '../../redis-handler.js';

/** DEL, and UNLINK: freeing an entry takes no longer here than unlinking it would. */
export const deleteKeys: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const { bytes, starts, ends, count } = call;
  let deleted = 0;
  for (let i = 1; i < count; i++) {
    const ref = engine.findKey(bytes, starts[i], ends[i]);
    if (ref !== 0 && engine.removeKey(ref, bytes, starts[i], ends[i]) !== 0) deleted++;
  }
  client.reply.integer(deleted);
};

/** EXISTS and TOUCH, which counts as a use of each entry: a key counts as often as it is named. */
export const countPresent: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const { bytes, starts, ends, count } = call;
  let present = 0;
  for (let i = 1; i < count; i++) if (engine.findKeyToRead(bytes, starts[i], ends[i]) !== 0) present++;
  client.reply.integer(present);
};
