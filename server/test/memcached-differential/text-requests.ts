/** Random requests of the text and meta protocols: mostly right, some wrong in every way that has an answer of its own. */

import type { SeededRandom } from '@anoadb/testkit';
import type { RequestDraw } from './differential.js';

type Drawn = ReturnType<RequestDraw>;

const keys = ['a', 'b', 'c', 'counter', 'k'.repeat(250)];
/** Base64 of keys that no text command can name. */
const encodedKeys = ['AAEC', '/////w==', 'IGEgYiA='];
/** Neither so near that they pass while the test runs, nor dependent on the clock. */
const exptimes = [
  '0',
  '0',
  '0',
  '100',
  '2592000',
  '2592001',
  '2147483647',
  '-1',
  '-100',
  '2147483648',
  '+50',
];
/** Nothing that adds up to 2^63: from there on memcached looks for a minus sign in whatever lies behind the value. */
const numbers = [
  '0',
  '1',
  '5',
  '10',
  '99',
  '100',
  '0012',
  '72057594037927936',
  '9007199254740993',
  '999999999999999',
];
const nonNumbers = [
  'abc',
  '',
  ' 7',
  '7 x',
  '-5',
  '-0',
  '+3',
  '18446744073709551616',
  '1.5',
  '12a',
  '0x10',
  '\t8',
  '5\r\n6',
];
const flags = ['0', '0', '1', '65535', '4294967295', '4294967296', '12'];
const badWords = ['x', '-', '1x', '99999999999999999999999', '-1', '', 'noreply', '0'];

/** Storage, retrieval, arithmetic and the rest of the first text protocol. */
export const textRequests: RequestDraw = (random) => {
  const drawn = random.chance(0.08) ? spoiled(random) : classic(random);
  return drawn;
};

/** The meta commands, and enough of the others that they meet each other's items. */
export const metaRequests: RequestDraw = (random) =>
  random.chance(0.3) ? textRequests(random) : meta(random);

function classic(random: SeededRandom): Drawn {
  const key = random.pick(keys);
  const noreply = random.chance(0.1) ? ' noreply' : '';
  switch (random.int(0, 12)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return storage(
        random,
        random.pick(['set', 'set', 'add', 'replace', 'append', 'prepend']),
        key,
        noreply,
      );
    case 4:
      return cas(random, key, noreply);
    case 5:
    case 6:
      return request(`${random.pick(['get', 'gets', 'gets'])} ${someKeys(random)}\r\n`);
    case 7: {
      const touched = someKeys(random);
      return {
        bytes: bytesOf(`${random.pick(['gat', 'gats'])} ${random.pick(exptimes)} ${touched}\r\n`),
        touches: touched.split(' '),
      };
    }
    case 8:
      return request(`delete ${key}${random.pick(['', '', ' 0', noreply])}\r\n`);
    case 9:
    case 10: {
      const target = random.pick(['counter', 'counter', key]);
      const delta = random.chance(0.1) ? random.pick(nonNumbers.slice(4)) : random.pick(numbers);
      return counting(`${random.pick(['incr', 'decr'])} ${target} ${delta}${noreply}\r\n`);
    }
    case 11:
      return { bytes: bytesOf(`touch ${key} ${random.pick(exptimes)}${noreply}\r\n`), touches: [key] };
    default:
      return request(
        random.pick([
          'mn\r\n',
          'version\r\n',
          `verbosity 1${noreply}\r\n`,
          'flush_all\r\n',
          'flush_all 0\r\n',
          'flush_all noreply\r\n',
          'flush_all -1\r\n',
          'flush_all x\r\n',
          'shutdown\r\n',
          '\r\n',
          'GET a\r\n',
          'bogus a b c\r\n',
          'get a\0 b\r\n',
          '  get   a   b  \n',
          `set counter 0 0 2${noreply}\r\n10\r\n`,
        ]),
      );
  }
}

function storage(random: SeededRandom, command: string, key: string, noreply: string): Drawn {
  const isLong = random.chance(0.05);
  const data = isLong ? 'v'.repeat(random.int(1_000, 60_000)) : value(random, key);
  const line = `${command} ${key} ${random.pick(flags)} ${random.pick(exptimes)} ${data.length}${noreply}`;
  // Not behind a request that might take it for a line.
  return { bytes: bytesOf(`${line}\r\n${data}\r\n`), startsPipeline: isLong };
}

function cas(random: SeededRandom, key: string, noreply: string): Drawn {
  const data = value(random, key);
  return {
    bytes: bytesOf(
      `cas ${key} ${random.pick(flags)} ${random.pick(exptimes)} ${data.length} {cas}${noreply}\r\n${data}\r\n`,
    ),
    casOf: key,
  };
}

