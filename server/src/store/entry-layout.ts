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
 *   then, only where HAS_CLIENT_FLAGS is set:
 *      one word that means something to the client alone
 *   then key bytes, then value bytes
 *
 * Where IS_LIST is set the value is the head of a list, see lists/list-nodes.ts.
 */
export const HAS_CLIENT_FLAGS = 1 << 8;
export const QUEUED = 1 << 9;
export const HAS_EXPIRY = 1 << 10;
/** Read since the eviction hand last came by. */
export const VISITED = 1 << 11;
export const KIND_SHIFT = 12;
export const KIND_MASK = 7 << KIND_SHIFT;
export const IS_LIST = 1 << 15;
export const KEY_LENGTH_SHIFT = 16;

/** What decides how the bytes of an entry are laid out. */
export const SHAPE = HAS_CLIENT_FLAGS | QUEUED | HAS_EXPIRY | IS_LIST;

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
  // The three flags stand so that each is worth the bytes it stands for: 16, 8 and 4.
  return 16 + ((word0 >>> 6) & 28);
}

/** The word of the queue's two links, from the block's start. */
export function queueWord(word0: number): number {
  return 4 + ((word0 & HAS_EXPIRY) >>> 8);
}

/** The word of the client's flags in an entry that has them, from the block's start. */
export function clientFlagsWord(word0: number): number {
  return (headerBytes(word0) >>> 2) - 1;
}

/** The absolute expiry of an entry that has one, whose block begins at word `at`. */
export function expiryAt(words: Int32Array, at: number): number {
  return (words[at + EXPIRY] >>> 0) + words[at + EXPIRY + 1] * 2 ** 32;
}
