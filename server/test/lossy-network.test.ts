/**
 * The whole of the server's core and the client's transport over a bad network in virtual time: a retried write
 * takes effect once, a value of any allowed size crosses, nobody starves. (Protocol, section 9, rows 6, 21, 22.)
 */

import * as assert from 'node:assert/strict';
import {
  ByteReader,
  ByteWriter,
  decodeValue,
  encodeGet,
  encodeIncr,
  encodeSet,
  Opcode,
  Result,
  readResult,
  Status,
  type ValueType,
} from '@anoadb/protocol';
import {
  type Answer,
  EndpointDriver,
  OUTCOME_UNKNOWN,
  PacketSimulator,
  type PathConditions,
  SeededRandom,
  SimulatedClient,
  VirtualClock,
  withSeed,
} from '@anoadb/testkit';
import type { ServerLimits } from '@anoadb/transport';
import { MemoryNetwork } from '@anoadb/udp';
import { test } from 'uvu';
import { createServerCore, type ServerCore } from './support/simulated-server.js';

const SERVER = { host: '10.0.0.1', port: 2662 };
const MINUTES = 60_000;

const BAD: Partial<PathConditions> = { loss: 0.1, duplication: 0.1, reorder: 0.1, delayMs: 5, jitterMs: 20 };

class World {
  readonly clock = new VirtualClock();
  readonly simulator: PacketSimulator;
  readonly network: MemoryNetwork;
  readonly #random: SeededRandom;
  #clients = 0;

  constructor(random: SeededRandom, conditions: Partial<PathConditions>) {
    const { clock } = this;
    this.#random = random;
    this.simulator = new PacketSimulator({ clock, random: random.fork(), conditions });
    this.network = new MemoryNetwork({ link: this.simulator, schedule: (run) => void clock.after(0, run) });
  }

  async startServer(limits: Partial<ServerLimits> = {}): Promise<ServerCore & { stop(): Promise<void> }> {
    const { clock } = this;
    const socket = await this.network.bind(SERVER);
    const core = createServerCore({
      sink: socket,
      random: this.#random.fork(),
      nowMs: () => clock.nowMs,
      limits,
    });
    const endpoint = {
      handleBatch: (...[batch, nowMs]: Parameters<typeof core.endpoint.handleBatch>) => {
        core.engine.nowMs = clock.wallNowMs;
        core.endpoint.handleBatch(batch, nowMs);
      },
      tick: (nowMs: number) => core.endpoint.tick(nowMs),
      nextTickAtMs: () => core.endpoint.nextTickAtMs(),
    };
    const driver = new EndpointDriver({ socket, clock, endpoint });
    const stop = async (): Promise<void> => {
      driver.stop();
      await socket.close();
    };
    return { ...core, stop };
  }

