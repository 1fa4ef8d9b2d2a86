/**
 * One line of the text protocols as words: ranges of the connection's bytes, divided by spaces and nothing else, up to
 * the end of the line or a zero byte. One object, reused.
 */

import { int32Of, type Unsigned64, uint32Of, unsigned64Of } from './number-text.js';

/** No command has so many; what comes after them is one word, as in memcached. */
const WORDS_MAX = 24;
const SPACE = 0x20;
const CARRIAGE_RETURN = 0x0d;

export class CommandLine {
  bytes: Uint8Array = new Uint8Array(0);
  count = 0;
  readonly starts = new Int32Array(WORDS_MAX);
  readonly ends = new Int32Array(WORDS_MAX);

  /** Takes the line [start, newline) apart. */
  read(bytes: Uint8Array, start: number, newline: number): void {
    this.bytes = bytes;
    const lineEnd = endOfLine(bytes, start, newline);
    let count = 0;
    let at = start;
    while (at < lineEnd && bytes[at] !== 0 && count < WORDS_MAX) {
      if (bytes[at] === SPACE) {
        at++;
        continue;
      }
      this.starts[count] = at;
      at = count === WORDS_MAX - 1 ? lineEnd : endOfWord(bytes, at, lineEnd);
      this.ends[count++] = at;
    }
    this.count = count;
  }

  lengthOf(word: number): number {
    return this.ends[word] - this.starts[word];
  }

  /** Whether that word is `text`, which is ASCII. */
  is(word: number, text: string): boolean {
    const start = this.starts[word];
    if (this.ends[word] - start !== text.length) return false;
    for (let i = 0; i < text.length; i++) if (this.bytes[start + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  /** The last word is `noreply`. */
  get isQuiet(): boolean {
    return this.is(this.count - 1, 'noreply');
  }

  int32(word: number): number {
    return int32Of(this.bytes, this.starts[word], this.ends[word]);
  }

  uint32(word: number): number {
    return uint32Of(this.bytes, this.starts[word], this.ends[word]);
  }

  unsigned64(word: number): Unsigned64 | undefined {
    return unsigned64Of(this.bytes, this.starts[word], this.ends[word]);
  }

  /** One character per byte: for words whose meaning is looked up. */
  text(word: number): string {
    let text = '';
    for (let at = this.starts[word]; at < this.ends[word]; at++) text += String.fromCharCode(this.bytes[at]);
    return text;
  }
}

/** Where the line's text ends: before its carriage return. One alone is a word, as it is to memcached. */
export function endOfLine(bytes: Uint8Array, start: number, newline: number): number {
  return newline - start > 1 && bytes[newline - 1] === CARRIAGE_RETURN ? newline - 1 : newline;
}

/** The first space, zero byte or the line's end from `at` on. */
export function endOfWord(bytes: Uint8Array, at: number, lineEnd: number): number {
  let end = at;
  while (end < lineEnd && bytes[end] !== SPACE && bytes[end] !== 0) end++;
  return end;
}
