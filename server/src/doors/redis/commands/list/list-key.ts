/** What list commands read their arguments by: the list under a key, its ends, a timeout. */

import { ValueType } from '@anoadb/protocol';
import type { EntryRef } from '../../../../store/index.js';
import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { RedisError } from '../../redis-errors.js';
import { ExtendedFloat } from '../string/extended-float.js';

/** Of a duration in milliseconds; beyond it the number has no meaning in Redis's 64 bits. */
const TIMEOUT_MS_MAX = 2 ** 63;

/** Whether the entry at `ref`, which is none or what stands under a key, is no list: then that is answered. */
export function isRefused(client: RedisClient, ref: EntryRef): boolean {
  if (ref === 0 || client.server.engine.store.typeOf(ref) === ValueType.LIST) return false;
  client.reply.error(RedisError.WRONG_TYPE);
  return true;
}

/** Whether a command that waited is to go on waiting: the key that woke it has no list any more. */
export function isStillEmpty(client: RedisClient, ref: EntryRef): boolean {
  if (client.readyKey === 0) return ref === 0;
  return ref === 0 || client.server.engine.store.typeOf(ref) !== ValueType.LIST;
}

/** LEFT or RIGHT as whether it is the left end; undefined: it is neither. */
export function sideArgument(call: RedisCall, index: number): boolean | undefined {
  if (call.isWord(index, 'left')) return true;
  return call.isWord(index, 'right') ? false : undefined;
}

/** Whether an element that is about to go into a list is larger than any value may be: then that is answered. */
export function isTooLarge(client: RedisClient, call: RedisCall, from: number, to: number): boolean {
  const bytesMax = client.server.engine.valueBytesMax;
  for (let index = from; index < to; index++) {
    if (call.lengthOf(index) <= bytesMax) continue;
    client.reply.error(RedisError.TOO_LARGE);
    return true;
  }
  return false;
}

/** The timeout in milliseconds, 0 = for ever. Undefined: it makes no sense, and that is answered. */
export function timeoutArgument(client: RedisClient, call: RedisCall, index: number): number | undefined {
  const whole = call.integer(index);
  if (typeof whole === 'number' && whole >= 0 && whole < TIMEOUT_MS_MAX / 1000) return whole * 1000;
  const seconds = ExtendedFloat.parse(call.text(index));
  if (seconds === undefined) {
    client.reply.error('ERR timeout is not a float or out of range');
    return undefined;
  }
  const timeoutMs = seconds.isFinite ? Math.ceil(Number(seconds.toString()) * 1000) : TIMEOUT_MS_MAX;
  if (timeoutMs >= 0 && timeoutMs < TIMEOUT_MS_MAX) return timeoutMs;
  client.reply.error('ERR timeout is negative');
  return undefined;
}
