/**
 * 64 bits that tell one request body from another under the same request id. Not cryptographic: a client
 * that finds a collision deceives only itself. Seeded, so that no body collides at every server.
 */
import type { Fingerprint } from './reply-cache.js';

export function fingerprintOf(
  bytes: Uint8Array,
  start: number,
  end: number,
  flags: number,
  seed: number,
  into: Fingerprint,
): void {
  let low = 0x811c9dc5 ^ seed ^ flags;
  let high = Math.imul(end - start, 0x9e3779b1) ^ (seed << 7);
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    low = Math.imul(low ^ word, 0x01000193);
    low ^= low >>> 15;
    high = Math.imul((high << 5) ^ (high >>> 27) ^ word, 0x85ebca6b);
  }
  for (; at < end; at++) {
    low = Math.imul(low ^ bytes[at], 0x01000193);
    high = Math.imul(high ^ bytes[at], 0xc2b2ae35);
  }
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b);
  high = Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  into.low = (low ^ (low >>> 13)) >>> 0;
  into.high = (high ^ (high >>> 16)) >>> 0;
}
