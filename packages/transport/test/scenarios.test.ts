/** What happens to requests when sessions, servers and limits come and go; both real ends in virtual time. */

import assert from 'node:assert/strict';
import { Status } from '@anoadb/protocol';
import { freshSeed } from '@anoadb/testkit';
import { test } from 'uvu';
import type { Mode } from '../src/index.js';
import { numberOf, op, type Party, pattern, World } from './two-parties.js';

const SEED = freshSeed();
const BAD = { loss: 0.1, duplication: 0.1, reorder: 0.1, delayMs: 2, jitterMs: 5 };

function seeded(name: string, body: (mode: Mode) => void): void {
  for (const mode of ['open', 'sealed'] as const) run(`${mode}: ${name}`, () => body(mode));
}

function run(name: string, body: () => void): void {
  test(name, () => {
    try {
      body();
    } catch (error) {
      if (error instanceof Error) error.message += ` (repeat with ANOA_SEED=${SEED})`;
      throw error;
    }
  });
}

function ready(world: World, options: Parameters<World['client']>[0] = {}): Party {
  const client = world.client(options);
  world.run(() => client.endpoint.state === 'ready', 60_000);
  return client;
}

seeded(
  'after a server restart reads are sent again, and sent writes without an answer are of unknown outcome',
  (mode) => {
    const world = new World(SEED, { delayMs: 10 }, {}, mode);
    const client = ready(world);
    const write = client.submit(op('I', 1), true);
    const read = client.submit(op('R', 1, 10), false);
    client.flush();
    world.clock.runFor(5);
    world.restartServer();
    world.run(() => client.replies.has(read), 10_000);
    assert.deepEqual(client.unknown, [write]);
    assert.equal(client.readyCount, 2);
    assert.equal(client.disconnects.length, 1);
    assert.equal(client.replies.get(read)!.bytes.length, 10);
  },
);

seeded('a write that had not left before the restart is sent afterwards and executed once', (mode) => {
  const world = new World(SEED, { delayMs: 10 }, {}, mode);
  const client = ready(world);
  world.stopServer();
  const sent = client.submit(op('I', 1), true);
  client.flush();
  world.clock.runFor(5000);
  assert.equal(client.endpoint.state, 'connecting');
  for (let i = 0; i < 5; i++) client.submit(op('I', 2), true);
  world.restartServer();
  client.flush();
  world.run(() => client.replies.size === 5, 20_000);
  assert.deepEqual(client.unknown, [sent]);
  assert.equal(world.handler.counts.get(2), 5);
  assert.equal(world.handler.counts.get(1), undefined);
});

seeded(
  'through loss and restarts no write is counted twice, and none is lost but those reported as unknown',
  (mode) => {
    const world = new World(SEED, BAD, {}, mode);
    const client = ready(world);
    let settled = 0;
    let submitted = 0;
    const refill = () => {
      while (submitted < 4000 && client.endpoint.canSubmit()) {
        client.submit(op('I', 1), true);
        submitted++;
      }
    };
    client.onAnswered = () => {
      settled++;
      refill();
    };
    refill();
    client.flush();
    for (let restart = 1; restart <= 3; restart++) {
      world.run(() => settled >= restart * 1000, 600_000);
      world.restartServer();
    }
    world.run(() => settled === 4000, 600_000);
    assert.equal(client.endpoint.counters().inFlightBytes, 0);
    const count = world.handler.counts.get(1)!;
    assert.ok(count >= client.replies.size && count <= client.replies.size + client.unknown.length);
    assert.ok(client.unknown.length > 0);
  },
);

seeded(
  'a client that is not served tries again for ever with something to send, and rests without',
  (mode) => {
    const world = new World(SEED, { delayMs: 1 }, {}, mode);
    const client = ready(world);
    world.server.close(world.clock.nowMs);
    world.stopServer();
    world.clock.runFor(10);
    assert.equal(client.endpoint.state, 'idle');
    assert.equal(client.disconnects.length, 1);
    const before = client.endpoint.counters().datagramsOut;
    world.clock.runFor(600_000);
    assert.equal(client.endpoint.counters().datagramsOut, before);
    assert.equal(client.endpoint.nextTickAtMs(), Number.POSITIVE_INFINITY);
    client.submit(op('R', 1, 1), false);
    client.flush();
    world.clock.runFor(600_000);
    const tries = client.endpoint.counters().datagramsOut - before;
    assert.ok(tries > 500 && tries < 800, `${tries} datagrams in ten minutes`);
    world.restartServer();
    world.run(() => client.replies.size === 1, 5000);
  },
);

