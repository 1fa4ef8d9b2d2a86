/** A server with a journal behind it: answers that wait for a position, clients that are known after a restart. */

import assert from 'node:assert/strict';
import { type ByteWriter, Status } from '@anoadb/protocol';
import { freshSeed, SeededRandom } from '@anoadb/testkit';
import { test } from 'uvu';
import type { HistoryTarget, IncomingRequest, Mode, ServerLimits } from '../src/index.js';
import type { ClientRecord } from '../src/server/client-record.js';
import { HeldReplies } from '../src/server/held-replies.js';
import type { ServerSession } from '../src/server/server-session.js';
import { CountingHandler, grantOf, numberOf, op, type Party, PSK, pattern, World } from './two-parties.js';

const SEED = freshSeed();

type Told = { kind: 'mark' | 'session'; identity: Uint8Array; payload: Uint8Array };

/** Keeps what a journal would keep. */
class History implements HistoryTarget {
  told: Told[] = [];

  mark(bytes: Uint8Array, start: number, end: number, payloadStart: number, payloadEnd: number): void {
    this.#keep('mark', bytes, start, end, payloadStart, payloadEnd);
  }

  session(bytes: Uint8Array, start: number, end: number, payloadStart: number, payloadEnd: number): void {
    this.#keep('session', bytes, start, end, payloadStart, payloadEnd);
  }

  replay(target: HistoryTarget): void {
    for (const { kind, identity, payload } of this.told) {
      const bytes = Uint8Array.from([0xff, ...identity, ...payload]);
      target[kind](bytes, 1, 1 + identity.length, 1 + identity.length, bytes.length);
    }
  }

  #keep(kind: Told['kind'], bytes: Uint8Array, start: number, end: number, from: number, to: number): void {
    this.told.push({ kind, identity: bytes.slice(start, end), payload: bytes.slice(from, to) });
  }
}

/** Every write takes the next position; every read rests on the last write. */
class JournalledHandler extends CountingHandler {
  readonly history = new History();
  position = 0;

  override execute(request: IncomingRequest, reply: ByteWriter): number {
    const isWrite = 'IiSX'.includes(String.fromCharCode(request.bytes[request.start]));
    const status = super.execute(request, reply);
    if (status !== Status.OK) return status;
    if (isWrite) this.position++;
    request.hasEffects = isWrite;
    request.releasePosition = this.position;
    return status;
  }
}

class DurableWorld extends World {
  readonly journalled = new JournalledHandler();

  constructor(mode: Mode, limits: Partial<ServerLimits> = {}, delayMs = 10) {
    super(SEED, { delayMs }, limits, mode);
    this.handler = this.journalled;
    this.continuity = { epoch: new Uint8Array(8).fill(7), fingerprintSeed: 42 };
    this.startServer();
  }

  release(position = this.journalled.position): void {
    this.server.release(position, this.clock.nowMs);
    this.wakeServer();
  }

  /** kill -9 and a new start on the same files. */
  restart(): void {
    this.restartServer();
    this.journalled.history.replay(this.server.restorer());
    this.server.setLoading(undefined, this.clock.nowMs);
    this.release();
  }

  ready(): Party {
    const client = this.client();
    this.run(() => client.endpoint.state === 'ready', 60_000);
    return client;
  }
}

function both(name: string, body: (mode: Mode) => void): void {
  for (const mode of ['open', 'sealed'] as const) {
    test(`${mode}: ${name}`, () => {
      try {
        body(mode);
      } catch (error) {
        if (error instanceof Error) error.message += ` (repeat with ANOA_SEED=${SEED})`;
        throw error;
      }
    });
  }
}

both('an answer leaves when its position is released, not before, and the op is executed once', (mode) => {
  const world = new DurableWorld(mode);
  const client = world.ready();
  const first = client.submit(op('I', 1), true);
  const second = client.submit(op('I', 1), true);
  const read = client.submit(op('R', 1, 20), false);
  client.flush();
  world.clock.runFor(3_000);
  assert.equal(client.replies.size, 0);
  assert.equal(world.server.counters().held, 3);
  assert.equal(world.handler.executions, 3, 'asked again, they are answered WORKING');
  world.release(1);
  world.clock.runFor(50);
  assert.deepEqual([...client.replies.keys()], [first]);
  world.release(2);
  world.clock.runFor(50);
  assert.deepEqual([...client.replies.keys()], [first, second, read]);
  assert.equal(numberOf(client.replies.get(second)!.bytes), 2);
  assert.deepEqual(client.replies.get(read)!.bytes, pattern(1, 20));
  assert.equal(world.handler.executions, 3);
  assert.equal(client.endpoint.counters().repliesFromCache, 0);
  assert.equal(world.server.counters().held, 0);
});

