/**
 * What generators draw their words from: few keys, so that commands meet; values and numbers at the edges where
 * implementations differ. Everything is text of one character per byte.
 */

import type { SeededRandom } from '@anoadb/testkit';
import type { Command } from './command.js';

/** Draws one command. A generator of a group is one of these that picks among many. */
export type CommandDraw = (draw: Draw) => Command;

const KEYS = ['a', 'b', 'c', 'key:1', 'key:2', '\x00\xff\r\n"', '{tag}x', 'Ünicode'];

const VALUES = [
  '',
  '0',
  '1',
  '-1',
  '10',
  'a',
  'b',
  'value',
  'hello world',
  'true',
  'null',
  '1.5',
  '042',
  '{"a":[1,2]}',
  '\x00\x01\xfe\xff',
  '\r\n',
  '"quoted\\"',
  'foobar',
  '9223372036854775807',
  'x'.repeat(64),
  'y'.repeat(300),
];

const INTEGERS = [
  '0',
  '1',
  '-1',
  '2',
  '-2',
  '3',
  '5',
  '7',
  '8',
  '10',
  '-10',
  '64',
  '100',
  '-100',
  '1000',
  '4294967295',
  '4294967296',
  '-4294967296',
  '2147483647',
  '2147483648',
  '9007199254740991',
  '9007199254740992',
  '9007199254740993',
  '9223372036854775806',
  '9223372036854775807',
  '-9223372036854775807',
  '-9223372036854775808',
];

const NO_INTEGERS = [
  '9223372036854775808',
  '-9223372036854775809',
  '18446744073709551616',
  '1e3',
  '1.0',
  '01',
  '-0',
  '+1',
  ' 1',
  '1 ',
  '0x10',
  'abc',
  '',
  '-',
  '1\x00',
  '१',
];

const FLOATS = [
  '0',
  '1',
  '-1',
  '0.1',
  '-0.5',
  '1.5',
  '3.0',
  '1e2',
  '5e-3',
  '-1e-2',
  '.5',
  '5.',
  '100000',
  '0.0001',
  '123456789.125',
];

const NO_FLOATS = ['nan', 'NaN', '-nan', 'abc', '', ' 1', '1 ', '1.2.3', '1e', '1,5', '--1', '1\x00'];

/** Without a number that is a timeout: nothing may block for long. */
const JUNK = ['junk', '\x00', '-', '*', '-1', '99999999999999999999', 'NX', 'GET', 'COUNT', 'MATCH', 'k\xfe'];

export class Draw {
  readonly random: SeededRandom;

  constructor(random: SeededRandom) {
    this.random = random;
  }

  chance(probability: number): boolean {
    return this.random.chance(probability);
  }

  pick<T>(from: readonly T[]): T {
    return this.random.pick(from);
  }

  int(min: number, max: number): string {
    return String(this.random.int(min, max));
  }

  /** One of eight. */
  key(): string {
    return this.pick(KEYS);
  }

  /** `min` to `max` of them, the same one perhaps twice. */
  keys(min: number, max: number): string[] {
    return this.times(min, max, () => this.key());
  }

  /** Mostly short; now and then of some kilobytes, all bytes mixed. */
  value(): string {
    if (this.chance(0.1)) return Buffer.from(this.random.bytes(this.random.int(1, 40))).toString('latin1');
    if (this.chance(0.01)) return 'z'.repeat(this.random.int(1000, 20_000));
    return this.pick(VALUES);
  }

  values(min: number, max: number): string[] {
    return this.times(min, max, () => this.value());
  }

  /** Mostly a small one in `[min, max]`, at times an edge of int64, now and then none at all. */
  integer(min = -3, max = 12): string {
    if (this.chance(0.75)) return this.int(min, max);
    return this.pick(this.chance(0.7) ? INTEGERS : NO_INTEGERS);
  }

  float(): string {
    if (this.chance(0.4)) return String(this.random.int(-4000, 4000) / 8);
    return this.pick(this.chance(0.8) ? FLOATS : NO_FLOATS);
  }

  /** A time to live far enough that nothing expires on one server before the other; or past, or nonsense. */
  timeToLive(unitsPerSecond: number): string {
    if (this.chance(0.7)) return String(this.random.int(100, 100_000) * unitsPerSecond);
    if (this.chance(0.5)) return this.pick(['0', '-1', '-100', '-9223372036854775808']);
    return this.pick([...NO_INTEGERS, '9223372036854775807', '9223372036854775', '9223372036854775806']);
  }

  /** A moment far away, or long ago, or nonsense. */
  moment(unitsPerSecond: number): string {
    if (this.chance(0.7)) return String(this.random.int(4_000_000_000, 4_100_000_000) * unitsPerSecond);
    if (this.chance(0.5)) return this.pick(['0', '1', '-1', '100', '1000000']);
    return this.pick([...NO_INTEGERS, '9223372036854775807', '9223372036854775']);
  }

  /** The word, at times in another case. */
  word(word: string): string {
    if (this.chance(0.8)) return word;
    return word
      .split('')
      .map((character) => (this.chance(0.5) ? character.toLowerCase() : character.toUpperCase()))
      .join('');
  }

  /** Each part with its probability, in an order of chance: options. */
  some(...parts: readonly (readonly [probability: number, draw: () => string[]])[]): string[] {
    const chosen = parts.filter(([probability]) => this.chance(probability));
    return this.random.shuffle([...chosen]).flatMap(([, draw]) => draw());
  }

  times<T>(min: number, max: number, draw: () => T): T[] {
    return Array.from({ length: this.random.int(min, max) }, draw);
  }

  /** A word that makes no sense where it stands; never empty, as it may stand where a key should. */
  junk(): string {
    return this.pick(JUNK);
  }
}

/** Picks a generator by weight. */
export function mixed(...parts: readonly (readonly [weight: number, draw: CommandDraw])[]): CommandDraw {
  const total = parts.reduce((sum, [weight]) => sum + weight, 0);
  return (draw) => {
    let left = draw.random.fraction() * total;
    for (const [weight, part] of parts) if ((left -= weight) < 0) return part(draw);
    return parts[0][1](draw);
  };
}

const SPOILED = 0.04;

/** Spoils a command now and then: an argument too few or too many, one that makes no sense, its name in odd case. */
export function spoiled(command: Command, draw: Draw): Command {
  const cased = [draw.word(command[0]), ...command.slice(1)];
  // What is moved into a key's place must not be empty: that is a known difference, and the servers would go apart.
  if (!draw.chance(SPOILED) || command.includes('')) return cased;
  const kind = draw.random.int(0, 3);
  if (kind === 0 && cased.length > 1) return cased.slice(0, -1);
  if (kind === 1) return [...cased, draw.junk()];
  if (kind === 2 && cased.length > 2) {
    cased[draw.random.int(2, cased.length - 1)] = draw.junk();
    return cased;
  }
  return cased.slice(0, draw.random.int(1, cased.length));
}
