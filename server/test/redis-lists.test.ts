/** Lists of the Redis door: replies as bytes, memory, limits, effects. Real Redis: redis-differential/lists and blocking. */

import assert from 'node:assert/strict';
import { freshSeed, SeededRandom } from '@anoadb/testkit';
import { suite } from 'uvu';
import { createRedisDoor } from '../src/doors/redis/redis-door.js';
import { checkStore } from '../src/store/store-check.js';
import { ask, type ReplyRow, runTable } from './support/redis-table.js';
import { type MemoryClient, StreamHarness, type StreamHarnessOptions } from './support/stream-harness.js';

const test = suite('redis lists');

const WRONG_TYPE = '-WRONGTYPE Operation against a key holding the wrong kind of value';
const NOT_AN_INTEGER = '-ERR value is not an integer or out of range';
const SYNTAX = '-ERR syntax error';
const OUT_OF_MEMORY = "-OOM command not allowed when used memory > 'maxmemory'.";

function start(options: StreamHarnessOptions = {}): { harness: StreamHarness; client: MemoryClient } {
  const harness = new StreamHarness((services) => ({ redis: createRedisDoor(services) }), options);
  return { harness, client: harness.connect() };
}

const tables: Readonly<Record<string, readonly ReplyRow[]>> = {
  'push and pop at both ends': [
    ['LPUSH l a b', ':2'],
    ['RPUSH l c d', ':4'],
    ['LRANGE l 0 -1', '*4 $1 b $1 a $1 c $1 d'],
    ['LPUSHX l e', ':5'],
    ['RPUSHX l f g', ':7'],
    ['LPUSHX no e', ':0'],
    ['EXISTS no', ':0'],
    ['LPOP l', '$1 e'],
    ['RPOP l', '$1 g'],
    ['LPOP l 2', '*2 $1 b $1 a'],
    ['RPOP l 2', '*2 $1 f $1 d'],
    ['LPOP l 0', '*0'],
    ['LPOP l 10', '*1 $1 c'],
    ['EXISTS l', ':0'],
    ['LPOP l', '$-1'],
    ['LPOP l 1', '*-1'],
    ['LPOP l -1', '-ERR value is out of range, must be positive'],
    ['LPOP l 1 2', "-ERR wrong number of arguments for 'lpop' command"],
  ],
  'one element, a range, the length': [
    ['RPUSH l a b c', ':3'],
    ['LLEN l', ':3'],
    ['LLEN no', ':0'],
    ['LINDEX l 0', '$1 a'],
    ['LINDEX l -1', '$1 c'],
    ['LINDEX l 3', '$-1'],
    ['LINDEX l -4', '$-1'],
    ['LINDEX l x', NOT_AN_INTEGER],
    ['LINDEX no x', '$-1'],
    ['LRANGE l 1 1', '*1 $1 b'],
    ['LRANGE l -2 -1', '*2 $1 b $1 c'],
    ['LRANGE l -100 100', '*3 $1 a $1 b $1 c'],
    ['LRANGE l 2 1', '*0'],
    ['LRANGE l 3 5', '*0'],
    ['LRANGE no 0 -1', '*0'],
    ['LRANGE l -9223372036854775808 9223372036854775807', '*3 $1 a $1 b $1 c'],
    ['LRANGE l 0 9223372036854775808', NOT_AN_INTEGER],
  ],
  'changes inside': [
    ['RPUSH l a b a c a', ':5'],
    ['LSET l 1 B', '+OK'],
    ['LSET l -1 A', '+OK'],
    ['LSET l 5 x', '-ERR index out of range'],
    ['LSET l -6 x', '-ERR index out of range'],
    ['LSET no 0 x', '-ERR no such key'],
    ['LRANGE l 0 -1', '*5 $1 a $1 B $1 a $1 c $1 A'],
    ['LINSERT l BEFORE c x', ':6'],
    ['LINSERT l after c y', ':7'],
    ['LINSERT l BEFORE nobody y', ':-1'],
    ['LINSERT no BEFORE a y', ':0'],
    ['LINSERT l BESIDE c y', SYNTAX],
    ['LRANGE l 0 -1', '*7 $1 a $1 B $1 a $1 x $1 c $1 y $1 A'],
    ['LREM l -1 a', ':1'],
    ['LREM l 5 nobody', ':0'],
    ['LRANGE l 0 -1', '*6 $1 a $1 B $1 x $1 c $1 y $1 A'],
    ['LTRIM l 1 -2', '+OK'],
    ['LRANGE l 0 -1', '*4 $1 B $1 x $1 c $1 y'],
    ['LTRIM l 2 1', '+OK'],
    ['EXISTS l', ':0'],
    ['RPUSH l a a a', ':3'],
    ['LREM l 0 a', ':3'],
    ['EXISTS l', ':0'],
  ],
  positions: [
    ['RPUSH l a b c 1 2 3 c c', ':8'],
    ['LPOS l c', ':2'],
    ['LPOS l c RANK 2', ':6'],
    ['LPOS l c RANK -1', ':7'],
    ['LPOS l c COUNT 2', '*2 :2 :6'],
    ['LPOS l c RANK -1 COUNT 0', '*3 :7 :6 :2'],
    ['LPOS l c COUNT 0 MAXLEN 7', '*2 :2 :6'],
    ['LPOS l c RANK -3 MAXLEN 5', '$-1'],
    ['LPOS l nobody', '$-1'],
    ['LPOS l nobody COUNT 0', '*0'],
    ['LPOS l c COUNT -1', "-ERR COUNT can't be negative"],
    ['LPOS l c MAXLEN -1', "-ERR MAXLEN can't be negative"],
    ['LPOS l c RANK', SYNTAX],
  ],
  'from one to the other': [
    ['RPUSH a 1 2 3', ':3'],
    ['RPOPLPUSH a b', '$1 3'],
    ['LMOVE a b left right', '$1 1'],
    ['LRANGE b 0 -1', '*2 $1 3 $1 1'],
    ['LMOVE a b LEFT LEFT', '$1 2'],
    ['EXISTS a', ':0'],
    ['LMOVE a b LEFT LEFT', '$-1'],
    ['LMOVE b b LEFT RIGHT', '$1 2'],
    ['LMOVE b b RIGHT RIGHT', '$1 2'],
    ['LMOVE b b RIGHT LEFT', '$1 2'],
    ['LMOVE b b LEFT LEFT', '$1 2'],
    ['LRANGE b 0 -1', '*3 $1 2 $1 3 $1 1'],
    ['LMPOP 2 a b RIGHT COUNT 2', '*2 $1 b *2 $1 1 $1 3'],
    ['LMPOP 2 a b LEFT', '*2 $1 b *1 $1 2'],
    ['LMPOP 2 a b LEFT', '*-1'],
    ['LMPOP 0 a LEFT', '-ERR numkeys should be greater than 0'],
    ['LMPOP 1 a LEFT COUNT 0', '-ERR count should be greater than 0'],
    ['LMPOP 1 a SIDEWAYS', SYNTAX],
  ],
  'what has no list refuses, and stays': [
    ['SET s text', '+OK'],
    ['RPUSH l a', ':1'],
    ...[
      'LPUSH s a',
      'RPUSHX s a',
      'LPOP s',
      'RPOP s 1',
      'LLEN s',
      'LINDEX s 0',
      'LRANGE s 0 -1',
      'LSET s 0 a',
      'LREM s 0 a',
      'LINSERT s BEFORE a b',
      'LTRIM s 0 -1',
      'LPOS s a',
      'LMOVE s l LEFT LEFT',
      'LMOVE l s LEFT LEFT',
      'RPOPLPUSH l s',
      'LMPOP 1 s LEFT',
      'BLPOP s l 0',
      'BLMOVE s l LEFT LEFT 0',
      'BLMPOP 0 1 s LEFT',
    ].map((line): ReplyRow => [line, WRONG_TYPE]),
    ['GET s', '$4 text'],
    ['LRANGE l 0 -1', '*1 $1 a'],
  ],
  'time to live stays with a list while it changes, and not with the next one': [
    ['RPUSH l a', ':1'],
    ['EXPIRE l 100', ':1'],
    ['RPUSH l b', ':2'],
    ['LSET l 0 longer', '+OK'],
    ['LREM l 0 b', ':1'],
    ['TTL l', ':100'],
    ['LPOP l', '$6 longer'],
    ['RPUSH l a', ':1'],
    ['TTL l', ':-1'],
  ],
};

