/**
 * Times of expiry as commands bring them: seconds or milliseconds, from now or since 1970. Redis counts them in 64 bits
 * and refuses what leaves those; the store keeps 48, so a time beyond the year 10889 becomes that year.
 */

import { type Integer, Limits } from '@anoadb/protocol';
import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { invalidExpireTime, RedisError } from '../../redis-errors.js';

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** How a command or an option counts. */
export interface ExpiryUnit {
  readonly unitMs: 1 | 1000;
  /** Since 1970 instead of from now. */
  readonly isAbsolute: boolean;
}

export const SECONDS: ExpiryUnit = { unitMs: 1000, isAbsolute: false };
export const MILLISECONDS: ExpiryUnit = { unitMs: 1, isAbsolute: false };
export const UNIX_SECONDS: ExpiryUnit = { unitMs: 1000, isAbsolute: true };
export const UNIX_MILLISECONDS: ExpiryUnit = { unitMs: 1, isAbsolute: true };

/** That time in milliseconds since 1970, at least 0 and at most what the store can say; undefined: beyond int64. */
export function expiryMsOf(value: Integer, unit: ExpiryUnit, nowMs: number): number | undefined {
  const { unitMs } = unit;
  const baseMs = unit.isAbsolute ? 0 : nowMs;
  // A safe number of seconds and the present time together are still within int64.
  if (typeof value === 'number') return clamped(value * unitMs + baseMs);
  const ms = value * BigInt(unitMs);
  if (ms > INT64_MAX - BigInt(Math.trunc(baseMs)) || ms < INT64_MIN) return undefined;
  return clamped(Number(ms) + baseMs);
}

/**
 * The positive time that an argument of SET and its like is, in milliseconds since 1970. 0: it is none, and the error
 * of command `name` has been answered.
 */
export function expiryArgument(
  client: RedisClient,
  call: RedisCall,
  index: number,
  unit: ExpiryUnit,
  name: string,
): number {
  const value = call.integer(index);
  if (value === undefined) {
    client.reply.error(RedisError.NOT_AN_INTEGER);
    return 0;
  }
  const expiryMs = value <= 0 ? undefined : expiryMsOf(value, unit, client.server.engine.nowMs);
  if (expiryMs !== undefined) return expiryMs;
  client.reply.error(invalidExpireTime(name));
  return 0;
}

function clamped(ms: number): number {
  return Math.min(Math.max(ms, 0), Limits.timeMsMax);
}
