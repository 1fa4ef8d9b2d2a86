/** The server's core without files and clock: store, engine, door and endpoint on any sink, for simulations. */

import type { SeededRandom } from '@anoadb/testkit';
import { type DatagramSink, ServerEndpoint, type ServerLimits } from '@anoadb/transport';
import { choosePlatformCrypto } from '@anoadb/transport/node-crypto';
import { DatagramDoor } from '../../src/doors/datagram/datagram-door.js';
import { Engine } from '../../src/engine/engine.js';
import { VolatileJournal } from '../../src/engine/journal.js';
import { Store } from '../../src/store/index.js';

export interface ServerCore {
  readonly engine: Engine;
  readonly endpoint: ServerEndpoint;
  /** What the door threw, or the engine's services were told: always a defect. */
  readonly failures: unknown[];
}

export function createServerCore(options: {
  sink: DatagramSink;
  random: SeededRandom;
  nowMs: () => number;
  maxMemoryBytes?: number;
  limits?: Partial<ServerLimits>;
}): ServerCore {
  const { sink, random, nowMs, maxMemoryBytes, limits } = options;
  const failures: unknown[] = [];
  const engine = new Engine({
    createStore: (onRemoved) =>
      new Store({
        hashSeed: random.u32(),
        onRemoved,
        eviction: 'sieve',
        ...(maxMemoryBytes === undefined ? {} : { maxMemoryBytes }),
      }),
    journal: new VolatileJournal(),
    valueBytesMax: 1024 * 1024,
    services: {
      stats: () => ({ simulated: true }),
      snapshot: async () => ({ generation: 1 }),
      onFailure: (error) => void failures.push(error),
    },
  });
  const door = new DatagramDoor(engine, (ticket, status, results) =>
    endpoint.complete(ticket, status, results, nowMs()),
  );
  const endpoint: ServerEndpoint = new ServerEndpoint({
    handler: door,
    onDefect: (error) => void failures.push(error),
    sink,
    crypto: choosePlatformCrypto().crypto,
    random: random.source,
    mode: 'open',
    ...(limits === undefined ? {} : { limits }),
  });
  return { engine, endpoint, failures };
}