for (const [name, rows] of Object.entries(tables)) test(name, () => runTable(start().client, rows));

test('a list that has expired is none, for those who wait too', () => {
  const { harness, client } = start();
  runTable(client, [
    ['RPUSH l a', ':1'],
    ['PEXPIRE l 50', ':1'],
  ]);
  harness.pass(60);
  runTable(client, [
    ['LLEN l', ':0'],
    ['BLPOP l 0', ''],
  ]);
  runTable(harness.connect(), [['LPUSHX l b', ':0']]);
  runTable(harness.connect(), [['LPUSH l c', ':1']]);
  assert.equal(client.received(), '*2\r\n$1\r\nl\r\n$1\r\nc\r\n');
});

test('a list that another door copied to a key that clients wait for is served at the next push', () => {
  const { harness, client } = start();
  const { engine } = harness;
  const waiting = [harness.connect(), harness.connect()];
  for (const one of waiting) assert.equal(ask(one, 'BLPOP', 'k', '0'), '');
  assert.equal(ask(client, 'RPUSH', 'other', '1'), ':1');
  const keys = new Uint8Array(Buffer.from('otherk'));
  engine.startRequest();
  engine.lists.copy(engine.findKey(keys, 0, 5), 0, keys, 0, 5, 5, 6);
  engine.commit();
  assert.equal(ask(client, 'RPUSH', 'k', '2'), ':2');
  assert.deepEqual(
    waiting.map((one) => one.received().replace(/\r\n/g, ' ')),
    ['*2 $1 k $1 1 ', '*2 $1 k $1 2 '],
  );
});

