/** The memcached door where there is no memcached to compare with: time, other doors' values, rights, hostile bytes. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, type SeededRandom, withSeed } from '@anoadb/testkit';
import { suite } from 'uvu';
import { createMemcachedDoor } from '../src/doors/memcached/memcached-door.js';
import { textCommandNames } from '../src/doors/memcached/text/command-dispatch.js';
import { createRedisDoor } from '../src/doors/redis/redis-door.js';
import {
  HeldJournal,
  type MemoryClient,
  StreamHarness,
  type StreamHarnessOptions,
} from './support/stream-harness.js';

const test = suite('memcached door');

function start(options: StreamHarnessOptions = {}): { harness: StreamHarness; client: MemoryClient } {
  const harness = new StreamHarness(
    (services) => ({ memcached: createMemcachedDoor(services), redis: createRedisDoor(services) }),
    options,
  );
  const client = harness.connect();
  client.ask('mn\r\n');
  return { harness, client };
}

/** Each line sent, and what came back for it. */
function expectAnswers(client: MemoryClient, table: readonly (readonly [string, string])[]): void {
  for (const [request, answer] of table)
    assert.equal(client.ask(`${request}\r\n`), answer === '' ? '' : `${answer}\r\n`, request.slice(0, 80));
}

test('the door has exactly the lines that the spec has', () => {
  const spec = JSON.parse(
    readFileSync(join(repositoryRoot(), 'protocol-spec', 'memcached.json'), 'utf8'),
  ) as {
    protocols: { name: string; commands: { name: string; syntax: string }[] }[];
  };
  const lines = spec.protocols.filter(({ name }) => name !== 'binary').flatMap(({ commands }) => commands);
  assert.deepEqual([...textCommandNames].sort(), lines.map(({ name }) => name).sort());
  for (const { name, syntax } of lines) assert.equal(syntax.split(' ')[0], name);
});

// ---- a list that is too large

test('a list whose JSON is larger than a value may be is an error of its own, and stays', () => {
  const { harness, client } = start();
  const redis = harness.connect();
  const element = 'x'.repeat(1_000);
  const elements = Array.from({ length: 1_100 }, () => `$1000\r\n${element}\r\n`).join('');
  assert.equal(redis.ask(`*1102\r\n$5\r\nRPUSH\r\n$4\r\nlist\r\n${elements}`), ':1100\r\n');
  expectAnswers(client, [
    ['set a 0 0 1\r\n1', 'STORED'],
    ['get a list a', 'VALUE a 0 1\r\n1\r\nSERVER_ERROR object too large for cache'],
    ['gets list', 'SERVER_ERROR object too large for cache'],
    ['gat 10 list a', 'SERVER_ERROR object too large for cache'],
    ['mg list v', 'SERVER_ERROR object too large for cache'],
    ['mg list s', 'SERVER_ERROR object too large for cache'],
    ['mg list f t', 'HD f0 t-1'],
    ['append list 0 0 1\r\n1', 'NOT_STORED'],
    ['prepend list 0 0 1\r\n1', 'NOT_STORED'],
    ['incr list 1', 'CLIENT_ERROR cannot increment or decrement non-numeric value'],
  ]);
  assert.equal(redis.ask('LLEN list\r\n'), ':1100\r\n');
  const binary = harness.connect();
  const get = Buffer.alloc(28);
  get.writeUInt8(0x80, 0);
  get.writeUInt16BE(4, 2);
  get.writeUInt32BE(4, 8);
  get.write('list', 24);
  binary.send(get);
  assert.equal(Buffer.from(binary.receivedBytes()).readUInt16BE(6), 3);
  // It is a small list again.
  assert.equal(redis.ask('LTRIM list 0 0\r\n'), '+OK\r\n');
  expectAnswers(client, [['get list', `VALUE list 0 1004\r\n["${element}"]\r\nEND`]]);
});

// ---- numbers

