/**
 * How an entry lies in its block, in 32-bit words from the block's start:
 *
 *   0  type u8 | flags u8 | key length u16     (0 = the block is free: a key has at least one byte)
 *   1  value length
 *   2  version, low half        3  version, high half
 *   then, only where HAS_EXPIRY is set:
 *   4  expiry low, 5 high, absolute ms        6, 7  neighbours in the expiry wheel
 *   then, only where QUEUED is set:
 *      two words: neighbours in the eviction queue
 *   then key bytes, then value bytes
 */
export const HAS_EXPIRY = 1 << 8;
export const QUEUED = 1 << 9;
/** Read since the eviction hand last came by. */
export const VISITED = 1 << 10;
export const KIND_SHIFT = 12;
export const KIND_MASK = 15 << KIND_SHIFT;
export const KEY_LENGTH_SHIFT = 16;

export const VALUE_LENGTH = 1;
export const VERSION = 2;
export const EXPIRY = 4;
export const WHEEL_PREVIOUS = 6;
export const WHEEL_NEXT = 7;

/** Limits of the layout; the protocol's own are at or below them. */
export const KEY_LENGTH_MAX = 65535;
export const VALUE_LENGTH_MAX = 2 ** 30;

/** Bytes before the key, from word 0. */
export function headerBytes(word0: number): number {
  return 16 + ((word0 & HAS_EXPIRY) >>> 4) + ((word0 & QUEUED) >>> 6);
}

/** The word of the queue's two links, from the block's start. */
export function queueWord(word0: number): number {
  return 4 + ((word0 & HAS_EXPIRY) >>> 6);
}

/** The absolute expiry of an entry that has one, whose block begins at word `at`. */
export function expiryAt(words: Int32Array, at: number): number {
  return (words[at + EXPIRY] >>> 0) + words[at + EXPIRY + 1] * 2 ** 32;
}
