/**
 * Sockets of one process connected by address, with the interface of the real ones. Order is deterministic:
 * datagrams arrive in the order they were flushed, unless a `link` decides otherwise (loss, delay, ...).
 */

import { ADDRESS_BYTES, DatagramBatch, SLOT_BYTES_MAX } from '@anoadb/transport';
import {
  BATCH_CAPACITY,
  type DatagramSocket,
  emptyCounters,
  type SocketCounters,
  SocketError,
  type SocketHandlers,
  type SocketOptions,
} from './socket.js';
import {
  addressBytes,
  decodeAddress,
  formatAddress,
  type HostAddress,
  isLoopbackHost,
  portOf,
} from './socket-address.js';

/** Hands a datagram to whoever is bound to `to`. Keeps none of its arguments. */
export type Arrive = (datagram: Uint8Array, from: Uint8Array, to: Uint8Array) => void;

/** What lies between the sockets: may call `arrive` never, once or more, now or later, with other bytes. */
export interface DatagramLink {
  /** `datagram`, `from` and `to` belong to the link from here on. */
  carry(datagram: Uint8Array, from: Uint8Array, to: Uint8Array, arrive: Arrive): void;
}

export interface MemoryNetworkOptions {
  readonly link?: DatagramLink;
  /** Runs deliveries. The default is the event loop's next turn; a simulation gives its virtual clock's. */
  readonly schedule?: (run: () => void) => void;
}

export interface MemorySocketOptions extends SocketOptions {
  /** An IP literal, or `localhost` for 127.0.0.1. */
  readonly host: string;
  readonly port: number;
}

export interface MemoryConnectOptions extends MemorySocketOptions {
  /** Where the client is; by default the peer's host and a free port. */
  readonly from?: { readonly host: string; readonly port: number };
}

const EPHEMERAL_PORT_MIN = 49_152;
const EPHEMERAL_PORT_MAX = 65_535;
/** Unread datagrams one socket may hold before more are lost, as in a kernel's receive buffer. */
const INBOX_DATAGRAMS_MAX = 8192;

export class MemoryNetwork {
  readonly #link: DatagramLink | undefined;
  readonly #schedule: (run: () => void) => void;
  readonly #sockets = new Map<string, MemorySocket>();
  readonly #arrive: Arrive = (datagram, from, to) => this.#deliver(datagram, from, to);
  #nextPort = EPHEMERAL_PORT_MIN;
  /** Datagrams to addresses where nobody is bound. */
  unreachable = 0;

  constructor(options: MemoryNetworkOptions = {}) {
    this.#link = options.link;
    this.#schedule = options.schedule ?? ((run) => void setImmediate(run));
  }

  /** A socket for a server; rejects with EADDRINUSE as the real one does. */
  async bind(options: MemorySocketOptions): Promise<DatagramSocket> {
    return this.#open(options, literalOf(options.host), options.port, undefined);
  }

  /** A socket for a client, connected to `host` and `port`. */
  async connect(options: MemoryConnectOptions): Promise<DatagramSocket> {
    const remote = addressBytes(literalOf(options.host), options.port);
    const from = options.from ?? { host: decodeAddress(remote).host, port: 0 };
    return this.#open(options, literalOf(from.host), from.port, remote);
  }

  /** @internal */
  carry(datagram: Uint8Array, from: Uint8Array, to: Uint8Array): void {
    if (this.#link === undefined) this.#deliver(datagram, from, to);
    else this.#link.carry(datagram, from, to, this.#arrive);
  }

  /** @internal */
  run(deliver: () => void): void {
    this.#schedule(deliver);
  }

  /** @internal */
  forget(address: Uint8Array): void {
    this.#sockets.delete(keyOf(address));
  }

  #open(options: SocketOptions, host: string, port: number, remote: Uint8Array | undefined): DatagramSocket {
    const local = addressBytes(host, port === 0 ? this.#freePort(host) : port);
    const key = keyOf(local);
    if (this.#sockets.has(key)) {
      throw new SocketError('EADDRINUSE', `cannot bind UDP ${key}: the port is in use (EADDRINUSE)`);
    }
    const socket = new MemorySocket(this, local, remote, options);
    this.#sockets.set(key, socket);
    return socket;
  }

  #deliver(datagram: Uint8Array, from: Uint8Array, to: Uint8Array): void {
    const target = this.#sockets.get(keyOf(to));
    if (target !== undefined) {
      target.take(datagram, from);
      return;
    }
    this.unreachable++;
    this.#sockets.get(keyOf(from))?.refused(to);
  }

  #freePort(host: string): number {
    for (let tries = EPHEMERAL_PORT_MIN; tries <= EPHEMERAL_PORT_MAX; tries++) {
      const port = this.#nextPort;
      this.#nextPort = port === EPHEMERAL_PORT_MAX ? EPHEMERAL_PORT_MIN : port + 1;
      if (!this.#sockets.has(keyOf(addressBytes(host, port)))) return port;
    }
    throw new SocketError('EADDRINUSE', `no free port on ${host}`);
  }
}

