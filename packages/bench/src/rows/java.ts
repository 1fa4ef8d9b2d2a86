/**
 * The Java SDK with our server beside Jedis and Lettuce with Redis: a JVM on one core, the server on the other. Callers
 * are threads that block, as most Java code is; with `async` they are chains of futures, which Jedis does not have.
 */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AnoaContestant, RedisContestant } from '../contestants.js';
import { buildJavaLoad } from '../java-build.js';
import { type BenchContext, KEYS, type Line, median, type RowGroup } from '../measurement.js';
import { loadPrefix } from '../pinning.js';
import { REDIS_MISSING } from '../redis.js';

const SECONDS = 1;
/** A JVM needs seconds until it is warm, so there are fewer turns than in other rows. */
const ROUNDS_MAX = 3;
const RATIO_MIN = 2;
const LATENCY_MAX = 1;
/** From here on the core was not the JVM's own, and its processor time says more than the clock. */
const DISTURBED = 0.05;

interface JavaReport {
  readonly rate: number;
  readonly p50Us: number;
  readonly busy: number;
  /** Part of the core that other processes had. */
  readonly others: number;
  readonly missing: number;
}

interface Rivalry {
  readonly callers: number;
  /** How callers wait: goes behind the name of a client. */
  readonly way: '' | '-async';
  readonly rivals: readonly Rival[];
}

interface Rival {
  readonly kind: string;
  readonly name: string;
}

const JEDIS = { kind: 'jedis', name: 'Jedis' };
const LETTUCE = { kind: 'lettuce', name: 'Lettuce' };
const RIVALRIES: readonly Rivalry[] = [
  { callers: 1, way: '', rivals: [JEDIS, LETTUCE] },
  { callers: 32, way: '', rivals: [JEDIS, LETTUCE] },
  { callers: 256, way: '', rivals: [JEDIS, LETTUCE] },
  { callers: 256, way: '-async', rivals: [LETTUCE] },
];

export const javaRows: RowGroup = {
  name: 'java',
  title: 'The Java SDK beside Jedis and Lettuce: concurrent gets of one JVM (per core: of the JVM)',
  isOptIn: false,
  async run(context) {
    const load = buildJavaLoad();
    if ('missing' in load) {
      context.progress(`  ${load.missing}`);
      return [];
    }
    const anoa = await AnoaContestant.start();
    const redis = await RedisContestant.start();
    try {
      if (redis === undefined) {
        context.progress(`  ${REDIS_MISSING}`);
        return [];
      }
      await anoa.fill(KEYS);
      await redis.fill(KEYS);
      const lines: Line[] = [];
      for (const rivalry of RIVALRIES) {
        const run = (kind: string) => {
          const { port } = kind.startsWith('anoa') ? anoa.server.child : redis.server;
          return runClient(load.classPath, kind, port, rivalry.callers);
        };
        lines.push(...(await measure(context, rivalry, run)));
      }
      return lines;
    } finally {
      await anoa.dispose();
      await redis?.dispose();
    }
  },
};

async function measure(
  context: BenchContext,
  { callers, way, rivals }: Rivalry,
  run: (kind: string) => Promise<JavaReport>,
): Promise<Line[]> {
  const kinds = ['anoa', ...rivals.map((rival) => rival.kind)].map((kind) => kind + way);
  const taken: JavaReport[][] = kinds.map(() => []);
  for (let round = 0; round < Math.min(context.rounds, ROUNDS_MAX); round++) {
    for (const [i, kind] of kinds.entries()) taken[i].push(await run(kind));
  }
  const rates = taken.map((reports) => median(reports.map((report) => report.rate)));
  context.progress(
    `    ${callers}${way}: ${kinds.map((kind, i) => `${kind} ${Math.round(rates[i])}/s`).join(' | ')}`,
  );
  return rivals.map(({ name }, i): Line => {
    const theirs = taken[i + 1];
    const ratios = taken[0].map((report, round) => report.rate / theirs[round].rate);
    return {
      id: `java/${callers}${way}-${name}`,
      title: `Java SDK, ${callers} concurrent ${callers === 1 ? 'caller' : 'callers'}${way === '' ? '' : ', futures'}`,
      unit: '/s',
      ours: rates[0],
      theirs: { name, value: rates[i + 1] },
      spread: { least: Math.min(...ratios), most: Math.max(...ratios) },
      perCore: efficiency(taken[0]) / efficiency(theirs),
      note: `p50 ${p50Text(taken[0])} against ${p50Text(theirs)} of ${name}; the JVMs used ${busyText(taken[0])} and ${busyText(theirs)} of a core`,
      ...(name === JEDIS.name ? { aim: aimOf(callers, rates[0] / rates[i + 1], taken[0], theirs) } : {}),
    };
  });
}

/** Of a single caller the latency counts, of many the rate. */
function aimOf(
  callers: number,
  ratio: number,
  ours: readonly JavaReport[],
  theirs: readonly JavaReport[],
): { text: string; isMet: boolean } {
  const isDisturbed = [ours, theirs].some((reports) => median(reports.map((one) => one.others)) > DISTURBED);
  if (callers > 1 && !isDisturbed) return { text: `at least ${RATIO_MIN}`, isMet: ratio >= RATIO_MIN };
  if (callers > 1) {
    const perCore = efficiency(ours) / efficiency(theirs);
    return {
      text: `at least ${RATIO_MIN} by rate and per core, as other processes had the cores`,
      isMet: Math.min(ratio, perCore) >= RATIO_MIN,
    };
  }
  return { text: 'p50 no higher', isMet: p50Of(ours) / p50Of(theirs) <= LATENCY_MAX };
}

async function runClient(
  classPath: string,
  kind: string,
  port: number,
  callers: number,
): Promise<JavaReport> {
  const words = ['-cp', classPath, 'JavaLoad', kind, port, callers, SECONDS, KEYS].map(String);
  const [program, ...args] = [...loadPrefix(), 'java', ...words];
  const { stdout } = await promisify(execFile)(program, args);
  const report = JSON.parse(stdout) as JavaReport;
  if (report.missing > 0) throw new Error(`${kind}: ${report.missing} keys were not found`);
  return report;
}

/** Calls that a second of the JVM's processor time makes. */
function efficiency(reports: readonly JavaReport[]): number {
  return median(reports.map((one) => one.rate / one.busy));
}

function p50Of(reports: readonly JavaReport[]): number {
  return median(reports.map((report) => report.p50Us));
}

function p50Text(reports: readonly JavaReport[]): string {
  return `${Math.round(p50Of(reports))} µs`;
}

function busyText(reports: readonly JavaReport[]): string {
  return `${Math.round(100 * median(reports.map((report) => report.busy)))} %`;
}
