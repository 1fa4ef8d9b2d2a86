/**
 * The bad network of the packet simulator between real sockets: a UDP proxy in front of a server, for clients in any
 * language. Each client address gets a socket of its own towards the server, so that the server tells them apart.
 *
 * Time is real here, so a seed repeats the decisions and not the run.
 */

import dgram from 'node:dgram';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { addressBytes, formatAddress } from '@anoadb/udp';
import { PacketSimulator, type PathConditions, type SimulatorCounters } from './packet-simulator.js';
import { SeededRandom } from './seeded-random.js';
import { VirtualClock } from './virtual-clock.js';

/** What the conformance suite calls a lossy network: each way, of every datagram. */
export const LOSSY_PATH: Partial<PathConditions> = {
  loss: 0.1,
  duplication: 0.05,
  reorder: 0.1,
  reorderDelayMs: 20,
};

export interface LossyProxyOptions {
  /** Where the server is. */
  readonly host?: string;
  readonly port: number;
  readonly conditions?: Partial<PathConditions>;
  readonly seed?: number;
}

/** A client's socket towards the server. */
interface Path {
  readonly socket: dgram.Socket;
  readonly address: Uint8Array;
  readonly client: { readonly address: string; readonly port: number };
}

const SOCKET_BUFFER_BYTES = 1 << 20;
const CLIENTS_MAX = 1000;

export class LossyProxy {
  readonly random: SeededRandom;
  readonly #clock = new VirtualClock();
  readonly #simulator: PacketSimulator;
  readonly #front: dgram.Socket;
  readonly #host: string;
  readonly #target: { readonly port: number; readonly address: Uint8Array };
  readonly #startedAtMs = performance.now();
  readonly #paths = new Map<string, Path>();
  #timer: NodeJS.Timeout | undefined = undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;
  #isOpen = true;

  private constructor(options: LossyProxyOptions) {
    this.random = new SeededRandom(options.seed);
    this.#host = options.host ?? '127.0.0.1';
    this.#target = { port: options.port, address: addressBytes(this.#host, options.port) };
    this.#front = newSocket(this.#host);
    this.#simulator = new PacketSimulator({
      clock: this.#clock,
      random: this.random,
      conditions: options.conditions ?? LOSSY_PATH,
    });
  }

  /** Listens on a port of its own, on the host of the server. */
  static async start(options: LossyProxyOptions): Promise<LossyProxy> {
    const proxy = new LossyProxy(options);
    const front = proxy.#front;
    front.on('message', (datagram, from) => proxy.#fromClient(datagram, from));
    front.bind(0, proxy.#host);
    await once(front, 'listening');
    front.setRecvBufferSize(SOCKET_BUFFER_BYTES);
    return proxy;
  }

  get port(): number {
    return this.#front.address().port;
  }

  /** What a client's `connect` takes. */
  get url(): string {
    return `anoa://${formatAddress(this.#host, this.port)}`;
  }

  get counters(): Readonly<SimulatorCounters> {
    return this.#simulator.counters;
  }

  /** Changes the weather from now on. */
  change(conditions: Partial<PathConditions>): void {
    this.#simulator.change(conditions);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearTimeout(this.#timer);
    this.#front.close();
    for (const path of this.#paths.values()) path.socket.close();
  }

  #fromClient(datagram: Uint8Array, from: dgram.RemoteInfo): void {
    const path = this.#pathOf(from);
    this.#advance();
    this.#simulator.carry(datagram, path.address, this.#target.address, (bytes) => {
      if (this.#isOpen) path.socket.send(bytes, this.#target.port, this.#host, ignoreFailure);
    });
    this.#advance();
  }

  #fromServer(datagram: Uint8Array, path: Path): void {
    this.#advance();
    this.#simulator.carry(datagram, this.#target.address, path.address, (bytes) => {
      if (this.#isOpen) this.#front.send(bytes, path.client.port, path.client.address, ignoreFailure);
    });
    this.#advance();
  }

  #pathOf(from: dgram.RemoteInfo): Path {
    const name = formatAddress(from.address, from.port);
    let path = this.#paths.get(name);
    if (path === undefined) {
      if (this.#paths.size === CLIENTS_MAX) throw new Error(`more than ${CLIENTS_MAX} clients at one proxy`);
      const socket = newSocket(this.#host);
      const opened: Path = { socket, address: addressBytes(from.address, from.port), client: from };
      socket.on('message', (datagram) => this.#fromServer(datagram, opened));
      path = opened;
      this.#paths.set(name, path);
    }
    return path;
  }

  /** Brings the simulator's clock to the real one: what is due goes out. */
  #advance(): void {
    if (!this.#isOpen) return;
    this.#clock.runUntil(performance.now() - this.#startedAtMs);
    const nextAtMs = this.#clock.nextAtMs;
    if (nextAtMs >= this.#timerAtMs || nextAtMs === Number.POSITIVE_INFINITY) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = nextAtMs;
    this.#timer = setTimeout(
      () => {
        this.#timerAtMs = Number.POSITIVE_INFINITY;
        this.#advance();
      },
      Math.max(0, Math.ceil(nextAtMs - this.#clock.nowMs)),
    );
  }
}

function newSocket(host: string): dgram.Socket {
  const socket = dgram.createSocket(host.includes(':') ? 'udp6' : 'udp4');
  // A server that is being restarted refuses: that is weather, too.
  socket.on('error', ignoreFailure);
  return socket;
}

function ignoreFailure(): void {}