test('counters are unsigned 64-bit numbers: up wraps around, down ends at 0', () => {
  const { client } = start();
  expectAnswers(client, [
    ['set n 0 0 20\r\n18446744073709551614', 'STORED'],
    ['incr n 1', '18446744073709551615'],
    ['incr n 1', '0'],
    ['get n', 'VALUE n 0 20\r\n0                   \r\nEND'],
    ['set n 0 0 20\r\n18446744073709551615', 'STORED'],
    ['decr n 18446744073709551614', '1'],
    ['decr n 2', '0'],
    ['set n 0 0 16\r\n9007199254740991', 'STORED'],
    ['incr n 1', '9007199254740992'],
    ['incr n 9223372036854775807', '9232379236109516799'],
    ['incr n 9223372036854775807', '9007199254740990'],
    ['incr n 18446744073709551616', 'CLIENT_ERROR invalid numeric delta argument'],
    ['set n 0 0 20\r\n18446744073709551616', 'STORED'],
    ['incr n 1', 'CLIENT_ERROR cannot increment or decrement non-numeric value'],
    ['set n 0 0 300\r\n'.concat('0'.repeat(299), '7'), 'STORED'],
    ['incr n 1', '8'],
  ]);
});

test('every digit of every length is counted right', () =>
  withSeed((random: SeededRandom) => {
    const { client } = start();
    for (let digits = 1; digits <= 19; digits++) {
      const value = BigInt(Array.from({ length: digits }, () => random.int(1, 9)).join(''));
      const delta = BigInt(random.int(0, 0xffff_ffff)) * BigInt(random.int(0, 0xffff));
      client.ask(`set n 0 0 ${digits}\r\n${value}\r\n`);
      assert.equal(client.ask(`incr n ${delta}\r\n`), `${value + delta}\r\n`);
      assert.equal(client.ask(`decr n ${delta}\r\n`), `${value}\r\n`);
    }
  }));

// ---- time

test('an item is there until its second, and the seconds left are rounded up', () => {
  const { harness, client } = start();
  expectAnswers(client, [
    ['set k 0 10 1\r\nx', 'STORED'],
    ['mg k t', 'HD t10'],
  ]);
  harness.pass(9_001);
  expectAnswers(client, [['mg k t', 'HD t1']]);
  harness.pass(999);
  expectAnswers(client, [
    ['mg k t', 'EN'],
    ['touch k 5', 'NOT_FOUND'],
  ]);
});

test('30 days are a time from now, one second more is a Unix time', () => {
  const { harness, client } = start();
  const nowSeconds = Math.floor(harness.engine.nowMs / 1000);
  expectAnswers(client, [
    ['set k 0 2592000 1\r\nx', 'STORED'],
    ['mg k t', 'HD t2592000'],
    ['set k 0 2592001 1\r\nx', 'STORED'],
    ['get k', 'END'],
    [`set k 0 ${nowSeconds + 100} 1\r\nx`, 'STORED'],
    ['get k', 'VALUE k 0 1\r\nx\r\nEND'],
    ['touch k -1', 'TOUCHED'],
    ['get k', 'END'],
  ]);
});

test('flush_all with a delay takes what is there when its time comes; another takes its place', () => {
  const { harness, client } = start();
  expectAnswers(client, [
    ['set before 0 0 1\r\nx', 'STORED'],
    ['flush_all 10', 'OK'],
  ]);
  harness.pass(9_000);
  expectAnswers(client, [
    ['set late 0 0 1\r\nx', 'STORED'],
    ['get before late', 'VALUE before 0 1\r\nx\r\nVALUE late 0 1\r\nx\r\nEND'],
  ]);
  harness.pass(1_100);
  expectAnswers(client, [
    ['get before late', 'END'],
    ['set k 0 0 1\r\nx', 'STORED'],
    ['flush_all 10', 'OK'],
    ['flush_all 100', 'OK'],
  ]);
  harness.pass(50_000);
  expectAnswers(client, [['get k', 'VALUE k 0 1\r\nx\r\nEND']]);
  harness.pass(51_000);
  expectAnswers(client, [
    ['get k', 'END'],
    ['flush_all 10', 'OK'],
    ['flush_all', 'OK'],
    ['set k 0 0 1\r\nx', 'STORED'],
  ]);
  harness.pass(20_000);
  expectAnswers(client, [['get k', 'VALUE k 0 1\r\nx\r\nEND']]);
});

