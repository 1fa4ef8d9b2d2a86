/**
 * Glob patterns over bytes, to the letter those of Redis: `*` any run, `?` any byte, `[a-z]` one of, `[^x]` none of,
 * `\` takes the next byte as it is. A class that is never closed ends with the pattern, a range takes whatever byte
 * stands behind the dash, `]` and `\` too, and a `\` at the end stands for itself.
 *
 * Matching keeps only the last `*` to come back to, which is enough for globs: at most pattern x text steps, never
 * exponential, whatever a hostile pattern looks like. `steps` counts them, so that SCAN can bound its work.
 * One instance is compiled again and again; nothing is allocated after construction.
 */

const LITERAL = 0;
const ANY_BYTE = 1;
const ANY_RUN = 2;
const CLASS = 3;

/** 32-bit words of one class: a bit per byte value. */
const CLASS_WORDS = 8;

const STAR = 0x2a;
const QUESTION = 0x3f;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const CARET = 0x5e;
const DASH = 0x2d;
const BACKSLASH = 0x5c;

export class GlobPattern {
  /** Work done by `matches` since the owner last set it to 0. */
  steps = 0;
  #kinds: Uint8Array;
  /** The byte of a literal, or the index of a class. */
  #operands: Uint16Array;
  #classes: Uint32Array;
  #length = 0;
  #classCount = 0;

  /** @param patternBytesMax longest pattern `compile` takes. */
  constructor(patternBytesMax: number) {
    this.#kinds = new Uint8Array(patternBytesMax);
    this.#operands = new Uint16Array(patternBytesMax);
    this.#classes = new Uint32Array(Math.ceil(patternBytesMax / 3) * CLASS_WORDS);
  }

  /** Reads the pattern in `bytes[start, end)`; the bytes are not kept. */
  compile(bytes: Uint8Array, start: number, end: number): void {
    this.#length = 0;
    this.#classCount = 0;
    for (let at = start; at < end; ) {
      const byte = bytes[at];
      if (byte === STAR) {
        // Runs of stars mean one star; collapsing them keeps the step count honest.
        if (this.#length === 0 || this.#kinds[this.#length - 1] !== ANY_RUN) this.#add(ANY_RUN, 0);
        at++;
      } else if (byte === QUESTION) {
        this.#add(ANY_BYTE, 0);
        at++;
      } else if (byte === OPEN) {
        at = this.#compileClass(bytes, at, end);
      } else if (byte === BACKSLASH && at + 1 < end) {
        this.#add(LITERAL, bytes[at + 1]);
        at += 2;
      } else {
        this.#add(LITERAL, byte);
        at++;
      }
    }
  }

  /** Whether the whole of `bytes[start, end)` fits the pattern. */
  matches(bytes: Uint8Array, start: number, end: number): boolean {
    const length = this.#length;
    let element = 0;
    let at = start;
    let starElement = -1;
    let starAt = 0;
    let steps = 0;
    while (at < end) {
      steps++;
      if (element < length && this.#kinds[element] === ANY_RUN) {
        starElement = element++;
        starAt = at;
      } else if (element < length && this.#fits(element, bytes[at])) {
        element++;
        at++;
      } else if (starElement >= 0) {
        // The last star takes one byte more; what stood before it never needs another try.
        element = starElement + 1;
        at = ++starAt;
      } else {
        this.steps += steps;
        return false;
      }
    }
    while (element < length && this.#kinds[element] === ANY_RUN) element++;
    this.steps += steps + 1;
    return element === length;
  }

  #fits(element: number, byte: number): boolean {
    const kind = this.#kinds[element];
    if (kind === LITERAL) return this.#operands[element] === byte;
    if (kind === ANY_BYTE) return true;
    const word = this.#classes[this.#operands[element] * CLASS_WORDS + (byte >>> 5)];
    return ((word >>> (byte & 31)) & 1) === 1;
  }

  #add(kind: number, operand: number): void {
    this.#kinds[this.#length] = kind;
    this.#operands[this.#length] = operand;
    this.#length++;
  }

  /** Compiles the class that opens at `open`; returns where the pattern goes on. */
  #compileClass(bytes: Uint8Array, open: number, end: number): number {
    const base = this.#classCount * CLASS_WORDS;
    let at = open + 1;
    const isNegated = at < end && bytes[at] === CARET;
    if (isNegated) at++;
    // Most classes have three bytes of pattern ("[x]"), "[]" only two.
    if (base + CLASS_WORDS > this.#classes.length) this.#growClasses();
    // The words are cleared here because the instance is reused.
    this.#classes.fill(0, base, base + CLASS_WORDS);
    while (at < end && bytes[at] !== CLOSE) {
      const low = bytes[at];
      if (low === BACKSLASH && at + 1 < end) {
        this.#setRange(base, bytes[at + 1], bytes[at + 1]);
        at += 2;
      } else if (at + 2 < end && bytes[at + 1] === DASH) {
        const high = bytes[at + 2];
        this.#setRange(base, low, high);
        at += 3;
      } else {
        this.#setRange(base, low, low);
        at++;
      }
    }
    if (isNegated) for (let i = 0; i < CLASS_WORDS; i++) this.#classes[base + i] = ~this.#classes[base + i];
    this.#add(CLASS, this.#classCount++);
    return Math.min(at + 1, end);
  }

  /** Bytes from 0x80 on count as negative, as C's char does where Redis mostly runs. */
  #setRange(base: number, from: number, to: number): void {
    const low = Math.min(signed(from), signed(to));
    const high = Math.max(signed(from), signed(to));
    for (let at = low; at <= high; at++) this.#classes[base + ((at & 0xff) >>> 5)] |= 1 << (at & 31);
  }

  #growClasses(): void {
    const larger = new Uint32Array(this.#classes.length * 2 + CLASS_WORDS);
    larger.set(this.#classes);
    this.#classes = larger;
  }
}

function signed(byte: number): number {
  return (byte << 24) >> 24;
}
