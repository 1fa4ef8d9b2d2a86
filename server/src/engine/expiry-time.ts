import { Limits } from '@anoadb/protocol';

/** The absolute time `ttlMs` from now, at most what the wire and the store can say. */
export function expiryAfter(nowMs: number, ttlMs: number): number {
  return Math.min(nowMs + ttlMs, Limits.timeMsMax);
}
