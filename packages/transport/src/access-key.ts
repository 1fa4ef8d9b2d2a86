/**
 * The text form of an access key: `anoa1_` and base64url of 32 bytes, 43 characters without padding.
 *
 * Made by a tool only: a key that a person thought up can be guessed offline from one recorded AUTH. What does not
 * decode to exactly 32 bytes is refused, and never echoed, because it may be a real key with a slip in it.
 */

export const ACCESS_KEY_BYTES = 32;
export const ACCESS_KEY_PREFIX = 'anoa1_';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const TEXT_LENGTH = Math.ceil((ACCESS_KEY_BYTES * 8) / 6);

/** The 32 bytes of a key; undefined where `text` is none. One key has one text: stray low bits are refused. */
export function parseAccessKey(text: string): Uint8Array | undefined {
  if (text.length !== ACCESS_KEY_PREFIX.length + TEXT_LENGTH || !text.startsWith(ACCESS_KEY_PREFIX))
    return undefined;
  const psk = new Uint8Array(ACCESS_KEY_BYTES);
  let bits = 0;
  let bitCount = 0;
  let at = 0;
  for (let i = ACCESS_KEY_PREFIX.length; i < text.length; i++) {
    const digit = ALPHABET.indexOf(text[i]);
    if (digit < 0) return undefined;
    bits = ((bits << 6) | digit) & 0xffff;
    bitCount += 6;
    if (bitCount >= 8) {
      bitCount -= 8;
      psk[at++] = bits >>> bitCount;
    }
  }
  return (bits & ((1 << bitCount) - 1)) === 0 ? psk : undefined;
}

/** @throws RangeError where `psk` has not 32 bytes. */
export function formatAccessKey(psk: Uint8Array): string {
  if (psk.length !== ACCESS_KEY_BYTES) throw new RangeError('an access key has 32 bytes');
  let text = ACCESS_KEY_PREFIX;
  let bits = 0;
  let bitCount = 0;
  for (const byte of psk) {
    bits = ((bits << 8) | byte) & 0xffff;
    bitCount += 8;
    while (bitCount >= 6) {
      bitCount -= 6;
      text += ALPHABET[(bits >>> bitCount) & 63];
    }
  }
  return text + ALPHABET[(bits << (6 - bitCount)) & 63];
}
