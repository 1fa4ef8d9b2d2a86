/**
 * Large transfers of many clients through one bottleneck, in virtual time: what the congestion control makes of
 * a link. Both real ends of the transport run, open mode; nothing is measured but what arrived.
 *
 * The bottleneck is one queue per direction that all clients share, with its tail dropped, then a delay; random
 * loss comes behind it, so a lost datagram has cost its share of the link.
 */
import { type ByteWriter, Limits, Status } from '@anoadb/protocol';
import {
  ADDRESS_BYTES,
  ClientEndpoint,
  type ClientListener,
  DatagramBatch,
  type DatagramSink,
  type IncomingRequest,
  RequestKind,
  ServerEndpoint,
} from '@anoadb/transport';
import { SeededRandom } from './seeded-random.js';
import { VirtualClock } from './virtual-clock.js';

/** IPv4 and UDP headers. */
const DATAGRAM_OVERHEAD_BYTES = 28;
const MESSAGE_BYTES_MAX = 17 * 1024 * 1024;
const READ = 0x52;
const WRITE = 0x57;
const STEP_MS = 10;
const FRAGMENT_DATAGRAM_BYTES_MIN = 600;

export interface LinkConditions {
  /** Of each direction, shared by all clients. */
  readonly bitsPerSecond: number;
  readonly queueBytes: number;
  /** There and back, without any queue. */
  readonly roundTripMs: number;
  /** Random loss of each direction, in [0, 1). */
  readonly loss?: number;
  /** Added to each direction's delay, uniformly from 0; reorders. */
  readonly jitterMs?: number;
}

export interface TransferPlan {
  readonly link: LinkConditions;
  readonly clients: number;
  readonly messageBytes: number;
  /** Messages of each client, one after another. Infinity: until the time is over. */
  readonly messagesPerClient: number;
  /** Messages a client has asked for at once. */
  readonly parallel?: number;
  readonly kind: 'read' | 'write';
  /** Ends the simulation, done or not. */
  readonly durationMs: number;
  /** Throughput and shares are those from here on. */
  readonly warmupMs?: number;
  /** Beside the transfers every client asks for 32 bytes, this often. */
  readonly smallEveryMs?: number;
  /** Clients start their transfers within this, evenly. */
  readonly startSpreadMs?: number;
  readonly seed: number;
}

export interface TransferReport {
  /** Virtual time after which all messages had arrived; Infinity where some had not. */
  readonly doneMs: number;
  /** When each client's last message arrived, in ms after the start. */
  readonly clientDoneMs: readonly number[];
  /** Message bytes that arrived in the measured time, in bit/s. */
  readonly bitsPerSecond: number;
  /** Bytes on the link (headers too, and what came twice) as a part of what it carries. */
  readonly utilization: number;
  /** Jain's index of the clients' shares; 1 = all equal. */
  readonly fairness: number;
  /** Worst client's share over the fair share. */
  readonly worstShare: number;
  /** Fragments sent again over all sent. */
  readonly retransmitRatio: number;
  /** Of what was offered to the queue in the measured time: lost at its tail. */
  readonly queueLoss: number;
  /** Of small requests in ms, sorted. */
  readonly smallMs: readonly number[];
}

export function simulateTransfers(plan: TransferPlan): TransferReport {
  return new TransferSimulation(plan).run();
}

class Bottleneck {
  readonly #clock: VirtualClock;
  readonly #random: SeededRandom;
  readonly #link: LinkConditions;
  readonly #bytesPerMs: number;
  #freeAtMs = 0;
  offered = 0;
  overflowed = 0;
  carriedBytes = 0;

  constructor(clock: VirtualClock, random: SeededRandom, link: LinkConditions) {
    this.#clock = clock;
    this.#random = random;
    this.#link = link;
    this.#bytesPerMs = link.bitsPerSecond / 8000;
  }

