/** The SDK and the server's core on an in-memory network and a virtual clock: seeded, with the weather one likes. */

import { MAGIC_BYTE, OpenDatagramType } from '@anoadb/protocol';
import {
  EndpointDriver,
  PacketSimulator,
  type PathConditions,
  SeededRandom,
  VirtualClock,
} from '@anoadb/testkit';
import { ADDRESS_BYTES, type ServerLimits } from '@anoadb/transport';
import { type DatagramSocket, MemoryNetwork } from '@anoadb/udp';
import { createServerCore, type ServerCore } from '../../server/test/support/simulated-server.js';
import type { AnoaClient } from '../src/client.js';
import { type Clock, openClient } from '../src/internal.js';
import type { ConnectOptions } from '../src/options.js';

const HOST = '10.0.0.1';
const PORT = 2662;

export class SimulatedDatabase {
  readonly clock = new VirtualClock();
  readonly random: SeededRandom;
  readonly path: PacketSimulator;
  readonly network: MemoryNetwork;
  #server: { core: ServerCore; socket: DatagramSocket; driver: EndpointDriver } | undefined = undefined;
  #clients = 0;

  constructor(seed: number, conditions: Partial<PathConditions> = {}) {
    this.random = new SeededRandom(seed);
    this.path = new PacketSimulator({ clock: this.clock, random: this.random.fork(), conditions });
    this.network = new MemoryNetwork({
      link: this.path,
      schedule: (run) => void this.clock.after(0, run),
    });
  }

  get core(): ServerCore {
    return this.#server!.core;
  }

  /** A server with an empty store; after `kill`, one that knows nothing of the former's sessions. */
  async startServer(limits: Partial<ServerLimits> = {}): Promise<void> {
    const socket = await this.network.bind({ host: HOST, port: PORT });
    const core = createServerCore({
      sink: socket,
      random: this.random.fork(),
      nowMs: () => this.clock.nowMs,
      limits,
    });
    core.engine.nowMs = this.clock.wallNowMs;
    const driver = new EndpointDriver({
      socket,
      clock: this.clock,
      endpoint: {
        handleBatch: (batch, nowMs) => {
          core.engine.nowMs = this.clock.wallNowMs;
          core.endpoint.handleBatch(batch, nowMs);
        },
        tick: (nowMs) => core.endpoint.tick(nowMs),
        nextTickAtMs: () => core.endpoint.nextTickAtMs(),
      },
    });
    this.#server = { core, socket, driver };
  }

  /** What stands there now speaks only versions to come; the function it returns takes it away. */
  async startFutureServer(): Promise<() => Promise<void>> {
    const socket = await this.network.bind({ host: HOST, port: PORT });
    socket.start({
      onBatch: (batch) => {
        for (let i = 0; i < batch.count; i++) {
          const start = batch.startOf(i);
          if (batch.bytes[start + 1] !== OpenDatagramType.HELLO) continue;
          const versions = new Uint8Array(16);
          versions.set([MAGIC_BYTE, OpenDatagramType.VERSIONS, 200, 201]);
          versions.set(batch.bytes.subarray(start + 4, start + 12), 4);
          const from = i * ADDRESS_BYTES;
          socket.batch.push(versions, batch.addresses.slice(from, from + ADDRESS_BYTES));
        }
        socket.flush();
      },
      onError: () => {},
    });
    return () => socket.close();
  }

  /** Like kill -9: no farewell, and the store is gone. */
  async kill(): Promise<void> {
    this.#server?.driver.stop();
    await this.#server?.socket.close();
    this.#server = undefined;
  }

  async connect(options: ConnectOptions = {}): Promise<AnoaClient> {
    this.#clients += 1;
    const socket = await this.network.connect({
      host: HOST,
      port: PORT,
      from: { host: `10.0.1.${this.#clients}`, port: 0 },
    });
    const random = this.random.fork();
    return this.run(
      openClient(
        { socket, clock: clockOf(this.clock), random: random.source, peer: 'simulated:2662' },
        options,
      ),
    );
  }

  /** Moves time until `work` is settled. */
  async run<T>(work: Promise<T>, limitMs = 600_000): Promise<T> {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    work.then(settle, settle);
    await this.clock.driveUntilDone(() => isSettled, limitMs);
    return work;
  }
}

function clockOf(clock: VirtualClock): Clock {
  return {
    nowMs: () => clock.nowMs,
    after: (delayMs, run) => {
      const timer = clock.after(delayMs, run);
      return { cancel: () => timer.cancel(), ref: () => {}, unref: () => {} };
    },
  };
}
