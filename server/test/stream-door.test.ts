/** Connections, turns, held and unsent answers, deadlines and access, with a protocol that is three commands long. */

import assert from 'node:assert/strict';
import { type ByteWriter, ValueType } from '@anoadb/protocol';
import { formatAccessKey, keyIdOf, tweetnaclCrypto } from '@anoadb/transport';
import { suite } from 'uvu';
import type { AccessKeySet } from '../src/access/access-key.js';
import type { StreamServices } from '../src/doors/stream/stream-services.js';
import type { StreamConnection, StreamSession } from '../src/doors/stream/stream-session.js';
import { HeldJournal, StreamHarness, type StreamHarnessOptions } from './support/stream-harness.js';
import { hex } from './test-engine.js';

const test = suite('stream door: connections without sockets');

const NEWLINE = 0x0a;

/**
 * Lines: `echo …` answers the line; `set k` writes k and answers `set`; `big n` answers n bytes; `wait` suspends; `quit`
 * closes; `auth secret`; `throw` is a defect; `late` answers in a later turn.
 */
class LineSession implements StreamSession {
  readonly connection: StreamConnection;
  readonly services: StreamServices;
  isOver = false;
  drainedCount = 0;
  readonly lines: string[] = [];

  constructor(connection: StreamConnection, services: StreamServices) {
    this.connection = connection;
    this.services = services;
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (!this.connection.mustYield) {
      const newline = bytes.indexOf(NEWLINE, at);
      if (newline === -1 || newline >= end) break;
      const line = Buffer.from(bytes.slice(at, newline)).toString('latin1').trimEnd();
      at = newline + 1;
      if (line !== '') this.#run(line);
    }
    return at;
  }

  closed(): void {
    this.isOver = true;
  }

  drained(): void {
    this.drainedCount++;
  }

  #run(line: string): void {
    const { connection } = this;
    const { engine } = this.services;
    this.lines.push(line);
    const [command, argument] = line.split(' ');
    if (command === 'throw') throw new Error('planted');
    engine.startRequest();
    if (command === 'set') this.#set(argument);
    else if (command === 'big') connection.out.copy(new Uint8Array(Number(argument)).fill(0x62));
    else if (command === 'wait') connection.suspend();
    else if (command === 'quit') connection.close();
    else if (command === 'auth') this.#answer(String(connection.authenticate(undefined, argument)));
    else if (command === 'late') this.#answerLate();
    else if (command === 'vanish') this.#vanish();
    else this.#answer(line);
    engine.commit();
    if (engine.releasePosition !== 0) connection.hold(engine.releasePosition);
  }

  #set(key: string): void {
    const { engine } = this.services;
    const bytes = new Uint8Array(Buffer.from(key));
    const ref = engine.findKey(bytes, 0, bytes.length);
    engine.put(engine.keyHash, ref, bytes, 0, bytes.length, ValueType.TEXT, bytes, 0, bytes.length, 0);
    this.#answer('set');
  }

  #answerLate(): void {
    this.connection.suspend();
    this.services.schedule(this.services.monotonicMs() + 50, () => {
      this.#answer('late');
      this.connection.flush();
      this.connection.resume();
    });
  }

  /** What it still writes goes nowhere. */
  #vanish(): void {
    const { out } = this.connection;
    this.connection.destroy();
    out.utf8('nobody reads this');
  }

  #answer(text: string): void {
    const out: ByteWriter = this.connection.out;
    out.utf8(`${text}\n`);
  }
}

interface World {
  readonly harness: StreamHarness;
  readonly sessions: LineSession[];
}

function start(options: StreamHarnessOptions = {}): World {
  const sessions: LineSession[] = [];
  const harness = new StreamHarness((services) => {
    const open = (connection: StreamConnection): StreamSession => {
      const session = new LineSession(connection, services);
      sessions.push(session);
      return session;
    };
    return { redis: { open } };
  }, options);
  return { harness, sessions };
}

test('answers what it is asked, however the bytes are cut', () => {
  const { harness } = start();
  const client = harness.connect();
  assert.equal(client.ask('echo a\n'), 'echo a\n');
  assert.equal(client.ask('echo a\necho b\necho'), 'echo a\necho b\n');
  assert.equal(client.ask(' c'), '');
  assert.equal(client.ask('\nech'), 'echo c\n');
  for (const byte of 'o d') assert.equal(client.ask(byte), '');
  assert.equal(client.ask('\r\n'), 'echo d\n');
  assert.equal(client.connection?.bytesIn, 36);
  assert.equal(harness.door.waitingBytes, 0);
});

