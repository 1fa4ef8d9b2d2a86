/**
 * Access keys as text: `anoa1_` and base64url of 32 bytes, 43 characters without padding. Made by a tool only: a
 * key that a person thought of could be guessed from one recorded AUTH, so nothing else is taken.
 */

const PREFIX = 'anoa1_';
const PSK_BYTES = 32;
const TEXT_CHARACTERS = 43;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The 32 bytes, or undefined where `text` is no access key; it must then not be repeated in any message. */
export function parseAccessKey(text: string): Uint8Array | undefined {
  if (!text.startsWith(PREFIX) || text.length !== PREFIX.length + TEXT_CHARACTERS) return undefined;
  const psk = new Uint8Array(PSK_BYTES);
  let bits = 0;
  let bitCount = 0;
  let at = 0;
  for (let i = PREFIX.length; i < text.length; i++) {
    const sextet = ALPHABET.indexOf(text[i]);
    if (sextet < 0) return undefined;
    bits = ((bits << 6) | sextet) & 0x3fff;
    bitCount += 6;
    if (bitCount < 8) continue;
    bitCount -= 8;
    psk[at++] = (bits >>> bitCount) & 0xff;
  }
  // 258 bits for 256: the last two are zero, or two texts would be one key.
  return (bits & 3) === 0 ? psk : undefined;
}

export function formatAccessKey(psk: Uint8Array): string {
  if (psk.length !== PSK_BYTES) throw new Error('an access key has 32 bytes');
  let text = PREFIX;
  let bits = 0;
  let bitCount = 0;
  for (const byte of psk) {
    bits = ((bits << 8) | byte) & 0x3fff;
    bitCount += 8;
    for (; bitCount >= 6; bitCount -= 6) text += ALPHABET[(bits >>> (bitCount - 6)) & 63];
  }
  return text + ALPHABET[(bits << (6 - bitCount)) & 63];
}
