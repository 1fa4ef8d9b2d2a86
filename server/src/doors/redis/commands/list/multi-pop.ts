import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { RedisError } from '../../redis-errors.js';
import type { RedisHandler } from '../../redis-handler.js';
import { isRefused, isStillEmpty, sideArgument, timeoutArgument } from './list-key.js';
import { popElements } from './pop.js';

/** What stands behind the keys: LEFT | RIGHT [COUNT count]. One object, reused. */
class MultiPopArguments {
  firstKey = 0;
  keyCount = 0;
  isLeft = false;
  count = 1;

  /** Reads from the number of keys on, argument `at`. The error, or undefined. */
  read(call: RedisCall, at: number): string | undefined {
    const keyCount = call.integer(at);
    if (keyCount === undefined || keyCount < 1) return 'ERR numkeys should be greater than 0';
    const sideAt = at + 1 + Number(keyCount);
    if (sideAt >= call.count) return RedisError.SYNTAX;
    const side = sideArgument(call, sideAt);
    if (side === undefined) return RedisError.SYNTAX;
    this.firstKey = at + 1;
    this.keyCount = Number(keyCount);
    this.isLeft = side;
    this.count = 1;
    if (sideAt + 1 === call.count) return undefined;
    if (!call.isWord(sideAt + 1, 'count') || sideAt + 2 === call.count) return RedisError.SYNTAX;
    const count = call.integer(sideAt + 2);
    if (count === undefined || count < 1) return 'ERR count should be greater than 0';
    this.count = Number(count);
    return sideAt + 3 === call.count ? undefined : RedisError.SYNTAX;
  }
}

const options = new MultiPopArguments();

export const multiPop: RedisHandler = (client, call) => {
  const error = options.read(call, 1);
  if (error !== undefined) client.reply.error(error);
  else if (!popFirst(client, call)) client.reply.nullArray();
};

export const blockingMultiPop: RedisHandler = (client, call) => {
  const error = options.read(call, 2);
  if (error !== undefined) {
    client.reply.error(error);
    return;
  }
  const timeoutMs = timeoutArgument(client, call, 1);
  if (timeoutMs === undefined || popFirst(client, call)) return;
  if (client.isExecuting) client.reply.nullArray();
  else client.block(call, options.firstKey, options.keyCount, timeoutMs);
};

/** Pops from the first of the keys that has a list, or answers that one has something else. False: none has anything. */
function popFirst(client: RedisClient, call: RedisCall): boolean {
  const { engine } = client.server;
  const { reply, readyKey } = client;
  const first = readyKey === 0 ? options.firstKey : readyKey;
  const last = readyKey === 0 ? options.firstKey + options.keyCount - 1 : readyKey;
  for (let key = first; key <= last; key++) {
    const list = engine.findKey(call.bytes, call.starts[key], call.ends[key]);
    if (isStillEmpty(client, list)) continue;
    if (isRefused(client, list)) return true;
    reply.array(2);
    reply.bulk(call.bytes, call.starts[key], call.ends[key]);
    popElements(client, call, key, list, options.isLeft, options.count);
    return true;
  }
  return false;
}
