/**
 * The TypeScript SDK with our server beside node-redis and ioredis with Redis: a client process on one core, the
 * server on the other, so many concurrent calls that each await one get after the other.
 */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { AnoaContestant, RedisContestant } from '../contestants.js';
import { type BenchContext, KEYS, type Line, median, type RowGroup } from '../measurement.js';
import { loadPrefix } from '../pinning.js';
import { processorSeconds } from '../processor-time.js';
import { REDIS_MISSING } from '../redis.js';

const CONCURRENT = [1, 32, 256];
const RATIO_MIN = 3;
const SECONDS = 0.8;
const CLIENTS = [
  { kind: 'node-redis', name: 'node-redis' },
  { kind: 'ioredis', name: 'ioredis' },
  { kind: 'ioredis-auto', name: 'ioredis, auto-pipelining' },
];

interface ClientReport {
  readonly rate: number;
  readonly p50Us: number;
  readonly busy: number;
  /** Part of the time in which the client waited for its core. */
  readonly waited: number;
  readonly missing: number;
  readonly serverBusy: number;
}

export const sdkRows: RowGroup = {
  name: 'sdk',
  title:
    'The TypeScript SDK beside node-redis and ioredis: concurrent gets of one client process (per core: of the client)',
  isOptIn: false,
  async run(context) {
    const anoa = await AnoaContestant.start();
    const redis = await RedisContestant.start();
    try {
      await anoa.fill(KEYS);
      await redis?.fill(KEYS);
      if (redis === undefined) context.progress(`  ${REDIS_MISSING}`);
      const lines: Line[] = [];
      for (const calls of CONCURRENT) lines.push(...(await measureCalls(context, calls, anoa, redis)));
      return lines;
    } finally {
      await anoa.dispose();
      await redis?.dispose();
    }
  },
};

async function measureCalls(
  context: BenchContext,
  calls: number,
  anoa: AnoaContestant,
  redis: RedisContestant | undefined,
): Promise<Line[]> {
  const contenders = [
    { name: 'AnoaDB', run: () => runClient('anoa', anoa.server.child.port, anoa.pid, calls) },
    ...(redis === undefined
      ? []
      : CLIENTS.map(({ kind, name }) => {
          return { name, run: () => runClient(kind, redis.server.port, redis.pid, calls) };
        })),
  ];
  const taken: ClientReport[][] = contenders.map(() => []);
  for (let round = 0; round < context.rounds; round++) {
    for (const [i, { run }] of contenders.entries()) taken[i].push(await run());
  }
  const rates = taken.map((reports) => median(reports.map((report) => report.rate)));
  context.progress(
    `    ${calls}: ${contenders.map(({ name }, i) => `${name} ${Math.round(rates[i])}/s`).join(' | ')}`,
  );
  const best = Math.max(...rates.slice(1));
  return contenders.slice(1).map(({ name }, i): Line => {
    const ratios = taken[0].map((report, round) => report.rate / taken[i + 1][round].rate);
    const isBest = calls === 256 && rates[i + 1] === best;
    return {
      id: `sdk/${calls}-${name}`,
      title: `SDK, ${calls} concurrent ${calls === 1 ? 'get' : 'gets'}`,
      unit: '/s',
      ours: rates[0],
      theirs: { name, value: rates[i + 1] },
      spread: { least: Math.min(...ratios), most: Math.max(...ratios) },
      perCore: efficiency(taken[0]) / efficiency(taken[i + 1]),
      busy: [taken[0], taken[i + 1]].map(busyText).join(' : '),
      note: `p50 ${p50Text(taken[0])} against ${p50Text(taken[i + 1])} of ${name}; ${waitedText(taken[0], taken[i + 1])}`,
      ...(isBest
        ? { aim: { text: `at least ${RATIO_MIN}`, isMet: rates[0] >= RATIO_MIN * best }, headline: 7 }
        : {}),
    };
  });
}

/** Calls that a second of the client's processor time makes. */
function efficiency(reports: readonly ClientReport[]): number {
  return median(reports.map((one) => one.rate / one.busy));
}

async function runClient(
  kind: string,
  port: number,
  serverPid: number,
  calls: number,
): Promise<ClientReport> {
  const script = fileURLToPath(new URL('../sdk-client.js', import.meta.url));
  const words = [kind, port, calls, SECONDS, KEYS].map(String);
  const [program, ...args] = [...loadPrefix(), process.execPath, script, ...words];
  const startedAtMs = performance.now();
  const usedBefore = processorSeconds(serverPid) ?? 0;
  const { stdout } = await promisify(execFile)(program, args);
  // Over the life of the client: starting it, in which the server is idle, is part of that.
  const seconds = (performance.now() - startedAtMs) / 1000;
  const serverBusy = ((processorSeconds(serverPid) ?? 0) - usedBefore) / seconds;
  const report = JSON.parse(stdout) as Omit<ClientReport, 'serverBusy'>;
  if (report.missing > 0) throw new Error(`${kind}: ${report.missing} keys were not found`);
  return { ...report, serverBusy };
}

function busyText(reports: readonly ClientReport[]): string {
  const [server, client] = [(one: ClientReport) => one.serverBusy, (one: ClientReport) => one.busy].map(
    (of) => Math.round(100 * median(reports.map(of))),
  );
  return `${server}/${client}`;
}

function waitedText(ours: readonly ClientReport[], theirs: readonly ClientReport[]): string {
  const [own, other] = [ours, theirs].map((reports) =>
    Math.round(100 * median(reports.map((one) => one.waited))),
  );
  return `the clients waited ${own} % and ${other} % of the time for their core`;
}

function p50Text(reports: readonly ClientReport[]): string {
  return `${Math.round(median(reports.map((report) => report.p50Us)))} µs`;
}
