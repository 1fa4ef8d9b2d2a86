/**
 * The data of every row: keys of 16 bytes, `key:000000000042`, the shape redis-benchmark's own `-r` draws,
 * and values of 32 printable bytes that differ from key to key.
 */

export const KEY_BYTES = 16;
export const VALUE_BYTES = 32;

const PREFIX = Buffer.from('key:');
const DIGITS = 12;
const ALPHABET = Buffer.from('abcdefghijklmnopqrstuvwxyzABCDEF');

/** Writes key `index` at `into[at]`. */
export function writeKey(index: number, into: Uint8Array, at: number): void {
  for (let i = 0; i < PREFIX.length; i++) into[at + i] = PREFIX[i];
  let rest = index;
  for (let i = DIGITS - 1; i >= 0; i--) {
    const next = Math.floor(rest / 10);
    into[at + PREFIX.length + i] = 0x30 + (rest - next * 10);
    rest = next;
  }
}

/** Writes the value of key `index` at `into[at]`. */
export function writeValue(index: number, into: Uint8Array, at: number): void {
  let state = (Math.imul(index, 0x9e3779b1) ^ 0x5bd1e995) >>> 0;
  for (let i = 0; i < VALUE_BYTES; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    into[at + i] = ALPHABET[state >>> 27];
  }
}
