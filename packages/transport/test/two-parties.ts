/**
 * Not a test: a server and clients in virtual time over the packet simulator.
 *
 * Ops of the handler here: byte 0 is the kind, byte 1 a key.
 *   R key n(u32)      read: n bytes that depend on key and n       r       the same, PENDING first
 *   I key             write: adds one, answers the new count       i       the same, PENDING first
 *   S key data...     write: stores the data, answers its length   G key   read: the data stored
 *   X key n(u32)      write: adds one, answers n bytes             B       BUSY twice, then as I
 *   T                 throws
 */

import { type ByteWriter, Status } from '@anoadb/protocol';
import { PacketSimulator, type PathConditions, SeededRandom, VirtualClock } from '@anoadb/testkit';
import {
  type AccessGrant,
  type AccessLookup,
  ADDRESS_BYTES,
  ClientEndpoint,
  type ClientEndpointOptions,
  type ClientListener,
  type Continuity,
  DatagramBatch,
  type DatagramSink,
  type IncomingRequest,
  keyIdOf,
  type Mode,
  PENDING,
  type RequestHandler,
  RequestKind,
  ServerEndpoint,
  type ServerLimits,
  tweetnaclCrypto,
} from '../src/index.js';

export function ipv4(a: number, b: number, c: number, d: number, port: number): Uint8Array {
  const address = new Uint8Array(ADDRESS_BYTES);
  address.set([0xff, 0xff, a, b, c, d, port & 0xff, port >>> 8], 10);
  return address;
}

const REPLY_BYTES_MAX = 1_100_000;

export const SERVER_ADDRESS = ipv4(127, 0, 0, 1, 2662);

export function op(kind: string, key: number, argument?: number | Uint8Array): Uint8Array {
  const head = [kind.charCodeAt(0), key];
  if (argument instanceof Uint8Array) return Uint8Array.from([...head, ...argument]);
  if (argument === undefined) return Uint8Array.from(head);
  return Uint8Array.from([
    ...head,
    argument & 255,
    (argument >>> 8) & 255,
    (argument >>> 16) & 255,
    argument >>> 24,
  ]);
}

export function pattern(key: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + key * 7 + (i >>> 8)) & 255;
  return bytes;
}

/** The key that the clients of a sealed world have unless they are given another. */
export const PSK = Uint8Array.from({ length: 32 }, (_, i) => i * 5 + 1);

export function grantOf(psk: Uint8Array, permissions = 7): AccessGrant {
  return { keyId: keyIdOf(psk, tweetnaclCrypto), psk, permissions, prefix: new Uint8Array(0) };
}

export class Keyring implements AccessLookup {
  grants: AccessGrant[] = [grantOf(PSK)];

  find(bytes: Uint8Array, at: number): AccessGrant | undefined {
    return this.grants.find(({ keyId }) => keyId.every((byte, i) => byte === bytes[at + i]));
  }
}

export class CountingHandler implements RequestHandler {
  readonly counts = new Map<number, number>();
  readonly stored = new Map<number, Uint8Array>();
  executions = 0;
  summaries = 0;
  busyLeft = 2;
  readonly waiting: { ticket: number; ops: Uint8Array }[] = [];

  classify(bytes: Uint8Array, start: number, end: number): RequestKind {
    if (end - start < 2) return RequestKind.MALFORMED;
    const kind = String.fromCharCode(bytes[start]);
    if ('RrG'.includes(kind)) return RequestKind.READ;
    return 'IiSXBT'.includes(kind) ? RequestKind.WRITE : RequestKind.MALFORMED;
  }

  execute(request: IncomingRequest, reply: ByteWriter): number {
    const { bytes, start, end } = request;
    const kind = String.fromCharCode(bytes[start]);
    if (kind === 'B' && this.busyLeft-- > 0) return Status.BUSY;
    if (kind === 'T') throw new Error('a defect');
    if (kind === 'i' || kind === 'r') {
      this.waiting.push({ ticket: request.ticket, ops: bytes.slice(start, end) });
      return PENDING;
    }
    reply.copy(this.run(bytes.subarray(start, end)));
    return Status.OK;
  }

