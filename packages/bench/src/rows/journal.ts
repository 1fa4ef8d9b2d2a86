/**
 * Every write in an encrypted journal, beside Redis with an append-only file and the same policy: SETs a second, bytes on
 * disk for each, how fast a start reads it back; and what a client feels while everything is overwritten and a
 * snapshot runs.
 */

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeSnapshot } from '@anoadb/protocol';
import { AnoaServer, getPlan } from '../anoa.js';
import { AnoaContestant, type LoadShape, RedisContestant } from '../contestants.js';
import { drawKeys } from '../key-draw.js';
import type { LoadClient } from '../load-client.js';
import { type BenchContext, KEYS, type Line, percentile, type RowGroup } from '../measurement.js';
import { REDIS_MISSING } from '../redis.js';
import { residentBytes } from '../resident-memory.js';
import { EACH_ALONE, ONE_PEER, rateLine, takeTurns } from '../turns.js';

const POLICIES = ['everysec', 'always'] as const;
type Policy = (typeof POLICIES)[number];

const SHAPES = [
  { id: '1-alone', title: '1 client', sockets: 1, outstanding: 1, ops: 1 },
  { id: '1-fifty', title: '50 clients', ...EACH_ALONE, ops: 1 },
  { id: '50-one', title: '50 ops per request, 1 socket, 64 outstanding', ...ONE_PEER, ops: 50 },
  { id: '50-fifty', title: '50 ops per request, 50 sockets, 1 outstanding', ...EACH_ALONE, ops: 50 },
] as const;
const AIMS: Record<Policy, number> = { everysec: 1.5, always: 1 };
const RESTART_PER_SECOND_MIN = 1_000_000;
const SNAPSHOT_GET_MAX = 3;
const SNAPSHOT_MEMORY_MAX = 0.05;
const QUIET_MS = 4000;
/** Longer than both together, where a snapshot takes a few seconds. */
const LOAD_SECONDS = 12;

export const journalRows: RowGroup = {
  name: 'journal',
  title: 'SETs with a journal, beside Redis with an append-only file',
  isOptIn: false,
  async run(context) {
    const lines: Line[] = [];
    for (const policy of POLICIES) lines.push(...(await rates(context, policy)));
    return [...lines, ...(await fileLines(context)), ...(await underSnapshot(context))];
  },
};

/** One segment for the whole run: no snapshot, no rewriting, on either side. */
function journalled(policy: Policy): Record<string, string> {
  return { ANOA_JOURNAL: 'on', ANOA_FSYNC: policy, ANOA_JOURNAL_SIZE: '64gb' };
}

async function rates(context: BenchContext, policy: Policy): Promise<Line[]> {
  const anoa = await AnoaContestant.start({ env: journalled(policy) });
  const redis = await RedisContestant.start({ appendOnly: policy });
  try {
    if (redis === undefined) context.progress(`  ${REDIS_MISSING}`);
    const keys = drawKeys(KEYS);
    const lines: Line[] = [];
    for (const { id, title, ...shape } of SHAPES) {
      const load: LoadShape = { ...shape, keys, readsPercent: 0 };
      const contestants = redis === undefined ? [anoa] : [anoa, redis];
      const [ours, theirs] = await takeTurns(context, contestants, load);
      const hasAim = policy === 'always' || shape.ops > 1;
      lines.push(
        rateLine(
          {
            id: `journal/${policy}-${id}`,
            title: `SET, ${policy}, ${title}`,
            ...(hasAim ? { aim: AIMS[policy] } : {}),
            ...(policy === 'everysec' && shape.ops > 1 ? { headline: 5 } : {}),
          },
          ours,
          theirs && { ...theirs, name: `${theirs.name}, appendonly ${policy}${pipelineOf(shape.ops)}` },
        ),
      );
    }
    return lines;
  } finally {
    await anoa.dispose();
    await redis?.dispose();
  }
}

function pipelineOf(ops: number): string {
  return ops === 1 ? '' : `, pipeline ${ops}`;
}

