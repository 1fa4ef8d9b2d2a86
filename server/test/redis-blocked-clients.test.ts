/** How clients of the Redis door wait: order, wake-ups, and all the ways in which waiting ends. The commands are BLPOP's. */

import assert from 'node:assert/strict';
import { suite } from 'uvu';
import { createRedisDoor, type RedisDoor } from '../src/doors/redis/redis-door.js';
import { ask } from './support/redis-table.js';
import {
  HeldJournal,
  type MemoryClient,
  StreamHarness,
  type StreamHarnessOptions,
} from './support/stream-harness.js';

const test = suite('redis blocked clients');

interface Started {
  readonly harness: StreamHarness;
  /** Clients that wait, by the door's own count. */
  readonly waiting: () => number;
  readonly connect: (count: number) => MemoryClient[];
}

function start(options: StreamHarnessOptions = {}): Started {
  let door: RedisDoor | undefined;
  const harness = new StreamHarness((services) => {
    door = createRedisDoor(services);
    return { redis: door };
  }, options);
  return {
    harness,
    waiting: () => door!.server.blocked.count,
    connect: (count) => Array.from({ length: count }, () => harness.connect()),
  };
}

const popped = (key: string, element: string): string =>
  `*2\r\n$${key.length}\r\n${key}\r\n$${element.length}\r\n${element}\r\n`;

test('first come, first served, whichever key', () => {
  const { connect, waiting } = start();
  const [one, two, three, pusher] = connect(4);
  one.ask('BLPOP a b 0\r\n');
  two.ask('BLPOP b 0\r\n');
  three.ask('BLPOP b a b 0\r\n');
  assert.equal(waiting(), 3);
  assert.equal(ask(pusher, 'RPUSH', 'b', '1', '2'), ':2');
  assert.deepEqual(
    [one.received(), two.received(), three.received()],
    [popped('b', '1'), popped('b', '2'), ''],
  );
  assert.equal(ask(pusher, 'RPUSH', 'a', '3', '4'), ':2');
  assert.equal(three.received(), popped('a', '3'));
  assert.equal(ask(pusher, 'LRANGE', 'a', '0', '-1'), '*1 $1 4');
  assert.equal(waiting(), 0);
});

test('what was sent behind a command that waits is answered behind it', () => {
  const { connect, harness } = start();
  const [client, pusher] = connect(2);
  assert.equal(client.ask('PING\r\nBLPOP a 0\r\nPING\r\n'), '+PONG\r\n');
  client.send('ECHO later\r\n');
  pusher.ask('RPUSH a 1\r\n');
  harness.settle();
  assert.equal(client.received(), `${popped('a', '1')}+PONG\r\n$5\r\nlater\r\n`);
});

test('waiting ends by time, and those behind move up', () => {
  const { connect, harness, waiting } = start();
  const [one, two, pusher] = connect(3);
  one.ask('BLPOP a 0.1\r\nPING\r\n');
  two.ask('BLPOP a 10\r\n');
  harness.pass(99);
  assert.equal(one.received(), '');
  harness.pass(2);
  assert.equal(one.received(), '*-1\r\n+PONG\r\n');
  pusher.ask('RPUSH a 1\r\n');
  assert.equal(two.received(), popped('a', '1'));
  harness.pass(20_000);
  assert.equal(two.received(), '');
  assert.equal(waiting(), 0);
});

test('waiting ends with the connection, by CLIENT KILL and by CLIENT UNBLOCK', () => {
  const { connect, waiting } = start();
  const [gone, killed, timedOut, failed, last, other] = connect(6);
  for (const client of [gone, killed, timedOut, failed, last]) client.ask('BLPOP a 0\r\n');
  assert.match(other.ask('CLIENT LIST\r\n'), /flags=b .* cmd=blpop /);
  gone.reset();
  assert.equal(ask(other, 'CLIENT', 'KILL', 'ID', '2'), ':1');
  assert.equal(ask(other, 'CLIENT', 'UNBLOCK', '3'), ':1');
  assert.equal(ask(other, 'CLIENT', 'UNBLOCK', '4', 'ERROR'), ':1');
  assert.equal(ask(other, 'CLIENT', 'UNBLOCK', '4'), ':0');
  assert.equal(timedOut.received(), '*-1\r\n');
  assert.equal(failed.received(), '-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n');
  assert.equal(killed.isClosed, true);
  assert.equal(waiting(), 1);
  other.ask('RPUSH a 1\r\n');
  assert.equal(last.received(), popped('a', '1'));
});