seeded('a refusal by the socket makes the client look for a new session at once', (mode) => {
  const world = new World(SEED, { delayMs: 1 }, {}, mode);
  const client = ready(world);
  client.endpoint.hintRefused(world.clock.nowMs);
  assert.equal(client.endpoint.state, 'ready', 'nothing outstanding, nothing to do');
  world.stopServer();
  client.submit(op('R', 1, 1), false);
  client.flush();
  client.endpoint.hintRefused(world.clock.nowMs);
  assert.equal(client.endpoint.state, 'connecting');
  client.wake();
  world.restartServer();
  world.run(() => client.replies.size === 1, 5000);
});

seeded('a session that was only silent for a while goes on', (mode) => {
  const world = new World(SEED, { delayMs: 1 }, {}, mode);
  const client = ready(world);
  const cure = world.simulator.partition('*', '*');
  client.submit(op('I', 1), true);
  client.flush();
  world.clock.runFor(4500);
  assert.equal(client.endpoint.state, 'connecting');
  cure();
  world.run(() => client.replies.size === 1, 5000);
  assert.equal(world.handler.counts.get(1), 1);
  assert.deepEqual(client.unknown, []);
});

seeded('a request refused as BUSY is sent again under its id until it is executed, once', (mode) => {
  const world = new World(SEED, { delayMs: 1 }, {}, mode);
  const client = ready(world);
  const reply = client.ask(op('B', 1), true);
  assert.equal(numberOf(reply.bytes), 1);
  assert.equal(world.handler.counts.get(1), 1);
  assert.ok(world.handler.busyLeft < 0);
});

seeded(
  'a pending request is executed once however often it is asked for, and answered when it completes',
  (mode) => {
    const world = new World(SEED, { delayMs: 1 }, {}, mode);
    const client = ready(world);
    const write = client.submit(op('i', 1), true);
    const read = client.submit(op('r', 1, 3000), false);
    client.flush();
    world.clock.runFor(5000);
    assert.equal(world.handler.waiting.length, 2);
    assert.equal(world.server.counters().pending, 2);
    assert.equal(client.replies.size, 0);
    assert.ok(client.endpoint.counters().retransmits > 2);
    assert.equal(client.endpoint.state, 'ready', 'WORKING is a sign of life');
    world.completePending();
    world.run(() => client.replies.size === 2, 1000);
    assert.equal(numberOf(client.replies.get(write)!.bytes), 1);
    assert.deepEqual(client.replies.get(read)!.bytes, pattern(1, 3000));
    assert.equal(world.server.counters().pending, 0);
  },
);

seeded('completing a request that its client gave up, or that nobody knows, does nothing', (mode) => {
  const world = new World(SEED, { delayMs: 1 }, {}, mode);
  const client = ready(world);
  const rid = client.submit(op('i', 1), true);
  client.flush();
  world.clock.runFor(10);
  assert.equal(client.endpoint.cancel(rid, world.clock.nowMs), true);
  client.ask(op('I', 2), true);
  world.completePending();
  world.server.complete(4711, Status.OK, new Uint8Array(0), world.clock.nowMs);
  world.clock.runFor(100);
  assert.equal(client.replies.has(rid), false);
});

seeded('a pending write that ends as BUSY may be executed later', (mode) => {
  const world = new World(SEED, { delayMs: 1 }, {}, mode);
  const client = ready(world);
  client.submit(op('i', 1), true);
  client.flush();
  world.clock.runFor(10);
  const [{ ticket }] = world.handler.waiting.splice(0);
  world.server.complete(ticket, Status.BUSY, new Uint8Array(0), world.clock.nowMs);
  world.run(() => world.handler.waiting.length === 1, 5000);
  world.completePending();
  world.run(() => client.replies.size === 1, 5000);
  assert.equal(world.handler.counts.get(1), 1);
});

