/** memcached's text protocol, sent to our TCP port and to memcached by the same generator: 50 connections, no journal. */

import { AnoaDoorContestant, MemcachedContestant } from '../contestants.js';
import { loadGenerator } from '../generator-build.js';
import { drawKeys } from '../key-draw.js';
import { KEYS, type Line, type RowGroup } from '../measurement.js';
import { MEMCACHED_MISSING } from '../memcached.js';
import { EACH_ALONE, rateLine, takeTurns } from '../turns.js';

const AIM = 0.8;
const CASES = [
  { id: 'get-1', title: 'get, one key', ops: 1, readsPercent: 100 },
  { id: 'set-1', title: 'set, no pipelining', ops: 1, readsPercent: 0 },
  { id: 'get-50', title: 'get, 50 keys', ops: 50, readsPercent: 100 },
  { id: 'set-50', title: 'set, pipeline 50', ops: 50, readsPercent: 0 },
];
const TIMES = { warmSeconds: 0.1, seconds: 0.4 };

export const memcachedDoorRows: RowGroup = {
  name: 'memcached-door',
  title: 'memcached commands over TCP, 50 connections, beside memcached',
  isOptIn: false,
  async run(context) {
    const generator = loadGenerator();
    if ('missing' in generator) throw new Error(generator.missing);
    const anoa = await AnoaDoorContestant.start('memcached-tcp');
    const memcached = await MemcachedContestant.start('tcp');
    if (memcached === undefined) context.progress(`  ${MEMCACHED_MISSING}`);
    try {
      const field = memcached === undefined ? [anoa] : [anoa, memcached];
      for (const one of field) await one.fill(KEYS);
      const lines: Line[] = [];
      for (const { id, title, ops, readsPercent } of CASES) {
        const shape = { ...TIMES, ...EACH_ALONE, ops, keys: drawKeys(KEYS), readsPercent };
        const [ours, theirs] = await takeTurns(context, field, shape);
        lines.push(rateLine({ id: `memcached-door/${id}`, title, aim: AIM }, ours, theirs));
      }
      return lines;
    } finally {
      await anoa.dispose();
      await memcached?.dispose();
    }
  },
};
