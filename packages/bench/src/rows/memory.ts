/** Bytes per entry: resident memory of the whole process, full minus empty, over the number of entries. */

import { AnoaContestant, type Contestant, MemcachedContestant, RedisContestant } from '../contestants.js';
import type { BenchContext, Contender, Line, RowGroup } from '../measurement.js';
import { MEMCACHED_MISSING } from '../memcached.js';
import { REDIS_MISSING } from '../redis.js';
import { settledResidentBytes } from '../resident-memory.js';

/** At most this part of the other's, and what the other takes where it is not installed to be asked. */
const AIMS = {
  Redis: { ratio: 0.6, knownBytes: 145 },
  memcached: { ratio: 0.72, knownBytes: 120 },
};

export const memoryRows: RowGroup = {
  name: 'memory',
  title: 'Memory: 16-byte keys, 32-byte values, resident memory full minus empty',
  isOptIn: false,
  async run(context) {
    const { entries } = context;
    const ours = await measured(context, await AnoaContestant.start());
    const redis = await measured(context, await RedisContestant.start());
    const memcached = await measured(context, await MemcachedContestant.start('tcp'));
    return [
      memoryLine(entries, 'Redis', ours, redis, REDIS_MISSING),
      memoryLine(entries, 'memcached', ours, memcached, MEMCACHED_MISSING),
    ];
  },
};

function memoryLine(
  entries: number,
  name: keyof typeof AIMS,
  ours: Contender | undefined,
  theirs: Contender | undefined,
  missing: string,
): Line {
  const { ratio, knownBytes } = AIMS[name];
  const own = ours?.value ?? Number.NaN;
  return {
    id: `memory/bytes-per-entry-${name}`,
    title: `bytes per entry, ${entries.toLocaleString('en-US').replaceAll(',', ' ')} entries`,
    unit: 'B',
    ours: own,
    ...(theirs === undefined ? { note: `${missing}; compared with ${knownBytes} B` } : { theirs }),
    aim: { text: `at most ${ratio} of ${name}`, isMet: own <= ratio * (theirs?.value ?? knownBytes) },
    headline: 9,
  };
}

interface Filled extends Contestant {
  fill(count: number): Promise<unknown>;
  dispose(): Promise<void>;
}

async function measured(context: BenchContext, one: Filled | undefined): Promise<Contender | undefined> {
  if (one === undefined) return undefined;
  try {
    const emptyBytes = await settledResidentBytes(one.pid);
    await one.fill(context.entries);
    const fullBytes = await settledResidentBytes(one.pid);
    context.progress(`  ${one.name}: resident ${mib(emptyBytes)} empty, ${mib(fullBytes)} full`);
    return { name: one.name, value: (fullBytes - emptyBytes) / context.entries };
  } finally {
    await one.dispose();
  }
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