test('an element larger than a value may be is refused, and nothing has changed', () => {
  const { client } = start({ valueBytesMax: 1000 });
  const [fits, tooLarge] = ['x'.repeat(1000), 'x'.repeat(1001)];
  assert.equal(ask(client, 'RPUSH', 'l', 'a', fits), ':2');
  for (const command of [
    ['RPUSH', 'l', 'b', tooLarge],
    ['LPUSHX', 'l', tooLarge],
    ['LSET', 'l', '0', tooLarge],
    ['LINSERT', 'l', 'BEFORE', 'a', tooLarge],
  ])
    assert.equal(ask(client, ...command), '-ERR string exceeds maximum allowed size (proto-max-bulk-len)');
  runTable(client, [
    ['LLEN l', ':2'],
    ['LINDEX l 0', '$1 a'],
  ]);
});

test('without memory a change is refused whole, a removal never', () => {
  const { harness, client } = start({
    maxMemoryBytes: 8 * 1024 * 1024,
    eviction: 'refuse',
    valueBytesMax: 1024 * 1024,
  });
  const element = 'x'.repeat(10_000);
  let count = 0;
  while (ask(client, 'RPUSH', 'l', `${count}${element}`) === `:${count + 1}`) count++;
  assert.ok(count > 300, `only ${count} elements of 10 kB fit into 8 MB`);
  const large = 'y'.repeat(200_000);
  for (const command of [
    ['RPUSH', 'l', 'small', large],
    ['LPUSH', 'new', large],
    ['LSET', 'l', '5', large],
    ['LINSERT', 'l', 'BEFORE', `0${element}`, large],
    ['COPY', 'l', 'other'],
  ])
    assert.equal(ask(client, ...command), OUT_OF_MEMORY, command.slice(0, 3).join(' '));
  assert.equal(ask(client, 'LLEN', 'l'), `:${count}`);
  assert.equal(ask(client, 'EXISTS', 'new', 'other'), ':0');
  for (let i = 0; i < count; i++) {
    const expected = `${i}${element}`;
    assert.equal(ask(client, 'LINDEX', 'l', String(i)), `$${expected.length} ${expected}`);
  }
  assert.equal(ask(client, 'LTRIM', 'l', '0', '9'), '+OK');
  assert.equal(ask(client, 'RPUSH', 'l', large), ':11');
  checkStore(harness.engine.store);
});