test('two connections have their own input, output and number', () => {
  const { harness } = start();
  const [a, b] = [harness.connect(), harness.connect()];
  a.send('echo from a');
  b.send('echo from b\n');
  assert.equal(a.received(), '');
  assert.equal(b.received(), 'echo from b\n');
  assert.equal(a.ask('\n'), 'echo from a\n');
  assert.deepEqual([a.connection?.id, b.connection?.id], [1, 2]);
  assert.equal(harness.door.statistics.openRedis, 2);
});

test('answers of one turn leave together at its end, those of very many connections before', () => {
  for (const count of [1, 2, 63, 64, 65, 130]) {
    const { harness } = start();
    const clients = Array.from({ length: count }, () => harness.connect());
    const listeners = clients.map((client) => client.listener!);
    for (const [i, listener] of listeners.entries()) listener.received(Buffer.from(`echo ${i}\n`));
    const early = clients.filter((client) => client.received() !== '').length;
    assert.equal(early, count - (count % 64), `${count} connections`);
    // The same connection twice in a turn: its answers stay in order.
    listeners[count - 1].received(Buffer.from('echo again\n'));
    harness.settle();
    for (const [i, client] of clients.entries()) {
      const first = i < early ? '' : `echo ${i}\n`;
      assert.equal(client.received(), i === count - 1 ? `${first}echo again\n` : first);
    }
  }
});

test('holds answers until the journal has released them, in the order of the requests', () => {
  const { harness, sessions } = start({ journal: new HeldJournal() });
  const client = harness.connect();
  assert.equal(client.ask('set a\necho 1\n'), '');
  assert.equal(client.ask('echo 2\n'), '', 'behind what is held, though it rests on nothing');
  assert.equal(harness.connect().ask('echo 3\n'), 'echo 3\n', 'others do not wait');
  harness.release();
  assert.equal(client.received(), 'set\necho 1\necho 2\n');
  assert.equal(sessions[0].drainedCount, 1, 'told that there is room');
  assert.equal(client.ask('echo 4\n'), 'echo 4\n');
});

test('holds piece by piece: what is released leaves though more was held meanwhile', () => {
  const { harness } = start({ journal: new HeldJournal() });
  const client = harness.connect();
  client.send('set a\n');
  const position = (harness.journal as HeldJournal).releaseAll();
  client.send('set b\n');
  harness.door.release(position);
  assert.equal(client.received(), 'set\n');
  harness.release();
  assert.equal(client.received(), 'set\n');
});

test('stops reading while the journal has no room, and goes on when it has', () => {
  const journal = new HeldJournal();
  const { harness, sessions } = start({ journal });
  const client = harness.connect();
  client.send('echo 1\n');
  journal.isFull = true;
  assert.equal(client.ask('echo 2\n'), 'echo 1\n');
  assert.equal(client.isPaused, true);
  assert.deepEqual(sessions[0].lines, ['echo 1']);
  journal.isFull = false;
  harness.release();
  assert.equal(client.received(), 'echo 2\n');
  assert.equal(client.isPaused, false);
});

test('stops reading while the peer takes no answers, and goes on when it does', () => {
  const { harness, sessions } = start({ limits: { unsentBytesMax: 1000 } });
  const client = harness.connect();
  client.isReading = false;
  client.send('big 600\nbig 600\nbig 600\n');
  assert.deepEqual(sessions[0].lines, ['big 600', 'big 600']);
  assert.equal(client.isPaused, true);
  assert.equal(client.connection?.unsentBytes, 1200);
  client.send('echo last\n');
  client.readAgain();
  assert.equal(client.receivedBytes().length, 1800 + 'echo last\n'.length);
  assert.equal(sessions[0].drainedCount, 1);
  assert.equal(client.isPaused, false);
});