seeded('cancel says whether anything was sent, and frees the window', (mode) => {
  const world = new World(SEED, { delayMs: 1 }, {}, mode);
  const client = world.client({ windowMax: 2 });
  const first = client.submit(op('I', 1), true);
  const second = client.submit(op('I', 1), true);
  assert.equal(client.endpoint.canSubmit(), false);
  assert.throws(() => client.submit(op('I', 1), true), /window/);
  assert.equal(client.endpoint.cancel(first, 0), false);
  assert.equal(client.endpoint.cancel(first, 0), false);
  assert.equal(client.endpoint.canSubmit(), true);
  world.run(() => client.replies.size === 1, 1000);
  const third = client.submit(op('I', 1), true);
  client.flush();
  assert.equal(client.endpoint.cancel(third, world.clock.nowMs), true);
  world.clock.runFor(100);
  assert.deepEqual([...client.replies.keys()], [second]);
});

seeded(
  'a write with a large reply is executed once; asked for again it answers with what was kept',
  (mode) => {
    const world = new World(SEED, { ...BAD, loss: 0.3 }, {}, mode);
    const client = ready(world);
    for (let i = 0; i < 30; i++) {
      const reply = client.ask(op('X', 1, 20_000), true);
      const isWhole = reply.bytes.length === 20_000;
      assert.ok(isWhole || reply.bytes.length === 2);
      if (isWhole) assert.deepEqual(reply.bytes, pattern(1, 20_000));
    }
    assert.equal(world.handler.counts.get(1), 30);
    assert.ok(world.handler.summaries >= 30);
  },
);

seeded('a stored reply of several datagrams is repeated whole', (mode) => {
  const world = new World(SEED, { delayMs: 1 }, {}, mode);
  const client = ready(world);
  const cure = world.simulator.blackhole({ host: '127.0.0.1', port: 2662 }, '*');
  client.submit(op('X', 1, 4000), true);
  client.flush();
  world.clock.runFor(13_000); // longer than the server keeps sending
  cure();
  world.run(() => client.replies.size === 1, 10_000);
  assert.deepEqual([...client.replies.values()][0].bytes, pattern(1, 4000));
  assert.equal(world.handler.counts.get(1), 1);
});

seeded('request ids do not wrap: after the last one the client is a new client', (mode) => {
  const world = new World(SEED, { delayMs: 1 }, {}, mode);
  const client = ready(world, { limits: { requestIdMax: 50 }, windowMax: 8 });
  const rids: number[] = [];
  for (let i = 0; i < 120; i++) {
    world.run(() => client.endpoint.canSubmit(), 5000);
    client.replies.clear();
    const rid = client.submit(op('I', 1), true);
    rids.push(rid);
    client.flush();
    world.run(() => client.replies.has(rid), 5000);
  }
  assert.equal(Math.max(...rids), 50);
  assert.equal(rids.filter((rid) => rid === 1).length, 3);
  assert.equal(world.handler.counts.get(1), 120);
  assert.equal(world.server.counters().clientRecords, 1);
});

seeded('replies are freed at the server soon after a client falls silent', (mode) => {
  const world = new World(SEED, { delayMs: 1 }, {}, mode);
  const client = ready(world);
  client.ask(op('I', 1), true);
  assert.ok(world.server.counters().replyCacheBytes > 0);
  world.clock.runFor(1500);
  assert.equal(world.server.counters().replyCacheBytes, 0);
  const before = client.endpoint.counters().datagramsOut;
  world.clock.runFor(100_000);
  assert.equal(client.endpoint.counters().datagramsOut, before);
});

seeded('an idle session ends, and the next request finds a new one without losing anything', (mode) => {
  const world = new World(SEED, { delayMs: 1 }, { idleMs: 20_000 }, mode);
  const client = ready(world);
  client.ask(op('I', 1), true);
  world.clock.runFor(30_000);
  assert.equal(world.server.counters().sessions, 0);
  assert.equal(numberOf(client.ask(op('I', 1), true).bytes), 2);
  assert.equal(world.server.counters().sessionsOpened, 2);
  assert.deepEqual(client.unknown, []);
});

seeded('a session of which nothing is ever heard ends soon', (mode) => {
  const world = new World(SEED, { delayMs: 1 }, {}, mode);
  const client = world.client();
  world.run(() => world.server.counters().sessions === 1, 1000);
  world.simulator.partition('*', '*');
  world.clock.runFor(31_000);
  assert.equal(world.server.counters().sessions, 0);
  assert.equal(client.fatal, null);
});

