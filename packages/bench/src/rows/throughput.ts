/**
 * Requests over real UDP on loopback beside redis-benchmark over TCP: one op per request, then fifty, which
 * is what both call pipelining. For orientation: one client process each, nothing pinned to a core.
 */

import { randomInt } from 'node:crypto';
import { AnoaServer, getPlan, setPlan } from '../anoa.js';
import type { LoadClient } from '../load-client.js';
import { alternate, type BenchContext, type Line, type RowGroup } from '../measurement.js';
import { REDIS_MISSING, RedisServer, redisVersion } from '../redis.js';

const KEYS = 1_000_000;
const IN_FLIGHT = 64;

interface Case {
  readonly command: 'get' | 'set';
  readonly ops: number;
  readonly requests: number;
}

const CASES: Case[] = [
  { command: 'get', ops: 1, requests: 200_000 },
  { command: 'set', ops: 1, requests: 200_000 },
  { command: 'get', ops: 50, requests: 40_000 },
  { command: 'set', ops: 50, requests: 40_000 },
];

export const throughputRows: RowGroup = {
  name: 'throughput',
  title: 'Throughput over loopback, a million keys of 16 bytes, values of 32',
  isOptIn: false,
  async run(context) {
    const version = redisVersion();
    const redis = version === undefined ? undefined : await RedisServer.start();
    const server = await AnoaServer.start();
    try {
      await redis?.fill(KEYS);
      const client = await server.connect();
      await server.fill(client, KEYS);
      const lines: Line[] = [];
      for (const one of CASES) lines.push(await measureCase(context, one, client, redis, version));
      await client.close();
      return lines;
    } finally {
      await server.dispose();
      await redis?.dispose();
    }
  },
};

async function measureCase(
  context: BenchContext,
  { command, ops, requests }: Case,
  client: LoadClient,
  redis: RedisServer | undefined,
  version: string | undefined,
): Promise<Line> {
  const contenders = [() => opsPerSecond(client, { command, ops, requests })];
  if (redis !== undefined) {
    contenders.push(() => redis.benchmark(command, { pipeline: ops, requests: requests * ops, keys: KEYS }));
  }
  const [ours, theirs] = await alternate(context.rounds, contenders);
  context.progress(`  ${command} x${ops}: ${Math.round(ours)}/s, Redis ${Math.round(theirs ?? 0)}/s`);
  return {
    id: `throughput/${command}-${ops}`,
    title: `${command.toUpperCase()}, ${ops} per request`,
    unit: '/s',
    ours,
    ...(theirs === undefined
      ? { note: REDIS_MISSING }
      : { theirs: { name: `Redis ${version}, pipeline ${ops}`, value: theirs } }),
  };
}

async function opsPerSecond(client: LoadClient, { command, ops, requests }: Case): Promise<number> {
  // A walk that meets keys in no order the store could profit from.
  const offset = randomInt(KEYS);
  const options = { requests, ops, inFlight: IN_FLIGHT, keyOf: (n: number) => (offset + n * 611_953) % KEYS };
  const plan = command === 'get' ? getPlan(options) : setPlan(options);
  return (requests * ops) / (await client.run(plan)).seconds;
}
