/** Random requests of the binary protocol, its quiet twins, and headers that contradict themselves. */

import type { SeededRandom } from '@anoadb/testkit';
import { BinaryCommand } from '../../src/doors/memcached/generated/binary-opcodes.js';
import type { RequestDraw } from './differential.js';

type Drawn = ReturnType<RequestDraw>;

interface BinaryRequest {
  readonly opcode: number;
  readonly key?: string;
  readonly extras?: Buffer;
  readonly value?: Buffer;
  readonly bodyBytes?: number;
}

const HEADER_BYTES = 24;
const keys = ['a', 'b', 'counter', 'with space', '\0\x01\xff', 'k'.repeat(250)];
/** Unsigned here: what is negative in text is a year far ahead. */
const exptimes = [0, 0, 0, 100, 2_592_000, 2_147_483_647, 0xffff_ffff];
const PASSED = 2_592_001;
const numbers = ['0', '1', '10', '99', '0012', '9007199254740993', 'abc', '', '5 '];
/** Nothing that adds up to 2^63: from there on memcached looks for a minus sign in whatever lies behind the value. */
const deltas = [0n, 1n, 5n, 1000n, 2n ** 53n + 1n, 2n ** 56n];

/** Each with its quiet twin, 0: none. */
const stores = [
  [BinaryCommand.SET, 0x11],
  [BinaryCommand.ADD, 0x12],
  [BinaryCommand.REPLACE, 0x13],
] as const;
const extensions = [
  [BinaryCommand.APPEND, 0x19],
  [BinaryCommand.PREPEND, 0x1a],
] as const;

export const binaryRequests: RequestDraw = (random) => {
  const key = random.pick(keys);
  switch (random.int(0, 11)) {
    case 0:
    case 1:
    case 2: {
      const extras = Buffer.alloc(8);
      extras.writeUInt32BE(random.pick([0, 1, 0xffff_ffff]), 0);
      const isQuiet = random.chance(0.5);
      // What is stored and expired in one has no cas unique of its own here.
      extras.writeUInt32BE(random.pick(isQuiet ? [...exptimes, PASSED] : exptimes), 4);
      const isTooLarge = random.chance(0.02);
      const value = isTooLarge ? Buffer.alloc(1_048_577, 0x76) : drawValue(random, key);
      return withCas(
        random,
        key,
        encode({ opcode: random.pick(stores)[isQuiet ? 1 : 0], key, extras, value }),
      );
    }
    case 3:
      return withCas(
        random,
        key,
        encode({ opcode: random.pick(random.pick(extensions)), key, value: drawValue(random, key) }),
      );
    case 4:
    case 5:
    case 6:
      return { bytes: encode({ opcode: random.pick([0x00, 0x09, 0x0c, 0x0d, 0x0c]), key }) };
    case 7:
      return withCas(random, key, encode({ opcode: random.pick([0x04, 0x14]), key }));
    case 8:
    case 9: {
      const target = random.pick(['counter', 'counter', key]);
      const extras = Buffer.alloc(20);
      extras.writeBigUInt64BE(random.pick(deltas), 0);
      extras.writeBigUInt64BE(random.pick(deltas), 8);
      extras.writeUInt32BE(random.pick([0, 100, 0xffff_ffff]), 16);
      const bytes = encode({ opcode: random.pick([0x05, 0x06, 0x15, 0x16]), key: target, extras });
      // Whether a number is counted in place hangs on whether an answer that has it has left already.
      return { ...withCas(random, target, bytes), startsPipeline: true };
    }
    case 10: {
      const extras = Buffer.alloc(4);
      extras.writeUInt32BE(random.pick([...exptimes.slice(0, -1), PASSED]), 0);
      return {
        bytes: encode({ opcode: random.pick([0x1c, 0x1d, 0x1e, 0x23, 0x24]), key, extras }),
        touches: [key],
      };
    }
    default:
      return other(random, key);
  }
};

function other(random: SeededRandom, key: string): Drawn {
  if (random.chance(0.1))
    return { bytes: contradiction(random, key), startsPipeline: true, endsPipeline: true };
  const opcode = random.pick([
    BinaryCommand.NOOP,
    BinaryCommand.VERSION,
    BinaryCommand.FLUSH,
    0x18,
    BinaryCommand.SASL_LIST,
    0x1b,
    0x77,
  ]);
  const hasDelay = opcode === BinaryCommand.FLUSH && random.chance(0.5);
  return { bytes: encode(hasDelay ? { opcode, extras: Buffer.alloc(4) } : { opcode }) };
}

/** An error, after which the server closes. */
function contradiction(random: SeededRandom, key: string): Uint8Array {
  return random.pick([
    encode({ opcode: BinaryCommand.GET }),
    encode({ opcode: BinaryCommand.NOOP, key }),
    encode({ opcode: BinaryCommand.SET, key }),
    encode({ opcode: BinaryCommand.TOUCH, key }),
    encode({ opcode: BinaryCommand.FLUSH, extras: Buffer.alloc(2) }),
    encode({ opcode: BinaryCommand.GET, key, bodyBytes: 0 }),
    encode({ opcode: BinaryCommand.DELETE, key: 'x'.repeat(251) }),
    encode({ opcode: BinaryCommand.QUIT }),
    encode({ opcode: 0x17 }),
    Buffer.from('get a\r\nget a\r\nget a\r\nget a\r\n'),
  ]);
}

function withCas(random: SeededRandom, key: string, bytes: Uint8Array): Drawn {
  return random.chance(0.2) ? { bytes, casOf: key } : { bytes };
}

function drawValue(random: SeededRandom, key: string): Buffer {
  if (random.chance(key === 'counter' ? 0.8 : 0.2)) return Buffer.from(random.pick(numbers));
  // Never white space alone: memcached looks for a number in whatever lies behind it.
  return Buffer.concat([Buffer.from('x'), random.bytes(random.pick([0, 10, 300, 20_000]))]);
}

function encode({
  opcode,
  key = '',
  extras = Buffer.alloc(0),
  value = Buffer.alloc(0),
  bodyBytes,
}: BinaryRequest): Buffer {
  const keyBytes = Buffer.from(key, 'latin1');
  const header = Buffer.alloc(HEADER_BYTES);
  header[0] = 0x80;
  header[1] = opcode;
  header.writeUInt16BE(keyBytes.length, 2);
  header[4] = extras.length;
  header.writeUInt32BE(bodyBytes ?? extras.length + keyBytes.length + value.length, 8);
  header.writeUInt32BE(0x1234_5678, 12);
  return Buffer.concat([header, extras, keyBytes, value]);
}