test('a delayed flush_all waits for a full disk', () => {
  const { harness, client } = start();
  client.ask('set k 0 0 1\r\nx\r\nflush_all 10\r\n');
  harness.engine.refusesWrites = true;
  harness.pass(15_000);
  expectAnswers(client, [['get k', 'VALUE k 0 1\r\nx\r\nEND']]);
  harness.engine.refusesWrites = false;
  harness.pass(1_100);
  expectAnswers(client, [['get k', 'END']]);
});

test('l and h tell of the last access, u leaves none', () => {
  const { harness, client } = start();
  expectAnswers(client, [['set k 0 0 1\r\nx', 'STORED']]);
  harness.pass(5_000);
  expectAnswers(client, [
    ['mg k h l u', 'HD h0 l5'],
    ['mg k h l', 'HD h0 l5'],
    ['mg k h l', 'HD h1 l0'],
  ]);
  harness.pass(3_000);
  expectAnswers(client, [
    ['touch k 100', 'TOUCHED'],
    ['me k', `ME k exp=-100 la=0 cas=2 fetch=yes cls=1 size=2`],
  ]);
});

test('one client wins the right to renew: by R near the end, by N where there is nothing, by X where it is stale', () => {
  const { harness, client } = start();
  expectAnswers(client, [
    ['set k 0 60 1\r\nx', 'STORED'],
    ['mg k R30', 'HD'],
  ]);
  harness.pass(40_000);
  expectAnswers(client, [
    ['mg k R30 t', 'HD t20 W'],
    ['mg k R30 t', 'HD t20 Z'],
    ['ms k 1 T60\r\ny', 'HD'],
    ['mg k R30 v', 'VA 1\r\ny'],
    ['mg new N10 v', 'VA 0 W\r\n'],
    ['mg new N10 v', 'VA 0 Z\r\n'],
    ['md k I T30', 'HD'],
    ['mg k v t', 'VA 1 t30 X W\r\ny'],
    ['mg k v t', 'VA 1 t30 Z X\r\ny'],
  ]);
  assert.equal(harness.connect().ask('set k 0 0 1\r\nz\r\nmg k v\r\n'), 'STORED\r\nVA 1\r\nz\r\n');
});

// ---- other doors

test('values of other doors are read as text, and what changes them leaves text; an integer stays one', () => {
  const { harness, client } = start();
  const redis = harness.connect();
  redis.ask('SET s text\r\nRPUSH l 1 two true\r\nSET n 41\r\n');
  expectAnswers(client, [
    ['get s', 'VALUE s 0 4\r\ntext\r\nEND'],
    ['get l', 'VALUE l 0 14\r\n[1,"two",true]\r\nEND'],
    ['incr n 1', '42'],
    ['append l 0 0 1\r\n!', 'STORED'],
    ['get l', 'VALUE l 0 15\r\n[1,"two",true]!\r\nEND'],
    ['set flagged 77 0 1\r\n5', 'STORED'],
  ]);
  assert.equal(redis.ask('GET n\r\nTYPE l\r\nGET flagged\r\n'), '$2\r\n42\r\n+string\r\n$1\r\n5\r\n');
  redis.ask('SET flagged 6\r\n');
  expectAnswers(client, [['get flagged', 'VALUE flagged 0 1\r\n6\r\nEND']]);
});