test('inside of EXEC nothing waits, and what EXEC gives is given when it is done', () => {
  const { connect } = start();
  const [waiter, client] = connect(2);
  assert.equal(client.ask('MULTI\r\nBLPOP a 0\r\nEXEC\r\n'), '+OK\r\n+QUEUED\r\n*1\r\n*-1\r\n');
  waiter.ask('BLPOP a 0\r\n');
  assert.equal(
    client
      .ask('MULTI\r\nRPUSH a 1\r\nLPOP a\r\nRPUSH a 2\r\nLLEN a\r\nEXEC\r\n')
      .split('\r\n')
      .slice(-6, -1)
      .join(' '),
    ':1 $1 1 :1 :1',
  );
  assert.equal(waiter.received(), popped('a', '2'));
  waiter.ask('BLPOP a 0\r\n');
  client.ask('MULTI\r\nRPUSH a 1\r\nDEL a\r\nEXEC\r\n');
  assert.equal(waiter.received(), '');
  client.ask('MULTI\r\nRPUSH a 1\r\nDEL a\r\nSET a 1\r\nEXEC\r\nDEL a\r\nRPUSH a 2\r\n');
  assert.equal(waiter.received(), popped('a', '2'));
});

test('what is served may serve others', () => {
  const { connect } = start();
  const [last, middle, first, pusher] = connect(4);
  last.ask('BLPOP c 0\r\n');
  middle.ask('BLMOVE b c LEFT RIGHT 0\r\n');
  first.ask('BLMOVE a b LEFT RIGHT 0\r\n');
  assert.equal(ask(pusher, 'RPUSH', 'a', '1'), ':1');
  assert.deepEqual(
    [first.received(), middle.received(), last.received()],
    ['$1\r\n1\r\n', '$1\r\n1\r\n', popped('c', '1')],
  );
  assert.equal(ask(pusher, 'DBSIZE'), ':0');
});

test('an answer that was waited for waits for the journal too', () => {
  const { connect, harness } = start({ journal: new HeldJournal() });
  const [waiter, pusher] = connect(2);
  waiter.ask('BLPOP a 0\r\nPING\r\n');
  pusher.ask('RPUSH a 1\r\n');
  harness.settle();
  assert.deepEqual([waiter.received(), pusher.received()], ['', '']);
  harness.release();
  assert.deepEqual([waiter.received(), pusher.received()], [`${popped('a', '1')}+PONG\r\n`, ':1\r\n']);
});

test('a thousand who wait are served one by one', () => {
  const { connect, waiting } = start();
  const clients = connect(1000);
  for (const client of clients) client.ask('BLPOP a 0\r\n');
  const [pusher] = connect(1);
  for (let i = 0; i < 1000; i++) {
    pusher.ask(`RPUSH a ${i}\r\n`);
    assert.equal(clients[i].received(), popped('a', String(i)));
  }
  assert.equal(waiting(), 0);
});

test('CLIENT REPLY SKIP leaves out the answer of a command that waited, and no other', () => {
  const { connect, waiting } = start();
  const [client, pusher] = connect(2);
  assert.equal(client.ask('CLIENT REPLY SKIP\r\nBLPOP a 0\r\nPING\r\n'), '');
  assert.equal(waiting(), 1);
  pusher.ask('RPUSH a 1\r\n');
  assert.equal(client.received(), '+PONG\r\n');
  pusher.ask('RPUSH a 2\r\n');
  assert.equal(client.ask('BLPOP a 0\r\n'), popped('a', '2'));
});

test('one that is woken and goes on waiting holds no buffer', () => {
  const { harness, connect, waiting } = start();
  const [client, pusher] = connect(2);
  client.ask('BLPOP a 0\r\n');
  const { door } = harness;
  let held = 0;
  const take = door.takeWriter.bind(door);
  const give = door.giveWriter.bind(door);
  door.takeWriter = () => {
    held++;
    return take();
  };
  door.giveWriter = (writer) => {
    held--;
    give(writer);
  };
  pusher.ask('MULTI\r\nRPUSH a 1\r\nDEL a\r\nSET a text\r\nEXEC\r\n');
  assert.equal(waiting(), 1);
  assert.equal(held, 0);
  assert.equal(client.received(), '');
  pusher.ask('DEL a\r\nRPUSH a 2\r\n');
  assert.equal(client.received(), popped('a', '2'));
  assert.equal(held, 0);
});

test.run();
