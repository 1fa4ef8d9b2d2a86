/** MULTI, EXEC, WATCH of the Redis door. Real Redis: redis-differential/transactions. */

import assert from 'node:assert/strict';
import { suite } from 'uvu';
import { createRedisDoor } from '../src/doors/redis/redis-door.js';
import { ask, runTable } from './support/redis-table.js';
import {
  HeldJournal,
  type MemoryClient,
  StreamHarness,
  type StreamHarnessOptions,
} from './support/stream-harness.js';

const test = suite('redis transactions');

function start(options: StreamHarnessOptions = {}): { harness: StreamHarness; client: MemoryClient } {
  const harness = new StreamHarness((services) => ({ redis: createRedisDoor(services) }), options);
  return { harness, client: harness.connect() };
}

const CHANGED = '*-1';

test('commands are queued and run together; one that fails stops none', () => {
  const { harness, client } = start();
  const other = harness.connect();
  runTable(client, [
    ['MULTI', '+OK'],
    ['SET a 1', '+QUEUED'],
    ['INCR a', '+QUEUED'],
    ['SETRANGE a x y', '+QUEUED'],
    ['GET a', '+QUEUED'],
  ]);
  assert.equal(ask(other, 'GET', 'a'), '$-1');
  runTable(client, [
    ['EXEC', '*4 +OK :2 -ERR value is not an integer or out of range $1 2'],
    ['EXEC', '-ERR EXEC without MULTI'],
    ['DISCARD', '-ERR DISCARD without MULTI'],
    ['MULTI', '+OK'],
    ['EXEC', '*0'],
  ]);
});

test('a command that is refused aborts all', () => {
  const { client } = start();
  for (const refused of ['nothing', 'GET', 'GET a b', 'SAVE', 'CLIENT nothing']) {
    runTable(client, [
      ['MULTI', '+OK'],
      ['SET a 1', '+QUEUED'],
    ]);
    assert.match(client.ask(`${refused}\r\n`), /^-ERR /);
    runTable(client, [
      ['EXEC', '-EXECABORT Transaction discarded because of previous errors.'],
      ['GET a', '$-1'],
    ]);
  }
  runTable(client, [
    ['MULTI', '+OK'],
    ['SET a 1', '+QUEUED'],
    ['EXEC now', "-EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command"],
    ['EXEC', '-ERR EXEC without MULTI'],
  ]);
});

test('DISCARD and RESET forget the queue, MULTI and WATCH inside change nothing', () => {
  const { client } = start();
  runTable(client, [
    ['MULTI', '+OK'],
    ['SET a 1', '+QUEUED'],
    ['MULTI', '-ERR MULTI calls can not be nested'],
    ['WATCH a', '-ERR WATCH inside MULTI is not allowed'],
    ['DISCARD', '+OK'],
    ['GET a', '$-1'],
    ['MULTI', '+OK'],
    ['SET a 1', '+QUEUED'],
    ['RESET', '+RESET'],
    ['GET a', '$-1'],
  ]);
});

/** What another client does to `a`, which is `1` where not said otherwise; whether EXEC notices. */
const changes: readonly (readonly [about: string, commands: string, isChanged: boolean])[] = [
  ['nothing', 'GET a', false],
  ['a write', 'SET a 2', true],
  ['a write of the same', 'SET a 1', true],
  ['a removal', 'DEL a', true],
  ['a removal and a write', 'DEL a\r\nSET a 1', true],
  ['an expiry', 'EXPIRE a 100', true],
  ['an end by expiry', 'PEXPIRE a 0', true],
  ['FLUSHALL', 'FLUSHALL', true],
  ['RENAME away', 'RENAME a b', true],
  ['RENAME over', 'SET b 1\r\nRENAME b a', true],
  ['a write elsewhere', 'SET b 1', false],
  ['what changes nothing', 'SET a 2 NX', false],
  ['a transaction', 'MULTI\r\nINCR a\r\nEXEC', true],
];

for (const [about, commands, isChanged] of changes) {
  test(`WATCH and ${about}`, () => {
    const { harness, client } = start();
    const other = harness.connect();
    runTable(client, [
      ['SET a 1', '+OK'],
      // RENAME and SET touch `b`, which is not watched any more.
      ['WATCH b', '+OK'],
      ['UNWATCH', '+OK'],
      ['WATCH a a', '+OK'],
    ]);
    other.ask(`${commands}\r\n`);
    runTable(client, [
      ['MULTI', '+OK'],
      ['PING', '+QUEUED'],
      ['EXEC', isChanged ? CHANGED : '*1 +PONG'],
      // Whatever it was, it is over.
      ['MULTI', '+OK'],
      ['PING', '+QUEUED'],
      ['EXEC', '*1 +PONG'],
    ]);
  });
}

test('WATCH of a key that is not there notices that it came, and its own writes', () => {
  const { harness, client } = start();
  const other = harness.connect();
  client.ask('WATCH a\r\n');
  other.ask('SET a 1\r\n');
  assert.equal(client.ask('MULTI\r\nPING\r\nEXEC\r\n'), '+OK\r\n+QUEUED\r\n*-1\r\n');
  assert.equal(
    client.ask('WATCH a\r\nSET a 2\r\nMULTI\r\nPING\r\nEXEC\r\n'),
    '+OK\r\n+OK\r\n+OK\r\n+QUEUED\r\n*-1\r\n',
  );
});

