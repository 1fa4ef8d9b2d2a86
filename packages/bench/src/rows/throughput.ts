/**
 * Open GETs and SETs, a million keys: one operation per request and fifty, beside memcached and Redis in the same
 * layout of sockets and requests on their way. Each request is a datagram by itself; nothing is merged on the
 * client's side.
 */

import { AnoaContestant, type Contestant, MemcachedContestant, RedisContestant } from '../contestants.js';
import { drawKeys } from '../key-draw.js';
import { type BenchContext, KEYS, type Line, type RowGroup } from '../measurement.js';
import { MEMCACHED_MISSING } from '../memcached.js';
import { REDIS_MISSING } from '../redis.js';
import { EACH_ALONE, ONE_PEER, rateLine, type Standing, takeTurns } from '../turns.js';

const LAYOUTS = [
  { id: 'one', title: '1 socket, 64 outstanding', ...ONE_PEER },
  { id: 'fifty', title: '50 sockets, 1 outstanding', ...EACH_ALONE },
] as const;
type Layout = (typeof LAYOUTS)[number];

const AIMS = { memcachedUdp: 1.5, redisAlone: 2.5, redisPipelined: 1.5 };

interface Field {
  readonly anoa: AnoaContestant;
  readonly redis: RedisContestant | undefined;
  readonly memcached: MemcachedContestant | undefined;
}

export const throughputRows: RowGroup = {
  name: 'throughput',
  title: 'Open GET and SET over loopback, a million keys of 16 bytes, values of 32',
  isOptIn: false,
  async run(context) {
    const anoa = await AnoaContestant.start();
    const redis = await RedisContestant.start();
    const memcached = await MemcachedContestant.start('tcp');
    const field = { anoa, redis, memcached };
    try {
      for (const one of [anoa, redis, memcached]) await one?.fill(KEYS);
      if (redis === undefined) context.progress(`  ${REDIS_MISSING}`);
      if (memcached === undefined) context.progress(`  ${MEMCACHED_MISSING}`);
      const lines: Line[] = [];
      for (const command of ['GET', 'SET'] as const) {
        for (const layout of LAYOUTS) lines.push(...(await oneOp(context, field, command, layout)));
        for (const layout of LAYOUTS) lines.push(...(await fiftyOps(context, field, command, layout)));
      }
      if (redis !== undefined) lines.push(await manyFromOnePeer(context, anoa, redis));
      return lines;
    } finally {
      for (const one of [anoa, redis, memcached]) await one?.dispose();
    }
  },
};

/** A client that has 64 requests on their way beside connections that have one each: what both protocols are used like. */
async function manyFromOnePeer(
  context: BenchContext,
  anoa: AnoaContestant,
  redis: RedisContestant,
): Promise<Line> {
  const shape = { ops: 1, keys: drawKeys(KEYS), readsPercent: 100 };
  const [ours, theirs] = await takeTurns(context, [anoa, redis], (one) =>
    one === anoa ? { ...shape, ...ONE_PEER } : { ...shape, ...EACH_ALONE },
  );
  return rateLine(
    {
      id: 'throughput/GET-1-one-peer-redis',
      title: 'GET, one op per datagram, 64 outstanding of 1 client',
      aim: AIMS.redisAlone,
      headline: 3,
    },
    ours,
    { ...theirs, name: `${theirs.name}, 50 connections without pipelining` },
  );
}

async function oneOp(
  context: BenchContext,
  { anoa, redis, memcached }: Field,
  command: 'GET' | 'SET',
  layout: Layout,
): Promise<Line[]> {
  const keys = drawKeys(KEYS);
  const shape = { ...layout, ops: 1, keys, readsPercent: command === 'GET' ? 100 : 0 };
  const rivals: Contestant[] = [memcached?.over('udp'), memcached, redis].filter((one) => one !== undefined);
  const [ours, ...others] = await takeTurns(context, [anoa, ...rivals], shape);
  const isGet = command === 'GET';
  return others.map((theirs): Line => {
    const isRedis = theirs.name.startsWith('Redis');
    const isUdp = theirs.name.endsWith('UDP');
    const pipelining = layout.sockets === 1 && !isUdp ? ', pipelined' : '';
    return rateLine(
      {
        id: `throughput/${command}-1-${layout.id}-${slug(theirs)}`,
        title: `${command}, one op per datagram, ${layout.title}`,
        ...(isGet && isUdp ? { aim: AIMS.memcachedUdp, headline: 2 } : {}),
        // Pipelining on one connection is what the aim about Redis is not about.
        ...(isGet && isRedis && layout.sockets > 1 ? { aim: AIMS.redisAlone, headline: 3 } : {}),
      },
      ours,
      { ...theirs, name: `${theirs.name}${pipelining}` },
    );
  });
}

async function fiftyOps(
  context: BenchContext,
  { anoa, redis, memcached }: Field,
  command: 'GET' | 'SET',
  layout: Layout,
): Promise<Line[]> {
  const keys = drawKeys(KEYS);
  const shape = { ...layout, ops: 50, keys, readsPercent: command === 'GET' ? 100 : 0 };
  const rivals: Contestant[] = [redis, memcached].filter((one) => one !== undefined);
  const [ours, ...others] = await takeTurns(context, [anoa, ...rivals], shape);
  return others.map((theirs): Line => {
    const isRedis = theirs.name.startsWith('Redis');
    const way = isRedis ? 'pipeline 50' : command === 'GET' ? '50 keys a get' : 'pipeline 50';
    return rateLine(
      {
        id: `throughput/${command}-50-${layout.id}-${slug(theirs)}`,
        title: `${command}, 50 ops per request, ${layout.title}`,
        ...(isRedis ? { aim: AIMS.redisPipelined, headline: command === 'GET' ? 4 : 5 } : {}),
      },
      ours,
      { ...theirs, name: `${theirs.name}, ${way}` },
    );
  });
}

function slug({ name }: Standing): string {
  return name
    .toLowerCase()
    .replace(/[\d.]+ ?/, '')
    .trim()
    .replace(/\W+/g, '-');
}
