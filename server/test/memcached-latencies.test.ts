/** What the memcached door tells of its commands: how many, how they ended, how long they took. */

import assert from 'node:assert/strict';
import { suite } from 'uvu';
import { createMemcachedDoor, type MemcachedDoor } from '../src/doors/memcached/memcached-door.js';
import { textCommandNames } from '../src/doors/memcached/text/command-dispatch.js';
import { timedCommandNames } from '../src/doors/memcached/timed-commands.js';
import { type MemoryClient, StreamHarness } from './support/stream-harness.js';

const test = suite('memcached latencies');

class TimedDoor {
  /** How often somebody looked at the clock, which a look makes a millisecond later. */
  looks = 0;
  readonly harness: StreamHarness;
  door!: MemcachedDoor;
  readonly client: MemoryClient;

  constructor() {
    this.harness = new StreamHarness((services) => {
      this.door = createMemcachedDoor({ ...services, monotonicMs: () => ++this.looks });
      return { memcached: this.door };
    });
    this.client = this.harness.connect();
  }

  /** Calls, failed and rejected ones by command; those that were never called are left out. */
  get counts(): Record<string, readonly number[]> {
    const { names, calls, failed, rejected } = this.door.statistics.commands;
    const rows = names.map((name, i) => [name, [calls[i], failed[i], rejected[i]]] as const);
    return Object.fromEntries(rows.filter(([, row]) => row.some((count) => count > 0)));
  }

  totalMs(name: string): number {
    const { names, totalUs } = this.door.statistics.commands;
    return totalUs[names.indexOf(name)] / 1000;
  }
}

function binary(opcode: number, key = '', extras = Buffer.alloc(0), value = ''): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt8(0x80, 0);
  head.writeUInt8(opcode, 1);
  head.writeUInt16BE(key.length, 2);
  head.writeUInt8(extras.length, 4);
  head.writeUInt32BE(extras.length + key.length + value.length, 8);
  return Buffer.concat([head, extras, Buffer.from(key + value, 'latin1')]);
}

test('every line has its counters, and the binary protocol has the two that no line names', () => {
  const others = timedCommandNames.filter((name) => !(textCommandNames as readonly string[]).includes(name));
  assert.deepEqual(others, ['noop', 'auth']);
  assert.equal(timedCommandNames.length, textCommandNames.length + others.length);
});

test('lines are counted by their name, and by whether they were done, failed or refused', () => {
  const timed = new TimedDoor();
  const lines: [string, string][] = [
    ['set a 0 0 1\r\n1', 'STORED'],
    ['set a 0 0 1 noreply\r\nx', ''],
    ['set a 0 0', 'ERROR'],
    ['set a 0 0 1\r\n22', 'CLIENT_ERROR bad data chunk'],
    ['add a 0 0 1\r\n1', 'NOT_STORED'],
    ['get a none', 'VALUE a 0 1\r\nx\r\nEND'],
    ['get none', 'END'],
    ['gat 10 a', 'VALUE a 0 1\r\nx\r\nEND'],
    ['incr a 1', 'CLIENT_ERROR cannot increment or decrement non-numeric value'],
    ['incr a 1 noreply', ''],
    ['incr none 1', 'NOT_FOUND'],
    ['mg a v', 'VA 1\r\nx'],
    ['ms a 1\r\n1', 'HD'],
    ['ms a', 'CLIENT_ERROR bad command line format'],
    ['mn', 'MN'],
    ['version', 'VERSION 1.6.18'],
    ['nothing', 'ERROR'],
    ['auth', 'ERROR'],
    ['noop', 'ERROR'],
  ];
  for (const [request, answer] of lines) {
    const got = timed.client.ask(`${request}\r\n`);
    assert.ok(answer === '' ? got === '' : got.startsWith(`${answer}\r\n`), `${request}: ${got}`);
  }
  const { counts } = timed;
  assert.deepEqual(counts.set, [2, 0, 2]);
  assert.deepEqual(counts.add, [1, 0, 0]);
  assert.deepEqual(counts.get, [2, 0, 0]);
  assert.deepEqual(counts.gat, [1, 0, 0]);
  assert.deepEqual(counts.ms, [1, 0, 1]);
  assert.deepEqual(counts.incr, [3, 2, 0]);
  assert.deepEqual(
    [counts.mg, counts.mn, counts.version],
    [
      [1, 0, 0],
      [1, 0, 0],
      [1, 0, 0],
    ],
  );
  assert.equal(counts.auth, undefined);
  assert.equal(counts.noop, undefined);
});

test('a binary command is counted as the one that it means, its quiet twin and errors too', () => {
  const timed = new TimedDoor();
  const { client } = timed;
  const storing = Buffer.alloc(8);
  client.send(
    Buffer.concat([
      binary(0x01, 'a', storing, 'x'),
      binary(0x11, 'a', storing, 'y'),
      binary(0x00, 'a'),
      binary(0x09, 'none'),
      binary(0x0d, 'a'),
      binary(0x05, 'a', Buffer.alloc(20)),
      binary(0x1d, 'a', Buffer.alloc(4)),
      binary(0x0a),
      binary(0x7f),
      binary(0x00),
    ]),
  );
  assert.deepEqual(timed.counts, {
    set: [2, 0, 0],
    get: [3, 0, 1],
    incr: [1, 1, 0],
    gat: [1, 0, 0],
    noop: [1, 0, 0],
  });
});

test('each command looks at the clock once, and one that comes in pieces is counted once', () => {
  const timed = new TimedDoor();
  const { client } = timed;
  client.send('set a 0 0 3\r\n');
  const before = timed.looks;
  client.send('one\r\nget a\r\nget a\r\nmg a v\r\ndelete a\r\n');
  assert.equal(timed.looks - before, 6);
  assert.deepEqual(timed.counts, { get: [2, 0, 0], set: [1, 0, 0], mg: [1, 0, 0], delete: [1, 0, 0] });
  for (const name of ['set', 'mg', 'delete']) assert.equal(timed.totalMs(name), 1, name);
  assert.equal(timed.totalMs('get'), 2);
});

test('a get whose answer pauses is one call, of the time of all its pieces', () => {
  const timed = new TimedDoor();
  const { client } = timed;
  const value = 'v'.repeat(500_000);
  client.ask(`set big 0 0 ${value.length}\r\n${value}\r\n`);
  client.ask(`gets ${'big '.repeat(40)}\r\nget none\r\n`);
  assert.deepEqual(
    [timed.counts.gets, timed.counts.get],
    [
      [1, 0, 0],
      [1, 0, 0],
    ],
  );
  assert.ok(timed.totalMs('gets') > 1, 'it was read on at least once');
  assert.equal(timed.totalMs('get'), 1);
});

test('stats reset forgets them', () => {
  const timed = new TimedDoor();
  assert.equal(timed.client.ask('get a\r\nstats reset\r\n'), 'END\r\nRESET\r\n');
  assert.equal(timed.client.ask('get a\r\n'), 'END\r\n');
  // The one that forgot is the first that is remembered.
  assert.deepEqual(timed.counts, { get: [1, 0, 0], stats: [1, 0, 0] });
});

test.run();
