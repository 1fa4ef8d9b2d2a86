/** How many keys, and which of them are asked for: uniformly, or most of the time the same few (Zipf). */

import { AnoaContestant, type Contestant, MemcachedContestant, RedisContestant } from '../contestants.js';
import { type Distribution, drawKeys } from '../key-draw.js';
import type { BenchContext, Line, RowGroup } from '../measurement.js';
import { rateLine, type Standing, takeTurns } from '../turns.js';

const LARGE = 10_000_000;
const COUNTS = [100_000, 1_000_000, LARGE];
const GROWTH_MIN = 0.7;
const SHAPES = [
  { id: 'one', title: 'one op per datagram', sockets: 1, outstanding: 64, ops: 1, seconds: 0.3 },
  { id: 'batched', title: '50 ops per request', sockets: 1, outstanding: 64, ops: 50, seconds: 0.3 },
];
const DISTRIBUTIONS: readonly Distribution[] = ['uniform', 'zipf'];

export const keyRows: RowGroup = {
  name: 'keys',
  title:
    'GETs over 100 thousand, a million and ten million keys, uniform and Zipf 0.99; 1 socket, 64 outstanding',
  isOptIn: false,
  async run(context) {
    const lines: Line[] = [];
    const uniform = new Map<string, Standing>();
    for (const count of COUNTS) {
      // Filling Redis and memcached with ten million takes gigabytes: only where everything is wanted.
      const hasRivals = count < LARGE || context.isFull;
      const anoa = await AnoaContestant.start();
      const redis = hasRivals ? await RedisContestant.start() : undefined;
      const memcached = hasRivals ? await MemcachedContestant.start('udp') : undefined;
      try {
        for (const one of [anoa, redis, memcached]) await one?.fill(count);
        const rivals = { redis, memcached };
        for (const shape of SHAPES) {
          for (const distribution of DISTRIBUTIONS) {
            lines.push(...(await measure(context, anoa, rivals, { count, distribution, shape }, uniform)));
          }
        }
      } finally {
        for (const one of [anoa, redis, memcached]) await one?.dispose();
      }
    }
    return [...growthLines(uniform), ...lines];
  },
};

interface KeyCase {
  readonly count: number;
  readonly distribution: Distribution;
  readonly shape: (typeof SHAPES)[number];
}

async function measure(
  context: BenchContext,
  anoa: AnoaContestant,
  { redis, memcached }: { redis: RedisContestant | undefined; memcached: MemcachedContestant | undefined },
  { count, distribution, shape }: KeyCase,
  uniform: Map<string, Standing>,
): Promise<Line[]> {
  const udp = shape.ops === 1 ? memcached : undefined;
  const rivals: Contestant[] = [redis, udp].filter((one) => one !== undefined);
  const keys = drawKeys(count, distribution);
  const [ours, ...others] = await takeTurns(context, [anoa, ...rivals], { ...shape, keys });
  if (distribution === 'uniform') uniform.set(`${shape.id}-${count}`, ours);
  const row = {
    id: `keys/${shape.id}-${distribution}-${count}`,
    title: `${countText(count)} keys, ${distribution}, ${shape.title}`,
  };
  if (others.length === 0) return [rateLine(row, ours, undefined)];
  return others.map((theirs) => {
    const way = theirs.name.startsWith('Redis') ? `, pipeline ${shape.ops * shape.outstanding}` : '';
    return rateLine({ ...row, id: `${row.id}-${theirs.name.slice(0, 5)}` }, ours, {
      ...theirs,
      name: `${theirs.name}${way}`,
    });
  });
}

/** Ten million keys against a hundred thousand: what the caches of the processor no longer hold. */
function growthLines(uniform: ReadonlyMap<string, Standing>): Line[] {
  return SHAPES.flatMap(({ id, title }): Line[] => {
    const few = uniform.get(`${id}-${COUNTS[0]}`);
    const many = uniform.get(`${id}-${LARGE}`);
    if (few === undefined || many === undefined) return [];
    return [
      {
        id: `keys/growth-${id}`,
        title: `GET, ${title}, ten million keys against 100 thousand`,
        unit: '/s',
        ours: many.rate,
        theirs: { name: 'AnoaDB with 100 000 keys', value: few.rate },
        aim: { text: `at least ${GROWTH_MIN}`, isMet: many.rate >= GROWTH_MIN * few.rate },
        headline: 11,
      },
    ];
  });
}

function countText(count: number): string {
  return count.toLocaleString('en-US').replaceAll(',', ' ');
}
