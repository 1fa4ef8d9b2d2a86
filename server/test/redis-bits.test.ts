/** Bits of the Redis door: replies as bytes, every edge of a range. Real Redis: redis-differential/bits. */

import assert from 'node:assert/strict';
import { freshSeed, SeededRandom } from '@anoadb/testkit';
import { suite } from 'uvu';
import { createRedisDoor } from '../src/doors/redis/redis-door.js';
import { ask, runTable } from './support/redis-table.js';
import { type MemoryClient, StreamHarness } from './support/stream-harness.js';

const test = suite('redis bits');

const NOT_AN_INTEGER = '-ERR value is not an integer or out of range';
const BAD_OFFSET = '-ERR bit offset is not an integer or out of range';
const BAD_BIT = '-ERR bit is not an integer or out of range';
const SYNTAX = '-ERR syntax error';
const WRONG_TYPE = '-WRONGTYPE Operation against a key holding the wrong kind of value';

function start(): MemoryClient {
  return new StreamHarness((services) => ({ redis: createRedisDoor(services) })).connect();
}

test('SETBIT and GETBIT', () => {
  runTable(start(), [
    ['SETBIT b 7 1', ':0'],
    ['GET b', '$1 \x01'],
    ['SETBIT b 7 1', ':1'],
    ['SETBIT b 7 0', ':1'],
    ['SETBIT b 23 0', ':0'],
    ['STRLEN b', ':3'],
    ['GETBIT b 1000', ':0'],
    ['GETBIT none 0', ':0'],
    ['SETBIT b 0 1', ':0'],
    ['GETBIT b 0', ':1'],
    ['EXPIRE b 100', ':1'],
    ['SETBIT b 1 1', ':0'],
    ['TTL b', ':100'],
    ['SETBIT b -1 1', BAD_OFFSET],
    ['SETBIT b x 1', BAD_OFFSET],
    ['SETBIT b 8388608 1', BAD_OFFSET],
    ['SETBIT b 9223372036854775807 1', BAD_OFFSET],
    ['SETBIT far 8388607 1', ':0'],
    ['BITPOS far 1', ':8388607'],
    ['SETBIT b 0 2', BAD_BIT],
    ['SETBIT b 0 x', BAD_BIT],
    ['GETBIT b -1', BAD_OFFSET],
  ]);
});

test('a bit that stays as it is changes no version', () => {
  const client = start();
  runTable(client, [
    ['SETBIT b 7 1', ':0'],
    ['WATCH b', '+OK'],
    ['SETBIT b 7 1', ':1'],
    ['MULTI', '+OK'],
    ['GETBIT b 7', '+QUEUED'],
  ]);
  assert.equal(ask(client, 'EXEC'), '*1 :1');
});

test('BITCOUNT', () => {
  runTable(start(), [
    ['SET s foobar', '+OK'],
    ['BITCOUNT s', ':26'],
    ['BITCOUNT s 0 0', ':4'],
    ['BITCOUNT s 1 1', ':6'],
    ['BITCOUNT s 0 -1 BYTE', ':26'],
    ['BITCOUNT s 5 30 bit', ':17'],
    ['BITCOUNT s 1 1 BIT', ':1'],
    ['BITCOUNT s -2 -1', ':7'],
    ['BITCOUNT s -1 -2', ':0'],
    ['BITCOUNT s -100 -99', ':4'],
    ['BITCOUNT s 6 9', ':0'],
    ['BITCOUNT s 0', SYNTAX],
    ['BITCOUNT s 0 1 BITS', SYNTAX],
    ['BITCOUNT s -1 -2 BITS', ':0'],
    ['BITCOUNT s 0 x BITS', NOT_AN_INTEGER],
    ['BITCOUNT none x', ':0'],
  ]);
});

test('BITPOS', () => {
  runTable(start(), [
    ['SET s \xff\xf0\x00', '+OK'],
    ['BITPOS s 0', ':12'],
    ['BITPOS s 1', ':0'],
    ['BITPOS s 1 2', ':-1'],
    ['BITPOS s 0 0 0', ':-1'],
    ['BITPOS s 0 9 12 BIT', ':12'],
    ['BITPOS s 0 9 11 BIT', ':-1'],
    ['SET s \xff\xff', '+OK'],
    ['BITPOS s 0', ':16'],
    ['BITPOS s 0 1', ':16'],
    ['BITPOS s 0 2', ':-1'],
    ['BITPOS s 0 0 -1', ':-1'],
    ['BITPOS none 0', ':0'],
    ['BITPOS none 1', ':-1'],
    ['BITPOS none 1 x', ':-1'],
    ['BITPOS s 2', '-ERR The bit argument must be 1 or 0.'],
    ['BITPOS s x', NOT_AN_INTEGER],
    ['BITPOS s 1 x 0 BITS', NOT_AN_INTEGER],
    ['BITPOS s 1 0 x BITS', SYNTAX],
    ['BITPOS s 1 0 1 BIT x', SYNTAX],
  ]);
});

test('BITOP', () => {
  runTable(start(), [
    ['SET a \xf0\xff', '+OK'],
    ['SET b \x3c', '+OK'],
    ['BITOP AND d a b', ':2'],
    ['GET d', '$2 \x30\x00'],
    ['BITOP AND d b a', ':2'],
    ['GET d', '$2 \x30\x00'],
    ['BITOP or d b a none', ':2'],
    ['GET d', '$2 \xfc\xff'],
    ['BITOP XOR d a a', ':2'],
    ['GET d', '$2 \x00\x00'],
    ['BITOP NOT d a', ':2'],
    ['GET d', '$2 \x0f\x00'],
    ['BITOP AND d none', ':0'],
    ['EXISTS d', ':0'],
    ['BITOP NOT d a b', '-ERR BITOP NOT must be called with a single source key.'],
    ['BITOP NAND d a b', SYNTAX],
  ]);
});

test('a list is refused, except as the destination of BITOP', () => {
  runTable(start(), [
    ['RPUSH l x', ':1'],
    ['SETBIT l 0 1', WRONG_TYPE],
    ['GETBIT l 0', WRONG_TYPE],
    ['BITCOUNT l x', WRONG_TYPE],
    ['BITPOS l 1 x', WRONG_TYPE],
    ['BITOP OR d none l', WRONG_TYPE],
    ['SET s a', '+OK'],
    ['BITOP OR l s', ':1'],
    ['TYPE l', '+string'],
  ]);
});

test('counts and positions agree with bits taken one by one', () => {
  const client = start();
  const seed = freshSeed();
  const random = new SeededRandom(seed);
  for (let round = 0; round < 60; round++) {
    const fill = random.pick([0x00, 0xff]);
    const bytes = random.bytes(random.int(1, 40)).map((byte) => (random.chance(0.6) ? fill : byte));
    const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
    ask(client, 'SET', 'b', Buffer.from(bytes).toString('latin1'));
    for (let i = 0; i < 40; i++) {
      const first = random.int(0, bits.length - 1);
      const last = random.int(first, bits.length - 1);
      const part = bits.slice(first, last + 1);
      const hint = `seed ${seed} round ${round}: ${first} ${last}`;
      const range = [String(first), String(last), 'BIT'];
      assert.equal(ask(client, 'BITCOUNT', 'b', ...range), `:${part.replaceAll('0', '').length}`, hint);
      for (const bit of ['0', '1']) {
        const at = part.indexOf(bit);
        const expected = at < 0 ? -1 : first + at;
        assert.equal(ask(client, 'BITPOS', 'b', bit, ...range), `:${expected}`, hint);
      }
    }
  }
});

test.run();