test('a suspended connection reads nothing until it is resumed, and then in a later turn', () => {
  const { harness } = start();
  const client = harness.connect();
  assert.equal(client.ask('echo 1\nlate\necho 2\n'), 'echo 1\n');
  assert.equal(client.ask('echo 3\n'), '');
  harness.pass(49);
  assert.equal(client.received(), '');
  harness.pass(1);
  assert.equal(client.received(), 'late\necho 2\necho 3\n');
});

test('of a suspended connection only so much input is taken, and its end is its end', () => {
  const { harness, sessions } = start({ limits: { suspendedBytesMax: 100 } });
  const flooding = harness.connect();
  flooding.send('wait\n');
  for (let i = 0; i < 50; i++) flooding.send('echo 1234\n');
  assert.equal(flooding.isPaused, true);
  assert.ok(harness.door.waitingBytes <= 110, String(harness.door.waitingBytes));
  const leaving = harness.connect();
  leaving.send('wait\n');
  leaving.finish();
  assert.equal(leaving.isClosed, true);
  assert.equal(sessions[1].isOver, true);
});

test('a half-closed connection gets all its answers, then the end', () => {
  const { harness, sessions } = start({ journal: new HeldJournal() });
  const client = harness.connect();
  client.send('set a\necho 1\nhalf a li');
  client.finish();
  assert.equal(client.isClosed, false);
  harness.release();
  assert.equal(client.received(), 'set\necho 1\n');
  assert.equal(client.isClosed, true);
  assert.equal(sessions[0].isOver, true);
  assert.equal(harness.door.waitingBytes, 0);
});

test('close lets what was written leave and reads nothing more', () => {
  const { harness, sessions } = start();
  const client = harness.connect();
  assert.equal(client.ask('echo 1\nquit\necho 2\n'), 'echo 1\n');
  assert.equal(client.isClosed, true);
  assert.deepEqual(sessions[0].lines, ['echo 1', 'quit']);
  assert.deepEqual([...harness.door.connections], []);
  assert.equal(harness.door.statistics.open, 0);
  assert.equal(harness.door.statistics.openRedis, 0);
});

test('close waits for a peer that takes its answers slowly, but not for ever', () => {
  const { harness } = start({ limits: { writeTimeoutMs: 5_000 } });
  const [slow, gone] = [harness.connect(), harness.connect()];
  for (const client of [slow, gone]) {
    client.isReading = false;
    client.send('big 100000\nquit\n');
    assert.equal(client.isClosed, false);
  }
  harness.pass(3_000);
  slow.readAgain();
  assert.equal(slow.receivedBytes().length, 100_000);
  assert.equal(slow.isClosed, true);
  harness.pass(4_000);
  assert.equal(gone.isClosed, true);
});

test('a defect in what a door does later ends no process where nothing was changed', () => {
  const { harness } = start();
  const fail = (): void => {
    throw new Error('planted');
  };
  harness.services.schedule(10, fail);
  harness.services.whenReleased(0, fail);
  harness.pass(20);
  assert.equal(harness.defects.length, 2);
});

test('a defect closes its connection and no other', () => {
  const { harness, sessions } = start();
  const [bad, good] = [harness.connect(), harness.connect()];
  good.send('echo 1\n');
  bad.send('throw\necho 2\n');
  assert.equal(bad.isClosed, true);
  assert.equal(String(harness.defects), 'Error: planted');
  assert.equal(sessions[1].isOver, true);
  assert.equal(good.ask('echo 3\n'), 'echo 1\necho 3\n');
});

test('what a session writes after it destroyed its connection reaches nobody', () => {
  const { harness } = start();
  const [first, second] = [harness.connect(), harness.connect()];
  assert.equal(first.ask('echo 1\nvanish\necho 2\n'), '');
  assert.equal(first.isClosed, true);
  assert.equal(second.ask('echo 3\n'), 'echo 3\n');
  assert.equal(harness.connect().ask('echo 4\n'), 'echo 4\n');
});

test('a defect in a request that has changed something goes on up', () => {
  const { harness } = start();
  const client = harness.connect();
  harness.engine.startRequest();
  const key = new Uint8Array([1]);
  harness.engine.findKey(key, 0, 1);
  harness.engine.put(harness.engine.keyHash, 0, key, 0, 1, ValueType.TEXT, key, 0, 1, 0);
  assert.throws(() => client.send('throw\n'), /planted/);
});

