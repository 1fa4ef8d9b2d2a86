/** Starting with data on disk: entries per second until the port answers, less what an empty server takes. */

import { encodeCount, encodeSnapshot } from '@anoadb/protocol';
import { AnoaServer } from '../anoa.js';
import type { BenchContext, Contender, Line, RowGroup } from '../measurement.js';
import { REDIS_MISSING, RedisServer, redisVersion } from '../redis.js';

const PER_SECOND_MIN = 500_000;

export const loadRows: RowGroup = {
  name: 'load',
  title: 'Start with a full snapshot',
  isOptIn: false,
  async run(context) {
    const ours = await measureLoad(context, context.entries);
    const theirs = await measureRedisLoad(context.entries);
    if (theirs === undefined) context.progress(`  ${REDIS_MISSING}`);
    return [loadLine('load/entries-per-second', context.entries, ours, theirs)];
  },
};

export function loadLine(id: string, entries: number, ours: LoadFacts, theirs: Contender | undefined): Line {
  const perSecond = entries / ours.seconds;
  const emptySeconds = ours.wholeSeconds - ours.seconds;
  return {
    id,
    title: 'entries per second',
    unit: '/s',
    ours: perSecond,
    ...(theirs === undefined ? {} : { theirs }),
    aim: { text: 'above 500 000 /s', isMet: perSecond > PER_SECOND_MIN },
    note:
      `from process start to first answer ${ours.wholeSeconds.toFixed(2)} s` +
      (emptySeconds > 0 ? `, of which an empty server takes ${emptySeconds.toFixed(2)} s` : ''),
  };
}

export interface LoadFacts {
  /** Loading alone. */
  readonly seconds: number;
  readonly wholeSeconds: number;
}

export async function measureLoad(context: BenchContext, entries: number): Promise<LoadFacts> {
  const server = await AnoaServer.start();
  try {
    await server.child.stop();
    const emptySeconds = await server.restart();
    const client = await server.connect();
    await server.fill(client, entries);
    await client.ask((writer) => encodeSnapshot(writer), true);
    await client.close();
    // Hard, so that the stop takes no snapshot of its own.
    await server.child.stop('SIGKILL');
    const wholeSeconds = await server.restart();
    const reader = await server.connect();
    const count = await reader.ask((writer) => encodeCount(writer));
    await reader.close();
    if (Number(count) !== entries) throw new Error(`${String(count)} entries were loaded of ${entries}`);
    context.progress(
      `  AnoaDB: started in ${wholeSeconds.toFixed(2)} s full, ${emptySeconds.toFixed(2)} s empty`,
    );
    return { seconds: wholeSeconds - emptySeconds, wholeSeconds };
  } finally {
    await server.dispose();
  }
}

async function measureRedisLoad(entries: number): Promise<Contender | undefined> {
  const version = redisVersion();
  if (version === undefined) return undefined;
  const server = await RedisServer.start();
  try {
    await server.fill(entries);
    await server.command('SAVE');
    await server.stop();
    await server.start();
    return { name: `Redis ${version}, plain RDB`, value: entries / server.loadSeconds };
  } finally {
    await server.dispose();
  }
}
