import { ExpireFlag, Opcode, Status } from '@anoadb/protocol';
import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { invalidExpireTime, RedisError } from '../../redis-errors.js';
import type { RedisHandler } from '../../redis-handler.js';
import {
  type ExpiryUnit,
  expiryMsOf,
  MILLISECONDS,
  SECONDS,
  UNIX_MILLISECONDS,
  UNIX_SECONDS,
} from './expiry-argument.js';

const LATER_OR_EARLIER = ExpireFlag.IF_LATER | ExpireFlag.IF_EARLIER;
const NONE_AND_MORE = 'ERR NX and XX, GT or LT options at the same time are not compatible';
const LATER_AND_EARLIER = 'ERR GT and LT options at the same time are not compatible';

export const expire: RedisHandler = (client, call) => setExpiry(client, call, SECONDS, 'expire');

export const expireMilliseconds: RedisHandler = (client, call) =>
  setExpiry(client, call, MILLISECONDS, 'pexpire');

export const expireAt: RedisHandler = (client, call) => setExpiry(client, call, UNIX_SECONDS, 'expireat');

export const expireAtMilliseconds: RedisHandler = (client, call) =>
  setExpiry(client, call, UNIX_MILLISECONDS, 'pexpireat');

export const persist: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const { reply } = client;
  const ref = engine.findKey(call.bytes, call.starts[1], call.ends[1]);
  if (ref === 0 || engine.store.expiryOf(ref) === 0) reply.integer(0);
  else if (engine.setExpiry(ref, 0) === 0) reply.error(RedisError.OUT_OF_MEMORY);
  else reply.integer(1);
};

/** By the engine's EXPIRE, whose conditions are Redis's, NX XX GT LT; a time that has passed deletes the key. */
function setExpiry(client: RedisClient, call: RedisCall, unit: ExpiryUnit, name: string): void {
  const { engine, op, result } = client.server;
  const { reply } = client;
  const flags = readConditions(client, call);
  if (flags < 0) return;
  const value = call.integer(2);
  if (value === undefined) {
    reply.error(RedisError.NOT_AN_INTEGER);
    return;
  }
  const expiryMs = expiryMsOf(value, unit, engine.nowMs);
  if (expiryMs === undefined) {
    reply.error(invalidExpireTime(name));
    return;
  }
  op.reset(Opcode.EXPIRE);
  op.flags = flags | ExpireFlag.ABSOLUTE;
  op.timeMs = expiryMs;
  op.bytes = call.bytes;
  op.keyStart = call.starts[1];
  op.keyEnd = call.ends[1];
  engine.execute(op, result);
  if (result.status === Status.OUT_OF_MEMORY) reply.error(RedisError.OUT_OF_MEMORY);
  else reply.integer(result.status === Status.OK ? 1 : 0);
}

/** The flags that the options from argument 3 on mean; -1: the error is answered. */
function readConditions(client: RedisClient, call: RedisCall): number {
  let flags = 0;
  for (let i = 3; i < call.count; i++) {
    const flag = flagOf(call, i);
    if (flag === 0) {
      client.reply.error(`ERR Unsupported option ${call.shown(i)}`);
      return -1;
    }
    flags |= flag;
  }
  const error =
    (flags & ExpireFlag.IF_NONE) !== 0 && flags !== ExpireFlag.IF_NONE
      ? NONE_AND_MORE
      : (flags & LATER_OR_EARLIER) === LATER_OR_EARLIER
        ? LATER_AND_EARLIER
        : undefined;
  if (error === undefined) return flags;
  client.reply.error(error);
  return -1;
}

function flagOf(call: RedisCall, index: number): number {
  if (call.isWord(index, 'nx')) return ExpireFlag.IF_NONE;
  if (call.isWord(index, 'xx')) return ExpireFlag.IF_SOME;
  if (call.isWord(index, 'gt')) return ExpireFlag.IF_LATER;
  return call.isWord(index, 'lt') ? ExpireFlag.IF_EARLIER : 0;
}