class MemorySocket implements DatagramSocket {
  readonly kind = 'memory';
  readonly local: HostAddress;
  readonly remote: HostAddress | undefined;
  readonly isLoopback: boolean;
  readonly batch: DatagramBatch;

  readonly #network: MemoryNetwork;
  readonly #localBytes: Uint8Array;
  readonly #remoteBytes: Uint8Array | undefined;
  readonly #arrived: DatagramBatch;
  readonly #inbox: { datagram: Uint8Array; from: Uint8Array }[] = [];
  readonly #counters: SocketCounters = emptyCounters();
  #handlers: SocketHandlers | undefined;
  #isDeliveryDue = false;
  #isClosed = false;

  constructor(
    network: MemoryNetwork,
    local: Uint8Array,
    remote: Uint8Array | undefined,
    options: SocketOptions,
  ) {
    const capacity = options.batchCapacity ?? BATCH_CAPACITY;
    const slotBytes = options.slotBytes ?? SLOT_BYTES_MAX;
    this.#network = network;
    this.#localBytes = local;
    this.#remoteBytes = remote;
    this.local = decodeAddress(local);
    this.remote = remote === undefined ? undefined : decodeAddress(remote);
    this.isLoopback =
      isLoopbackHost(this.local.host) && (this.remote === undefined || isLoopbackHost(this.remote.host));
    this.batch = new DatagramBatch(capacity, slotBytes);
    this.#arrived = new DatagramBatch(capacity, slotBytes);
  }

  start(handlers: SocketHandlers): void {
    if (this.#handlers !== undefined) throw new Error('this datagram socket has been started already');
    this.#handlers = handlers;
    if (this.#inbox.length > 0) this.#deliverLater();
  }

  flush(): void {
    const { batch } = this;
    for (let i = 0; i < batch.count && !this.#isClosed; i++) {
      const to = this.#remoteBytes ?? batch.addresses.slice(i * ADDRESS_BYTES, (i + 1) * ADDRESS_BYTES);
      if (portOf(to) === 0) {
        this.#counters.unanswerable++;
        continue;
      }
      const start = batch.startOf(i);
      this.#counters.datagramsOut++;
      this.#counters.bytesOut += batch.lengths[i];
      this.#network.carry(
        batch.bytes.slice(start, start + batch.lengths[i]),
        this.#localBytes.slice(),
        to.slice(),
      );
    }
    batch.clear();
  }

  /** @internal The network brings a datagram. */
  take(datagram: Uint8Array, from: Uint8Array): void {
    // A connected socket hears its peer only, as in the kernel.
    if (this.#remoteBytes !== undefined && !isSame(from, this.#remoteBytes)) return;
    if (datagram.length > this.#arrived.slotBytes) this.#counters.oversized++;
    else if (portOf(from) === 0) this.#counters.unanswerable++;
    else if (this.#inbox.length < INBOX_DATAGRAMS_MAX) {
      this.#inbox.push({ datagram, from });
      this.#deliverLater();
    }
  }

  /** @internal Nobody is at `to`: what ICMP tells a connected socket. */
  refused(to: Uint8Array): void {
    if (this.#remoteBytes === undefined || !isSame(to, this.#remoteBytes)) return;
    this.#counters.receiveErrors++;
    this.#counters.errorsByCode['ECONNREFUSED'] = (this.#counters.errorsByCode['ECONNREFUSED'] ?? 0) + 1;
    const where = formatAddress(this.remote?.host ?? '', this.remote?.port ?? 0);
    this.#network.run(() => {
      if (!this.#isClosed)
        this.#handlers?.onError(new SocketError('ECONNREFUSED', `UDP ${where}: ECONNREFUSED`));
    });
  }

  counters(): SocketCounters {
    return { ...this.#counters, errorsByCode: { ...this.#counters.errorsByCode } };
  }

  ref(): void {}

  unref(): void {}

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#inbox.length = 0;
    this.#network.forget(this.#localBytes);
  }

  #deliverLater(): void {
    if (this.#isDeliveryDue || this.#handlers === undefined) return;
    this.#isDeliveryDue = true;
    this.#network.run(() => {
      this.#isDeliveryDue = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    const arrived = this.#arrived;
    const count = Math.min(this.#inbox.length, arrived.capacity);
    if (count === 0 || this.#isClosed) return;
    for (const { datagram, from } of this.#inbox.splice(0, count)) {
      arrived.push(datagram, from);
      this.#counters.datagramsIn++;
      this.#counters.bytesIn += datagram.length;
    }
    this.#counters.batchesIn++;
    if (this.#inbox.length > 0) this.#deliverLater();
    try {
      this.#handlers?.onBatch(arrived);
    } finally {
      arrived.clear();
    }
  }
}

function literalOf(host: string): string {
  return host === 'localhost' ? '127.0.0.1' : host;
}

function keyOf(address: Uint8Array): string {
  const { host, port } = decodeAddress(address);
  return formatAddress(host, port);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < ADDRESS_BYTES; i++) if (a[i] !== b[i]) return false;
  return true;
}
