/** Both real ends over the packet simulator, in virtual time. */

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

/** Keeps `inFlight` increments of one key going until `total` were submitted; returns when all are settled. */
function increment(world: World, client: Party, total: number, inFlight: number, limitMs: number): void {
  let submitted = 0;
  let settled = 0;
  const refill = () => {
    while (submitted < total && submitted - settled < inFlight && client.endpoint.canSubmit()) {
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
  world.run(() => settled === total, limitMs);
}

seeded('a request is answered over a perfect path, and one round trip is all it takes', (mode) => {
  const world = new World(SEED, { delayMs: 10 }, {}, mode);
  const client = world.client();
  assert.equal(client.endpoint.state, 'connecting');
  world.run(() => client.endpoint.state === 'ready', 1000);
  assert.equal(world.clock.nowMs, 40);
  const asked = world.clock.nowMs;
  const reply = client.ask(op('I', 7), true);
  assert.equal(reply.status, Status.OK);
  assert.equal(numberOf(reply.bytes), 1);
  assert.equal(world.clock.nowMs - asked, 20);
});

seeded('requests submitted together share datagrams both ways', (mode) => {
  const world = new World(SEED, { delayMs: 1 }, {}, mode);
  const client = world.client();
  world.run(() => client.endpoint.state === 'ready', 1000);
  const before = client.endpoint.counters().datagramsOut;
  for (let i = 0; i < 100; i++) client.submit(op('I', 1), true);
  client.flush();
  world.run(() => client.replies.size === 100, 1000);
  assert.ok(client.endpoint.counters().datagramsOut - before <= 3);
  assert.equal(world.handler.counts.get(1), 100);
});

for (const loss of [0.1, 0.3]) {
  seeded(`every request is answered once at ${loss * 100} % loss, duplicates and reordering`, (mode) => {
    const world = new World(SEED, { ...BAD, loss }, {}, mode);
    const client = world.client();
    increment(world, client, 2000, 64, 600_000);
    assert.equal(world.handler.counts.get(1), 2000);
    assert.equal(client.replies.size, 2000);
    assert.deepEqual(client.unknown, []);
  });
}

seeded('100 000 increments through 10 % loss, duplicates and reordering end at exactly 100 000', (mode) => {
  const world = new World(SEED, BAD, {}, mode);
  const client = world.client({ windowMax: 128 });
  increment(world, client, 100_000, 128, 3_600_000);
  assert.equal(world.handler.counts.get(1), 100_000);
  assert.equal(new Set([...client.replies.values()].map((reply) => numberOf(reply.bytes))).size, 100_000);
});

seeded('a request of 1 MiB and its reply of 1 MiB cross 10 % loss', (mode) => {
  const world = new World(SEED, BAD, {}, mode);
  const client = world.client();
  const value = pattern(3, 1024 * 1024);
  assert.equal(numberOf(client.ask(op('S', 3, value), true, 300_000).bytes), value.length);
  const reply = client.ask(op('G', 3), false, 300_000);
  assert.deepEqual(reply.bytes, value);
});

test.run();