  async addClient(): Promise<SimulatedClient> {
    const from = { host: `10.0.1.${++this.#clients}`, port: 5000 };
    const socket = await this.network.connect({ ...SERVER, from });
    return new SimulatedClient({ socket, clock: this.clock, random: this.#random.fork() });
  }
}

for (const [name, conditions] of [
  ['a perfect path', {}],
  ['5 % loss', { ...BAD, loss: 0.05 }],
  ['10 % loss, duplicates, reordering and jitter', BAD],
  ['30 % loss and 200 ms of jitter', { ...BAD, loss: 0.3, jitterMs: 200 }],
] as [string, Partial<PathConditions>][]) {
  const count = 10_000;
  test(`${count} INCR over ${name} end at exactly ${count}`, () =>
    withSeed(async (random) => {
      const world = new World(random, conditions);
      await world.startServer();
      const client = await world.addClient();
      const key = Buffer.from('hits');
      const incr = ops((writer) => encodeIncr(writer, { key }));
      const statuses = new Map<number, number>();
      for (let i = 0; i < count; i++) {
        client.send(incr, { mutates: true }, ({ status, results }) => {
          const seen = status === Status.OK ? first(results).status : status;
          statuses.set(seen, (statuses.get(seen) ?? 0) + 1);
        });
      }
      world.clock.runUntilDone(() => client.unanswered === 0, 600 * MINUTES);
      assert.deepEqual([...statuses], [[Status.OK, count]]);
      assert.equal(singleValue(ask(world, client, (writer) => encodeGet(writer, { key }), false)), count);
    }));
}

for (const loss of [0.05, 0.1, 0.3]) {
  test(`100000 INCR at ${loss * 100} % loss each way, duplicates, reordering, jitter and restarts: acknowledged ones happened once, unknown ones at most once`, () =>
    withSeed(async (random) => {
      const count = 100_000;
      const restarts = 3;
      const world = new World(random, { ...BAD, loss });
      const client = await world.addClient();
      const incr = ops((writer) => encodeIncr(writer, { key: Buffer.from('hits') }));
      let acknowledged = 0;
      let unknown = 0;
      for (let i = 0; i < count; i++) {
        client.send(incr, { mutates: true }, ({ status, results }) => {
          if (status === OUTCOME_UNKNOWN) unknown++;
          else {
            assert.equal(status, Status.OK);
            assert.equal(first(results).status, Status.OK);
            acknowledged++;
          }
        });
      }
      let executed = 0;
      for (let life = 0; life <= restarts; life++) {
        const server = await world.startServer();
        const isOver = (): boolean => acknowledged + unknown >= (count * (life + 1)) / (restarts + 1);
        world.clock.runUntilDone(isOver, 600 * MINUTES);
        await server.stop();
        executed += server.engine.calls[Opcode.INCR];
        assert.deepEqual(server.failures, []);
        world.clock.runFor(300);
      }
      assert.equal(acknowledged + unknown, count);
      assert.ok(
        executed >= acknowledged && executed <= acknowledged + unknown,
        `${executed} executed, ${acknowledged} acknowledged, ${unknown} of unknown outcome`,
      );
      // A window's worth per restart, no more.
      assert.ok(unknown <= restarts * 128, `${unknown} of unknown outcome`);
    }));
}

test('a one-way black hole in the middle changes nothing but the time it takes', () =>
  withSeed(async (random) => {
    const world = new World(random, BAD);
    await world.startServer();
    const client = await world.addClient();
    const key = Buffer.from('hits');
    const incr = ops((writer) => encodeIncr(writer, { key }));
    let answered = 0;
    for (let i = 0; i < 2000; i++) client.send(incr, { mutates: true }, () => void answered++);
    world.clock.runUntilDone(() => answered >= 500, 10 * MINUTES);
    // What the server did is not heard of: every retry must find the stored reply.
    const cure = world.simulator.blackhole(SERVER, '*');
    world.clock.runFor(3000);
    cure();
    world.clock.runUntilDone(() => answered === 2000, 60 * MINUTES);
    assert.equal(singleValue(ask(world, client, (writer) => encodeGet(writer, { key }), false)), 2000);
  }));

test('values of 1 MiB are set and got over 10 % loss, duplicates and reordering', () =>
  withSeed(async (random) => {
    const world = new World(random, BAD);
    await world.startServer();
    const client = await world.addClient();
    for (const length of [1024 * 1024, 1, 1152, 1153, 300_000]) {
      const key = Buffer.from(`blob ${length}`);
      const value = random.bytes(length);
      const set = ask(world, client, (writer) => encodeSet(writer, { key, value }), true);
      assert.equal(first(set.results).status, Status.OK);
      const got = singleValue(ask(world, client, (writer) => encodeGet(writer, { key }), false));
      assert.ok(got instanceof Uint8Array && Buffer.compare(got, value) === 0, `${length} bytes`);
    }
  }));

test('16 clients read 256 KiB each through one narrow pipe with a small queue and all finish', () =>
  withSeed(async (random) => {
    const world = new World(random, { delayMs: 10 });
    await world.startServer();
    const writer = await world.addClient();
    const key = Buffer.from('blob');
    const value = random.bytes(256 * 1024);
    ask(world, writer, (to) => encodeSet(to, { key, value }), true);
    world.simulator.change({ bytesPerSecond: 250_000, queueBytes: 20_000 });
    let finished = 0;
    const get = ops((to) => encodeGet(to, { key }));
    for (let i = 0; i < 16; i++) {
      (await world.addClient()).send(get, { mutates: false }, (answer) => {
        const got = singleValue(answer);
        assert.ok(got instanceof Uint8Array && Buffer.compare(got, value) === 0);
        finished++;
      });
    }
    world.clock.runUntilDone(() => finished === 16, 10 * MINUTES);
  }));

test('23: `__proto__`, invalid UTF-8, 1 KiB keys, empty value: bytes are bytes', () =>
  withSeed(async (random) => {
    const world = new World(random, BAD);
    await world.startServer();
    const client = await world.addClient();
    const keys = [
      Buffer.from('__proto__'),
      Buffer.from([0xff, 0xc0, 0x00, 0x80]),
      random.bytes(1024),
      Buffer.from('e'),
    ];
    const values = ['constructor', Buffer.from([0xc3, 0x28, 0xff]), { ['__proto__']: 1 }, ''];
    for (const [i, key] of keys.entries()) {
      const value = values[i];
      const set = ask(world, client, (writer) => encodeSet(writer, { key, value }), true);
      assert.equal(first(set.results).status, Status.OK);
      const got = singleValue(ask(world, client, (writer) => encodeGet(writer, { key }), false));
      if (value instanceof Uint8Array) assert.equal(Buffer.compare(got as Uint8Array, value), 0);
      else assert.deepEqual(got, value);
    }
  }));

test('a large write that is refused for now comes back after growing pauses', () =>
  withSeed(async (random) => {
    const world = new World(random, { delayMs: 1 });
    await world.startServer({ pendingRequestsMax: 0 });
    const client = await world.addClient();
    const set = ops((writer) => encodeSet(writer, { key: Buffer.from('k'), value: random.bytes(6000) }));
    client.send(set, { mutates: true }, () => assert.fail('nothing can be answered'));
    world.clock.runFor(5000);
    // 10, 20, ... 640 ms and then one a second: not every round trip all of it again.
    const { datagramsOut } = client.endpoint.counters();
    assert.ok(datagramsOut < 120, `${datagramsOut} datagrams`);
  }));

test('a server that restarts empty: every INCR is counted once, lost with it, or said to be unknown', () =>
  withSeed(async (random) => {
    const world = new World(random, BAD);
    const former = await world.startServer();
    const client = await world.addClient();
    const key = Buffer.from('hits');
    const incr = ops((writer) => encodeIncr(writer, { key }));
    let answered = 0;
    let unknown = 0;
    let highestFormer = 0;
    let isRestarted = false;
    let countedAfter = 0;
    for (let i = 0; i < 1000; i++) {
      client.send(incr, { mutates: true }, (answer) => {
        answered++;
        if (answer.status !== Status.OK) unknown++;
        else if (!isRestarted) highestFormer = Math.max(highestFormer, Number(singleValue(answer)));
        else countedAfter++;
      });
    }
    world.clock.runUntilDone(() => answered >= 300, 10 * MINUTES);
    await former.stop();
    world.clock.runFor(500);
    isRestarted = true;
    await world.startServer();
    world.clock.runUntilDone(() => answered === 1000, 60 * MINUTES);
    const final = singleValue(ask(world, client, (writer) => encodeGet(writer, { key }), false)) ?? 0;
    // Replies of the former server may still have been on their way when it restarted.
    assert.ok(
      Number(final) <= countedAfter + unknown,
      `${String(final)} of ${countedAfter} and ${unknown} unknown`,
    );
    assert.ok(highestFormer > 0 && countedAfter > 0);
  }));

test('the same seed gives the same run to the byte', async () => {
  const run = async (seed: number): Promise<string> => {
    const world = new World(new SeededRandom(seed), BAD);
    await world.startServer();
    const client = await world.addClient();
    const incr = ops((writer) => encodeIncr(writer, { key: Buffer.from('k') }));
    for (let i = 0; i < 300; i++) client.send(incr, { mutates: true }, () => {});
    world.clock.runUntilDone(() => client.unanswered === 0, MINUTES);
    return world.simulator.traceHash;
  };
  assert.equal(await run(1), await run(1));
  assert.notEqual(await run(1), await run(2));
});

function ops(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter();
  write(writer);
  return writer.written().slice();
}

function ask(
  world: World,
  client: SimulatedClient,
  write: (writer: ByteWriter) => void,
  mutates: boolean,
): Answer {
  let answer: Answer | undefined;
  client.send(ops(write), { mutates }, (received) => {
    answer = received;
  });
  world.clock.runUntilDone(() => answer !== undefined, 30 * MINUTES);
  return answer!;
}

function first(results: Uint8Array): Result {
  const result = new Result();
  assert.ok(readResult(new ByteReader().reset(results, 0, results.length), result), 'unreadable results');
  return result;
}

function singleValue(answer: Answer) {
  assert.equal(answer.status, Status.OK);
  const { type, bytes, start, end } = first(answer.results);
  return decodeValue(type as ValueType, bytes, start, end);
}

test.run();
