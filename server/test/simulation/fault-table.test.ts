/**
 * Rows of the fault table (docs/FAULTS.md) that are a story rather than a seed: each is played on the simulated
 * machine, judged by every invariant of the simulation, and by what its row expects.
 */

import * as assert from 'node:assert/strict';
import { test } from 'uvu';
import type { Plan, PlannedDiskEvent, PlannedDurability, PlannedOp } from './plan.js';
import { type Report, simulate } from './simulation.js';

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
const POLICIES = ['always', 'everysec', 'no'] as const;

interface Story {
  readonly policy: PlannedDurability['policy'];
  readonly requests: readonly { readonly atMs: number; readonly ops: readonly PlannedOp[] }[];
  readonly events: readonly PlannedDiskEvent[];
  readonly holes?: Plan['events'];
  readonly syncMs?: number;
}

/** One client, fair weather, a delay of 1 ms each way. */
async function play(story: Story): Promise<Report> {
  const { policy, requests, events, holes = [], syncMs = 1 } = story;
  const plain = { group: 0, isAtomic: false, slowMs: 0, cancelAfterMs: 0 };
  const report = await simulate(
    {
      seed: 1,
      mode: 'open',
      weather: { delayMs: 1 },
      groups: [
        [
          { name: 'counter', kind: 'counter' },
          { name: 'register', kind: 'register' },
        ],
      ],
      clients: [
        {
          startMs: 0,
          diesAtMs: 0,
          addressOf: -1,
          windowMax: 64,
          limits: {},
          requests: requests.map((request) => ({ ...plain, ...request })),
        },
      ],
      events: holes,
      serverLimits: {},
      durability: {
        policy,
        segmentBytesMax: 4000,
        writeMs: 0.05,
        syncMs,
        hasShortTransfers: false,
        events,
      },
    },
    { isTraced: true },
  );
  assert.deepEqual(report.violations, []);
  return report;
}

function incr(atMs: number): Story['requests'][number] {
  return { atMs, ops: [{ kind: 'incr', key: 0, amount: 1 }] };
}

function crash(atMs: number, isPowerCut: boolean): PlannedDiskEvent {
  return { kind: 'crash', atMs, isPowerCut, afterCalls: 0, how: 'crash-after', downMs: 50 };
}

/** Moments of the lines that match. */
function momentsOf(report: Report, what: RegExp): number[] {
  return report.lines.filter((line) => what.test(line)).map((line) => Number.parseFloat(line));
}

for (const policy of POLICIES) {
  test(`fault 1: kill -9 under ${policy}, every 150 ms of a burst: every acknowledged write is there, once`, async () => {
    const requests = Array.from({ length: 60 }, (_, i) => incr(500 + 20 * i));
    const events = Array.from({ length: 8 }, (_, i) => crash(520 + 150 * i, false));
    const report = await play({ policy, requests, events });
    assert.ok(report.recoveries >= 8, `${report.recoveries} recoveries`);
    assert.equal(report.lossyRecoveries, 0);
  });
}

test('fault 2: power cuts under always: every acknowledged write is there', async () => {
  const requests = Array.from({ length: 60 }, (_, i) => incr(500 + 20 * i));
  const events = Array.from({ length: 8 }, (_, i) => crash(520 + 150 * i, true));
  const report = await play({ policy: 'always', requests, events });
  assert.ok(report.recoveries >= 8, `${report.recoveries} recoveries`);
  assert.equal(report.lossyRecoveries, 0);
});

for (const policy of ['everysec', 'no'] as const) {
  test(`fault 3: power cuts under ${policy}: a prefix by LSN, and the histories go on from it`, async () => {
    const requests = Array.from({ length: 60 }, (_, i) => incr(500 + 50 * i));
    const events = Array.from({ length: 6 }, (_, i) => crash(700 + 500 * i, true));
    const report = await play({ policy, requests, events });
    assert.ok(report.lossyRecoveries > 0, 'nothing was lost: the story proves nothing');
  });
}

