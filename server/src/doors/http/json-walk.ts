/**
 * Members and items of JSON text that has been found to be JSON, as ranges of its bytes. Nothing is built, so an
 * integer keeps all its digits until somebody who knows its type reads it.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The range without the space around it. */
export function trimSpace(bytes: Uint8Array, start: number, end: number): { start: number; end: number } {
  let from = start;
  let to = end;
  while (from < to && isSpace(bytes[from])) from++;
  while (to > from && isSpace(bytes[to - 1])) to--;
  return { start: from, end: to };
}

/** Calls `visit` for each member of the object at `start`: its name in quotes and its value. */
export function forEachMember(
  bytes: Uint8Array,
  start: number,
  visit: (nameStart: number, nameEnd: number, valueStart: number, valueEnd: number) => void,
): void {
  let at = skipSpace(bytes, start + 1);
  while (bytes[at] !== 0x7d) {
    const nameEnd = endOfValue(bytes, at);
    const valueStart = skipSpace(bytes, skipSpace(bytes, nameEnd) + 1);
    const valueEnd = endOfValue(bytes, valueStart);
    visit(at, nameEnd, valueStart, valueEnd);
    at = skipSpace(bytes, valueEnd);
    if (bytes[at] === 0x2c) at = skipSpace(bytes, at + 1);
  }
}

/** Calls `visit` for each item of the array at `start`. */
export function forEachItem(
  bytes: Uint8Array,
  start: number,
  visit: (valueStart: number, valueEnd: number) => void,
): void {
  let at = skipSpace(bytes, start + 1);
  while (bytes[at] !== 0x5d) {
    const valueEnd = endOfValue(bytes, at);
    visit(at, valueEnd);
    at = skipSpace(bytes, valueEnd);
    if (bytes[at] === 0x2c) at = skipSpace(bytes, at + 1);
  }
}

function endOfValue(bytes: Uint8Array, start: number): number {
  const first = bytes[start];
  if (first === QUOTE) return endOfString(bytes, start);
  let at = start;
  if (first !== 0x7b && first !== 0x5b) {
    while (at < bytes.length && !isSpace(bytes[at]) && !isDelimiter(bytes[at])) at++;
    return at;
  }
  let depth = 0;
  do {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = endOfString(bytes, at);
      continue;
    }
    if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x7d || byte === 0x5d) depth--;
    at++;
  } while (depth > 0);
  return at;
}

function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at + 1;
}

function skipSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  while (isSpace(bytes[at])) at++;
  return at;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** `,` `}` or `]`, or the end of the text. */
function isDelimiter(byte: number): boolean {
  return byte === 0x2c || byte === 0x7d || byte === 0x5d;
}
