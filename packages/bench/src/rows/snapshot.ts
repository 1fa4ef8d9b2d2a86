/**
 * A snapshot of a full store while it serves: how long the event loop is held up (from within the server) and
 * what a client feels that asks for one value every millisecond.
 */

import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeSnapshot } from '@anoadb/protocol';
import { AnoaServer, type DelayPercentiles, type EventLoopDelays, getPlan } from '../anoa.js';
import type { LoadClient } from '../load-client.js';
import { type Line, percentile, type RowGroup } from '../measurement.js';
import { REDIS_MISSING, RedisServer, redisVersion } from '../redis.js';

const STALL_P999_MS_MAX = 5;
/** About two seconds of them. */
const YARDSTICK_PINGS = 1500;

interface SnapshotFacts {
  readonly seconds: number;
  readonly bytes: number;
  readonly delays: EventLoopDelays;
  readonly idleDelays: EventLoopDelays;
  readonly pingsMs: Float64Array;
}

export const snapshotRows: RowGroup = {
  name: 'snapshot',
  title: 'Encrypted snapshot of a full store while it serves',
  isOptIn: false,
  async run(context) {
    const facts = await measureSnapshot(context.entries, context.progress);
    const redis = await measureRedisSave(context.entries);
    const { delays, idleDelays, pingsMs } = facts;
    const from = redis?.name ?? '';
    const lines: Line[] = [
      {
        id: 'snapshot/seconds',
        title: 'time to write',
        unit: 's',
        ours: facts.seconds,
        ...(redis === undefined ? { note: REDIS_MISSING } : { theirs: { name: from, value: redis.seconds } }),
      },
      {
        id: 'snapshot/bytes-per-entry',
        title: 'bytes of file per entry',
        unit: 'B',
        ours: facts.bytes / context.entries,
        ...(redis === undefined ? {} : { theirs: { name: from, value: redis.bytes / context.entries } }),
        note: 'ours is encrypted and authenticated JSON; the RDB of Redis is plain and packed',
      },
      stallLine('p50', delays.own.p50Ms),
      stallLine('p99', delays.own.p99Ms),
      {
        ...stallLine('p99.9', delays.own.p999Ms),
        aim: { text: `at most ${STALL_P999_MS_MAX} ms`, isMet: delays.own.p999Ms <= STALL_P999_MS_MAX },
        note:
          `a 1 ms timer inside the server, ${delays.samples} samples while the snapshot ran, time in which the kernel ` +
          `had given the core to others taken off; with it ${delayText(delays.stall)}. ` +
          `Before the snapshot, under the same GETs: ${delayText(idleDelays.own)}, with it ${delayText(idleDelays.stall)}`,
      },
      stallLine('max', delays.own.maxMs),
    ];
    for (const [name, fraction] of PERCENTILES) {
      lines.push({
        id: `snapshot/get-${name}`,
        title: `a GET every millisecond meanwhile, ${name}`,
        unit: 'ms',
        ours: percentile(pingsMs, fraction),
        ...(name === 'max'
          ? { note: 'client, server and snapshot worker share the cores of this machine' }
          : {}),
      });
    }
    return lines;
  },
};

const PERCENTILES: [string, number][] = [
  ['p50', 0.5],
  ['p99', 0.99],
  ['p99.9', 0.999],
  ['max', 1],
];

function stallLine(name: string, value: number): Line {
  return { id: `snapshot/stall-${name}`, title: `event loop held up, ${name}`, unit: 'ms', ours: value };
}

function delayText({ p999Ms, maxMs }: DelayPercentiles): string {
  return `p99.9 ${p999Ms.toFixed(2)} ms, max ${maxMs.toFixed(2)} ms`;
}

async function measureSnapshot(entries: number, progress: (text: string) => void): Promise<SnapshotFacts> {
  const server = await AnoaServer.start();
  try {
    const client = await server.connect();
    const admin = await server.connect();
    await server.fill(client, entries);
    // Warm, as a server that has served is, and the yardstick for the machine's own noise.
    await server.resetDelays();
    for (let i = 0; i < YARDSTICK_PINGS; i++) await ping(client, entries, i);
    const idleDelays = await server.readDelays();
    await server.resetDelays();
    let isDone = false;
    const startedAtMs = performance.now();
    const saved = admin
      .ask((writer) => encodeSnapshot(writer), true)
      .then((report) => {
        isDone = true;
        return report as unknown as { bytes: number; entries: number; elapsedMs: number };
      });
    const pingsMs: number[] = [];
    while (!isDone) pingsMs.push(await ping(client, entries, pingsMs.length));
    const report = await saved;
    const seconds = (performance.now() - startedAtMs) / 1000;
    const delays = await server.readDelays();
    progress(`  AnoaDB: ${JSON.stringify(report)}`);
    await Promise.all([client.close(), admin.close()]);
    return {
      seconds,
      bytes: Number(report.bytes),
      delays,
      idleDelays,
      pingsMs: Float64Array.from(pingsMs).sort(),
    };
  } finally {
    await server.dispose();
  }
}

/** One GET, then a millisecond of rest; its latency. Busier asking would take a core from the snapshot. */
async function ping(client: LoadClient, entries: number, n: number): Promise<number> {
  const plan = getPlan({ requests: 1, ops: 1, inFlight: 1, keyOf: () => (n * 611_953) % entries });
  const { latenciesMs } = await client.run(plan, true);
  await sleep(1);
  return latenciesMs[0];
}

async function measureRedisSave(
  entries: number,
): Promise<{ name: string; seconds: number; bytes: number } | undefined> {
  const version = redisVersion();
  if (version === undefined) return undefined;
  const server = await RedisServer.start();
  try {
    await server.fill(entries);
    const startedAtMs = performance.now();
    await server.command('BGSAVE');
    while ((await server.command('INFO', 'persistence')).includes('rdb_bgsave_in_progress:1'));
    const seconds = (performance.now() - startedAtMs) / 1000;
    return { name: `Redis ${version} BGSAVE`, seconds, bytes: statSync(server.snapshotFile).size };
  } finally {
    await server.dispose();
  }
}
