/**
 * Where no C compiler is: the same shapes of load by the transport's own client in this process, or by
 * redis-benchmark. Slower than the servers, and requests that are on their way together share datagrams: the
 * report says so in its head.
 */

import { performance } from 'node:perf_hooks';
import { type AnoaServer, getPlan, setPlan } from './anoa.js';
import type { LoadShape } from './contestants.js';
import type { GeneratorReport } from './generator.js';
import type { LoadClient } from './load-client.js';
import { pinThisProcess } from './pinning.js';
import { processorSeconds } from './processor-time.js';

/** Of all clients together; about half a second of single operations. */
const REQUESTS = 60_000;
/** A request of fifty operations counts as so many. */
const BATCHED = 10;
const MICROS_PER_MILLI = 1000;

/** What nobody counts here: the transport repeats what is lost by itself. */
export const UNCOUNTED = {
  misses: 0,
  errors: 0,
  lost: 0,
  late: 0,
  serverWaited: 0,
  loadWaited: 0,
  stoppedEarly: null,
  latencyUs: { p50: Number.NaN, p99: Number.NaN, p999: Number.NaN, max: Number.NaN },
} as const;

export async function runInJavaScript(server: AnoaServer, shape: LoadShape): Promise<GeneratorReport> {
  const { sockets, outstanding, ops, keys, readsPercent = 100 } = shape;
  if (shape.rate !== undefined || keys.distribution !== 'uniform' || ![0, 100].includes(readsPercent))
    throw new Error('this row needs the native load generator');
  const unpin = pinThisProcess();
  const clients: LoadClient[] = [];
  try {
    while (clients.length < sockets) clients.push(await server.connect());
    const each = Math.ceil(REQUESTS / (ops === 1 ? 1 : BATCHED) / sockets);
    const serverBefore = processorSeconds(server.pid) ?? 0;
    const ownBefore = process.cpuUsage();
    const startedAtMs = performance.now();
    const plan = readsPercent === 100 ? getPlan : setPlan;
    const reports = await Promise.all(
      clients.map((client) => {
        const offset = Math.floor(Math.random() * keys.count);
        const keyOf = (n: number) => (offset + n * 611_953) % keys.count;
        return client.run(plan({ requests: each, ops, inFlight: outstanding, keyOf }), true);
      }),
    );
    const seconds = (performance.now() - startedAtMs) / 1000;
    const own = process.cpuUsage(ownBefore);
    const latencies = Float64Array.from(reports.flatMap((report) => [...report.latenciesMs])).sort();
    const at = (part: number) =>
      latencies[Math.min(latencies.length - 1, Math.floor(part * latencies.length))] * MICROS_PER_MILLI;
    const requests = each * sockets;
    return {
      ...UNCOUNTED,
      seconds,
      requests,
      ops: requests * ops,
      hits: requests * ops,
      loadBusy: (own.user + own.system) / 1e6 / seconds,
      serverSeconds: (processorSeconds(server.pid) ?? 0) - serverBefore,
      latencyUs: { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) },
    };
  } finally {
    for (const client of clients) await client.close();
    unpin();
  }
}