/** Wrong lengths, too few and too many words, words that are no numbers, lines and keys that are too long. */
function spoiled(random: SeededRandom): Drawn {
  const key = random.pick([...keys, 'x'.repeat(251), 'a\tb']);
  const data = value(random, key);
  const length = data.length + random.pick([-1, 1, 2, 5, -data.length - 1]);
  switch (random.int(0, 6)) {
    case 0:
      return request(`${random.pick(['set', 'add', 'append'])} ${key} 0 0 ${length}\r\n${data}\r\n`);
    case 1: {
      const words = ['set', key, '0', '0', String(data.length), 'noreply'];
      words[random.int(2, 5)] = random.pick(badWords);
      return request(`${words.join(' ')}\r\n${data}\r\n`);
    }
    case 2: {
      const words = ['set', key, '0', '0', '1', 'noreply', 'more'];
      return request(`${words.slice(0, random.int(1, 7)).join(' ')}\r\n1\r\n`);
    }
    case 3: {
      const command = random.pick([
        'incr',
        'decr',
        'touch',
        'delete',
        'gat',
        'get',
        'cas',
        'flush_all',
        'verbosity',
      ]);
      const words = [command, key, random.pick(badWords), random.pick(badWords), random.pick(badWords)];
      return {
        bytes: bytesOf(`${words.slice(0, random.int(1, 5)).join(' ')}\r\n`),
        touches: keys,
        startsPipeline: true,
      };
    }
    case 4:
      return {
        bytes: bytesOf(
          `set ${keys[0]} 0 0 1048577${random.pick(['', ' noreply'])}\r\n${'v'.repeat(1_048_577)}\r\n`,
        ),
        startsPipeline: true,
      };
    default:
      return request(
        `${random.pick(['get', 'gets'])} ${Array.from({ length: 60 }, () => random.pick(keys.slice(0, 4))).join(' ')}\r\n`,
      );
  }
}

function meta(random: SeededRandom): Drawn {
  const isEncoded = random.chance(0.2);
  const key = isEncoded ? random.pick(encodedKeys) : random.pick(keys);
  const binary = isEncoded ? ['b'] : [];
  switch (random.int(0, 9)) {
    case 0:
    case 1:
    case 2:
      return metaGet(random, key, binary);
    case 3:
    case 4:
    case 5:
      return metaSet(random, key, binary);
    case 6:
      return metaDelete(random, key, binary);
    case 7:
    case 8:
      return metaArithmetic(random, key, binary);
    default:
      return request(
        random.pick([
          `me ${key}${isEncoded ? ' b' : ''}\r\n`,
          'mn\r\n',
          'mx a\r\n',
          'mg\r\n',
          'me\r\n',
          'md\r\n',
          'ma\r\n',
          'ms a\r\n',
          'ms\r\n',
          'mg !! b k\r\n',
          'mg YQ b\r\n',
          `mg ${'x'.repeat(251)} v\r\n`,
          `md ${'x'.repeat(251)}\r\n`,
          `ma ${'x'.repeat(251)}\r\n`,
          `mg a ${'k '.repeat(20)}\r\n`,
          `md a ${'k '.repeat(20)}\r\n`,
          'ms a -1\r\n',
          'ms a x\r\n',
        ]),
      );
  }
}

function metaGet(random: SeededRandom, key: string, binary: string[]): Drawn {
  const touched = random.chance(0.15) ? [`T${random.pick(['0', '30', '100', '2592001'])}`] : [];
  // Items made by N are not touched in the same breath, and memcached forgets that their keys came encoded.
  const canVivify = touched.length + binary.length === 0;
  const vivify = canVivify && random.chance(0.15) ? [`N${random.pick(['0', '30', '100'])}`] : [];
  const isLeaving = touched[0] === 'T2592001';
  const plain = ['v', 'k', 'f', 's', 'c', 'h', 'l', 'u', 'q', 'P1', 'Lx/y', ...(isLeaving ? [] : ['t'])];
  const chosen = [
    ...some(random, plain),
    ...opaque(random, 31),
    ...binary,
    ...touched,
    ...vivify,
    ...(random.chance(0.15) ? [`R${random.pick(['0', '10', '50', '200'])}`] : []),
    ...wrong(random),
  ];
  return { bytes: bytesOf(line(random, 'mg', [key], chosen)), touches: [key] };
}