test('what is no request for too long, or too large, is closed and counted', () => {
  const { harness } = start({ limits: { requestBytesMax: 100, silentTimeoutMs: 60_000 } });
  const large = harness.connect();
  large.send(`echo ${'x'.repeat(95)}`);
  assert.equal(large.isClosed, false);
  large.send('x');
  assert.equal(large.isClosed, true);
  assert.equal(harness.door.statistics.protocolErrors, 1);

  const [slow, between, silent] = [harness.connect(), harness.connect(), harness.connect()];
  between.send('echo 1\n');
  slow.send('echo 1\n');
  for (let i = 0; i < 29; i++) {
    slow.send('x');
    harness.pass(1000);
  }
  assert.equal(slow.isClosed, false);
  harness.pass(3000);
  assert.equal(slow.isClosed, true, 'a byte now and then is no progress');
  harness.pass(30_000);
  assert.deepEqual([between.isClosed, silent.isClosed], [false, true]);
  assert.equal(harness.door.statistics.timedOut, 2);
});

test('a request that comes slowly but steadily may take its time', () => {
  const { harness } = start();
  const client = harness.connect();
  client.send('echo ');
  for (let second = 0; second < 120; second++) {
    client.send('x'.repeat(20 * 1024));
    harness.pass(1000);
  }
  assert.equal(client.isClosed, false);
  client.send('\n');
  assert.equal(client.receivedBytes().length, 'echo \n'.length + 120 * 20 * 1024);
});

test('a peer that takes nothing of its answers is closed', () => {
  const { harness } = start({ limits: { writeTimeoutMs: 5_000 } });
  const client = harness.connect();
  client.isReading = false;
  client.send('echo 1\n');
  harness.pass(7_000);
  assert.equal(client.isClosed, true);
});

test('one connection too many is told so', () => {
  const { harness } = start({ limits: { connectionsMax: 2 } });
  const first = harness.connect();
  harness.connect();
  const third = harness.connect();
  assert.equal(third.received(), '-ERR max number of clients reached\r\n');
  assert.equal(third.isClosed, true);
  first.reset();
  assert.equal(harness.connect().ask('echo 1\n'), 'echo 1\n');
  assert.deepEqual([harness.door.statistics.accepted, harness.door.statistics.rejected], [3, 1]);
});

test('a protocol without a door, and bytes of none, are closed', () => {
  const { harness } = start();
  for (const first of ['GET / HTTP/1.1\r\n', 'get k\r\n', '\x16\x03\x01\x02\x00']) {
    const client = harness.connect();
    assert.equal(client.ask(first), '');
    assert.equal(client.isClosed, true, first);
  }
  assert.equal(harness.door.statistics.protocolErrors, 3);
});

test('large answers arrive whole, also behind others that wait', () => {
  const { harness } = start();
  const client = harness.connect();
  client.isReading = false;
  client.send('echo 1\n');
  client.send('big 300000\n');
  client.send('echo 2\n');
  client.readAgain();
  const bytes = Buffer.from(client.receivedBytes());
  assert.equal(bytes.length, 14 + 300_000);
  assert.equal(bytes.subarray(0, 8).toString(), 'echo 1\nb');
  assert.equal(bytes.subarray(-8).toString(), 'becho 2\n');
});

const psk = new Uint8Array(32).fill(7);
const secret = formatAccessKey(psk);
function keysOf(...names: string[]): AccessKeySet {
  return {
    generation: 1,
    isSealed: true,
    keys: names.map((name, i) => {
      const key = new Uint8Array(32).fill(7 + i);
      const keyId = hex(keyIdOf(key, tweetnaclCrypto));
      return { name, role: 'write', prefix: `${name}:`, createdMs: 0, keyId, psk: key, untilMs: undefined };
    }),
  };
}

test('sealed: nothing may be done before authentication, what the key may do after it', () => {
  const { harness } = start({ keys: keysOf('app') });
  const client = harness.connect();
  client.send('echo 1\n');
  const connection = client.connection!;
  assert.deepEqual(
    [connection.isAuthenticated, connection.permissions, connection.userName],
    [false, 0, 'default'],
  );
  assert.equal(client.ask(`auth ${secret.slice(0, -1)}x\n`), 'echo 1\nfalse\n');
  assert.equal(client.ask(`auth ${secret}\n`), 'true\n');
  assert.deepEqual([connection.isAuthenticated, connection.userName], [true, 'app']);
  assert.equal(Buffer.from(harness.engine.keyPrefix).toString(), 'app:');
  harness.connect().send('echo 2\n');
  assert.deepEqual([harness.engine.permissions, harness.engine.keyPrefix.length], [0, 0], 'not the next one');
  connection.deauthenticate();
  assert.deepEqual([connection.isAuthenticated, connection.permissions], [false, 0]);
});