test('a list may be evicted for the element that another takes from it, and the element is not lost', () => {
  const random = new SeededRandom(freshSeed());
  const { harness, client } = start({ maxMemoryBytes: 6 * 1024 * 1024, eviction: 'sieve' });
  const side = (): string => random.pick(['LEFT', 'RIGHT']);
  const key = (): string => `l${random.int(0, 400)}`;
  let moved = 0;
  for (let i = 0; i < 12_000; i++) {
    const element = `${i}:${'z'.repeat(random.int(0, random.chance(0.1) ? 60_000 : 500))}`;
    if (random.chance(0.6)) assert.match(ask(client, 'RPUSH', key(), element), /^:/);
    const [from, to, toSide] = [key(), key(), side()];
    const reply = ask(client, 'LMOVE', from, to, side(), toSide);
    if (reply === '$-1') continue;
    moved++;
    assert.equal(ask(client, 'LINDEX', to, toSide === 'LEFT' ? '0' : '-1'), reply, `seed ${random.seed}`);
  }
  assert.ok(moved > 3000, `${moved} moved, seed ${random.seed}`);
  assert.ok(harness.engine.store.counters.evicted > 100, 'nothing was evicted');
  checkStore(harness.engine.store);
});

test('what changes nothing has no effect, and takes no version', () => {
  const { harness, client } = start();
  runTable(client, [['RPUSH l a b', ':2']]);
  const before = harness.engine.lastLsn;
  runTable(client, [
    ['LPOP l 0', '*0'],
    ['LREM l 0 nobody', ':0'],
    ['LTRIM l 0 -1', '+OK'],
    ['LINSERT l BEFORE nobody x', ':-1'],
    ['LPUSHX no x', ':0'],
    ['LMOVE no l LEFT LEFT', '$-1'],
    ['LRANGE l 0 -1', '*2 $1 a $1 b'],
  ]);
  assert.equal(harness.engine.lastLsn, before);
});

test('a million elements: ends and middle are reached, changed and found', () => {
  const { harness, client } = start();
  const count = 1_000_000;
  for (let i = 0; i < count; i += 1000)
    ask(client, 'RPUSH', 'l', ...Array.from({ length: 1000 }, (_, j) => String(i + j)));
  runTable(client, [
    ['LINDEX l 500000', '$6 500000'],
    ['LRANGE l 700000 700002', '*3 $6 700000 $6 700001 $6 700002'],
    ['LPOS l 999999', ':999999'],
    ['LPOS l 999999 MAXLEN 1000', '$-1'],
    ['LINSERT l AFTER 500000 new', ':1000001'],
    ['LINDEX l 500001', '$3 new'],
    ['LREM l 1 new', ':1'],
    ['LSET l 250000 other', '+OK'],
    ['LPOS l other RANK -1', ':250000'],
    ['LTRIM l 250000 -250001', '+OK'],
    ['LLEN l', ':500000'],
    ['LPOP l', '$5 other'],
    ['RPOP l', '$6 749999'],
  ]);
  checkStore(harness.engine.store);
});

test.run();
