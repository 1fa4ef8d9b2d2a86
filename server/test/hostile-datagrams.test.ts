/**
 * A million random and mutated datagrams against the real endpoint, door and engine: nothing is thrown, memory
 * stays where it was, and no address that has proven nothing gets more bytes than it sent (protocol, section 9).
 */

import * as assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  ByteReader,
  ByteWriter,
  encodeAppend,
  encodeCheck,
  encodeCopy,
  encodeCount,
  encodeDelete,
  encodeExists,
  encodeExpire,
  encodeGet,
  encodeGetDelete,
  encodeGetExpire,
  encodeIncr,
  encodeIncrFloat,
  encodeLength,
  encodePersist,
  encodePing,
  encodeRename,
  encodeScan,
  encodeSet,
  encodeTtl,
  encodeType,
  Result,
  readResult,
  Status,
} from '@anoadb/protocol';
import { DatagramMutator, SeededRandom } from '@anoadb/testkit';
import { ADDRESS_BYTES, ClientEndpoint, DatagramBatch, type DatagramSink } from '@anoadb/transport';
import { addressBytes } from '@anoadb/udp';
import { test } from 'uvu';
import { createServerCore } from './support/simulated-server.js';

const DATAGRAMS = 1_000_000;
const WARM_UP = 200_000;
const BATCH = 16;
const SLOT_BYTES = 2048;
/** A new client with a new session this often, and whenever a mutation has ended the session, within reason. */
const CLIENT_EVERY = 8_000;
const CLIENTS_MAX = 3_000;
/** So many of them ask one of everything, the others only open a session. */
const THOROUGH_CLIENTS = 40;
const STRANGERS = 200;
const MS_PER_DATAGRAM = 0.05;
/** After this nothing unfinished is held any more: reassembly ends at 30 s. */
const SETTLE_MS = 60_000;
const GROWTH_BYTES_MAX = 8 * 1024 * 1024;
/** Fewer, and the mutations would not have reached what they are for. */
const REQUESTS_MIN = 20_000;

const HEADER_BYTES = 12;
const RID_AT = HEADER_BYTES + 3;
/** Mostly requests; anything else that is no known frame would end the session at once. */
const FRAMES = [1, 1, 1, 1, 1, 1, 3, 3, 5, 6, 8, 9, 0x0a, 0x0b, 0x80];
const OPS_AT = RID_AT + 6;

const KEY = Buffer.from('k');
/** One of every other command, so that mutations start from all of them. */
const EVERY_COMMAND: [(writer: ByteWriter) => void, boolean][] = [
  [(writer) => encodeAppend(writer, { key: KEY, value: 'tail' }), true],
  [
    (writer) => encodeSet(writer, { key: KEY, value: 1.5, ifPresent: true, returnOld: true, keepTtl: true }),
    true,
  ],
  [(writer) => encodeIncrFloat(writer, { key: KEY, amountFloat: 0.25, ttlMs: 5000 }), true],
  [(writer) => encodeExpire(writer, { key: KEY, timeMs: 5000, ifNone: true }), true],
  [(writer) => encodeTtl(writer, { key: KEY }), false],
  [(writer) => encodeType(writer, { key: KEY }), false],
  [(writer) => encodeLength(writer, { key: Buffer.from('json') }), false],
  [(writer) => encodeGetExpire(writer, { key: KEY, persist: true }), true],
  [(writer) => encodePersist(writer, { key: KEY }), true],
  [(writer) => encodeCheck(writer, { key: KEY, version: 7 }), false],
  [(writer) => encodeCopy(writer, { key: KEY, newKey: Buffer.from('k2') }), true],
  [(writer) => encodeRename(writer, { key: KEY, newKey: Buffer.from('k2') }), true],
  [(writer) => encodeGetDelete(writer, { key: Buffer.from('k2') }), true],
  [(writer) => encodeExists(writer, { key: KEY }), false],
  [(writer) => encodeDelete(writer, { key: KEY }), true],
  [(writer) => encodeCount(writer), false],
  [(writer) => encodePing(writer, { payload: Buffer.from('ping') }), false],
];

test('a million hostile datagrams stop nothing, fill nothing and amplify nothing', () => {
  const random = new SeededRandom();
  try {
    attack(random);
  } catch (error) {
    (error as Error).message += ` (repeat with ANOA_SEED=${random.seed})`;
    throw error;
  }
});

