/** Keys: text as UTF-8, or bytes as they are; 1 to 1024 bytes, checked before anything is sent. */

import { Limits } from '@anoadb/protocol';
import { AnoaError } from './errors.js';

/** A key: text (stored as UTF-8) or bytes. */
export type Key = string | Uint8Array;

const encoder = new TextEncoder();

/** With the `u` flag a surrogate matches only where its other half is missing. */
const LONE_SURROGATE = /[\uD800-\uDFFF]/u;

/** The bytes of `key`; throws an {@link AnoaError} with code `INVALID_KEY` where they make no key. */
export function keyBytes(key: Key, allowEmpty = false): Uint8Array {
  const bytes = typeof key === 'string' ? utf8Of(key) : key;
  if (!(bytes instanceof Uint8Array)) throw invalid('a key is a string or a Uint8Array', key);
  if (bytes.length === 0 && !allowEmpty) throw invalid('a key has at least 1 byte, this one is empty', key);
  if (bytes.length > Limits.keyBytesMax) {
    throw invalid(`a key has at most ${Limits.keyBytesMax} bytes, this one has ${bytes.length}`, key);
  }
  return bytes;
}

/** Longer keys, and others than ASCII, take the way of `keyBytes`. */
const LENT_CHARACTERS_MAX = 64;
const lent: Uint8Array[] = Array.from(
  { length: LENT_CHARACTERS_MAX + 1 },
  (_, length) => new Uint8Array(length),
);

/**
 * As {@link keyBytes}, for a caller that copies the bytes before anything else can run: most keys are short ASCII
 * and are lent out of one array per length, which saves a call into the encoder and an object per key.
 */
export function lentKeyBytes(key: Key): Uint8Array {
  if (typeof key !== 'string' || key.length === 0 || key.length > LENT_CHARACTERS_MAX) return keyBytes(key);
  const bytes = lent[key.length];
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i);
    if (code > 0x7f) return keyBytes(key);
    bytes[i] = code;
  }
  return bytes;
}

function utf8Of(text: string): Uint8Array {
  // A lone surrogate would be stored as U+FFFD: two different keys would become one.
  if (LONE_SURROGATE.test(text))
    throw invalid('it holds half of a surrogate pair, which UTF-8 cannot carry', text);
  return encoder.encode(text);
}

/** A key for a message: quoted and cut where long; bytes in hex. */
export function printableKey(key: Key | undefined): string {
  if (key === undefined) return 'no key';
  if (typeof key === 'string') {
    const shown = JSON.stringify(key.length > 80 ? key.slice(0, 80) : key);
    return key.length > 80 ? `${shown}…` : shown;
  }
  if (!(key instanceof Uint8Array)) return typeof key;
  const hex = Array.from(key.subarray(0, 40), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `0x${hex}${key.length > 40 ? '…' : ''}`;
}

function invalid(why: string, key: Key): AnoaError {
  return new AnoaError(`The key ${printableKey(key)} cannot be used: ${why}.`, { code: 'INVALID_KEY', key });
}
