/**
 * Random numbers that a printed seed brings back: sfc32 (Chris Doty-Humphrey, PractRand), 128 bits of state
 * with a counter in it, so no seed has a short cycle. For tests and load, never for secrets.
 */

export class SeededRandom {
  /** What to print on failure, and to give the constructor to see the same again. */
  readonly seed: number;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number = freshSeed()) {
    this.seed = seed >>> 0;
    this.#a = 0;
    this.#b = this.seed;
    this.#c = 0x9e3779b9;
    // The author's seeding: run until every bit of the seed has reached every bit of the state.
    for (let i = 0; i < 12; i++) this.u32();
  }

  u32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** In [0, 1), 32 bits of it. */
  fraction(): number {
    return this.u32() / 0x1_0000_0000;
  }

  /** Whole numbers from `min` to `max`, both included; the span must be below 2^32. */
  int(min: number, max: number): number {
    return min + Math.floor(this.fraction() * (max - min + 1));
  }

  /** True with this probability. 0 never is, 1 always. */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(from: readonly T[]): T {
    if (from.length === 0) throw new RangeError('nothing to pick from');
    return from[this.int(0, from.length - 1)];
  }

  /** In place, Fisher and Yates. */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      const item = items[i];
      items[i] = items[j];
      items[j] = item;
    }
    return items;
  }

  fill(into: Uint8Array): void {
    let i = 0;
    for (; i + 4 <= into.length; i += 4) {
      const word = this.u32();
      into[i] = word;
      into[i + 1] = word >>> 8;
      into[i + 2] = word >>> 16;
      into[i + 3] = word >>> 24;
    }
    if (i < into.length) for (let word = this.u32(); i < into.length; i++, word >>>= 8) into[i] = word;
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.fill(bytes);
    return bytes;
  }

  /** This generator as the `RandomBytes` that transport and persistence take. */
  get source(): (into: Uint8Array) => void {
    return (into) => this.fill(into);
  }

  /** An independent stream, so that one consumer's extra draw does not shift another's. */
  fork(): SeededRandom {
    return new SeededRandom(this.u32());
  }
}

/** Taken from ANOA_SEED where it is set, so a failed run is repeated without editing the test. */
export function freshSeed(): number {
  const given = Number(process.env['ANOA_SEED']);
  if (process.env['ANOA_SEED'] !== undefined && Number.isInteger(given)) return given >>> 0;
  return (Math.random() * 0x1_0000_0000) >>> 0;
}

/** Runs `body` with a fresh generator; what it throws is told apart by the seed that brings it back. */
export async function withSeed(
  body: (random: SeededRandom) => void | Promise<void>,
  seed = freshSeed(),
): Promise<void> {
  try {
    await body(new SeededRandom(seed));
  } catch (error) {
    if (error instanceof Error) error.message = `${error.message} (repeat with ANOA_SEED=${seed >>> 0})`;
    throw error;
  }
}