  run(ops: Uint8Array): Uint8Array {
    this.executions++;
    const kind = String.fromCharCode(ops[0]).toUpperCase();
    const key = ops[1];
    const view = new DataView(ops.buffer, ops.byteOffset, ops.byteLength);
    if (kind === 'R')
      return pattern(key, ops.length < 6 ? 0 : Math.min(view.getUint32(2, true), REPLY_BYTES_MAX));
    if (kind === 'G') return this.stored.get(key) ?? new Uint8Array(0);
    if (kind === 'S') {
      this.stored.set(key, ops.slice(2));
      return number(ops.length - 2);
    }
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    return kind === 'X' ? pattern(key, view.getUint32(2, true)) : number(count);
  }

  summarize(_ops: Uint8Array, results: Uint8Array): Uint8Array {
    this.summaries++;
    return Uint8Array.from([0xee, results.length & 255]);
  }
}

export function number(value: number): Uint8Array {
  return Uint8Array.from([value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24]);
}

export function numberOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

/** One end in the simulated network. */
class Port implements DatagramSink {
  readonly batch = new DatagramBatch(32);
  readonly inbox = new DatagramBatch(32);
  bytesOut = 0;
  bytesIn = 0;
  onDatagram: (inbox: DatagramBatch) => void = () => {};

  readonly world: World;
  readonly address: Uint8Array;
  readonly peer: Uint8Array | null;

  constructor(world: World, address: Uint8Array, peer: Uint8Array | null) {
    this.world = world;
    this.address = address;
    this.peer = peer;
  }

  flush(): void {
    const { batch } = this;
    for (let i = 0; i < batch.count; i++) {
      const at = batch.startOf(i);
      const to = this.peer ?? batch.addresses.slice(i * ADDRESS_BYTES, (i + 1) * ADDRESS_BYTES);
      this.bytesOut += batch.lengths[i];
      this.world.send(batch.bytes.slice(at, at + batch.lengths[i]), this.address, to);
    }
    batch.clear();
  }

  arrive(datagram: Uint8Array, from: Uint8Array): void {
    this.bytesIn += datagram.length;
    this.inbox.clear();
    this.inbox.push(datagram, from);
    this.onDatagram(this.inbox);
  }
}

export interface Reply {
  status: number;
  bytes: Uint8Array;
}

export class World {
  readonly random: SeededRandom;
  readonly clock = new VirtualClock();
  readonly simulator: PacketSimulator;
  readonly ports = new Map<string, Port>();
  readonly access = new Keyring();
  handler = new CountingHandler();
  /** Given, what clients are known by outlives the server. */
  continuity: Continuity | undefined;
  server!: ServerEndpoint;
  serverPort!: Port;
  readonly #limits: Partial<ServerLimits>;
  /** Moments for which a wake-up is already scheduled. */
  #serverWakeAt = Number.POSITIVE_INFINITY;
  clients: Party[] = [];
  /** Longer datagrams vanish. */
  bytesMax = Number.POSITIVE_INFINITY;

  readonly mode: Mode;

  constructor(
    seed: number,
    conditions: Partial<PathConditions> = {},
    limits: Partial<ServerLimits> = {},
    mode: Mode = 'open',
  ) {
    this.mode = mode;
    this.random = new SeededRandom(seed);
    this.simulator = new PacketSimulator({ clock: this.clock, random: this.random.fork(), conditions });
    this.#limits = limits;
    this.startServer();
  }

  startServer(): void {
    const port = new Port(this, SERVER_ADDRESS, null);
    this.serverPort = port;
    this.ports.set(key(SERVER_ADDRESS), port);
    const server = new ServerEndpoint({
      handler: this.handler,
      sink: port,
      random: this.random.fork().source,
      limits: this.#limits,
      mode: this.mode,
      ...(this.mode === 'sealed' ? { access: this.access } : {}),
      ...(this.continuity === undefined ? {} : { continuity: this.continuity }),
    });
    this.server = server;
    port.onDatagram = (inbox) => {
      server.handleBatch(inbox, this.clock.nowMs);
      this.wakeServer();
    };
  }

  /** A crash: nothing is said, everything is forgotten but what the handler did. */
  restartServer(): void {
    this.#serverWakeAt = Number.POSITIVE_INFINITY;
    this.handler.waiting.length = 0;
    this.startServer();
  }

  stopServer(): void {
    this.ports.delete(key(SERVER_ADDRESS));
  }

