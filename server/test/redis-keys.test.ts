/** Keys of the Redis door: expiry, listing, renaming. Real Redis: redis-differential/keys. */

import assert from 'node:assert/strict';
import { freshSeed, SeededRandom } from '@anoadb/testkit';
import { suite } from 'uvu';
import { createRedisDoor } from '../src/doors/redis/redis-door.js';
import { encodeCommand } from './redis-differential/command.js';
import { ReplyReader } from './redis-differential/reply.js';
import { ask, runTable } from './support/redis-table.js';
import { type MemoryClient, StreamHarness, type StreamHarnessOptions } from './support/stream-harness.js';

const test = suite('redis keys');

const NOT_AN_INTEGER = '-ERR value is not an integer or out of range';
const SYNTAX = '-ERR syntax error';

function start(options: StreamHarnessOptions = {}): { harness: StreamHarness; client: MemoryClient } {
  const harness = new StreamHarness((services) => ({ redis: createRedisDoor(services) }), options);
  return { harness, client: harness.connect() };
}

/** The keys of a SCAN from its start to its end, as often as they came. */
function scanAll(client: MemoryClient, ...options: string[]): { keys: string[]; pages: number } {
  const keys: string[] = [];
  let cursor = '0';
  let pages = 0;
  do {
    const [next, page] = replyOf(client, 'SCAN', cursor, ...options).members;
    keys.push(...page.members.map(({ text }) => text!));
    cursor = next.text!;
    pages++;
    assert.ok(pages < 10_000, 'a SCAN without end');
  } while (cursor !== '0');
  return { keys, pages };
}

function replyOf(client: MemoryClient, ...command: string[]) {
  const reader = new ReplyReader();
  reader.push(client.ask(encodeCommand(command)));
  const reply = reader.next();
  assert.ok(reply !== undefined, command.join(' '));
  return reply;
}

test('deleting and counting', () => {
  const { client } = start();
  runTable(client, [
    ['MSET a 1 b 2 c 3', '+OK'],
    ['EXISTS a a x b', ':3'],
    ['TOUCH a x c', ':2'],
    ['DEL a x a', ':1'],
    ['UNLINK b c', ':2'],
    ['DEL a', ':0'],
  ]);
});

test('expiry', () => {
  const { client } = start();
  const invalid = (name: string): string => `-ERR invalid expire time in '${name}' command`;
  runTable(client, [
    ['SET a 1', '+OK'],
    ['TTL a', ':-1'],
    ['PEXPIRETIME none', ':-2'],
    ['EXPIRE a 100', ':1'],
    ['TTL a', ':100'],
    ['PTTL a', ':100000'],
    ['EXPIRE none 100', ':0'],
    ['PEXPIRE a 1499', ':1'],
    ['TTL a', ':1'],
    ['PEXPIRE a 1500', ':1'],
    ['TTL a', ':2'],
    ['EXPIREAT a 4070908800', ':1'],
    ['EXPIRETIME a', ':4070908800'],
    ['PEXPIREAT a 4070908800500', ':1'],
    ['EXPIRETIME a', ':4070908801'],
    ['PEXPIRETIME a', ':4070908800500'],
    ['PERSIST a', ':1'],
    ['PERSIST a', ':0'],
    ['EXPIRE a 9223372036854775', invalid('expire')],
    ['EXPIRE a -9223372036854775808', invalid('expire')],
    ['PEXPIRE a 9223372036854775807', invalid('pexpire')],
    ['EXPIREAT a 9223372036854776', invalid('expireat')],
    ['EXPIRE a 1.5', NOT_AN_INTEGER],
    ['EXPIRE a -1', ':1'],
    ['EXISTS a', ':0'],
    ['SET a 1', '+OK'],
    ['PEXPIREAT a 0', ':1'],
    ['EXISTS a', ':0'],
  ]);
});

