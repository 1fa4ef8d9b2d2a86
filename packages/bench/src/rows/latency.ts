/**
 * How long one GET takes: a single one outstanding, with a load that never sleeps; and many at a fixed rate, half of
 * what the slowest contestant can do, where latency counts from the moment a request was due. A server that stalls
 * is charged for every request that was due meanwhile (no coordinated omission).
 */

import { AnoaContestant, type Contestant, MemcachedContestant, RedisContestant } from '../contestants.js';
import { drawKeys } from '../key-draw.js';
import { KEYS, type Line, type RowGroup } from '../measurement.js';
import { type Standing, takeTurns } from '../turns.js';

const SINGLE_RATIO_MAX = 1;
const SOCKETS = 50;
/** A socket may have so many due requests on their way before the next one waits. */
const OPEN_OUTSTANDING = 64;
const PERCENTILES = [
  ['p50', 'p50'],
  ['p99', 'p99'],
  ['p999', 'p99.9'],
] as const;

export const latencyRows: RowGroup = {
  name: 'latency',
  title: 'Latency of a GET',
  isOptIn: false,
  async run(context) {
    const anoa = await AnoaContestant.start();
    const redis = await RedisContestant.start();
    const memcached = await MemcachedContestant.start('udp');
    try {
      for (const one of [anoa, redis, memcached]) await one?.fill(KEYS);
      const rivals: Contestant[] = [redis, memcached, memcached?.over('tcp')].filter(
        (one) => one !== undefined,
      );
      const all = [anoa, ...rivals];
      const base = { ops: 1, keys: drawKeys(KEYS) };
      const single = { ...base, sockets: 1, outstanding: 1, spinning: true };
      const [alone, ...others] = await takeTurns(context, all, single);
      const lines = others.flatMap((theirs) => singleLines(alone, theirs));
      const peaks = await takeTurns({ ...context, rounds: 1 }, all, {
        ...base,
        sockets: SOCKETS,
        outstanding: 1,
      });
      const rate = Math.round(Math.min(...peaks.map((one) => one.rate)) / 2000) * 1000;
      const open = { ...base, sockets: SOCKETS, outstanding: OPEN_OUTSTANDING, rate };
      const [ours, ...rest] = await takeTurns(context, all, open);
      for (const theirs of rest) lines.push(...openLines(rate, ours, theirs));
      const own = Math.round(peaks[0].rate / 2000) * 1000;
      const [half] = await takeTurns(context, [anoa], { ...open, rate: own });
      lines.push(...openLines(own, half, undefined));
      return lines;
    } finally {
      for (const one of [anoa, redis, memcached]) await one?.dispose();
    }
  },
};

function singleLines(ours: Standing, theirs: Standing): Line[] {
  return PERCENTILES.map(([key, name]): Line => {
    const [own, other] = [ours.latencyUs[key], theirs.latencyUs[key]];
    const isAim = key === 'p50' && theirs.name.startsWith('Redis');
    return {
      id: `latency/single-${key}-${theirs.name}`,
      title: `single outstanding GET, ${name}`,
      unit: 'µs',
      ours: own,
      theirs: { name: theirs.name, value: other },
      ...(isAim
        ? {
            aim: { text: `at most ${SINGLE_RATIO_MAX.toFixed(1)}`, isMet: own <= SINGLE_RATIO_MAX * other },
            headline: 8,
          }
        : {}),
    };
  });
}

function openLines(rate: number, ours: Standing, theirs: Standing | undefined): Line[] {
  return PERCENTILES.map(([key, name]): Line => {
    const lost = ours.lost > 0 ? { note: `${ours.lost} datagrams lost` } : {};
    return {
      id: `latency/open-${rate}-${key}-${theirs?.name ?? 'own'}`,
      title: `${rate / 1000} 000 GETs a second due over ${SOCKETS} sockets, ${name}`,
      unit: 'µs',
      ours: ours.latencyUs[key],
      ...(theirs === undefined ? {} : { theirs: { name: theirs.name, value: theirs.latencyUs[key] } }),
      ...lost,
    };
  });
}
