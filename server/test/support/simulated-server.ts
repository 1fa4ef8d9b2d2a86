/** The server's core without files and clock: store, engine, door and endpoint on any sink, for simulations. */

import type { SeededRandom } from '@anoadb/testkit';
import {
  type AccessLookup,
  type Continuity,
  type DatagramSink,
  type HistoryTarget,
  type RequestHandler,
  ServerEndpoint,
  type ServerEndpointOptions,
  type ServerLimits,
} from '@anoadb/transport';
import { choosePlatformCrypto } from '@anoadb/transport/node-crypto';
import { DatagramDoor } from '../../src/doors/datagram/datagram-door.js';
import { Engine } from '../../src/engine/engine.js';
import { type Journal, VolatileJournal } from '../../src/engine/journal.js';
import { Store } from '../../src/store/index.js';

/** Its self-test takes longer than a simulated run: once. */
const platform = choosePlatformCrypto();

export interface ServerCore {
  readonly engine: Engine;
  /** Unused where the core is durable. */
  readonly journal: VolatileJournal;
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
  /** What stands between endpoint and door, to watch or to disturb. */
  wrapHandler?: (door: RequestHandler) => RequestHandler;
  /** Given, the server is sealed. */
  access?: AccessLookup;
  sealCrypto?: NonNullable<ServerEndpointOptions['sealCrypto']>;
  /** With files under it: its journal, what keeps its clients, and what is the same at every start. */
  durable?: {
    readonly journal: Journal;
    readonly history: HistoryTarget;
    readonly continuity: Continuity;
    readonly hashSeed: number;
  };
}): ServerCore {
  const { sink, random, nowMs, maxMemoryBytes, limits, durable } = options;
  const failures: unknown[] = [];
  const journal = new VolatileJournal();
  const engine = new Engine({
    createStore: (onRemoved) =>
      new Store({
        hashSeed: durable?.hashSeed ?? random.u32(),
        onRemoved,
        eviction: 'sieve',
        ...(maxMemoryBytes === undefined ? {} : { maxMemoryBytes }),
      }),
    journal: durable?.journal ?? journal,
    valueBytesMax: 1024 * 1024,
    services: {
      stats: () => ({ simulated: true }),
      snapshot: async () => ({ generation: 1 }),
      onFailure: (error) => void failures.push(error),
    },
  });
  const door = new DatagramDoor(
    engine,
    (ticket, status, results) => endpoint.complete(ticket, status, results, nowMs()),
    durable?.history,
  );
  const endpoint: ServerEndpoint = new ServerEndpoint({
    handler: options.wrapHandler?.(door) ?? door,
    onDefect: (error) => void failures.push(error),
    sink,
    crypto: platform.crypto,
    random: random.source,
    ...(options.access === undefined
      ? { mode: 'open' }
      : { mode: 'sealed', access: options.access, sealCrypto: options.sealCrypto ?? platform.sealCrypto }),
    ...(limits === undefined ? {} : { limits }),
    ...(durable === undefined ? {} : { continuity: durable.continuity }),
  });
  return { engine, journal, endpoint, failures };
}
