/**
 * UTF-8 in ranges of bytes: is it valid, and what does it say.
 *
 * Valid is what the Unicode standard calls well-formed (table 3-7): no overlong form, no surrogate, nothing
 * above U+10FFFF. TextDecoder would agree but costs a call, and a subarray, per string.
 */

/** Below this many bytes a loop beats the call into TextDecoder. */
const DECODER_PAYS_FROM_BYTES = 40;

const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whether [start, end) of `bytes` is well-formed UTF-8. */
export function isValidUtf8(bytes: Uint8Array, start = 0, end = bytes.length): boolean {
  let at = start;
  // Eight at a time halves the time of ASCII, and is lost time in any other text: tried where eight went before.
  let asciiRun = 8;
  for (;;) {
    if (asciiRun >= 8) {
      while (at + 8 <= end && isAscii8(bytes, at)) at += 8;
      asciiRun = 0;
    }
    if (at >= end) return true;
    if (bytes[at] < 0x80) {
      at++;
      asciiRun++;
    } else {
      at = endOfMultiByte(bytes, at, end);
      if (at < 0) return false;
      asciiRun = 0;
    }
  }
}

/**
 * Where the two- to four-byte character at `at` ends, or -1 where there is no well-formed one.
 * `bytes[at]` must be 0x80 or more.
 */
export function endOfMultiByte(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at];
  if (lead < 0xc2) return -1; // a continuation byte, or C0/C1, which only start overlong forms
  if (lead < 0xe0) {
    return at + 2 <= end && isContinuation(bytes[at + 1]) ? at + 2 : -1;
  }
  if (lead < 0xf0) {
    if (at + 3 > end || !isContinuation(bytes[at + 1]) || !isContinuation(bytes[at + 2])) return -1;
    if (lead === 0xe0 && bytes[at + 1] < 0xa0) return -1; // overlong
    if (lead === 0xed && bytes[at + 1] > 0x9f) return -1; // surrogates
    return at + 3;
  }
  if (lead > 0xf4 || at + 4 > end) return -1;
  const second = bytes[at + 1];
  if (!isContinuation(second) || !isContinuation(bytes[at + 2]) || !isContinuation(bytes[at + 3])) return -1;
  if (lead === 0xf0 && second < 0x90) return -1; // overlong
  if (lead === 0xf4 && second > 0x8f) return -1; // above U+10FFFF
  return at + 4;
}

/** The text of [start, end), or undefined where that is not well-formed UTF-8. */
export function decodeUtf8(bytes: Uint8Array, start = 0, end = bytes.length): string | undefined {
  if (end - start < DECODER_PAYS_FROM_BYTES) {
    const text = shortAsciiText(bytes, start, end);
    if (text !== undefined) return text;
  }
  try {
    return textDecoder.decode(bytes.subarray(start, end));
  } catch {
    return undefined;
  }
}

/** Eight at a time: one call with eight arguments costs about as much as one with one. */
function shortAsciiText(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = '';
  let at = start;
  for (; at + 8 <= end; at += 8) {
    const a = bytes[at];
    const b = bytes[at + 1];
    const c = bytes[at + 2];
    const d = bytes[at + 3];
    const e = bytes[at + 4];
    const f = bytes[at + 5];
    const g = bytes[at + 6];
    const h = bytes[at + 7];
    if ((a | b | c | d | e | f | g | h) > 0x7f) return undefined;
    text += String.fromCharCode(a, b, c, d, e, f, g, h);
  }
  for (; at + 3 <= end; at += 3) {
    const a = bytes[at];
    const b = bytes[at + 1];
    const c = bytes[at + 2];
    if ((a | b | c) > 0x7f) return undefined;
    text += String.fromCharCode(a, b, c);
  }
  for (; at < end; at++) {
    if (bytes[at] > 0x7f) return undefined;
    text += String.fromCharCode(bytes[at]);
  }
  return text;
}

function isAscii8(bytes: Uint8Array, at: number): boolean {
  const low = bytes[at] | bytes[at + 1] | bytes[at + 2] | bytes[at + 3];
  return (low | bytes[at + 4] | bytes[at + 5] | bytes[at + 6] | bytes[at + 7]) < 0x80;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