both('an answer of many fragments waits as a small one does', (mode) => {
  const world = new DurableWorld(mode);
  const client = world.ready();
  const written = client.submit(op('X', 1, 100_000), true);
  const read = client.submit(op('R', 3, 50_000), false);
  client.flush();
  world.clock.runFor(1_000);
  assert.equal(client.replies.size, 0);
  world.release();
  world.run(() => client.replies.size === 2, 5_000);
  assert.deepEqual(client.replies.get(written)!.bytes, pattern(1, 100_000));
  assert.deepEqual(client.replies.get(read)!.bytes, pattern(3, 50_000));
});

both('what a client gave up while it waited is not answered, and the next ones are', (mode) => {
  const world = new DurableWorld(mode);
  const client = world.ready();
  const given = client.submit(op('I', 1), true);
  const read = client.submit(op('R', 1, 4), false);
  client.flush();
  world.clock.runFor(50);
  client.endpoint.cancel(given, world.clock.nowMs);
  client.endpoint.cancel(read, world.clock.nowMs);
  const next = client.submit(op('I', 1), true);
  client.flush();
  world.clock.runFor(50);
  world.release();
  world.clock.runFor(100);
  assert.deepEqual([...client.replies.keys()], [next]);
});

both('where too many answers wait writes are told to come again, and none is lost or doubled', (mode) => {
  const world = new DurableWorld(mode, { heldReplyBytesMax: 1 });
  const client = world.ready();
  client.submit(op('I', 2), true);
  client.submit(op('R', 1, 500), false);
  for (let i = 0; i < 20; i++) client.submit(op('I', 1), true);
  client.flush();
  world.clock.runFor(500);
  assert.ok((world.handler.counts.get(1) ?? 0) < 20);
  for (let i = 0; i < 200 && client.replies.size < 22; i++) {
    world.release();
    world.clock.runFor(100);
  }
  assert.equal(client.replies.size, 22);
  assert.equal(world.handler.counts.get(1), 20);
});

both(
  'a write whose answer was lost with the server is answered after the restart, not executed again',
  (mode) => {
    const world = new DurableWorld(mode);
    const client = world.ready();
    const write = client.submit(op('I', 1), true);
    const large = client.submit(op('X', 2, 9_000), true);
    client.flush();
    world.clock.runFor(100);
    assert.equal(world.handler.executions, 2);
    world.restart();
    world.run(() => client.replies.size === 2, 20_000);
    assert.deepEqual(client.unknown, []);
    assert.equal(numberOf(client.replies.get(write)!.bytes), 1);
    assert.deepEqual(
      [...client.replies.get(large)!.bytes],
      [0xee, 9_000 & 255],
      'as a stored reply is: summarized',
    );
    assert.equal(world.handler.executions, 2);
    assert.equal(client.endpoint.counters().repliesFromCache, 2);
  },
);

both('a write that never arrived is executed after the restart: the server knows the client', (mode) => {
  const world = new DurableWorld(mode);
  const client = world.ready();
  client.submit(op('I', 1), true);
  client.flush();
  world.clock.runFor(100);
  world.release();
  world.clock.runFor(100);
  world.stopServer();
  const lost = client.submit(op('I', 1), true);
  client.flush();
  world.clock.runFor(200);
  world.restart();
  world.run(() => world.server.counters().held > 0, 20_000);
  world.release();
  world.run(() => client.replies.has(lost), 20_000);
  assert.deepEqual(client.unknown, []);
  assert.equal(world.handler.counts.get(1), 2);
});

both('without what was kept a restart is a new server: sent writes are of unknown outcome', (mode) => {
  const world = new DurableWorld(mode);
  const client = world.ready();
  const write = client.submit(op('I', 1), true);
  client.flush();
  world.clock.runFor(100);
  world.journalled.history.told = [];
  world.restart();
  world.run(() => client.unknown.length > 0 || client.replies.has(write), 20_000);
  assert.deepEqual(client.unknown, [write]);
});

both('a walk tells what the journal told: a server made from it answers the same', (mode) => {
  const world = new DurableWorld(mode);
  const client = world.ready();
  for (let i = 0; i < 20; i++) client.submit(op('I', i), true);
  client.flush();
  world.clock.runFor(100);
  const walked = new History();
  const walk = world.server.walkHistory(walked);
  while (walk());
  world.journalled.history.told = walked.told;
  world.restart();
  world.run(() => client.replies.size === 20, 20_000);
  assert.deepEqual(client.unknown, []);
  assert.equal(world.handler.executions, 20);
});

both('a client that said goodbye is not known after the restart', (mode) => {
  const world = new DurableWorld(mode);
  const client = world.ready();
  client.submit(op('I', 1), true);
  client.flush();
  world.clock.runFor(100);
  world.release();
  world.clock.runFor(100);
  client.endpoint.close(world.clock.nowMs);
  world.clock.runFor(100);
  world.restart();
  assert.equal(world.server.counters().clientRecords, 0);
});

