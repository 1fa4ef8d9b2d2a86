/** The load of the throughput rows: a million keys, asked for in an order that no cache of the processor can foresee. */

import { randomInt } from 'node:crypto';
import { getPlan, setPlan } from './anoa.js';
import type { LoadClient } from './load-client.js';

export const KEYS = 1_000_000;

export interface Load {
  readonly command: 'get' | 'set';
  /** Requests each client has in flight. */
  readonly inFlight: number;
  /** Ops in one request. */
  readonly ops: number;
  /** Of all clients together. */
  readonly requests: number;
}

/** Ops per second of all clients together. */
export async function opsPerSecond(clients: readonly LoadClient[], one: Load): Promise<number> {
  const { command, ops, inFlight } = one;
  const requests = Math.ceil(one.requests / clients.length);
  const startedAtMs = performance.now();
  await Promise.all(
    clients.map((client) => {
      // A walk that meets keys in no order the store could profit from.
      const offset = randomInt(KEYS);
      const options = { requests, ops, inFlight, keyOf: (n: number) => (offset + n * 611_953) % KEYS };
      return client.run(command === 'get' ? getPlan(options) : setPlan(options));
    }),
  );
  return (requests * clients.length * ops * 1000) / (performance.now() - startedAtMs);
}
