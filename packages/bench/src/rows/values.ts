/** Larger values, and reads mixed with writes. */

import { AnoaServer } from '../anoa.js';
import { AnoaContestant, type Contestant, MemcachedContestant, RedisContestant } from '../contestants.js';
import { drawKeys } from '../key-draw.js';
import { LargeValueLoad } from '../large-value-load.js';
import { type BenchContext, KEYS, type Line, median, type RowGroup } from '../measurement.js';
import { pinThisProcess, serverPrefix } from '../pinning.js';
import { rateLine, takeTurns } from '../turns.js';

const KIB = 1024;
const SMALLER = [32, KIB];
/** A value of 1 KiB takes eight times the memory: fewer keys. */
const VALUE_KEYS = 200_000;
const HUGE_BYTES = 64 * KIB;
const HUGE_KEYS = 1000;
const HUGE_OUTSTANDING = 8;
const MIXES = [95, 50];
const LAYOUTS = [
  { id: 'one', title: '1 socket, 64 outstanding', sockets: 1, outstanding: 64 },
  { id: 'fifty', title: '50 sockets, 1 outstanding', sockets: 50, outstanding: 1 },
];
const SECONDS = 0.3;

export const valueRows: RowGroup = {
  name: 'values',
  title: 'Values of 32 bytes, 1 KiB and 64 KiB, and mixes of reads and writes; one op per datagram',
  isOptIn: false,
  async run(context) {
    const lines: Line[] = [];
    for (const valueBytes of SMALLER) {
      await withField(async (field) => {
        const count = valueBytes === 32 ? KEYS : VALUE_KEYS;
        for (const one of field) await one.fill(count, valueBytes);
        const mixes = valueBytes === 32 ? MIXES : [100, 0];
        for (const readsPercent of mixes) {
          const what = mixText(readsPercent);
          for (const layout of LAYOUTS) {
            const shape = {
              ...layout,
              ops: 1,
              keys: drawKeys(count),
              valueBytes,
              readsPercent,
              seconds: SECONDS,
            };
            const [ours, ...others] = await takeTurns(context, field, shape);
            const id = `values/${valueBytes}-${readsPercent}-${layout.id}`;
            const title = `${what}, ${sizeText(valueBytes)}, ${layout.title}`;
            for (const theirs of others)
              lines.push(rateLine({ id: `${id}-${theirs.name.slice(0, 5)}`, title }, ours, theirs));
          }
        }
      });
    }
    return [...lines, ...(await hugeLines(context))];
  },
};

type Filled = Contestant & {
  fill(count: number, valueBytes?: number): Promise<unknown>;
  dispose(): Promise<void>;
};

async function withField(run: (field: Filled[]) => Promise<void>): Promise<void> {
  const field: Filled[] = [await AnoaContestant.start()];
  const redis = await RedisContestant.start();
  const memcached = await MemcachedContestant.start('udp');
  if (memcached !== undefined) field.push(memcached);
  if (redis !== undefined) field.push(redis);
  try {
    await run(field);
  } finally {
    for (const one of field) await one.dispose();
  }
}

/** 64 KiB exceed a datagram: our fragments need the transport's own client, written in TypeScript, as load. */
async function hugeLines(context: BenchContext): Promise<Line[]> {
  const server = await AnoaServer.start({ prefix: serverPrefix() });
  const redis = await RedisContestant.start();
  const unpin = pinThisProcess();
  try {
    const ours = await LargeValueLoad.connect(server, { valueBytes: HUGE_BYTES, keys: HUGE_KEYS });
    await ours.fill();
    await redis?.fill(HUGE_KEYS, HUGE_BYTES);
    const lines: Line[] = [];
    for (const command of ['GET', 'SET'] as const) {
      const rates: number[] = [];
      const theirs: number[] = [];
      for (let round = 0; round < context.rounds; round++) {
        rates.push(await ours.opsPerSecond(command, HUGE_OUTSTANDING));
        const report = await redis?.load({
          sockets: 1,
          outstanding: HUGE_OUTSTANDING,
          ops: 1,
          keys: drawKeys(HUGE_KEYS),
          valueBytes: HUGE_BYTES,
          readsPercent: command === 'GET' ? 100 : 0,
          seconds: SECONDS,
        });
        if (report !== undefined) theirs.push(report.ops / report.seconds);
      }
      context.progress(`    64 KiB ${command}: ${Math.round(median(rates))}/s`);
      lines.push({
        id: `values/${HUGE_BYTES}-${command}`,
        title: `${command}, 64 KiB, 1 socket, ${HUGE_OUTSTANDING} outstanding`,
        unit: '/s',
        ours: median(rates),
        ...(redis === undefined ? {} : { theirs: { name: redis.name, value: median(theirs) } }),
        note: 'in fragments of 16 KiB; the load of ours is the client written in TypeScript and takes more than the server',
      });
    }
    await ours.close();
    return lines;
  } finally {
    unpin();
    await server.dispose();
    await redis?.dispose();
  }
}

function mixText(readsPercent: number): string {
  if (readsPercent === 100) return 'GET';
  return readsPercent === 0 ? 'SET' : `${readsPercent} % GET, ${100 - readsPercent} % SET`;
}

function sizeText(bytes: number): string {
  return bytes < KIB ? `${bytes} bytes` : `${bytes / KIB} KiB`;
}