/** A million SETs of different keys: bytes of the journal, and a start that has nothing else. */
async function fileLines(context: BenchContext): Promise<Line[]> {
  const anoa = await AnoaContestant.start({ env: journalled('everysec'), prefix: [] });
  const redis = await RedisContestant.start({ appendOnly: 'everysec' });
  try {
    const { server } = anoa;
    await server.child.stop();
    const emptySeconds = await server.restart();
    await anoa.fill(context.entries);
    await sleep(2000); // the last second is synced
    const bytes = journalBytes(server.child.dataDir);
    await server.child.stop('SIGKILL');
    const seconds = (await server.restart()) - emptySeconds;
    const perSecond = context.entries / seconds;
    context.progress(`    ${context.entries} records read in ${seconds.toFixed(2)} s`);
    await redis?.fill(context.entries);
    const theirBytes = redis?.server.journalBytes;
    await redis?.server.stop();
    await redis?.server.start();
    const name = redis?.name ?? '';
    return [
      {
        id: 'journal/bytes-per-set',
        title: 'bytes on disk per SET, 50 to a request',
        unit: 'B',
        ours: bytes / context.entries,
        ...(theirBytes === undefined ? {} : { theirs: { name, value: theirBytes / context.entries } }),
        note: 'ours are sealed, with LSN, expiry and type; they hold the replies for a retry too',
      },
      {
        id: 'journal/restart',
        title: 'records a second at a start after kill -9, no snapshot there',
        unit: '/s',
        ours: perSecond,
        ...(redis === undefined
          ? {}
          : { theirs: { name, value: context.entries / redis.server.loadSeconds } }),
        aim: { text: `at least ${RESTART_PER_SECOND_MIN} /s`, isMet: perSecond >= RESTART_PER_SECOND_MIN },
        note: `${seconds.toFixed(2)} s, the ${emptySeconds.toFixed(2)} s of an empty start taken off`,
      },
    ];
  } finally {
    await anoa.dispose();
    await redis?.dispose();
  }
}

function journalBytes(directory: string): number {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.anoj'))
    .reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
}

/** Every key overwritten again and again while a snapshot is written: what a GET waits, and memory. */
async function underSnapshot(context: BenchContext): Promise<Line[]> {
  const server = await AnoaServer.start({ env: journalled('everysec') });
  const anoa = new AnoaContestant(server);
  try {
    await anoa.fill(context.entries);
    const client = await server.connect();
    const admin = await server.connect();
    // The first snapshot of a process makes the heap of its thread grow once: that is a line of its own.
    const first = await grownBytes(
      server.pid,
      admin.ask((writer) => encodeSnapshot(writer), true),
    );
    const load = anoa.load({
      ...ONE_PEER,
      ops: 50,
      keys: drawKeys(context.entries),
      readsPercent: 0,
      seconds: LOAD_SECONDS,
    });
    await sleep(1000);
    const quiet = await pings(client, context.entries, sleep(QUIET_MS));
    const before = residentBytes(server.pid);
    const snapshot = admin.ask((writer) => encodeSnapshot(writer), true);
    const growth = grownBytes(server.pid, snapshot);
    const meanwhile = await pings(client, context.entries, snapshot);
    await Promise.all([client.close(), admin.close()]);
    await load;
    const [calm, busy] = [percentile(quiet, 0.999), percentile(meanwhile, 0.999)];
    const extra = (await growth) / before;
    context.progress(
      `    GET p99.9 ${calm.toFixed(2)} ms, in a snapshot ${busy.toFixed(2)} ms, memory +${(100 * extra).toFixed(1)} %`,
    );
    return [
      {
        id: 'journal/snapshot-get',
        title: 'GET p99.9 while all is overwritten and a snapshot runs, against without one',
        unit: 'ms',
        ours: busy,
        theirs: { name: 'AnoaDB, no snapshot', value: calm },
        aim: { text: `below ${SNAPSHOT_GET_MAX} times`, isMet: busy < SNAPSHOT_GET_MAX * calm },
        note: `${quiet.length} and ${meanwhile.length} GETs, one a millisecond; the threads of server, snapshot, journal and load share the cores`,
      },
      {
        id: 'journal/snapshot-memory',
        title: 'resident memory that the snapshot takes meanwhile',
        unit: '%',
        ours: 100 * extra,
        aim: { text: 'below 5 %', isMet: extra < SNAPSHOT_MEMORY_MAX },
        note: `of a process that has taken one before; the first took ${(first / 2 ** 20).toFixed(1)} MiB, once`,
      },
    ];
  } finally {
    await server.dispose();
  }
}

/** By how much a process grows at the most until `end`. */
async function grownBytes(pid: number, end: Promise<unknown>): Promise<number> {
  const before = residentBytes(pid);
  let highest = before;
  const watch = setInterval(() => {
    highest = Math.max(highest, residentBytes(pid));
  }, 20);
  await end.finally(() => clearInterval(watch));
  return highest - before;
}

/** Sorted latencies of a GET each millisecond until `end`. */
async function pings(client: LoadClient, entries: number, end: Promise<unknown>): Promise<Float64Array> {
  let isOver = false;
  void end.finally(() => {
    isOver = true;
  });
  const latenciesMs: number[] = [];
  while (!isOver) {
    const n = latenciesMs.length;
    const plan = getPlan({ requests: 1, ops: 1, inFlight: 1, keyOf: () => (n * 611_953) % entries });
    latenciesMs.push((await client.run(plan, true)).latenciesMs[0] as number);
    await sleep(1);
  }
  return Float64Array.from(latenciesMs).sort();
}
