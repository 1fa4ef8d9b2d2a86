/**
 * Large transfers over bad and narrow links, simulated: the same both ends in virtual time, so the numbers are the
 * same on every machine. docs/NETWORK.md has the table and what it shows.
 */
import { simulateTransfers, type TransferPlan, type TransferReport } from '@anoadb/testkit';
import type { Line, RowGroup } from '../measurement.js';

const MIB = 1024 * 1024;
const SEED = 7;

type NetworkPlan = Omit<TransferPlan, 'seed' | 'kind'> & Partial<Pick<TransferPlan, 'kind'>>;

interface NetworkRow {
  readonly id: string;
  readonly title: string;
  readonly plan: NetworkPlan;
  /** The line's number: bit rate, or how long the last message took. */
  readonly shows: 'rate' | 'time';
  readonly aim?: { text: string; isMet: (report: TransferReport) => boolean };
}

const NARROW = { bitsPerSecond: 100e6, queueBytes: 64 * 1024, roundTripMs: 40 };
const WIFI = { bitsPerSecond: 100e6, queueBytes: 64 * 1024, roundTripMs: 20, loss: 0.1 };
const STEADY = { messageBytes: 8 * MIB, messagesPerClient: Number.POSITIVE_INFINITY, parallel: 2 };
const ONCE = { messagesPerClient: 1, durationMs: 60_000 };

/** Steady: after two seconds, over six. */
const ROWS: readonly NetworkRow[] = [
  {
    id: 'narrow-1',
    title: '100 Mbit/s 40 ms, queue 64 KiB: 1 client reads',
    plan: { link: NARROW, clients: 1, ...STEADY, warmupMs: 2000, durationMs: 8000 },
    shows: 'rate',
    aim: { text: 'at least 70 Mbit/s', isMet: (report) => report.bitsPerSecond >= 70e6 },
  },
  {
    id: 'narrow-1-write',
    title: 'the same, 1 client writes',
    plan: {
      link: NARROW,
      clients: 1,
      kind: 'write',
      ...STEADY,
      messageBytes: 2 * MIB,
      warmupMs: 2000,
      durationMs: 8000,
    },
    shows: 'rate',
    aim: { text: 'at least 70 Mbit/s', isMet: (report) => report.bitsPerSecond >= 70e6 },
  },
  {
    id: 'narrow-1-cold',
    title: 'the same, 16 MiB with slow start',
    plan: { link: NARROW, clients: 1, messageBytes: 16 * MIB, ...ONCE },
    shows: 'rate',
  },
  {
    id: 'narrow-8',
    title: 'the same, 8 clients',
    plan: { link: NARROW, clients: 8, ...STEADY, warmupMs: 2000, durationMs: 8000 },
    shows: 'rate',
  },
  {
    id: 'narrow-64',
    title: 'the same, 64 clients, from 4 s on',
    plan: { link: NARROW, clients: 64, ...STEADY, startSpreadMs: 500, warmupMs: 4000, durationMs: 12_000 },
    shows: 'rate',
    aim: {
      text: 'Jain at least 0.9, worst at least 0.5, queue loss below 5 %',
      isMet: (report) => report.fairness >= 0.9 && report.worstShare >= 0.5 && report.queueLoss < 0.05,
    },
  },
  {
    id: 'narrow-64-once',
    title: 'the same, 64 clients read 1 MiB each',
    plan: { link: NARROW, clients: 64, messageBytes: MIB, startSpreadMs: 10, ...ONCE },
    shows: 'time',
    aim: { text: 'all within 7 s (5.7 s at line rate)', isMet: (report) => report.doneMs <= 7000 },
  },
  {
    id: 'loss-1',
    title: 'the same, 1 client, 1 % random loss',
    plan: { link: { ...NARROW, loss: 0.01 }, clients: 1, ...STEADY, warmupMs: 2000, durationMs: 8000 },
    shows: 'rate',
  },
  {
    id: 'loss-10',
    title: '20 ms, 10 % random loss each way: 1 MiB',
    plan: { link: WIFI, clients: 1, messageBytes: MIB, ...ONCE },
    shows: 'time',
    aim: { text: 'within 5 s', isMet: (report) => report.doneMs <= 5000 },
  },
  {
    id: 'loss-10-jitter',
    title: 'the same with 5 ms of jitter each way',
    plan: { link: { ...WIFI, jitterMs: 5 }, clients: 1, messageBytes: MIB, ...ONCE },
    shows: 'time',
    aim: { text: 'within 5 s', isMet: (report) => report.doneMs <= 5000 },
  },
  {
    id: 'slow-16',
    title: '10 Mbit/s 40 ms, queue 64 KiB: 16 clients',
    plan: {
      link: { ...NARROW, bitsPerSecond: 10e6 },
      clients: 16,
      ...STEADY,
      startSpreadMs: 300,
      warmupMs: 4000,
      durationMs: 14_000,
    },
    shows: 'rate',
  },
  {
    id: 'deep',
    title: '10 Mbit/s 40 ms, queue 1 MiB: 1 client',
    plan: {
      link: { bitsPerSecond: 10e6, queueBytes: MIB, roundTripMs: 40 },
      clients: 1,
      ...STEADY,
      smallEveryMs: 50,
      warmupMs: 2000,
      durationMs: 8000,
    },
    shows: 'rate',
  },
  {
    id: 'lan-1',
    title: '1 Gbit/s 0.2 ms, queue 1 MiB: 1 client',
    plan: {
      link: { bitsPerSecond: 1e9, queueBytes: MIB, roundTripMs: 0.2 },
      clients: 1,
      ...STEADY,
      warmupMs: 100,
      durationMs: 500,
    },
    shows: 'rate',
  },
];

export const networkRows: RowGroup = {
  name: 'network',
  title: 'Large transfers over one shared queue, simulated (virtual time, fixed seed)',
  isOptIn: false,
  async run(context) {
    const lines: Line[] = [];
    for (const row of ROWS) {
      const report = simulateTransfers({ kind: 'read', seed: SEED, ...row.plan });
      context.progress(`  ${row.title}`);
      lines.push(lineOf(row, report));
    }
    return lines;
  },
};

function lineOf(row: NetworkRow, report: TransferReport): Line {
  const { utilization, fairness, worstShare, retransmitRatio, queueLoss, smallMs } = report;
  const shares =
    row.plan.clients === 1 ? '' : `, Jain ${fairness.toFixed(3)}, worst share ${worstShare.toFixed(2)}`;
  const small = smallMs.length === 0 ? '' : `, small requests ${smallMs[smallMs.length >> 1].toFixed(0)} ms`;
  const isRate = row.shows === 'rate';
  return {
    id: `network/${row.id}`,
    title: row.title,
    unit: isRate ? 'Mbit/s' : 's',
    ours: isRate ? report.bitsPerSecond / 1e6 : report.doneMs / 1000,
    ...(row.aim === undefined ? {} : { aim: { text: row.aim.text, isMet: row.aim.isMet(report) } }),
    note:
      `link ${percent(utilization)} used${shares}, sent again ${percent(retransmitRatio)}, ` +
      `lost at the queue ${percent(queueLoss)}${small}`,
  };
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}