test('WATCH notices that time has passed', () => {
  const { harness, client } = start();
  client.ask('SET a 1 PX 50\r\nSET b 1 PX 500\r\nWATCH a b\r\nMULTI\r\nPING\r\n');
  client.received();
  harness.pass(100);
  assert.equal(ask(client, 'EXEC'), CHANGED);
  client.ask('WATCH a b\r\n');
  assert.equal(client.ask('MULTI\r\nPING\r\nEXEC\r\n'), '+OK\r\n+QUEUED\r\n*1\r\n+PONG\r\n');
});

test('DISCARD and EXEC end a WATCH, UNWATCH inside does too late', () => {
  const { client } = start();
  client.ask('WATCH a\r\nSET a 1\r\nMULTI\r\nDISCARD\r\n');
  assert.equal(client.ask('MULTI\r\nPING\r\nEXEC\r\n'), '+OK\r\n+QUEUED\r\n*1\r\n+PONG\r\n');
  assert.equal(
    client.ask('WATCH a\r\nSET a 1\r\nMULTI\r\nUNWATCH\r\nEXEC\r\n'),
    '+OK\r\n+OK\r\n+OK\r\n+QUEUED\r\n*-1\r\n',
  );
});

/** Counts the requests whose effects stood in one frame. */
class CountingJournal extends HeldJournal {
  frames = 0;
  #hasEffects = false;

  override takeLsn(): number {
    this.#hasEffects = true;
    return super.takeLsn();
  }

  override commit(): void {
    if (this.#hasEffects) this.frames++;
    this.#hasEffects = false;
    super.commit();
  }
}

test('all effects of EXEC stand in one frame of the journal, and the answer waits for it', () => {
  const journal = new CountingJournal();
  const { harness, client } = start({ journal });
  assert.equal(
    client.ask('MULTI\r\nSET a 1\r\nINCR a\r\nMSET b 1 c 2\r\nDEL b\r\nEXPIRE c 100\r\n').split('\r\n')
      .length,
    7,
  );
  assert.equal(client.ask('EXEC\r\n'), '');
  assert.equal(journal.frames, 1);
  harness.release();
  assert.equal(client.received(), '*5\r\n+OK\r\n:2\r\n+OK\r\n:1\r\n:1\r\n');
  assert.equal(client.ask('SET a 1\r\nSET a 2\r\n'), '');
  assert.equal(journal.frames, 3);
  assert.equal(harness.connect().ask('GET a\r\n'), '', 'what is not released yet is shown to nobody');
});

test('a connection that ends in the middle leaves nothing', () => {
  const { harness, client } = start();
  client.ask('WATCH a\r\nMULTI\r\nSET a 1\r\n');
  client.reset();
  assert.equal(ask(harness.connect(), 'GET', 'a'), '$-1');
});

test('a queue has an end', () => {
  const { client } = start({ valueBytesMax: 16 * 1024 * 1024 });
  const value = 'v'.repeat(16 * 1024 * 1024);
  const set = `*3\r\n$3\r\nSET\r\n$1\r\na\r\n$${value.length}\r\n${value}\r\n`;
  client.ask('MULTI\r\n');
  for (let i = 0; i < 3; i++) assert.equal(client.ask(set), '+QUEUED\r\n');
  assert.equal(client.ask(set), '-ERR the queued commands are too large for one transaction\r\n');
  assert.equal(ask(client, 'EXEC'), '-EXECABORT Transaction discarded because of previous errors.');
});

test('answers beyond all bounds end their connection; what the transaction changed stays', () => {
  const { harness, client } = start({ valueBytesMax: 16 * 1024 * 1024 });
  const value = 'v'.repeat(16 * 1024 * 1024);
  client.ask(`*3\r\n$3\r\nSET\r\n$1\r\nv\r\n$${value.length}\r\n${value}\r\n`);
  client.ask(`*4\r\n$5\r\nRPUSH\r\n$1\r\nl\r\n${`$${value.length}\r\n${value}\r\n`.repeat(2)}`);
  const others = [harness.connect(), harness.connect()];
  client.ask(`MULTI\r\nSET a 1\r\nMGET${' v'.repeat(300)}\r\nLRANGE l 0 -1\r\nSET b 2\r\n`);
  assert.equal(client.ask('EXEC\r\n'), '');
  assert.equal(client.isClosed, true);
  assert.deepEqual(harness.defects, []);
  for (const other of others) assert.equal(other.ask('MGET a b\r\n'), '*2\r\n$1\r\n1\r\n$1\r\n2\r\n');
});

test('KEYS is bound by what answers may have, as every command is', () => {
  const { harness, client } = start();
  const names = Array.from({ length: 2000 }, (_, i) => `${i}`.padStart(1024, 'k'));
  for (let i = 0; i < names.length; i += 500)
    client.ask(
      `MSET ${names
        .slice(i, i + 500)
        .map((name) => `${name} v`)
        .join(' ')}\r\n`,
    );
  assert.equal(ask(client, 'DBSIZE'), ':2000');
  const other = harness.connect();
  client.ask(`MULTI\r\nSET a 1\r\n${'KEYS *\r\n'.repeat(270)}SET b 2\r\n`);
  assert.equal(client.ask('EXEC\r\n'), '');
  assert.equal(client.isClosed, true);
  assert.deepEqual(harness.defects, []);
  assert.equal(other.ask('MGET a b\r\n'), '*2\r\n$1\r\n1\r\n$1\r\n2\r\n');
});

test.run();