test('what is kept of clients of a revoked key, or of open mode, is left out by a sealed server', () => {
  const world = new DurableWorld('sealed');
  const client = world.ready();
  client.submit(op('I', 1), true);
  client.flush();
  world.clock.runFor(100);
  world.restart();
  assert.equal(world.server.counters().clientRecords, 1);
  const openClients = world.journalled.history.told.map((told) => ({
    ...told,
    identity: told.identity.slice(8),
  }));
  world.access.grants = [grantOf(PSK.map((byte) => byte ^ 1))];
  world.restart();
  assert.equal(world.server.counters().clientRecords, 0);
  world.access.grants = [grantOf(PSK)];
  world.journalled.history.told = openClients;
  world.restart();
  assert.equal(world.server.counters().clientRecords, 0);
});

both('records beyond the limit: those of the sessions opened longest ago go', (mode) => {
  const world = new DurableWorld(mode, { clientRecordsMax: 3 });
  for (let i = 0; i < 3; i++) world.ready();
  world.clock.runFor(100);
  const { told } = world.journalled.history;
  const sessions = told.filter(({ kind }) => kind === 'session').length;
  assert.equal(sessions, 3);
  told.push(
    ...told.map((one) => ({
      ...one,
      identity: one.identity.map((byte) => byte ^ (mode === 'open' ? 1 : 0)),
    })),
  );
  world.restart();
  assert.equal(world.server.counters().clientRecords, 3);
});

both('while the server loads a client waits, knows how far it is, and gives no sent write up', (mode) => {
  const world = new DurableWorld(mode);
  const client = world.ready();
  const write = client.submit(op('I', 1), true);
  client.flush();
  world.clock.runFor(100);
  world.restartServer();
  world.server.setLoading(0, world.clock.nowMs);
  world.run(() => client.loading.length > 0, 20_000);
  world.server.setLoading(43.9, world.clock.nowMs);
  world.clock.runFor(60_000);
  assert.equal(client.loading.at(-1), 43);
  assert.deepEqual(client.unknown, []);
  assert.ok(world.server.counters().dropped.loading > 0);
  assert.equal(world.server.counters().sessions, 0);
  world.journalled.history.replay(world.server.restorer());
  world.server.setLoading(undefined, world.clock.nowMs);
  world.release();
  world.run(() => client.replies.has(write), 20_000);
  assert.equal(numberOf(client.replies.get(write)!.bytes), 1);
  assert.equal(world.handler.executions, 1);
});

both('a client that comes first while the server loads is let in when it has', (mode) => {
  const world = new DurableWorld(mode);
  world.server.setLoading(100, world.clock.nowMs);
  const client = world.client();
  world.clock.runFor(5_000);
  assert.equal(client.endpoint.state, 'connecting');
  assert.equal(client.fatal, null);
  assert.equal(client.loading[0], 100);
  world.server.setLoading(undefined, world.clock.nowMs);
  world.run(() => client.endpoint.state === 'ready', 5_000);
});

test('held replies are a queue: any order of pushes and shifts, with and without bytes, as a plain array', () => {
  const random = new SeededRandom(SEED);
  const held = new HeldReplies({ countMax: 1_000_000, bytesMax: 2 ** 40 });
  const model: { position: number; rid: number; bytes: Uint8Array | undefined }[] = [];
  const record = {} as ClientRecord;
  const session = {} as ServerSession;
  for (let step = 0; step < 20_000; step++) {
    const isFilling = Math.floor(step / 3_000) % 2 === 0;
    if (random.u32() % 10 < (isFilling ? 6 : 4)) {
      const bytes = random.u32() % 3 === 0 ? undefined : pattern(step & 255, random.u32() % 2_000);
      held.push(step, record, session, step, step & 15, step & 63, bytes === undefined);
      if (bytes !== undefined) held.keepBytes(bytes, 0, bytes.length);
      model.push({ position: step, rid: step, bytes });
    } else if (model.length > 0) {
      const expected = model.shift()!;
      assert.equal(held.position, expected.position);
      assert.equal(held.rid, expected.rid);
      assert.equal(held.attempt, expected.rid & 15);
      assert.equal(held.status, expected.rid & 63);
      assert.equal(held.hasBytes, expected.bytes !== undefined);
      if (expected.bytes !== undefined)
        assert.deepEqual(held.bytes.slice(held.start, held.start + held.length), expected.bytes);
      held.shift();
    }
    assert.equal(held.count, model.length);
  }
  assert.equal(
    held.byteCount,
    model.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0),
    `seed ${SEED}`,
  );
});

test.run();