test('flags and expiry stay with what is appended to, counted and touched', () => {
  const { client } = start();
  expectAnswers(client, [
    ['set k 4294967295 100 1\r\n5', 'STORED'],
    ['append k 1 1 1\r\n0', 'STORED'],
    ['prepend k 1 1 1\r\n1', 'STORED'],
    ['incr k 900', '1050'],
    ['mg k f t v', 'VA 4 f4294967295 t100\r\n1050'],
    ['touch k 0', 'TOUCHED'],
    ['mg k f t v', 'VA 4 f4294967295 t-1\r\n1050'],
    ['md k I', 'HD'],
    ['mg k f v', 'VA 4 f4294967295 X W\r\n1050'],
  ]);
});

// ---- where this door is not as memcached

test('a key that is too long spoils its own command alone', () => {
  const { client } = start();
  const long = 'x'.repeat(251);
  assert.equal(
    client.ask(`set k 0 0 1\r\nx\r\nget k\r\nget k ${long}\r\nget k\r\n`),
    'STORED\r\nVALUE k 0 1\r\nx\r\nEND\r\nCLIENT_ERROR bad command line format\r\nVALUE k 0 1\r\nx\r\nEND\r\n',
  );
});

test('a line that is too long is told so, then the connection is closed; a multi-get may be longer', () => {
  const { client, harness } = start();
  const keys = Array.from({ length: 500 }, (_, i) => `key:${i}`).join(' ');
  client.ask('set key:499 0 0 1\r\nx\r\n');
  for (const command of ['get', 'gets', 'gat 0', '  get'])
    assert.match(client.ask(`${command} ${keys}\r\n`), /^VALUE key:499 0 1(?: \d+)?\r\nx\r\nEND\r\n$/);
  const other = harness.connect();
  other.ask('mn\r\n');
  assert.equal(other.ask('x'.repeat(2048)), '');
  assert.equal(other.ask('x'), 'CLIENT_ERROR line too long\r\n');
  assert.equal(other.isClosed, true);
});

test('the limit of a value is that of the server, to the byte', () => {
  const { client } = start({ valueBytesMax: 1000 });
  expectAnswers(client, [
    [`set k 0 0 1000\r\n${'v'.repeat(1000)}`, 'STORED'],
    ['append k 0 0 1\r\n!', 'NOT_STORED'],
    [`set k 0 0 1001\r\n${'v'.repeat(1001)}`, 'SERVER_ERROR object too large for cache'],
    ['get k', 'END'],
    [`set k 0 0 1000\r\n${'v'.repeat(1000)}`, 'STORED'],
    [`cas k 0 0 1001 1\r\n${'v'.repeat(1001)}`, 'SERVER_ERROR object too large for cache'],
    ['mg k s', 'HD s1000'],
  ]);
});

// ---- the server's states

test('while the database is loaded, and while its disk is full', () => {
  const { harness, client } = start();
  client.ask('set k 0 0 1\r\nx\r\n');
  harness.loadingPercent = 41.7;
  expectAnswers(client, [
    ['get k', 'SERVER_ERROR loading: 41 %'],
    ['set k 0 0 5\r\nhello', 'SERVER_ERROR loading: 41 %'],
    ['ms k 5\r\nhello', 'SERVER_ERROR loading: 41 %'],
    ['mg k v', 'SERVER_ERROR loading: 41 %'],
    ['incr k 1 noreply', ''],
    ['version', 'VERSION 1.6.18'],
  ]);
  assert.equal(harness.connect().ask(binary(0x00, 'k')).slice(24), 'loading: 41 %');
  harness.loadingPercent = undefined;
  harness.engine.refusesWrites = true;
  const full = 'SERVER_ERROR the disk is full, writes are refused until there is room';
  expectAnswers(client, [
    ['get k', 'VALUE k 0 1\r\nx\r\nEND'],
    ['mg k v', 'VA 1\r\nx'],
    ...[
      'set k 0 0 1\r\ny',
      'ms k 1\r\ny',
      'incr k 1',
      'ma k',
      'touch k 1',
      'gat 1 k',
      'mg k T1',
      'mg absent N1',
      'delete k',
      'md k',
      'md k I',
      'flush_all',
    ].map((request) => [request, full] as const),
  ]);
  assert.equal(harness.connect().ask(binary(0x04, 'k')).slice(24), 'The disk is full');
});

