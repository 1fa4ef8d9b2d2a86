/** Draws what a disk and the machine around it do in one simulated run, on top of what the network does. */

import { SeededRandom } from '@anoadb/testkit';
import { drawPlan, type Mode, type Plan, type PlannedDiskEvent, type PlannedRequest } from './plan.js';

const TTLS_MS = [20, 200, 1500, 6000];

/** The plan of the network, its restarts replaced by crashes, stops and snapshots, with a disk under the server. */
export function drawDurablePlan(seed: number, mode: Mode): Plan {
  const plan = drawPlan(seed, mode);
  const random = new SeededRandom(seed ^ 0x6469736b);
  const events = plan.events.filter((event) => event.kind !== 'restart');
  const spanMs = Math.max(300, ...plan.clients.flatMap((client) => client.requests.map(({ atMs }) => atMs)));
  const clients = plan.clients.map((client) => ({
    ...client,
    requests: client.requests.map((request) => ({ ...request, slowMs: 0 })),
  }));
  if (random.chance(0.5)) addExpiring(random, clients, spanMs);
  return {
    ...plan,
    clients,
    events,
    durability: {
      policy: random.pick(['always', 'everysec', 'everysec', 'no']),
      segmentBytesMax: random.pick([700, 1500, 4000, 100_000]),
      writeMs: random.pick([0.01, 0.05, 1]),
      syncMs: random.pick([0.05, 0.5, 5, 40]),
      hasShortTransfers: random.chance(0.15),
      events: drawDiskEvents(random, spanMs),
    },
  };
}

function drawDiskEvents(random: SeededRandom, spanMs: number): PlannedDiskEvent[] {
  const events: PlannedDiskEvent[] = [];
  const atMs = (): number => random.int(0, spanMs);
  const some = (chance: number, max: number, make: () => PlannedDiskEvent): void => {
    for (let left = random.chance(chance) ? random.int(1, max) : 0; left > 0; left--) events.push(make());
  };
  some(0.85, 4, () => ({
    kind: 'crash',
    atMs: atMs(),
    isPowerCut: random.chance(0.6),
    afterCalls: random.chance(0.3) ? 0 : random.int(1, random.pick([4, 15, 60])),
    how: random.pick(['crash-before', 'crash-after', 'crash-torn', 'crash-torn']),
    downMs: random.pick([0, 20, 500]),
  }));
  some(0.15, 2, () => ({ kind: 'stop', atMs: atMs(), downMs: random.pick([0, 20, 500]) }));
  some(0.5, 3, () => ({ kind: 'snapshot', atMs: atMs() }));
  some(0.12, 2, () => ({
    kind: 'full',
    atMs: atMs(),
    forMs: random.int(50, 5000),
    freeBytes: random.int(0, 3000),
  }));
  some(0.12, 2, () => ({
    kind: 'slow',
    atMs: atMs(),
    forMs: random.int(100, 3000),
    syncMs: random.pick([300, 2500, 10_000]),
  }));
  some(0.06, 1, () => ({ kind: 'broken', atMs: atMs(), call: random.pick(['write', 'sync'] as const) }));
  some(0.2, 3, () => ({
    kind: 'clock',
    atMs: atMs(),
    skewMs: random.pick([-86_400_000, -5000, 3000, 31_536_000_000]),
  }));
  some(0.6, 8, () => ({
    kind: 'lists',
    atMs: atMs(),
    seed: random.int(0, 0x7fff_ffff),
    changes: random.int(1, 25),
  }));
  return events.sort((a, b) => a.atMs - b.atMs);
}

/** Keys that expire: each is set once, by anybody, and looked at by everybody. */
function addExpiring(
  random: SeededRandom,
  clients: { readonly startMs: number; requests: PlannedRequest[] }[],
  spanMs: number,
): void {
  const keys = random.int(1, 5);
  const plain = { group: 0, isAtomic: false, slowMs: 0, cancelAfterMs: 0 };
  for (let key = 0; key < keys; key++) {
    const setter = random.pick(clients);
    const ttlMs = random.pick(TTLS_MS);
    const setAtMs = setter.startMs + random.int(0, spanMs >> 1);
    setter.requests.push({ ...plain, atMs: setAtMs, ops: [{ kind: 'expiring', key, ttlMs }] });
    for (let looks = random.int(2, 6); looks > 0; looks--) {
      const atMs = setAtMs + random.int(0, 2 * ttlMs + 100);
      random.pick(clients).requests.push({ ...plain, atMs, ops: [{ kind: 'look', key }] });
    }
  }
  for (const client of clients) client.requests.sort((a, b) => a.atMs - b.atMs);
}