test('conditions of expiry', () => {
  const { client } = start();
  const together = '-ERR NX and XX, GT or LT options at the same time are not compatible';
  runTable(client, [
    ['SET a 1', '+OK'],
    ['EXPIRE a 100 XX', ':0'],
    ['EXPIRE a 100 GT', ':0'],
    ['EXPIRE a 100 NX', ':1'],
    ['EXPIRE a 100 NX', ':0'],
    ['EXPIRE a 100 gt', ':0'],
    ['EXPIRE a 101 xx gt', ':1'],
    ['EXPIRE a 101 LT', ':0'],
    ['EXPIRE a 100 LT', ':1'],
    ['PERSIST a', ':1'],
    ['EXPIRE a 100 LT', ':1'],
    ['TTL a', ':100'],
    ['EXPIRE a x NX XX', together],
    ['EXPIRE a 1 NX GT', together],
    ['EXPIRE a 1 GT LT', '-ERR GT and LT options at the same time are not compatible'],
    ['EXPIRE a x junk', '-ERR Unsupported option junk'],
    ['EXPIRE a 1 ju\\x00nk', '-ERR Unsupported option ju'],
  ]);
});

test('expired is gone for every reader at once', () => {
  const { harness, client } = start();
  runTable(client, [
    ['SET a 1 PX 1000', '+OK'],
    ['SET b 1 PX 1001', '+OK'],
  ]);
  harness.pass(999);
  runTable(client, [
    ['GET a', '$1 1'],
    ['PTTL a', ':1'],
  ]);
  harness.pass(1);
  runTable(client, [
    ['KEYS *', '*1 $1 b'],
    ['SCAN 0', '*2 $1 0 *1 $1 b'],
    ['RANDOMKEY', '$1 b'],
    ['EXISTS a b', ':1'],
    ['SETNX a 2', ':1'],
    ['TTL a', ':-1'],
  ]);
});

test('a time that the store cannot say becomes the last that it can', () => {
  const { client } = start();
  runTable(client, [
    ['SET a 1', '+OK'],
    ['PEXPIREAT a 9223372036854775807', ':1'],
    ['PEXPIRETIME a', ':281474976710655'],
    ['SET a 1 EX 9223370000000000', '+OK'],
    ['PEXPIRETIME a', ':281474976710655'],
  ]);
});

test('TYPE and OBJECT', () => {
  const { client } = start();
  const noFrequency = /^-ERR An LFU maxmemory policy is not selected, access frequency not tracked\./;
  runTable(client, [
    ['SET a 1', '+OK'],
    ['TYPE a', '+string'],
    ['TYPE none', '+none'],
    ['OBJECT ENCODING a', '$3 int'],
    [`SET a ${'x'.repeat(44)}`, '+OK'],
    ['OBJECT ENCODING a', '$6 embstr'],
    ['APPEND a x', ':45'],
    ['OBJECT ENCODING a', '$3 raw'],
    ['OBJECT REFCOUNT a', ':1'],
    ['OBJECT IDLETIME a', ':0'],
    ['OBJECT ENCODING none', '$-1'],
    ['OBJECT FREQ none', '$-1'],
  ]);
  assert.match(ask(client, 'OBJECT', 'FREQ', 'a'), noFrequency);
  assert.match(ask(client, 'OBJECT', 'HELP'), /^\*11 \+OBJECT .*\+ENCODING/);
});