seeded('the client replaces an old session before the server ends it', (mode) => {
  const world = new World(SEED, { delayMs: 1 }, { sessionAgeMsMax: 60_000, supersededMs: 3000 }, mode);
  const client = ready(world, { limits: { rekeyMs: 20_000 } });
  for (let i = 0; i < 100; i++) {
    client.ask(op('I', 1), true);
    world.clock.runFor(1000);
  }
  assert.equal(world.handler.counts.get(1), 100);
  assert.equal(client.readyCount, 1, 'nobody noticed');
  assert.ok(client.endpoint.counters().sessions >= 5);
  assert.ok(world.server.counters().sessions <= 2);
});

seeded('a session that sent too many datagrams is replaced as well', (mode) => {
  const world = new World(SEED, BAD, {}, mode);
  const client = ready(world, { limits: { datagramsPerSessionMax: 20 } });
  for (let i = 0; i < 200; i++) client.ask(op('I', 1), true);
  assert.equal(world.handler.counts.get(1), 200);
  assert.ok(client.endpoint.counters().sessions >= 5);
  assert.equal(client.readyCount, 1);
});

seeded('a session too old is closed with AGE and the client makes a new one', (mode) => {
  const world = new World(SEED, { delayMs: 1 }, { sessionAgeMsMax: 10_000 }, mode);
  const client = ready(world);
  for (let i = 0; i < 30; i++) {
    client.ask(op('I', 1), true);
    world.clock.runFor(1000);
  }
  assert.equal(world.handler.counts.get(1), 30);
  assert.ok(client.disconnects.some((reason) => reason.includes('code 3')));
});

seeded('without contact for long, sent writes are given up and reads are kept', (mode) => {
  const world = new World(SEED, { delayMs: 1 }, {}, mode);
  const client = ready(world, { limits: { noContactMs: 20_000 } });
  const cure = world.simulator.partition('*', '*');
  const write = client.submit(op('I', 1), true);
  const read = client.submit(op('R', 1, 1), false);
  client.flush();
  world.clock.runFor(25_000);
  assert.deepEqual(client.unknown, [write]);
  cure();
  world.run(() => client.replies.has(read), 10_000);
});

seeded('a full server turns the newcomer away, for good before the first session', (mode) => {
  const world = new World(SEED, { delayMs: 1 }, { sessionsMax: 1 }, mode);
  ready(world);
  const second = world.client();
  world.run(() => second.fatal !== null, 5000);
  assert.equal(second.fatal, 'SERVER_FULL');
  assert.equal(second.endpoint.state, 'closed');
  assert.equal(second.endpoint.canSubmit(), false);
});

seeded('a path that carries small datagrams only is reported, not waited on', (mode) => {
  const world = new World(SEED, { delayMs: 1 }, {}, mode);
  world.bytesMax = 1199;
  const client = world.client();
  world.run(() => client.fatal !== null, 60_000);
  assert.equal(client.fatal, 'PATH_MTU_OR_KEY');
});

seeded('close says goodbye: session and record are freed at once', (mode) => {
  const world = new World(SEED, { delayMs: 1 }, {}, mode);
  const client = ready(world);
  client.ask(op('I', 1), true);
  client.endpoint.close(world.clock.nowMs);
  client.endpoint.close(world.clock.nowMs);
  client.endpoint.start(world.clock.nowMs);
  assert.equal(client.endpoint.state, 'closed');
  world.clock.runFor(10);
  assert.equal(world.server.counters().sessions, 0);
  assert.equal(world.server.counters().clientRecords, 0);
  assert.equal(world.server.counters().replyCacheBytes, 0);
});

seeded('three hundred short-lived clients, one after the other, leave nothing behind', (mode) => {
  const world = new World(
    SEED,
    { delayMs: 0 },
    { sessionsMax: 4, clientRecordsMax: 4, seenAuthMax: 400 },
    mode,
  );
  for (let i = 0; i < 300; i++) {
    const client = ready(world);
    client.ask(op('I', 1), true);
    client.endpoint.close(world.clock.nowMs);
    world.clock.runFor(100);
  }
  assert.equal(world.handler.counts.get(1), 300);
  assert.equal(world.server.counters().clientRecords, 0);
});