function attack(random: SeededRandom): void {
  const world = new World(random);
  const mutator = new DatagramMutator(random.fork());
  const strangers = Array.from({ length: STRANGERS }, (_, i) =>
    i % 2 === 0 ? addressBytes(`203.0.113.${i}`, 1024 + i) : addressBytes('127.0.0.1', 20_000 + i),
  );
  const batch = new DatagramBatch(BATCH, SLOT_BYTES);
  let live = world.addClient(mutator);
  let baselineBytes = 0;
  for (let sent = 0; sent < DATAGRAMS; sent += BATCH) {
    if (sent % CLIENT_EVERY < BATCH || (live.isLost && world.clients < CLIENTS_MAX)) {
      live = world.addClient(mutator);
      mutator.keepLatest(400);
    }
    for (let i = 0; i < BATCH; i++) {
      const start = batch.startOf(batch.count);
      // Half of it from a proven address: in open mode that reaches frames, ops and the store.
      const isProven = random.chance(0.5);
      const from = isProven ? live.address : random.pick(strangers);
      const length =
        isProven && random.chance(0.7)
          ? live.writeRequest(batch.bytes.subarray(start, start + SLOT_BYTES))
          : mutator.write(batch.bytes, start);
      if (isProven && random.chance(0.01)) live.forge(batch.bytes.subarray(start, start + length), random);
      world.countIn(from, length);
      batch.commit(length, from, 0);
    }
    world.handle(batch);
    world.nowMs += BATCH * MS_PER_DATAGRAM;
    if (baselineBytes === 0 && sent >= WARM_UP) baselineBytes = world.settledBytes();
  }
  const { requests } = world.core.endpoint.counters();
  assert.ok(requests > REQUESTS_MIN, `only ${requests} requests were executed: not much of a test`);
  const growthBytes = world.settledBytes() - baselineBytes;
  assert.ok(growthBytes < GROWTH_BYTES_MAX, `memory grew by ${growthBytes} bytes`);
  for (const stranger of strangers) assert.ok(world.bytesIn(stranger) > 0);
  assert.deepEqual(world.core.failures, []);

  const survivor = world.addClient(mutator);
  const key = Buffer.from('after the storm');
  assert.equal(survivor.ask((writer) => encodeSet(writer, { key, value: 'calm' }), true).status, Status.OK);
  const answer = survivor.ask((writer) => encodeGet(writer, { key }), false);
  assert.equal(Buffer.from(answer.bytes.subarray(answer.start, answer.end)).toString(), 'calm');
}

/** The server, its clock and the ledger of bytes in and out of every address. */
class World implements DatagramSink {
  readonly batch = new DatagramBatch(64, 16_384);
  readonly core;
  readonly opsMutator: DatagramMutator;
  nowMs = 1000;
  readonly #random: SeededRandom;
  #client: LiveClient | undefined;
  clients = 0;
  readonly #proven = new Set<string>();
  readonly #in = new Map<string, number>();
  readonly #out = new Map<string, number>();

  constructor(random: SeededRandom) {
    this.#random = random;
    this.opsMutator = new DatagramMutator(random.fork(), { lengthMax: 1100 });
    const maxMemoryBytes = 32 * 1024 * 1024;
    // Sessions and records of clients long gone must not look like a leak: both are held shortly here.
    const limits = { idleMs: 500, clientRecordSilentMs: 600, clientRecordsMax: 256 };
    this.core = createServerCore({
      limits,
      sink: this,
      random: random.fork(),
      nowMs: () => this.nowMs,
      maxMemoryBytes,
    });
  }

  handle(batch: DatagramBatch): void {
    this.core.engine.nowMs = 1_767_225_600_000 + Math.floor(this.nowMs);
    this.core.endpoint.handleBatch(batch, this.nowMs);
    this.core.endpoint.tick(this.nowMs);
    this.core.engine.store.tick(this.core.engine.nowMs, 1000);
    batch.clear();
  }

