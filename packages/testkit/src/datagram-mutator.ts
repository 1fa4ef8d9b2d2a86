/** Hostile datagrams made of valid ones: what a fuzzer with a capture of real traffic would send. */

import type { SeededRandom } from './seeded-random.js';

/** Type bytes of both modes, which lead deeper than random ones. */
const KNOWN_TYPES = [1, 2, 3, 4, 5, 6, 7, 0x10, 0x11, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x30, 0x31];
const LENGTHS = [0, 1, 2, 11, 12, 13, 16, 27, 28, 32, 127, 128, 129, 1199, 1200, 1201];
const EXTREMES = [0, 1, 0x7f, 0x80, 0xfe, 0xff];

export class DatagramMutator {
  readonly #random: SeededRandom;
  readonly #corpus: Uint8Array[] = [];
  readonly #lengthMax: number;

  constructor(random: SeededRandom, options: { lengthMax?: number } = {}) {
    this.#random = random;
    this.#lengthMax = options.lengthMax ?? 1472;
  }

  get corpusSize(): number {
    return this.#corpus.length;
  }

  /** Remembers a copy of a valid datagram. */
  capture(datagram: Uint8Array): void {
    this.#corpus.push(datagram.slice());
  }

  /** Forgets the oldest beyond `count`. */
  keepLatest(count: number): void {
    this.#corpus.splice(0, Math.max(0, this.#corpus.length - count));
  }

  /** Writes one datagram at `into[at]` and returns its length, at most `lengthMax`. */
  write(into: Uint8Array, at: number): number {
    const random = this.#random;
    if (this.#corpus.length === 0 || random.chance(0.1)) return this.#junk(into, at);
    let length = this.#copyOf(random.pick(this.#corpus), into, at);
    // One in ten is a plain replay, the rest suffers one to four changes.
    for (let changes = random.chance(0.1) ? 0 : random.int(1, 4); changes > 0; changes--) {
      length = this.#change(into, at, length);
    }
    return length;
  }

  #change(into: Uint8Array, at: number, length: number): number {
    const random = this.#random;
    if (length === 0) return this.#junk(into, at);
    const place = at + random.int(0, length - 1);
    switch (random.int(0, 9)) {
      case 0:
      case 1:
        into[place] ^= 1 << random.int(0, 7);
        return length;
      case 2:
        into[place] = random.pick(EXTREMES);
        return length;
      case 3: // A little-endian number that lies: a length, a count, a total.
        for (let i = 0; i < random.int(2, 4) && place + i < at + length; i++)
          into[place + i] = random.pick(EXTREMES);
        return length;
      case 4:
        return random.int(0, length);
      case 5: {
        const longer = random.int(length, this.#lengthMax);
        random.fill(into.subarray(at + length, at + longer));
        return longer;
      }
      case 6:
        if (length > 1) into[at + 1] = random.pick(KNOWN_TYPES);
        return length;
      case 7: {
        // The head of one, the tail of another.
        const other = random.pick(this.#corpus);
        const from = Math.min(place - at, other.length);
        const end = Math.min(other.length, this.#lengthMax);
        if (from >= end) return length;
        into.set(other.subarray(from, end), place);
        return Math.max(place - at, end);
      }
      case 8: {
        const wanted = Math.min(random.pick(LENGTHS), this.#lengthMax);
        if (wanted > length) into.fill(0, at + length, at + wanted);
        return wanted;
      }
      default: // A run of bytes, all of them anything.
        random.fill(into.subarray(place, Math.min(place + random.int(1, 32), at + length)));
        return length;
    }
  }

  #copyOf(datagram: Uint8Array, into: Uint8Array, at: number): number {
    const length = Math.min(datagram.length, this.#lengthMax);
    into.set(datagram.subarray(0, length), at);
    return length;
  }

  #junk(into: Uint8Array, at: number): number {
    const random = this.#random;
    const wanted = random.chance(0.5) ? random.pick(LENGTHS) : random.int(0, this.#lengthMax);
    const length = Math.min(wanted, this.#lengthMax);
    random.fill(into.subarray(at, at + length));
    if (length > 1 && random.chance(0.7)) {
      into[at] = 0xa1;
      into[at + 1] = random.pick(KNOWN_TYPES);
    }
    return length;
  }
}
