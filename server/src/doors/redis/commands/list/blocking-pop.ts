import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import type { RedisHandler } from '../../redis-handler.js';
import { isRefused, isStillEmpty, timeoutArgument } from './list-key.js';
import { popElement } from './pop.js';

export const blockingLeftPop: RedisHandler = (client, call) => blockingPop(client, call, true);
export const blockingRightPop: RedisHandler = (client, call) => blockingPop(client, call, false);

function blockingPop(client: RedisClient, call: RedisCall, isLeft: boolean): void {
  const { engine } = client.server;
  const { reply, readyKey } = client;
  const timeoutMs = timeoutArgument(client, call, call.count - 1);
  if (timeoutMs === undefined) return;
  const first = readyKey === 0 ? 1 : readyKey;
  const last = readyKey === 0 ? call.count - 2 : readyKey;
  for (let key = first; key <= last; key++) {
    const list = engine.findKey(call.bytes, call.starts[key], call.ends[key]);
    if (isStillEmpty(client, list)) continue;
    if (isRefused(client, list)) return;
    reply.array(2);
    reply.bulk(call.bytes, call.starts[key], call.ends[key]);
    popElement(client, call, key, list, isLeft);
    return;
  }
  if (client.isExecuting) reply.nullArray();
  else client.block(call, 1, call.count - 2, timeoutMs);
}