  carry(byteCount: number, arrive: () => void): void {
    const { nowMs } = this.#clock;
    const { queueBytes, roundTripMs, loss = 0, jitterMs = 0 } = this.#link;
    const bytes = byteCount + DATAGRAM_OVERHEAD_BYTES;
    this.offered++;
    const startMs = Math.max(nowMs, this.#freeAtMs);
    if ((startMs - nowMs) * this.#bytesPerMs + bytes > queueBytes) {
      this.overflowed++;
      return;
    }
    this.#freeAtMs = startMs + bytes / this.#bytesPerMs;
    this.carriedBytes += bytes;
    if (this.#random.chance(loss)) return;
    const jitter = jitterMs === 0 ? 0 : this.#random.fraction() * jitterMs;
    this.#clock.at(this.#freeAtMs + roundTripMs / 2 + jitter, arrive);
  }
}

/** One end: what it sends goes through the bottleneck, what arrives is handed to its endpoint. */
class End implements DatagramSink {
  readonly batch = new DatagramBatch(32, 2048);
  readonly inbox = new DatagramBatch(1, 2048);
  readonly address: Uint8Array;
  readonly #send: (datagram: Uint8Array, to: Uint8Array) => void;

  constructor(index: number, send: (datagram: Uint8Array, to: Uint8Array) => void) {
    this.address = addressOf(index);
    this.#send = send;
  }

  flush(): void {
    const { batch } = this;
    for (let i = 0; i < batch.count; i++) {
      const at = batch.startOf(i);
      const to = batch.addresses.slice(i * ADDRESS_BYTES, (i + 1) * ADDRESS_BYTES);
      this.#send(batch.bytes.slice(at, at + batch.lengths[i]), to);
    }
    batch.clear();
  }
}

interface Ticking {
  tick(nowMs: number): void;
  nextTickAtMs(): number;
}

/** Calls `tick` when it is due. */
class Alarm {
  readonly #clock: VirtualClock;
  readonly #endpoint: Ticking;
  #atMs = Number.POSITIVE_INFINITY;

  constructor(clock: VirtualClock, endpoint: Ticking) {
    this.#clock = clock;
    this.#endpoint = endpoint;
  }

  set(): void {
    const atMs = this.#endpoint.nextTickAtMs();
    if (atMs >= this.#atMs || atMs === Number.POSITIVE_INFINITY) return;
    this.#atMs = atMs;
    this.#clock.at(atMs, () => {
      if (this.#atMs !== atMs) return;
      this.#atMs = Number.POSITIVE_INFINITY;
      this.#endpoint.tick(this.#clock.nowMs);
      this.set();
    });
  }
}

class TransferSimulation {
  readonly #plan: TransferPlan;
  readonly #clock = new VirtualClock();
  readonly #random: SeededRandom;
  readonly #toClients: Bottleneck;
  readonly #toServer: Bottleneck;
  readonly #server: ServerEndpoint;
  readonly #serverEnd: End;
  readonly #serverAlarm: Alarm;
  readonly #clients: TransferClient[] = [];
  readonly #clientOf = new Map<number, TransferClient>();

  constructor(plan: TransferPlan) {
    this.#plan = plan;
    this.#random = new SeededRandom(plan.seed);
    this.#toClients = new Bottleneck(this.#clock, this.#random, plan.link);
    this.#toServer = new Bottleneck(this.#clock, this.#random, plan.link);
    this.#serverEnd = new End(0, (datagram, to) => {
      const client = this.#clientOf.get(indexOf(to))!;
      this.#toClients.carry(datagram.length, () => client.receive(datagram, this.#serverEnd.address));
    });
    this.#server = new ServerEndpoint({
      handler: {
        classify: (bytes, start) => (bytes[start] === READ ? RequestKind.READ : RequestKind.WRITE),
        execute: (request, reply) => execute(request, reply),
        summarize: (_ops, results) => results,
      },
      sink: this.#serverEnd,
      random: this.#random.fork().source,
      limits: {
        maxMessageBytes: MESSAGE_BYTES_MAX,
        reassemblyBytesTotal: 1024 * 1024 * 1024,
        reassemblyBytesPerSession: 2 * MESSAGE_BYTES_MAX,
        outgoingBytesPerSession: 4 * MESSAGE_BYTES_MAX,
        outgoingBytesTotal: 1024 * 1024 * 1024,
      },
      mode: 'open',
    });
    this.#serverAlarm = new Alarm(this.#clock, this.#server);
    for (let i = 0; i < plan.clients; i++) this.#addClient(i);
  }

  run(): TransferReport {
    const { durationMs, warmupMs = 0, link, kind } = this.#plan;
    const clock = this.#clock;
    const bottleneck = kind === 'read' ? this.#toClients : this.#toServer;
    clock.runUntil(warmupMs);
    const offered = bottleneck.offered;
    const overflowed = bottleneck.overflowed;
    const carriedBytes = bottleneck.carriedBytes;
    for (const client of this.#clients) client.startMeasuring();
    while (clock.nowMs < durationMs && !this.#clients.every((client) => client.isDone)) clock.runFor(STEP_MS);
    const seconds = (clock.nowMs - warmupMs) / 1000;
    const shares = this.#clients.map((client) => client.measuredBytes);
    const sum = shares.reduce((a, b) => a + b, 0);
    const squares = shares.reduce((a, b) => a + b * b, 0);
    const retransmits =
      kind === 'read'
        ? this.#server.counters().retransmits
        : this.#clients.reduce((all, client) => all + client.retransmits, 0);
    const clientDoneMs = this.#clients.map((client) => client.doneMs);
    return {
      doneMs: Math.max(...clientDoneMs),
      clientDoneMs,
      bitsPerSecond: (sum * 8) / seconds,
      utilization: ((bottleneck.carriedBytes - carriedBytes) * 8) / link.bitsPerSecond / seconds,
      fairness: (sum * sum) / (shares.length * squares),
      worstShare: (Math.min(...shares) * shares.length) / sum,
      retransmitRatio: retransmits / Math.max(1, bottleneck.offered),
      queueLoss: (bottleneck.overflowed - overflowed) / Math.max(1, bottleneck.offered - offered),
      smallMs: this.#clients.flatMap((client) => client.smallMs).sort((a, b) => a - b),
    };
  }

  #addClient(index: number): void {
    const end = new End(index + 1, (datagram) =>
      this.#toServer.carry(datagram.length, () => {
        const inbox = this.#serverEnd.inbox;
        inbox.clear();
        inbox.push(datagram, end.address);
        if (this.#plan.kind === 'write') client.countArrived(datagram.length);
        this.#server.handleBatch(inbox, this.#clock.nowMs);
        this.#serverAlarm.set();
      }),
    );
    const { clients, startSpreadMs = 0 } = this.#plan;
    const client = new TransferClient(this.#plan, end, this.#clock, this.#random.fork());
    this.#clients.push(client);
    this.#clientOf.set(index + 1, client);
    this.#clock.at((startSpreadMs * index) / clients, () => client.start());
  }
}