test('RENAME and COPY', () => {
  const { client } = start();
  runTable(client, [
    ['SET a 1 EX 100', '+OK'],
    ['RENAME a b', '+OK'],
    ['TTL b', ':100'],
    ['EXISTS a', ':0'],
    ['RENAME a b', '-ERR no such key'],
    ['RENAMENX a b', '-ERR no such key'],
    ['RENAME b b', '+OK'],
    ['RENAMENX b b', ':0'],
    ['SET c 3', '+OK'],
    ['RENAMENX b c', ':0'],
    ['RENAMENX b d', ':1'],
    ['COPY c d', ':0'],
    ['COPY c d REPLACE', ':1'],
    ['GET d', '$1 3'],
    ['TTL d', ':-1'],
    ['COPY c e DB 0', ':1'],
    ['COPY none d REPLACE', ':0'],
    ['COPY c c', '-ERR source and destination objects are the same'],
    ['COPY c e DB 1', '-ERR DB index is out of range'],
    ['COPY c e DB x', NOT_AN_INTEGER],
    ['COPY c e DB', SYNTAX],
    ['COPY c e junk', SYNTAX],
  ]);
  assert.match(
    ask(client, 'COPY', 'c', 'e', 'DB', '2147483648'),
    /value must between -2147483648 and 2147483647$/,
  );
});

test('a key renamed to itself stays as it is for whoever watches it', () => {
  const { client } = start();
  runTable(client, [
    ['SET a 1', '+OK'],
    ['WATCH a', '+OK'],
    ['RENAME a a', '+OK'],
    ['MULTI', '+OK'],
    ['GET a', '+QUEUED'],
    ['EXEC', '*1 $1 1'],
  ]);
});

test('KEYS', () => {
  const { client } = start();
  runTable(client, [
    ['KEYS *', '*0'],
    ['MSET one 1', '+OK'],
    ['KEYS *', '*1 $3 one'],
    ['KEYS o?e', '*1 $3 one'],
    ['KEYS [^o]*', '*0'],
    ['KEYS ' + "''", '*0'],
  ]);
  const many = Array.from({ length: 3_000 }, (_, i) => `key:${i}`);
  for (const key of many) ask(client, 'SET', key, '1');
  const found = replyOf(client, 'KEYS', 'key:*').members.map(({ text }) => text!);
  assert.deepEqual(found.sort(), many.sort());
  assert.equal(replyOf(client, 'KEYS', 'key:1[0-4]?').members.length, 50);
  assert.equal(replyOf(client, 'KEYS', `key:2999${'*'.repeat(5_000)}`).members.length, 1);
});

test('a pattern of 64 KiB is taken, a longer one refused', () => {
  const { client } = start();
  ask(client, 'SET', 'a', '1');
  const pattern = '[a]'.repeat(21_845);
  assert.equal(ask(client, 'KEYS', `${pattern}?`), '*0');
  assert.equal(ask(client, 'KEYS', '*'.repeat(65_536)), '*1 $1 a');
  for (const command of [
    ['KEYS', `${pattern}??`],
    ['SCAN', '0', 'MATCH', `${pattern}??`],
  ])
    assert.equal(ask(client, ...command), '-ERR the pattern is too long: this server takes 65536 bytes');
  assert.equal(ask(client, 'KEYS', 'a'), '*1 $1 a');
});

test('the answers before and after a KEYS stand where they belong', () => {
  const { client } = start();
  ask(client, 'MSET', 'a', '1', 'b', '2');
  const reply = client.ask('GET a\r\nKEYS a\r\nSCAN 0 MATCH b\r\nGET b\r\n');
  assert.equal(reply, '$1\r\n1\r\n*1\r\n$1\r\na\r\n*2\r\n$1\r\n0\r\n*1\r\n$1\r\nb\r\n$1\r\n2\r\n');
});

test('SCAN: its options', () => {
  const { client } = start();
  runTable(client, [
    ['SCAN 0', '*2 $1 0 *0'],
    ['SET a 1', '+OK'],
    ['SCAN 0 MATCH * COUNT 5 TYPE STRING', '*2 $1 0 *1 $1 a'],
    ['SCAN 0 TYPE list', '*2 $1 0 *0'],
    ['SCAN 0 TYPE junk', '*2 $1 0 *0'],
    ['SCAN 0 MATCH x MATCH a', '*2 $1 0 *1 $1 a'],
    ['SCAN 18446744073709551615', '*2 $1 0 *0'],
    ['SCAN 4294967296', '*2 $1 0 *0'],
    ['SCAN -1', '*2 $1 0 *0'],
    ['SCAN 18446744073709551616', '-ERR invalid cursor'],
    ['SCAN x', '-ERR invalid cursor'],
    ['SCAN 0 COUNT 0', SYNTAX],
    ['SCAN 0 COUNT x', NOT_AN_INTEGER],
    ['SCAN 0 MATCH', SYNTAX],
    ['SCAN 0 junk 1', SYNTAX],
    ['SCAN 0 COUNT 9223372036854775807', '*2 $1 0 *1 $1 a'],
  ]);
});

