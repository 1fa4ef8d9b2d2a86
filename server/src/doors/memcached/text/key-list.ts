/**
 * The keys of one get, gone through in pieces: a line of many keys may have an answer far larger than its connection
 * should hold, so retrieval pauses between two keys and goes on when the peer has taken what was sent. Positions count
 * from the list's end, because the bytes may have moved when it goes on.
 */

import { endOfWord } from '../command-line.js';
import { NO_COMMAND } from '../timed-commands.js';

const SPACE = 0x20;

export class KeyList {
  isOpen = false;
  /** Index of the command's counters. */
  command = NO_COMMAND;
  withCas = false;
  /** Undefined: the items are not touched. */
  expiryMs: number | undefined;
  keyStart = 0;
  keyEnd = 0;
  /** From where retrieval stands to the end of the keys. */
  #bytesLeft = 0;
  /** From there to the next request. */
  #bytesBehind = 0;

  /** The keys are the words of [start, end); the line reaches to `next`. */
  start(
    start: number,
    end: number,
    next: number,
    command: number,
    withCas: boolean,
    expiryMs: number | undefined,
  ): void {
    this.isOpen = true;
    this.command = command;
    this.withCas = withCas;
    this.expiryMs = expiryMs;
    this.#bytesLeft = end - start;
    this.#bytesBehind = next - end;
  }

  /** Goes to the first key from `at` on; false: there are no more, and `keyEnd` is where the next request begins. */
  next(bytes: Uint8Array, at: number): boolean {
    const end = at + this.#bytesLeft;
    let start = at;
    while (start < end && bytes[start] === SPACE) start++;
    if (start === end || bytes[start] === 0) {
      this.isOpen = false;
      this.keyEnd = end + this.#bytesBehind;
      return false;
    }
    this.keyStart = start;
    this.keyEnd = endOfWord(bytes, start, end);
    this.#bytesLeft = end - this.keyEnd;
    return true;
  }

  /** Leaves out the keys that follow `keyEnd`; returns where the next request begins. */
  skip(): number {
    this.isOpen = false;
    return this.keyEnd + this.#bytesLeft + this.#bytesBehind;
  }
}