seeded('a defect of the handler answers INTERNAL and harms nobody else', (mode) => {
  const world = new World(SEED, { delayMs: 1 }, {}, mode);
  const client = ready(world);
  assert.equal(client.ask(op('T', 1), true).status, Status.INTERNAL);
  assert.equal(world.server.counters().defects, 1);
  assert.equal(client.ask(op('I', 1), true).status, Status.OK);
});

seeded('a malformed request is answered MALFORMED', (mode) => {
  const world = new World(SEED, { delayMs: 1 }, {}, mode);
  const client = ready(world);
  assert.equal(client.ask(op('?', 1), true).status, Status.MALFORMED);
});

seeded('a request above what the server takes is refused before it is sent', (mode) => {
  const world = new World(SEED, { delayMs: 1 }, { maxMessageBytes: 10_000 }, mode);
  const client = world.client();
  const early = client.submit(op('S', 1, pattern(1, 20_000)), true);
  world.run(() => client.replies.size === 1, 1000);
  assert.equal(client.replies.get(early)!.status, Status.MESSAGE_TOO_LARGE);
  assert.equal(client.endpoint.messageBytesMax, 10_000);
  assert.throws(() => client.submit(pattern(1, 10_001), true), RangeError);
  assert.equal(client.ask(op('R', 1, 10_001), false).status, Status.REPLY_TOO_LARGE);
});

seeded('more large requests than the server reassembles wait for their turn', (mode) => {
  const world = new World(SEED, BAD, { reassemblyBytesTotal: 200_000 }, mode);
  const client = ready(world);
  const sizes = [
    60_000, 60_000, 60_000, 60_000, 60_000, 60_000, 60_000, 60_000, 60_000, 60_000, 60_000, 60_000,
  ];
  for (let i = 0; i < sizes.length; i++) client.submit(op('S', i, pattern(i, sizes[i])), true);
  client.flush();
  world.run(() => client.replies.size === sizes.length, 600_000);
  assert.equal(client.endpoint.counters().inFlightBytes, 0);
  for (let i = 0; i < sizes.length; i++) assert.deepEqual(world.handler.stored.get(i), pattern(i, sizes[i]));
  world.clock.runFor(60_000);
  assert.equal(world.server.counters().reassemblyBytes, 0);
});

seeded('large replies beyond the bound of a session wait by BUSY and all arrive', (mode) => {
  const world = new World(
    SEED,
    { delayMs: 2 },
    { outgoingBytesPerSession: 100_000, outgoingBytesTotal: 150_000 },
    mode,
  );
  const client = ready(world);
  for (let i = 0; i < 12; i++) client.submit(op('R', i, 40_000), false);
  client.flush();
  world.run(() => client.replies.size === 12, 600_000);
  for (const [rid, reply] of client.replies) assert.deepEqual(reply.bytes, pattern(rid - 1, 40_000));
  world.clock.runFor(20_000);
  assert.equal(world.server.counters().outgoingBytes, 0);
});

seeded('a write whose large reply finds no room answers with what was kept', (mode) => {
  const world = new World(
    SEED,
    { delayMs: 2 },
    { outgoingBytesPerSession: 10_000, outgoingBytesTotal: 10_000 },
    mode,
  );
  const client = ready(world);
  const reply = client.ask(op('X', 1, 40_000), true);
  assert.equal(reply.bytes.length, 2);
  assert.equal(world.handler.counts.get(1), 1);
});

seeded('replies that are kept are bounded: beyond it BUSY, before execution', (mode) => {
  const world = new World(SEED, { delayMs: 2 }, { replyBytesPerClientMax: 3000 }, mode);
  const client = ready(world);
  for (let i = 0; i < 40; i++) client.submit(op('X', 1, 1000), true);
  client.flush();
  world.run(() => client.replies.size === 40, 600_000);
  assert.equal(world.handler.counts.get(1), 40);
  assert.ok(world.server.counters().replyCacheBytes <= 4000);
});

