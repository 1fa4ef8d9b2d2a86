/** Base64 (RFC 4648 section 4, padded) straight between buffers; how bytes appear inside JSON text. */
import type { ByteWriter } from './byte-writer.js';

const ALPHABET = new Uint8Array(64);
const SEXTET_OF = new Uint8Array(256).fill(0xff);
for (let i = 0; i < 64; i++) {
  const code = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.charCodeAt(i);
  ALPHABET[i] = code;
  SEXTET_OF[code] = i;
}
const PAD = 0x3d;

/** Appends [start, end) of `bytes` as base64 text. */
export function writeBase64(writer: ByteWriter, bytes: Uint8Array, start: number, end: number): void {
  writer.ensure(Math.ceil((end - start) / 3) * 4);
  const out = writer.bytes;
  let to = writer.at;
  let at = start;
  for (; at + 3 <= end; at += 3) {
    const triple = (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2];
    out[to++] = ALPHABET[triple >>> 18];
    out[to++] = ALPHABET[(triple >>> 12) & 63];
    out[to++] = ALPHABET[(triple >>> 6) & 63];
    out[to++] = ALPHABET[triple & 63];
  }
  if (at < end) {
    const isPair = end - at === 2;
    const triple = (bytes[at] << 16) | (isPair ? bytes[at + 1] << 8 : 0);
    out[to++] = ALPHABET[triple >>> 18];
    out[to++] = ALPHABET[(triple >>> 12) & 63];
    out[to++] = isPair ? ALPHABET[(triple >>> 6) & 63] : PAD;
    out[to++] = PAD;
  }
  writer.at = to;
}

/** Appends the bytes that the base64 text [start, end) stands for; false, and nothing appended, where it is not canonical. */
export function readBase64(writer: ByteWriter, text: Uint8Array, start: number, end: number): boolean {
  const charCount = end - start;
  if (charCount % 4 !== 0) return false;
  if (charCount === 0) return true;
  const padCount = text[end - 1] !== PAD ? 0 : text[end - 2] !== PAD ? 1 : 2;
  const fullEnd = padCount === 0 ? end : end - 4;
  writer.ensure((charCount / 4) * 3);
  const out = writer.bytes;
  let to = writer.at;
  let seen = 0; // 0xff from the table marks a foreign character, and survives the OR
  for (let at = start; at < fullEnd; at += 4) {
    const a = SEXTET_OF[text[at]];
    const b = SEXTET_OF[text[at + 1]];
    const c = SEXTET_OF[text[at + 2]];
    const d = SEXTET_OF[text[at + 3]];
    seen |= a | b | c | d;
    out[to++] = (a << 2) | (b >>> 4);
    out[to++] = (b << 4) | (c >>> 2);
    out[to++] = (c << 6) | d;
  }
  if (padCount > 0) {
    const a = SEXTET_OF[text[end - 4]];
    const b = SEXTET_OF[text[end - 3]];
    const c = padCount === 1 ? SEXTET_OF[text[end - 2]] : 0;
    seen |= a | b | c;
    // The bits a padded group does not use must be 0, or two texts would stand for the same bytes.
    if ((padCount === 1 ? c & 3 : b & 15) !== 0) return false;
    out[to++] = (a << 2) | (b >>> 4);
    if (padCount === 1) out[to++] = (b << 4) | (c >>> 2);
  }
  if (seen > 63) return false;
  writer.at = to;
  return true;
}