  /** What leaves: entered in the ledger, and brought to the latest client where it is for it. */
  flush(): void {
    const { batch } = this;
    const client = this.#client;
    for (let i = 0; i < batch.count; i++) {
      const at = i * ADDRESS_BYTES;
      const key = keyOf(batch.addresses, at);
      const bytes = (this.#out.get(key) ?? 0) + batch.lengths[i];
      this.#out.set(key, bytes);
      if (!this.#proven.has(key)) {
        assert.ok(bytes <= (this.#in.get(key) ?? 0), `${bytes} bytes went to an unproven address`);
      }
      if (client !== undefined && client.key === key) client.take(batch, i);
    }
    batch.clear();
  }

  countIn(from: Uint8Array, length: number): void {
    const key = keyOf(from, 0);
    this.#in.set(key, (this.#in.get(key) ?? 0) + length);
  }

  bytesIn(from: Uint8Array): number {
    return this.#in.get(keyOf(from, 0)) ?? 0;
  }

  /** A genuine client at a new address: its datagrams and the server's are captured for mutation. */
  addClient(mutator: DatagramMutator): LiveClient {
    const address = addressBytes('127.0.0.1', 40_000 + this.clients++);
    const client = new LiveClient(this, this.#random.fork(), address, mutator);
    this.#client = client;
    this.#proven.add(client.key);
    client.start(this.clients <= THOROUGH_CLIENTS);
    return client;
  }

  /** Everything held besides what has a limit of its own, once timers had time to let go. */
  settledBytes(): number {
    for (let passedMs = 0; passedMs < SETTLE_MS; passedMs += 100) {
      this.nowMs += 100;
      this.core.endpoint.tick(this.nowMs);
    }
    collectGarbage();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    const { replyCacheBytes, reassemblyBytes, outgoingBytes } = this.core.endpoint.counters();
    const bounded =
      replyCacheBytes + reassemblyBytes + outgoingBytes + this.core.engine.store.memory().usedBytes;
    return heapUsed + arrayBuffers - bounded;
  }
}

class LiveClient implements DatagramSink {
  readonly batch = new DatagramBatch(64, 16_384);
  readonly address: Uint8Array;
  readonly key: string;
  readonly #world: World;
  readonly #mutator: DatagramMutator;
  readonly #endpoint: ClientEndpoint;
  readonly #inbox = new DatagramBatch(64, 16_384);
  readonly #answers: Uint8Array[] = [];
  /** The server said that there is no such session, or closed it. */
  isLost = false;
  #sid = 0;
  #counter = 100;
  #rid = 20;

  constructor(world: World, random: SeededRandom, address: Uint8Array, mutator: DatagramMutator) {
    this.#world = world;
    this.#mutator = mutator;
    this.address = address;
    this.key = keyOf(address, 0);
    this.#endpoint = new ClientEndpoint({
      random: random.source,
      isLoopback: false,
      sink: this,
      mode: 'open',
      listener: {
        onReady: () => {},
        onReply: (_rid, status, bytes, start, end) => {
          assert.deepEqual(this.#world.core.failures, []);
          assert.equal(status, Status.OK);
          this.#answers.push(bytes.slice(start, end));
        },
        onOutcomeUnknown: () => {},
        onDisconnected: () => {},
        onFatal: (code, message) => assert.fail(`${code}: ${message}`),
      },
    });
  }

  /** Handshake, then, where thorough, one of everything: what is captured decides how deep the mutations get. */
  start(isThorough: boolean): void {
    this.#endpoint.start(this.#world.nowMs);
    this.#pump(() => this.#endpoint.state === 'ready');
    if (!isThorough) return;
    const key = Buffer.from('counter');
    this.ask((writer) => encodeSet(writer, { key, value: 1, ttlMs: 60_000 }), true);
    this.ask((writer) => encodeIncr(writer, { key }), true);
    this.ask(
      (writer) => encodeSet(writer, { key: Buffer.from('json'), value: { a: [1, true, null, 'x'] } }),
      true,
    );
    this.ask((writer) => encodeSet(writer, { key: Buffer.from('large'), value: new Uint8Array(5000) }), true);
    this.ask((writer) => encodeGet(writer, { key: Buffer.from('large') }), false);
    this.ask((writer) => encodeScan(writer, { key: Buffer.from(''), cursor: 0, count: 10 }), false);
    for (const [write, mutates] of EVERY_COMMAND) this.ask(write, mutates);
    this.ask((writer) => {
      for (let i = 0; i < 20; i++) encodeGet(writer, { key: Buffer.from(`k${i}`) });
    }, false);
  }

  ask(write: (writer: ByteWriter) => void, mutates: boolean): Result {
    const writer = new ByteWriter();
    write(writer);
    this.#world.opsMutator.capture(writer.written());
    this.#world.opsMutator.keepLatest(200);
    this.#answers.length = 0;
    this.#endpoint.submit(writer.written(), { mutates, isAtomic: false }, this.#world.nowMs);
    this.#endpoint.flush(this.#world.nowMs);
    this.#pump(() => this.#answers.length > 0);
    const result = new Result();
    assert.ok(readResult(new ByteReader().reset(this.#answers[0], 0, this.#answers[0].length), result));
    return result;
  }

  /** Out to the server at once. */
  flush(): void {
    const { batch } = this;
    if (batch.count === 0) return;
    const outgoing = new DatagramBatch(batch.count, batch.slotBytes);
    for (let i = 0; i < batch.count; i++) {
      const datagram = batch.bytes.subarray(batch.startOf(i), batch.startOf(i) + batch.lengths[i]);
      this.#mutator.capture(datagram);
      if (datagram[1] === 0x30)
        this.#sid = new DataView(datagram.buffer, datagram.byteOffset).getUint32(2, true);
      this.#world.countIn(this.address, datagram.length);
      outgoing.push(datagram, this.address);
    }
    batch.clear();
    this.#world.handle(outgoing);
  }

  /** A sound datagram with a sound request of mutated ops: what anybody with the key could send. Returns its length. */
  writeRequest(into: Uint8Array): number {
    const length = OPS_AT + this.#world.opsMutator.write(into, OPS_AT);
    this.#writeHeader(into);
    this.#writeFrame(into.subarray(0, length), 1);
    into[RID_AT + 4] = 0;
    into[RID_AT + 5] = this.#rid % 3 === 0 ? 0x10 : 0;
    return length;
  }

  /**
   * What a program on this machine could send in this client's place, who has no keys to prevent it: a sound
   * header and mostly a known frame with a request id that the window admits, the rest mutated.
   */
  forge(datagram: Uint8Array, random: SeededRandom): void {
    if (datagram.length < OPS_AT) return;
    this.#writeHeader(datagram);
    if (random.chance(0.95)) this.#writeFrame(datagram, random.pick(FRAMES));
  }

  #writeHeader(datagram: Uint8Array): void {
    const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.length);
    view.setUint16(0, 0x30a1, true);
    view.setUint32(2, this.#sid, true);
    view.setUint32(6, this.#counter++, true);
    view.setUint16(10, 0, true);
  }

  #writeFrame(datagram: Uint8Array, type: number): void {
    const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.length);
    datagram[HEADER_BYTES] = type;
    view.setUint16(HEADER_BYTES + 1, datagram.length - RID_AT, true);
    view.setUint32(RID_AT, this.#rid++, true);
  }

  take(from: DatagramBatch, index: number): void {
    const start = from.startOf(index);
    const datagram = from.bytes.subarray(start, start + from.lengths[index]);
    if (datagram[1] === 0x27 || (datagram[1] === 0x31 && datagram[HEADER_BYTES] === 0x0c)) this.isLost = true;
    if (this.#inbox.isFull) return;
    this.#inbox.push(datagram, this.address);
  }

  #pump(isDone: () => boolean): void {
    for (let round = 0; !isDone(); round++) {
      assert.ok(round < 10_000, 'a genuine client got no answer');
      const arrived = new DatagramBatch(this.#inbox.capacity, this.#inbox.slotBytes);
      for (let i = 0; i < this.#inbox.count; i++) {
        const datagram = this.#inbox.bytes.subarray(
          this.#inbox.startOf(i),
          this.#inbox.startOf(i) + this.#inbox.lengths[i],
        );
        this.#mutator.capture(datagram);
        arrived.push(datagram, this.address);
      }
      this.#inbox.clear();
      this.#endpoint.handleBatch(arrived, this.#world.nowMs);
      this.#world.nowMs += 1;
      this.#endpoint.tick(this.#world.nowMs);
      this.#world.core.endpoint.tick(this.#world.nowMs);
    }
    this.#inbox.clear();
  }
}

/** The 18 bytes as a string of as many characters: cheap, and equal only for equal addresses. */
function keyOf(addresses: Uint8Array, at: number): string {
  return String.fromCharCode(...addresses.subarray(at, at + ADDRESS_BYTES));
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let i = 0; i < 3; i++) collect();
}

test.run();