test('a SCAN shows once what is there all the time, however much comes and goes', () => {
  const { client } = start();
  const seed = freshSeed();
  const random = new SeededRandom(seed);
  const kept = Array.from({ length: 400 }, (_, i) => `kept:${i}`);
  for (const key of kept) ask(client, 'SET', key, '1');
  const seen = new Map<string, number>();
  let cursor = '0';
  let other = 0;
  do {
    const [next, page] = replyOf(client, 'SCAN', cursor, 'COUNT', String(random.int(1, 30))).members;
    for (const { text } of page.members) seen.set(text!, (seen.get(text!) ?? 0) + 1);
    for (let i = random.int(0, 60); i > 0; i--) ask(client, 'SET', `other:${other++}`, '1');
    for (let i = random.int(0, 40); i > 0; i--) ask(client, 'DEL', `other:${random.int(0, other)}`);
    cursor = next.text!;
  } while (cursor !== '0');
  for (const key of kept) assert.equal(seen.get(key), 1, `seed ${seed}: ${key}`);
});

test('a page of SCAN ends early rather than become endless', () => {
  const { client } = start();
  const long = 'k'.repeat(1_000);
  const count = 2_500;
  for (let i = 0; i < count; i++) ask(client, 'SET', `${i}${long}`, '1');
  const { keys, pages } = scanAll(client, 'COUNT', '1000000');
  assert.equal(new Set(keys).size, count);
  assert.ok(pages > 1, `${pages} pages of a mebibyte`);
  const hostile = scanAll(client, 'COUNT', '1000000', 'MATCH', `${'*k'.repeat(500)}x`);
  assert.equal(hostile.keys.length, 0);
  assert.ok(hostile.pages > 2, `${hostile.pages} pages`);
});

test('RANDOMKEY: every key, about as often as any other', () => {
  const { client } = start();
  runTable(client, [['RANDOMKEY', '$-1']]);
  for (const count of [1, 20, 100]) {
    const times = new Map<string, number>();
    for (let i = 0; i < count; i++) ask(client, 'SET', `key:${i}`, '1');
    for (let i = 0; i < count * 50; i++) {
      const key = replyOf(client, 'RANDOMKEY').text!;
      times.set(key, (times.get(key) ?? 0) + 1);
    }
    assert.equal(times.size, count);
    const most = Math.max(...times.values());
    assert.ok(most < 150, `of ${count} keys one came ${most} times instead of 50`);
  }
});

test('a list: its type, its encoding, renamed and copied', () => {
  const { client } = start();
  runTable(client, [
    ['RPUSH l a b c', ':3'],
    ['TYPE l', '+list'],
    ['OBJECT ENCODING l', '$9 quicklist'],
    ['SCAN 0 TYPE list', '*2 $1 0 *1 $1 l'],
    ['SCAN 0 TYPE string', '*2 $1 0 *0'],
    ['EXPIRE l 100', ':1'],
    ['RENAME l m', '+OK'],
    ['COPY m n', ':1'],
    ['LRANGE m 0 -1', '*3 $1 a $1 b $1 c'],
    ['LRANGE n 0 -1', '*3 $1 a $1 b $1 c'],
    ['TTL n', ':100'],
    ['SET s x', '+OK'],
    ['RENAME m s', '+OK'],
    ['LLEN s', ':3'],
    ['DEL s n', ':2'],
  ]);
});

test.run();