  wakeServer(): void {
    const server = this.server;
    const at = server.nextTickAtMs();
    if (at >= this.#serverWakeAt || at === Number.POSITIVE_INFINITY) return;
    this.#serverWakeAt = at;
    this.clock.at(at, () => {
      if (server !== this.server || this.#serverWakeAt !== at) return;
      this.#serverWakeAt = Number.POSITIVE_INFINITY;
      server.tick(this.clock.nowMs);
      this.wakeServer();
    });
  }

  send(datagram: Uint8Array, from: Uint8Array, to: Uint8Array): void {
    if (datagram.length > this.bytesMax) return;
    this.simulator.carry(datagram, from, to, (bytes, source, target) => {
      this.ports.get(key(target))?.arrive(bytes, source);
    });
  }

  client(options: Partial<ClientEndpointOptions> = {}, address?: Uint8Array): Party {
    const party = new Party(this, address ?? ipv4(127, 0, 0, 1, 40_000 + this.clients.length), options);
    this.clients.push(party);
    return party;
  }

  /** Completes everything the handler left pending. */
  completePending(): void {
    for (const { ticket, ops } of this.handler.waiting.splice(0)) {
      this.server.complete(ticket, Status.OK, this.handler.run(ops), this.clock.nowMs);
    }
    this.wakeServer();
  }

  run(isDone: () => boolean, limitMs: number): void {
    this.clock.runUntilDone(isDone, limitMs);
  }
}

/** A client and what it heard. */
export class Party implements ClientListener {
  readonly endpoint: ClientEndpoint;
  readonly port: Port;
  readonly world: World;
  readonly replies = new Map<number, Reply>();
  readonly unknown: number[] = [];
  readonly disconnects: string[] = [];
  readonly loading: number[] = [];
  fatal: string | null = null;
  readyCount = 0;
  /** Called after each answer, from within the endpoint. */
  onAnswered: (rid: number) => void = () => {};
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor(world: World, address: Uint8Array, options: Partial<ClientEndpointOptions>) {
    this.world = world;
    this.port = new Port(world, address, SERVER_ADDRESS);
    world.ports.set(key(address), this.port);
    this.endpoint = new ClientEndpoint({
      random: world.random.fork().source,
      isLoopback: false,
      sink: this.port,
      listener: this,
      mode: world.mode,
      ...(world.mode === 'sealed' ? { psk: PSK } : {}),
      ...options,
    });
    this.port.onDatagram = (inbox) => {
      this.endpoint.handleBatch(inbox, world.clock.nowMs);
      this.wake();
    };
    this.endpoint.start(world.clock.nowMs);
    this.wake();
  }

  submit(ops: Uint8Array, mutates: boolean): number {
    return this.endpoint.submit(ops, { mutates, isAtomic: false }, this.world.clock.nowMs);
  }

  flush(): void {
    this.endpoint.flush(this.world.clock.nowMs);
    this.wake();
  }

  /** Submits, flushes, and runs the world until the answer is there. */
  ask(ops: Uint8Array, mutates: boolean, limitMs = 60_000): Reply {
    const rid = this.submit(ops, mutates);
    this.flush();
    this.world.run(() => this.replies.has(rid) || this.fatal !== null || this.unknown.includes(rid), limitMs);
    return this.replies.get(rid)!;
  }

  wake(): void {
    const at = this.endpoint.nextTickAtMs();
    if (at >= this.#wakeAt || at === Number.POSITIVE_INFINITY) return;
    this.#wakeAt = at;
    this.world.clock.at(at, () => {
      if (this.#wakeAt !== at) return;
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.endpoint.tick(this.world.clock.nowMs);
      this.wake();
    });
  }

  onReady(): void {
    this.readyCount++;
  }

  onReply(rid: number, status: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.replies.has(rid)) throw new Error(`request ${rid} was answered twice`);
    this.replies.set(rid, { status, bytes: bytes.slice(start, end) });
    this.onAnswered(rid);
  }

  onOutcomeUnknown(rid: number): void {
    this.unknown.push(rid);
    this.onAnswered(rid);
  }

  onDisconnected(reason: string): void {
    this.disconnects.push(reason);
  }

  onLoading(percent: number): void {
    this.loading.push(percent);
  }

  onFatal(code: string): void {
    this.fatal = code;
  }
}

function key(address: Uint8Array): string {
  return address.join('.');
}
