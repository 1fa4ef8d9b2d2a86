import * as assert from 'node:assert/strict';
import { ADDRESS_BYTES } from '@anoadb/transport';
import { addressBytes, MemoryNetwork } from '@anoadb/udp';
import { test } from 'uvu';
import { PacketSimulator, type PathConditions } from '../src/packet-simulator.js';
import { SeededRandom } from '../src/seeded-random.js';
import { VirtualClock } from '../src/virtual-clock.js';

const A = { host: '10.0.0.1', port: 1000 };
const B = { host: '10.0.0.2', port: 2000 };

interface Landing {
  readonly atMs: number;
  readonly text: string;
}

function simulate(conditions: Partial<PathConditions>, seed = 1) {
  const clock = new VirtualClock();
  const simulator = new PacketSimulator({ clock, random: new SeededRandom(seed), conditions });
  const landed: Landing[] = [];
  const send = (text: string, from = A, to = B): void =>
    simulator.carry(
      Buffer.from(text),
      addressBytes(from.host, from.port),
      addressBytes(to.host, to.port),
      (bytes) => {
        landed.push({ atMs: clock.nowMs, text: Buffer.from(bytes).toString() });
      },
    );
  return { clock, simulator, landed, send };
}

test('a perfect path delivers everything at once and in order', () => {
  const { clock, landed, send, simulator } = simulate({});
  for (let i = 0; i < 100; i++) send(`${i}`);
  clock.runUntil(0);
  assert.deepEqual(
    landed.map((landing) => landing.text),
    Array.from({ length: 100 }, (_, i) => `${i}`),
  );
  assert.equal(simulator.counters.delivered, 100);
});

test('the same seed gives the same trace, another seed another', () => {
  const run = (seed: number): string => {
    const { clock, send, simulator } = simulate(
      { loss: 0.1, duplication: 0.1, reorder: 0.2, corruption: 0.05, delayMs: 10, jitterMs: 30 },
      seed,
    );
    for (let i = 0; i < 500; i++) {
      send(`datagram ${i}`);
      clock.runFor(1);
    }
    clock.runFor(1000);
    return simulator.traceHash;
  };
  assert.equal(run(7), run(7));
  assert.notEqual(run(7), run(8));
});

test('loss, duplication and corruption happen about as often as asked, and never when not asked', () => {
  const { clock, send, simulator } = simulate({
    loss: 0.1,
    duplication: 0.2,
    corruption: 0.05,
    reorder: 0.3,
  });
  for (let i = 0; i < 20_000; i++) send('x'.repeat(20));
  clock.runFor(1000);
  const { lost, duplicated, corrupted, delivered, reordered, overflowed, blackholed } = simulator.counters;
  assert.ok(Math.abs(lost - 2000) < 200, `lost ${lost}`);
  assert.ok(Math.abs(duplicated - 3600) < 300, `duplicated ${duplicated}`);
  assert.ok(Math.abs(corrupted - 1080) < 150, `corrupted ${corrupted}`);
  assert.ok(Math.abs(reordered - 6480) < 400, `reordered ${reordered}`);
  assert.equal(delivered, 20_000 - lost + duplicated);
  assert.equal(overflowed + blackholed, 0);
});

test('corruption changes bits of the copy only, never the length', () => {
  const { clock, send, landed } = simulate({ corruption: 1 });
  for (let i = 0; i < 200; i++) send('\0'.repeat(8));
  clock.runFor(1);
  assert.equal(landed.length, 200);
  assert.ok(landed.some(({ text }) => text !== '\0'.repeat(8)));
});

test('delay and jitter stay within their bounds', () => {
  const { clock, landed, send } = simulate({ delayMs: 40, jitterMs: 20 });
  for (let i = 0; i < 1000; i++) send('x');
  clock.runFor(39.9);
  assert.equal(landed.length, 0);
  clock.runFor(20.2);
  assert.equal(landed.length, 1000);
});

test('a narrow pipe takes its time and its queue loses the tail', () => {
  // 72 + 28 bytes of headers at 10 000 bytes a second: 10 ms each; 1000 bytes of queue hold ten of them.
  const { clock, landed, send, simulator } = simulate({ bytesPerSecond: 10_000, queueBytes: 1000 });
  for (let i = 0; i < 15; i++) send('x'.repeat(72));
  clock.runFor(10_000);
  assert.equal(landed.length, 10);
  assert.equal(simulator.counters.overflowed, 5);
  landed.forEach(({ atMs }, i) => void assert.ok(Math.abs(atMs - 10 * (i + 1)) < 1e-6, `${i} at ${atMs}`));
});

test('a black hole is one way and ends with its cure', () => {
  const { clock, landed, send, simulator } = simulate({});
  const cure = simulator.blackhole(A, '*');
  send('swallowed');
  send('passes', B, A);
  clock.runFor(1);
  cure();
  send('again');
  clock.runFor(1);
  assert.deepEqual(
    landed.map(({ text }) => text),
    ['passes', 'again'],
  );
  assert.equal(simulator.counters.blackholed, 1);
});

test('a partition by host covers every port of it, both ways', () => {
  const { clock, landed, send, simulator } = simulate({});
  const cure = simulator.partition({ host: A.host }, { host: B.host });
  send('1', { ...A, port: 5 });
  send('2', B, { ...A, port: 6 });
  send('3', { host: '10.0.0.11', port: 5 });
  clock.runFor(1);
  cure();
  assert.deepEqual(
    landed.map(({ text }) => text),
    ['3'],
  );
});

test('a rebound client is seen at its new address, and its old one is dead', async () => {
  const clock = new VirtualClock();
  const simulator = new PacketSimulator({ clock, random: new SeededRandom(1) });
  const network = new MemoryNetwork({ link: simulator, schedule: (run) => void clock.after(0, run) });
  const server = await network.bind(B);
  const client = await network.connect({ ...B, from: A });
  const seen: number[] = [];
  let formerAddress: Uint8Array | undefined;
  server.start({
    onBatch: (batch) => {
      const from = batch.addresses.slice(0, ADDRESS_BYTES);
      seen.push(from[16] | (from[17] << 8));
      server.batch.push(Buffer.from('reply'), from);
      if (formerAddress !== undefined) server.batch.push(Buffer.from('to the old address'), formerAddress);
      formerAddress = from;
      server.flush();
    },
    onError: (error) => assert.fail(error),
  });
  let replies = 0;
  client.start({ onBatch: (batch) => void (replies += batch.count), onError: (error) => assert.fail(error) });
  const ask = (): void => {
    client.batch.push(Buffer.from('ask'), new Uint8Array(ADDRESS_BYTES));
    client.flush();
    clock.runFor(1);
  };
  ask();
  simulator.rebind(A, { host: '10.9.9.9', port: 777 });
  ask();
  assert.deepEqual(seen, [A.port, 777]);
  assert.equal(replies, 2);
  simulator.rebind(A, { host: '10.9.9.9', port: 778 });
  ask();
  assert.deepEqual(seen, [A.port, 777, 778]);
  assert.equal(replies, 3);
});

test.run();
