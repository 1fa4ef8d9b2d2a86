/** Bytes per entry: resident memory of the whole process, full minus empty, over the number of entries. */

import { AnoaServer } from '../anoa.js';
import type { BenchContext, Contender, Line, RowGroup } from '../measurement.js';
import { REDIS_MISSING, RedisServer, redisVersion } from '../redis.js';
import { settledResidentBytes } from '../resident-memory.js';

const RATIO_MAX = 0.7;
/** Redis 7.0.15 on x86-64, where it is not installed to be asked. */
const REDIS_BYTES_KNOWN = 145;

export const memoryRows: RowGroup = {
  name: 'memory',
  title: 'Memory: 16-byte keys, 32-byte values, resident memory full minus empty',
  isOptIn: false,
  async run(context) {
    const ours = await measureOurs(context, context.entries);
    const theirs = await measureRedis(context, context.entries);
    return [memoryLine('memory/bytes-per-entry', context.entries, ours, theirs)];
  },
};

export function memoryLine(id: string, entries: number, ours: number, theirs: Contender | undefined): Line {
  const reference = theirs?.value ?? REDIS_BYTES_KNOWN;
  return {
    id,
    title: `bytes per entry, ${entries.toLocaleString('en-US').replaceAll(',', ' ')} entries`,
    unit: 'B',
    ours,
    ...(theirs === undefined
      ? { note: `${REDIS_MISSING}; compared with ${REDIS_BYTES_KNOWN} B` }
      : { theirs }),
    aim: { text: `at most ${RATIO_MAX} of Redis`, isMet: ours <= RATIO_MAX * reference },
  };
}

async function measureOurs(context: BenchContext, entries: number): Promise<number> {
  const server = await AnoaServer.start();
  try {
    const emptyBytes = await settledResidentBytes(server.pid);
    const client = await server.connect();
    const seconds = await server.fill(client, entries);
    await client.close();
    context.progress(`  AnoaDB: ${entries} entries set in ${seconds.toFixed(1)} s`);
    const fullBytes = await settledResidentBytes(server.pid);
    context.progress(`  AnoaDB: resident ${mib(emptyBytes)} empty, ${mib(fullBytes)} full`);
    return (fullBytes - emptyBytes) / entries;
  } finally {
    await server.dispose();
  }
}

async function measureRedis(context: BenchContext, entries: number): Promise<Contender | undefined> {
  const version = redisVersion();
  if (version === undefined) return undefined;
  const server = await RedisServer.start();
  try {
    const emptyBytes = await settledResidentBytes(server.pid);
    await server.fill(entries);
    const fullBytes = await settledResidentBytes(server.pid);
    context.progress(`  Redis: resident ${mib(emptyBytes)} empty, ${mib(fullBytes)} full`);
    return { name: `Redis ${version}`, value: (fullBytes - emptyBytes) / entries };
  } finally {
    await server.dispose();
  }
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