test('where there is no memory nothing is changed, and the client is told', () => {
  const { client } = start({ maxMemoryBytes: 4 * 1024 * 1024 });
  const value = 'v'.repeat(500_000);
  const answers = Array.from({ length: 12 }, (_, i) => client.ask(`set k${i} 0 0 500000\r\n${value}\r\n`));
  assert.ok(answers.includes('STORED\r\n'));
  assert.equal(answers.at(-1), 'SERVER_ERROR out of memory storing object\r\n');
  assert.equal(client.ask(`ms k11 500000\r\n${value}\r\n`), 'SERVER_ERROR out of memory storing object\r\n');
});

test('answers of writes, and of reads that rest on them, wait for the journal', () => {
  const { harness, client } = start({ journal: new HeldJournal() });
  assert.equal(client.ask('set k 0 0 1\r\nx\r\n'), '');
  assert.equal(client.ask('get k\r\n'), '');
  const binaryClient = harness.connect();
  assert.equal(binaryClient.ask(binary(0x00, 'k')), '');
  harness.release();
  assert.equal(client.received(), 'STORED\r\nVALUE k 0 1\r\nx\r\nEND\r\n');
  assert.equal(binaryClient.received().slice(24), '\0\0\0\0x');
});

test('stats has what clients look for, and reset forgets what was counted', () => {
  const { client } = start();
  client.ask(
    'set k 0 0 1\r\n1\r\nget k absent\r\nincr k 1\r\ndelete k\r\ndelete k\r\ncas k 0 0 1 5\r\nx\r\ntouch k 1\r\n',
  );
  const stats = statsOf(client, '');
  const expected = {
    version: '1.6.18',
    pointer_size: '64',
    cmd_get: '2',
    cmd_set: '2',
    get_hits: '1',
    get_misses: '1',
    incr_hits: '1',
    delete_hits: '1',
    delete_misses: '1',
    cas_misses: '1',
    touch_misses: '1',
    curr_items: '0',
    threads: '1',
  };
  assert.deepEqual(stats, { ...stats, ...expected });
  assert.equal(statsOf(client, ' settings')['item_size_max'], '1048576');
  client.ask('set k 0 0 1\r\n1\r\n');
  assert.equal(statsOf(client, ' items')['items:1:number'], '1');
  assert.equal(statsOf(client, ' slabs')['active_slabs'], '1');
  assert.equal(statsOf(client, ' sizes')['sizes_status'], 'disabled');
  assert.match(JSON.stringify(statsOf(client, ' conns')), /"1:addr":"tcp:127\.0\.0\.1:\d+"/);
  assert.equal(client.ask('stats bogus\r\n'), 'ERROR\r\n');
  assert.equal(client.ask('stats reset\r\n'), 'RESET\r\n');
  assert.equal(statsOf(client, '')['cmd_set'], '0');
});

// ---- hostile bytes

test('an answer far larger than its connection should hold pauses between two keys and goes on', () => {
  const { harness, client } = start();
  const value = 'v'.repeat(400_000);
  client.ask(`set k 0 0 400000\r\n${value}\r\n`);
  client.isReading = false;
  client.send(`get ${'k '.repeat(100)}absent\r\nmn\r\n`);
  assert.ok(client.unsentBytes < 3_000_000, `${client.unsentBytes} bytes are held for one get`);
  let answer = '';
  for (let i = 0; i < 200 && !answer.endsWith('MN\r\n'); i++) {
    client.readAgain();
    harness.pass(1);
    answer += client.received();
  }
  assert.equal(answer, `${`VALUE k 0 400000\r\n${value}\r\n`.repeat(100)}END\r\nMN\r\n`);
});

