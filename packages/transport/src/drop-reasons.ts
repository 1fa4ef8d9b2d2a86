/**
 * Why a datagram, or the rest of one, was dropped: one union, one counter each, one test each.
 * Dropping is silent: no log, no exception, no answer unless the line says so.
 */
export const DROP_REASONS = [
  /** Shorter than the two bytes that say what it is. */
  'too-short',
  /** First byte is not magic nibble A. */
  'bad-magic',
  /** Protocol version nibble is not 1. */
  'bad-version',
  /** A type of sealed mode at an open endpoint, or the other way round. */
  'wrong-mode',
  /** Not a type of this protocol, or one that only the other end may receive. */
  'unknown-type',
  /** Not a length this type can have. */
  'bad-length',
  /** A reserved field of an unauthenticated message is not zero. */
  'reserved-bits',
  /** Too many HELLOs from this source. */
  'hello-rate',
  /** Too many AUTHs from this source. */
  'auth-rate',
  /** Too many AUTHs with this access key; answered REJECT(RATE_LIMITED), as those of one source are. */
  'key-rate',
  /** Unknown key or wrong tag, which nobody can tell apart; answered REJECT(AUTH_FAILED). */
  'auth-failed',
  /** An ephemeral key that is a point of low order: the shared secret would be known to everyone. */
  'low-order-point',
  /** The cookie was not made here for this address. */
  'bad-cookie',
  /** The cookie is ours but old; answered REJECT(STALE_COOKIE). */
  'stale-cookie',
  /** Handshake parameters that contradict themselves. */
  'bad-params',
  /** No room for a session or client record; answered REJECT(SERVER_FULL). */
  'server-full',
  /** No room for a session or client record of this access key; answered REJECT(KEY_QUOTA). */
  'key-quota',
  /** The server has not yet loaded its files; answered REJECT(LOADING). */
  'loading',
  /** A handshake message that answers nothing we asked. */
  'unexpected-handshake',
  /** No such session; answered by a rate-limited NO_SESSION. */
  'unknown-session',
  /** The same, hint suppressed by its rate limit. */
  'hint-rate',
  /** A NO_SESSION that matches nothing sent lately. */
  'bad-hint',
  /** Counter below the replay window. */
  'too-old',
  /** Counter seen before. */
  'replayed',
  /** The tag does not verify. */
  'bad-tag',
  /** A live session's id from an address that it cannot move to. */
  'other-address',
  /** A frame that ends beyond its datagram or is too short for its type. */
  'bad-frame',
  /** A fragment that disagrees with its message. */
  'bad-fragment',
] as const;

export type DropReason = (typeof DROP_REASONS)[number];

export type DropCounters = Record<DropReason, number>;

export function newDropCounters(): DropCounters {
  return Object.fromEntries(DROP_REASONS.map((reason) => [reason, 0])) as DropCounters;
}
