import { ValueType } from '@anoadb/protocol';
import type { RedisHandler } from '../../redis-handler.js';

/** What TYPE answers of a key that is there. */
export type RedisType = 'string' | 'list';

/** The type as Redis names it: what is no list is a string, whatever the typed doors see in it. */
export function redisTypeOf(type: number): RedisType {
  return type === ValueType.LIST ? 'list' : 'string';
}

export const type: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const ref = engine.findKeyToRead(call.bytes, call.starts[1], call.ends[1]);
  client.reply.simple(ref === 0 ? 'none' : redisTypeOf(engine.store.typeOf(ref)));
};
