/**
 * Requests over real UDP on loopback beside redis-benchmark over TCP, for orientation: one load process each,
 * nothing pinned to a core.
 *
 *   50 clients x 1     every client waits for its answer: one request, one datagram (redis-benchmark -c 50 -P 1)
 *   1 client, 64 x 1   requests that are in flight together share datagrams by themselves
 *   1 client, 64 x 50  fifty ops in each request                                  (redis-benchmark -c 50 -P 50)
 */

import { AnoaServer } from '../anoa.js';
import type { LoadClient } from '../load-client.js';
import { alternate, type BenchContext, type Line, median, type RowGroup } from '../measurement.js';
import { processorSeconds } from '../processor-time.js';
import { REDIS_MISSING, RedisServer, redisVersion } from '../redis.js';
import { KEYS, opsPerSecond } from '../throughput.js';

interface Case {
  readonly id: string;
  readonly title: string;
  readonly clients: number;
  /** Requests each client has in flight. */
  readonly inFlight: number;
  /** Ops in one request, and the pipeline that redis-benchmark gets. */
  readonly ops: number;
  /** Of all clients together. */
  readonly requests: number;
}

const CASES: Case[] = [
  {
    id: 'alone',
    title: '50 clients, one op in flight each',
    clients: 50,
    inFlight: 1,
    ops: 1,
    requests: 200_000,
  },
  { id: 'shared', title: '1 client, 64 ops in flight', clients: 1, inFlight: 64, ops: 1, requests: 200_000 },
  {
    id: 'batched',
    title: '1 client, 64 requests of 50 ops',
    clients: 1,
    inFlight: 64,
    ops: 50,
    requests: 40_000,
  },
];

export const throughputRows: RowGroup = {
  name: 'throughput',
  title: 'Throughput over loopback, a million keys of 16 bytes, values of 32',
  isOptIn: false,
  async run(context) {
    const version = redisVersion();
    const redis = version === undefined ? undefined : await RedisServer.start();
    const server = await AnoaServer.start();
    const clients: LoadClient[] = [];
    try {
      await redis?.fill(KEYS);
      const clientsMax = Math.max(...CASES.map((one) => one.clients));
      while (clients.length < clientsMax) clients.push(await server.connect());
      await server.fill(clients[0], KEYS);
      const lines: Line[] = [];
      for (const one of CASES) {
        for (const command of ['get', 'set'] as const) {
          lines.push(await measureCase(context, { ...one, command }, { server, clients, redis, version }));
        }
      }
      return lines;
    } finally {
      await Promise.all(clients.map((client) => client.close()));
      await server.dispose();
      await redis?.dispose();
    }
  },
};

interface Contenders {
  readonly server: AnoaServer;
  readonly clients: readonly LoadClient[];
  readonly redis: RedisServer | undefined;
  readonly version: string | undefined;
}

interface CommandCase extends Case {
  readonly command: 'get' | 'set';
}

async function measureCase(
  context: BenchContext,
  one: CommandCase,
  { server, clients, redis, version }: Contenders,
): Promise<Line> {
  const { id, title, command, ops, requests } = one;
  const shares: number[] = [];
  const contenders = [
    async () => {
      const startedAt = performance.now();
      const usedBefore = processorSeconds(server.pid) ?? 0;
      const rate = await opsPerSecond(clients.slice(0, one.clients), one);
      const used = (processorSeconds(server.pid) ?? 0) - usedBefore;
      shares.push((used * 1e5) / (performance.now() - startedAt));
      return rate;
    },
  ];
  if (redis !== undefined) {
    contenders.push(() => redis.benchmark(command, { pipeline: ops, requests: requests * ops, keys: KEYS }));
  }
  const [ours, theirs] = await alternate(context.rounds, contenders);
  context.progress(`  ${command} ${id}: ${Math.round(ours)}/s, Redis ${Math.round(theirs ?? 0)}/s`);
  return {
    id: `throughput/${command}-${id}`,
    title: `${command.toUpperCase()}, ${title}`,
    unit: '/s',
    ours,
    note: `our server used ${Math.round(median(shares))} % of a core${theirs === undefined ? `; ${REDIS_MISSING}` : ''}`,
    ...(theirs === undefined
      ? {}
      : { theirs: { name: `Redis ${version}, 50 clients, pipeline ${ops}`, value: theirs } }),
  };
}