class TransferClient implements ClientListener {
  readonly #plan: TransferPlan;
  readonly #clock: VirtualClock;
  readonly #end: End;
  readonly #endpoint: ClientEndpoint;
  readonly #alarm: Alarm;
  readonly #smallSince = new Map<number, number>();
  readonly #readOps: Uint8Array;
  #asked = 0;
  #answered = 0;
  #transferredBytes = 0;
  #bytesAtMeasuring = 0;
  doneMs = Number.POSITIVE_INFINITY;
  readonly smallMs: number[] = [];

  constructor(plan: TransferPlan, end: End, clock: VirtualClock, random: SeededRandom) {
    this.#plan = plan;
    this.#clock = clock;
    this.#end = end;
    this.#endpoint = new ClientEndpoint({
      random: random.source,
      isLoopback: false,
      sink: end,
      listener: this,
      mode: 'open',
      limits: { maxMessageBytes: MESSAGE_BYTES_MAX },
    });
    this.#alarm = new Alarm(clock, this.#endpoint);
    this.#readOps = opsOf(plan.kind === 'read' ? READ : WRITE, plan.messageBytes);
  }

  get isDone(): boolean {
    return this.#answered >= this.#plan.messagesPerClient;
  }

  get retransmits(): number {
    return this.#endpoint.counters().retransmits;
  }

  /** Fragment data that arrived at the receiver, twice what came twice. */
  get measuredBytes(): number {
    return this.#transferredBytes - this.#bytesAtMeasuring;
  }

  start(): void {
    this.#endpoint.start(this.#clock.nowMs);
    this.#alarm.set();
  }

  /** A datagram of its transfer; what is shorter carries no fragment but an acknowledgement. */
  countArrived(datagramBytes: number): void {
    if (datagramBytes > FRAGMENT_DATAGRAM_BYTES_MIN)
      this.#transferredBytes += datagramBytes - Limits.fragmentOverheadBytes;
  }

  startMeasuring(): void {
    this.#bytesAtMeasuring = this.#transferredBytes;
  }

  receive(datagram: Uint8Array, from: Uint8Array): void {
    const { inbox } = this.#end;
    inbox.clear();
    inbox.push(datagram, from);
    if (this.#plan.kind === 'read') this.countArrived(datagram.length);
    this.#endpoint.handleBatch(inbox, this.#clock.nowMs);
    this.#alarm.set();
  }

  onReady(): void {
    this.#clock.after(0, () => {
      this.#askMore();
      if (this.#plan.smallEveryMs !== undefined) this.#askSmall();
    });
  }

  onReply(rid: number, status: number, _bytes: Uint8Array, start: number, end: number): void {
    if (status !== Status.OK) throw new Error(`request ${rid} was answered with status ${status}`);
    const since = this.#smallSince.get(rid);
    if (since !== undefined) {
      this.#smallSince.delete(rid);
      this.smallMs.push(this.#clock.nowMs - since);
      return;
    }
    if (end - start !== (this.#plan.kind === 'read' ? this.#plan.messageBytes : 0))
      throw new Error(`request ${rid} was answered with ${end - start} bytes`);
    if (++this.#answered === this.#plan.messagesPerClient) this.doneMs = this.#clock.nowMs;
    this.#clock.after(0, () => this.#askMore());
  }

  onOutcomeUnknown(rid: number): void {
    throw new Error(`the outcome of request ${rid} is unknown`);
  }

  onDisconnected(): void {}

  onFatal(code: string, message: string): void {
    throw new Error(`${code}: ${message}`);
  }

  #askMore(): void {
    const { parallel = 1, messagesPerClient, kind } = this.#plan;
    const { nowMs } = this.#clock;
    while (this.#asked - this.#answered < parallel && this.#asked < messagesPerClient) {
      this.#endpoint.submit(this.#readOps, { mutates: kind === 'write', isAtomic: false }, nowMs);
      this.#asked++;
    }
    this.#endpoint.flush(nowMs);
    this.#alarm.set();
  }

  #askSmall(): void {
    const { nowMs } = this.#clock;
    if (this.isDone) return;
    if (this.#endpoint.canSubmit()) {
      const rid = this.#endpoint.submit(opsOf(READ, 32), { mutates: false, isAtomic: false }, nowMs);
      this.#smallSince.set(rid, nowMs);
      this.#endpoint.flush(nowMs);
      this.#alarm.set();
    }
    this.#clock.after(this.#plan.smallEveryMs!, () => this.#askSmall());
  }
}

function opsOf(kind: number, byteCount: number): Uint8Array {
  const ops = new Uint8Array(kind === READ ? 5 : byteCount);
  ops[0] = kind;
  new DataView(ops.buffer).setUint32(1, byteCount, true);
  return ops;
}

const contents = new Uint8Array(MESSAGE_BYTES_MAX);

function execute(request: IncomingRequest, reply: ByteWriter): number {
  const { bytes, start } = request;
  if (bytes[start] === READ) {
    const byteCount = new DataView(bytes.buffer, bytes.byteOffset).getUint32(start + 1, true);
    reply.copy(contents.subarray(0, byteCount));
  }
  return Status.OK;
}

/** 10.0.x.y:2662, not loopback. */
function addressOf(index: number): Uint8Array {
  const address = new Uint8Array(ADDRESS_BYTES);
  address.set([0xff, 0xff, 10, 0, index >>> 8, index & 255, 0x66, 0x0a], 10);
  return address;
}

function indexOf(address: Uint8Array): number {
  return (address[14] << 8) | address[15];
}