for (const policy of ['always', 'everysec'] as const) {
  test(`fault 12: a sync takes 10 s under ${policy}: answers wait, in their order, and all come`, async () => {
    const requests = Array.from({ length: 40 }, (_, i) => incr(1000 + 100 * i));
    const events: PlannedDiskEvent[] = [{ kind: 'slow', atMs: 900, forMs: 4000, syncMs: 10_000 }];
    const report = await play({ policy, requests, events });
    const replied = report.lines.filter((line) => /client 0 has the reply/.test(line));
    assert.equal(replied.length, requests.length);
    const rids = replied.map((line) => Number(/rid (\d+)/.exec(line)![1]));
    assert.deepEqual(
      rids,
      [...rids].sort((a, b) => a - b),
    );
    const last = momentsOf(report, /client 0 has the reply/).at(-1)!;
    assert.ok(last > 10_000, `the last answer came at ${last} ms`);
    // everysec goes on answering for two seconds, then no more until the sync has ended.
    const meanwhile = momentsOf(report, /client 0 has the reply/).filter((ms) => ms > 5000 && ms < 10_000);
    assert.deepEqual(meanwhile, []);
  });
}

test('fault 15: the clock goes back a day, running and across a restart: what expired stays gone', async () => {
  await play({
    policy: 'always',
    requests: [
      { atMs: 1000, ops: [{ kind: 'expiring', key: 0, ttlMs: 300 }] },
      { atMs: 1600, ops: [{ kind: 'look', key: 0 }] },
      { atMs: 2200, ops: [{ kind: 'look', key: 0 }] },
      { atMs: 3200, ops: [{ kind: 'look', key: 0 }] },
    ],
    events: [
      { kind: 'clock', atMs: 2000, skewMs: -DAY_MS },
      crash(2500, false),
      { kind: 'clock', atMs: 2510, skewMs: -2 * DAY_MS },
    ],
  });
});

test('fault 15: the clock goes forward a year and back, running and across a restart: nothing is immortal', async () => {
  const looks = [6000, 8000].flatMap((atMs) =>
    [0, 1].map((key) => ({ atMs, ops: [{ kind: 'look' as const, key }] })),
  );
  const report = await play({
    policy: 'always',
    requests: [
      { atMs: 1000, ops: [{ kind: 'expiring', key: 0, ttlMs: 2000 }] },
      { atMs: 3000, ops: [{ kind: 'expiring', key: 1, ttlMs: 2000 }] },
      ...looks,
    ],
    events: [
      { kind: 'clock', atMs: 1500, skewMs: YEAR_MS },
      { kind: 'clock', atMs: 2500, skewMs: 0 },
      crash(4000, false),
      crash(7000, true),
    ],
  });
  assert.deepEqual(report.found, [], 'keys that outlived their time');
});

for (const policy of POLICIES) {
  test(`fault 16: a reply is lost, the server killed, the client asks again: the first execution answers, under ${policy}`, async () => {
    const report = await play({
      policy,
      requests: [incr(1000), incr(1500)],
      holes: [{ kind: 'hole', atMs: 1499, forMs: 400, client: 0, direction: 'toClient' }],
      events: [crash(1700, false)],
    });
    const executed = report.lines.filter((line) => /executes c00r0001/.test(line));
    assert.equal(executed.length, 1, executed.join('\n'));
    const [repliedMs] = momentsOf(report, /client 0 has the reply to c00r0001/);
    assert.ok(repliedMs > 1750, `answered at ${repliedMs} ms`);
  });
}

test('fault 17: snapshots while every key is overwritten, then kill and power cut: the exact state', async () => {
  const requests = Array.from({ length: 300 }, (_, i) => ({
    atMs: 500 + 2 * i,
    ops: [
      { kind: 'incr' as const, key: 0, amount: 1 },
      { kind: 'set' as const, key: 1, condition: 'none' as const, bytes: i % 7 === 0 ? 900 : 0 },
    ],
  }));
  const snapshots = Array.from({ length: 12 }, (_, i) => ({ kind: 'snapshot' as const, atMs: 520 + 50 * i }));
  const report = await play({
    policy: 'always',
    requests,
    events: [...snapshots, crash(760, false), crash(990, true)],
  });
  const published = report.lines.filter((line) => /a snapshot is published/.test(line));
  assert.ok(published.length >= 5, `${published.length} snapshots`);
});

test.run();