function metaSet(random: SeededRandom, key: string, binary: string[]): Drawn {
  const data = value(random, key);
  const expiry = random.chance(0.3) ? [`T${random.pick(['0', '30', '100', '-1', '2592001'])}`] : [];
  // What is appended to has lost that its key came encoded.
  const modes = [...(binary.length === 0 ? ['A', 'P'] : []), 'E', 'R', 'S', 'x', '', 'SS'];
  // What is stored and expired in one has no cas unique of its own here.
  const isLeaving = ['T-1', 'T2592001'].includes(expiry[0]);
  const chosen = [
    ...some(random, isLeaving ? ['k', 'q'] : ['c', 'k', 'q']),
    ...opaque(random, 32),
    ...binary,
    ...expiry,
    ...(random.chance(0.3) ? [`F${random.pick(flags)}`] : []),
    ...(random.chance(0.4) ? [`M${random.pick(modes)}`] : []),
    ...(random.chance(0.2) ? ['I'] : []),
    ...wrong(random),
  ];
  const cas = random.chance(0.3) ? ['C{cas}'] : random.chance(0.1) ? [random.pick(['C1', 'C0', 'Cx'])] : [];
  const length = data.length + (random.chance(0.05) ? random.pick([-1, 1, 3]) : 0);
  return {
    bytes: bytesOf(`${line(random, 'ms', [key, String(length)], [...chosen, ...cas])}${data}\r\n`),
    casOf: key,
  };
}

function metaDelete(random: SeededRandom, key: string, binary: string[]): Drawn {
  const chosen = [
    ...some(random, ['k', 'q', 'I', 'I']),
    ...opaque(random, 32),
    ...binary,
    ...(random.chance(0.2) ? [`T${random.pick(['0', '30', '100'])}`] : []),
    ...(random.chance(0.2) ? [random.pick(['C{cas}', 'C1', 'Cx'])] : []),
    ...wrong(random),
  ];
  return { bytes: bytesOf(line(random, 'md', [key], chosen)), casOf: key };
}

function metaArithmetic(random: SeededRandom, key: string, binary: string[]): Drawn {
  const target = binary.length === 0 && random.chance(0.6) ? 'counter' : key;
  // Of a number that gets longer memcached forgets T, and that its key came encoded.
  const isDown = binary.length > 0 || random.chance(0.2);
  const touched = isDown && random.chance(0.5) ? [`T${random.pick(['0', '30', '100'])}`] : [];
  const canVivify = touched.length + binary.length === 0;
  const vivify = canVivify && random.chance(0.4) ? [`N${random.pick(['0', '30', '100'])}`] : [];
  const chosen = [
    ...some(random, ['v', 't', 'c', 'k', 'q', 'v']),
    ...opaque(random, 31),
    ...binary,
    ...touched,
    ...vivify,
    ...(random.chance(0.3) ? [`J${random.pick([...numbers.slice(0, 5), 'x'])}`] : []),
    ...(random.chance(0.4) ? [`D${random.pick([...numbers, 'x'])}`] : []),
    ...(isDown ? ['MD'] : random.chance(0.3) ? [`M${random.pick(['I', '+', 'D', '-', 'i', ''])}`] : []),
    ...(random.chance(0.1) ? [random.pick(['C{cas}', 'C1', 'C0'])] : []),
    ...wrong(random),
  ];
  return { ...counting(line(random, 'ma', [target], chosen)), casOf: target, touches: [target] };
}

/** One that is too long is refused by `mg` and `ma` once all is done, so it is not drawn for them. */
function opaque(random: SeededRandom, bytesMax: number): string[] {
  if (!random.chance(0.2)) return [];
  return [random.pick(['O1', 'O', 'Oabc', `O${'9'.repeat(31)}`, `O${'9'.repeat(bytesMax)}`])];
}

function wrong(random: SeededRandom): string[] {
  return random.chance(0.04) ? [random.pick(['z', 'k', 'v', 'Tx', 'S', 'Rx', '\xff', 'Fx', 'b'])] : [];
}

function line(random: SeededRandom, command: string, words: string[], chosen: string[]): string {
  return `${[command, ...words, ...random.shuffle(chosen)].join(' ')}\r\n`;
}

/** Each at most once: what is there twice is an error, and drawn as one. */
function some(random: SeededRandom, from: readonly string[]): string[] {
  return [...new Set(from)].filter(() => random.chance(0.3));
}

function value(random: SeededRandom, key: string): string {
  const numeric = key === 'counter' ? 0.8 : 0.2;
  if (random.chance(numeric)) return random.pick(random.chance(0.8) ? numbers : nonNumbers);
  return random.pick([
    '',
    'x',
    'value',
    'with space',
    'line\r\nbreak',
    '\0\xff\x80',
    'v'.repeat(random.int(1, 1000)),
  ]);
}

function someKeys(random: SeededRandom): string {
  return Array.from({ length: random.chance(0.7) ? 1 : random.int(1, 6) }, () => random.pick(keys)).join(' ');
}

/** Whether a number is counted in place hangs on whether an answer that has it has left already. */
function counting(text: string): Drawn {
  return { bytes: bytesOf(text), startsPipeline: true };
}

function request(text: string): Drawn {
  return { bytes: bytesOf(text) };
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}