test('lengths that are negative, huge or no number hold nothing', () => {
  const { client } = start();
  const bad = 'CLIENT_ERROR bad command line format';
  expectAnswers(client, [
    ['set k 0 0 -1', bad],
    ['set k 0 0 2147483646', bad],
    ['set k 0 0 2147483648', bad],
    ['set k 0 0 99999999999999999999', bad],
    ['ms k -1', bad],
    ['ms k 2147483646', bad],
  ]);
  assert.equal(client.ask('set k 0 0 2147483645\r\n'), 'SERVER_ERROR object too large for cache\r\n');
  for (let i = 0; i < 20; i++) assert.equal(client.ask('x'.repeat(100_000)), '');
});

test('a get whose keys never end is cut off', () => {
  const { harness } = start({ valueBytesMax: 10_000 });
  const endless = harness.connect();
  endless.ask('mn\r\nget ');
  for (let i = 0; i < 20 && !endless.isClosed; i++) endless.ask('key '.repeat(500));
  assert.equal(endless.isClosed, true);
});

test('a flood of quiet commands is executed without an answer', () => {
  const { client } = start();
  assert.equal(client.ask('set n 0 0 1 noreply\r\n0\r\n'.concat('incr n 1 noreply\r\n'.repeat(20_000))), '');
  assert.equal(client.ask('get n\r\n'), 'VALUE n 0 5\r\n20000\r\nEND\r\n');
});

test('binary headers with absurd lengths are answered and closed, or skipped', () => {
  const tooLong = Buffer.from(binary(0x01, 'k', '\0'.repeat(8)), 'latin1');
  tooLong.writeUInt32BE(0xffff_ffff, 8);
  const contradiction = Buffer.from(binary(0x00, 'key'), 'latin1');
  contradiction.writeUInt32BE(2, 8);
  const { harness } = start();
  const first = harness.connect();
  assert.equal(first.ask(tooLong).slice(24), 'Too large.');
  for (let i = 0; i < 20; i++) assert.equal(first.ask('x'.repeat(100_000)), '');
  const second = harness.connect();
  assert.equal(second.ask(contradiction).slice(24), 'Unknown command');
  assert.equal(second.isClosed, true);
  const third = harness.connect();
  assert.equal(third.ask(binary(0x0a)).length, 24);
  third.ask('get k\r\n');
  assert.equal(third.isClosed, true);
});

test('a binary command nobody knows is skipped with all it brought', () => {
  const { harness } = start();
  const answer = harness.connect().ask(binary(0x77, 'key', 'extras', 'value') + binary(0x0b));
  assert.deepEqual([answer.slice(24, 39), answer.slice(-6)], ['Unknown command', '1.6.18']);
});

test('random bytes are answered or closed, never a defect', () =>
  withSeed((random: SeededRandom) => {
    for (let run = 0; run < 300; run++) {
      const { harness, client } = start();
      const isBinary = random.chance(0.5);
      const target = isBinary ? harness.connect() : client;
      if (isBinary) target.ask(binary(0x0a));
      const opening = isBinary
        ? '\x80'
        : random.pick(['set k 0 0 ', 'mg k ', 'ms k 3 ', 'ma k ', 'get ', 'incr ', 'cas ', '']);
      target.ask(
        Buffer.concat([Buffer.from(opening, 'latin1'), random.bytes(random.int(0, 60)), Buffer.from('\r\n')]),
      );
      assert.deepEqual(harness.defects, []);
    }
  }));

function statsOf(client: MemoryClient, group: string): Record<string, string> {
  const lines = client.ask(`stats${group}\r\n`).split('\r\n');
  assert.deepEqual(lines.slice(-2), ['END', '']);
  return Object.fromEntries(lines.slice(0, -2).map((line) => line.split(' ').slice(1) as [string, string]));
}

/** A binary request, as latin1. */
function binary(opcode: number, key = '', extras = '', value = ''): string {
  const header = Buffer.alloc(24);
  header[0] = 0x80;
  header[1] = opcode;
  header.writeUInt16BE(key.length, 2);
  header[4] = extras.length;
  header.writeUInt32BE(key.length + extras.length + value.length, 8);
  return header.toString('latin1') + extras + key + value;
}

test.run();