test('a name that is given must be that of the key; default and none are no name', () => {
  const { harness } = start({ keys: keysOf('app', 'other') });
  const client = harness.connect();
  client.send('echo 1\n');
  const connection = client.connection!;
  assert.equal(connection.authenticate('other', secret), false);
  assert.equal(connection.authenticate('', secret), false);
  for (const name of ['app', 'default', undefined]) assert.equal(connection.authenticate(name, secret), true);
  assert.equal(connection.authenticate('app', 'anything'), false);
  assert.equal(connection.userName, 'app', 'a failed attempt takes nothing away');
});

test('an open server has no keys to authenticate with', () => {
  const { harness } = start();
  const client = harness.connect();
  client.send('echo 1\n');
  assert.equal(client.connection!.isAuthenticated, true);
  assert.equal(client.connection!.authenticate('app', secret), false);
});

test('the first key ends every open connection, a revoked one those of its holders', () => {
  const { harness } = start();
  const open = harness.connect();
  open.send('echo 1\n');
  harness.door.useKeys(keysOf('app', 'other'));
  assert.equal(open.isClosed, true);
  const [app, stranger] = [harness.connect(), harness.connect()];
  app.send(`auth ${secret}\n`);
  stranger.send('echo 1\n');
  const both = keysOf('app', 'other');
  harness.door.useKeys({ ...both, keys: both.keys.slice(1) });
  assert.deepEqual([app.isClosed, stranger.isClosed], [true, false]);
  assert.equal(harness.connect().ask(`auth ${secret}\n`), 'false\n');
  harness.door.useKeys({ ...both, isSealed: false, keys: [] });
  assert.equal(harness.connect().connection!.isAuthenticated, false, 'sealed stays sealed');
});

test("before authentication only a key's worth of half a request may wait", () => {
  const { harness } = start({ keys: keysOf('app'), limits: { unauthenticatedBytesMax: 200 } });
  const client = harness.connect();
  client.send('x'.repeat(200));
  assert.equal(client.isClosed, false);
  client.send('x'.repeat(5));
  assert.equal(client.isClosed, true);
});

test('where all requests together wait for much, none may be large', () => {
  const limits = { requestBytesTotalMax: 1000, requestBytesShare: 100 };
  const { harness } = start({ limits });
  const many = Array.from({ length: 10 }, () => harness.connect());
  for (const client of many) client.send(`echo ${'x'.repeat(90)}`);
  const large = harness.connect();
  large.send(`echo ${'x'.repeat(300)}`);
  assert.equal(large.isClosed, true);
  assert.equal(
    many.some(({ isClosed }) => isClosed),
    false,
  );
  assert.equal(many[0].ask('\n').length, 96);
});

test('while it stops nothing is read, and what is held still leaves', () => {
  const { harness } = start({ journal: new HeldJournal() });
  const client = harness.connect();
  client.send('set a\n');
  harness.door.stopReading();
  assert.equal(client.ask('echo 2\n'), '');
  assert.equal(harness.connect().isClosed, true);
  harness.release();
  harness.door.close();
  assert.equal(client.received(), 'set\n');
  assert.equal(client.isClosed, true);
});

test('what waits for the journal besides bytes is told once it has released', () => {
  const { harness } = start({ journal: new HeldJournal() });
  const told: string[] = [];
  harness.services.whenReleased(0, () => told.push('at once'));
  harness.connect().send('set a\nset b\n');
  harness.services.whenReleased(2, () => told.push('second'));
  harness.services.whenReleased(1, () => told.push('first'));
  assert.deepEqual(told, ['at once']);
  harness.door.release(1);
  assert.deepEqual(told, ['at once', 'first']);
  harness.release();
  assert.deepEqual(told, ['at once', 'first', 'second']);
});

test.run();