seeded('a restart in the middle of a 1 MiB reply: it comes again, whole', (mode) => {
  const world = new World(SEED, BAD, {}, mode);
  const client = ready(world);
  const rid = client.submit(op('R', 9, 1024 * 1024), false);
  client.flush();
  world.run(() => world.server.counters().datagramsOut > 300, 600_000);
  world.restartServer();
  world.run(() => client.replies.has(rid), 600_000);
  assert.deepEqual(client.replies.get(rid)!.bytes, pattern(9, 1024 * 1024));
});

seeded('a restart in the middle of a 1 MiB write: unknown, and never half a value', (mode) => {
  const world = new World(SEED, BAD, {}, mode);
  const client = ready(world);
  const rid = client.submit(op('S', 9, pattern(9, 1024 * 1024)), true);
  client.flush();
  world.run(() => client.endpoint.counters().datagramsOut > 300, 600_000);
  world.restartServer();
  world.run(() => client.unknown.includes(rid), 600_000);
  assert.equal(world.handler.stored.has(9), false);
  world.clock.runFor(40_000);
  assert.equal(world.server.counters().reassemblyBytes, 0);
});

seeded('a cancelled large request stops being sent', (mode) => {
  const world = new World(SEED, { delayMs: 5 }, {}, mode);
  const client = ready(world);
  const rid = client.submit(op('S', 9, pattern(9, 500_000)), true);
  client.flush();
  world.clock.runFor(20);
  assert.equal(client.endpoint.cancel(rid, world.clock.nowMs), true);
  const before = client.endpoint.counters().datagramsOut;
  world.clock.runFor(10_000);
  assert.ok(client.endpoint.counters().datagramsOut - before < 3);
  assert.equal(world.handler.stored.has(9), false);
});

seeded('large datagrams between loopback ends carry large requests whole', (mode) => {
  const world = new World(SEED, { delayMs: 1 }, {}, mode);
  const client = ready(world, { isLoopback: true });
  assert.equal(client.endpoint.maxDatagram, 16_384);
  assert.equal(client.endpoint.requestBytesMax, 16_384 - 37);
  const value = pattern(1, 16_384 - 37 - 2);
  const before = client.endpoint.counters().datagramsOut;
  assert.equal(numberOf(client.ask(op('S', 1, value), true).bytes), value.length);
  assert.equal(client.endpoint.counters().datagramsOut - before, 1);
  const big = pattern(2, 1_000_000);
  assert.equal(numberOf(client.ask(op('S', 2, big), true).bytes), big.length);
  assert.deepEqual(client.ask(op('G', 2), false).bytes, big);
});

seeded('sixteen clients reading 256 KiB each through a narrow queue all finish, none far behind', (mode) => {
  const world = new World(SEED, { delayMs: 10, bytesPerSecond: 1_250_000, queueBytes: 65_536 }, {}, mode);
  const parties = Array.from({ length: 16 }, () => ready(world));
  const doneMs: number[] = [];
  const start = world.clock.nowMs;
  for (const party of parties) {
    party.onAnswered = () => doneMs.push(world.clock.nowMs - start);
    party.submit(op('R', 1, 262_144), false);
    party.flush();
  }
  world.run(() => doneMs.length === 16, 120_000);
});

seeded('the same seed gives the same trace', (mode) => {
  const trace = () => {
    const world = new World(SEED, BAD, {}, mode);
    const client = ready(world);
    for (let i = 0; i < 100; i++) client.submit(op('I', 1), true);
    client.submit(op('R', 1, 50_000), false);
    client.flush();
    world.run(() => client.replies.size === 101, 60_000);
    return world.simulator.traceHash;
  };
  assert.equal(trace(), trace());
});

seeded('a client whose address changes: sealed, its session follows; open, it needs a new one', (mode) => {
  const world = new World(SEED, { delayMs: 1 }, {}, mode);
  const client = ready(world);
  world.simulator.rebind({ host: '127.0.0.1', port: 40_000 }, { host: '127.0.0.1', port: 50_000 });
  client.submit(op('I', 1), true);
  client.flush();
  world.run(() => client.replies.size === 1, 20_000);
  const { dropped, sessionsOpened, pathsMoved } = world.server.counters();
  assert.equal(dropped['other-address'] > 0, mode === 'open');
  assert.equal(pathsMoved, mode === 'sealed' ? 1 : 0);
  assert.equal(sessionsOpened, mode === 'sealed' ? 1 : 2);
  assert.equal(world.handler.counts.get(1), 1);
});

test.run();
