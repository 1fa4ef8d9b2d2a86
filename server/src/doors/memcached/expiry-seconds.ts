/** memcached's exptime: seconds from now up to 30 days, a Unix time beyond, 0 for never, negative for gone at once. */

const RELATIVE_SECONDS_MAX = 60 * 60 * 24 * 30;
/** Unix ms long past, for what is to expire at once. */
const PAST_MS = 1;

/** Absolute Unix ms, 0: never. What is not above `nowMs` has expired already. */
export function expiryOfSeconds(seconds: number, nowMs: number): number {
  if (seconds === 0) return 0;
  if (seconds < 0) return PAST_MS;
  return seconds > RELATIVE_SECONDS_MAX ? seconds * 1000 : nowMs + seconds * 1000;
}

/** Seconds left of an entry that has an expiry, rounded up: one that is there never has 0. */
export function secondsLeft(expiryMs: number, nowMs: number): number {
  return Math.max(0, Math.ceil((expiryMs - nowMs) / 1000));
}

export function isExpired(expiryMs: number, nowMs: number): boolean {
  return expiryMs !== 0 && expiryMs <= nowMs;
}
