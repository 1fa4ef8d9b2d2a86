/**
 * What happens in one simulated run, as plain data: everything is chosen here, from the seed, so that a plan can be
 * printed, run again, and made smaller piece by piece without shifting what is left.
 */

import { type PathConditions, SeededRandom } from '@anoadb/testkit';
import type { ClientLimits, ServerLimits } from '@anoadb/transport';

export type Mode = 'open' | 'sealed';

/** A key has one kind for the whole run, so that its model stays small. */
export type KeyKind = 'register' | 'counter' | 'log';

export interface PlannedKey {
  readonly name: string;
  readonly kind: KeyKind;
}

export type PlannedOp =
  | { readonly kind: 'get'; readonly key: number; readonly withVersion: boolean }
  | {
      readonly kind: 'set';
      readonly key: number;
      readonly condition: 'none' | 'ifAbsent' | 'ifPresent' | 'ifVersion';
      /** Bytes of the value; 0: a short text. */
      readonly bytes: number;
    }
  | { readonly kind: 'incr'; readonly key: number; readonly amount: number }
  | { readonly kind: 'delete'; readonly key: number }
  | { readonly kind: 'append'; readonly key: number }
  /** Sets a key of its own number, outside the groups, that expires; no other op sets it. */
  | { readonly kind: 'expiring'; readonly key: number; readonly ttlMs: number }
  /** Reads such a key. */
  | { readonly kind: 'look'; readonly key: number };

export interface PlannedRequest {
  readonly atMs: number;
  /** Its keys are of this group: what may meet in one request is judged together. */
  readonly group: number;
  readonly ops: readonly PlannedOp[];
  readonly isAtomic: boolean;
  /** The handler answers so much later; 0: at once. */
  readonly slowMs: number;
  /** The client gives it up so much later; 0: never. */
  readonly cancelAfterMs: number;
}

export interface PlannedClient {
  readonly startMs: number;
  /** Falls silent without a word; 0: never. */
  readonly diesAtMs: number;
  /** Comes up at the address of that one, which has died; -1: at its own. */
  readonly addressOf: number;
  readonly windowMax: number;
  readonly limits: Partial<ClientLimits>;
  readonly requests: readonly PlannedRequest[];
}

export const ATTACKS = [
  'forged HELLO',
  'short HELLO',
  'junk',
  'replay',
  'replay from elsewhere',
  'reflection',
  'forged NO_SESSION',
  'garbage with a live sid',
] as const;
export type Attack = (typeof ATTACKS)[number];

export type PlannedEvent =
  | { readonly kind: 'restart'; readonly atMs: number; readonly downMs: number; readonly isGraceful: boolean }
  | {
      readonly kind: 'hole';
      readonly atMs: number;
      readonly forMs: number;
      readonly client: number;
      readonly direction: 'both' | 'toServer' | 'toClient';
    }
  | { readonly kind: 'rebind'; readonly atMs: number; readonly client: number }
  | {
      readonly kind: 'attack';
      readonly atMs: number;
      readonly attack: Attack;
      readonly client: number;
      readonly count: number;
    };

export interface Plan {
  readonly seed: number;
  readonly mode: Mode;
  readonly weather: Partial<PathConditions>;
  /** Groups of keys. */
  readonly groups: readonly (readonly PlannedKey[])[];
  readonly clients: readonly PlannedClient[];
  readonly events: readonly PlannedEvent[];
  readonly serverLimits: Partial<ServerLimits>;
  /** A disk under the server; undefined: it forgets everything when it stops. */
  readonly durability?: PlannedDurability;
}

export interface PlannedDurability {
  readonly policy: 'always' | 'everysec' | 'no';
  /** Of a journal segment and of a snapshot file. */
  readonly segmentBytesMax: number;
  readonly writeMs: number;
  readonly syncMs: number;
  /** Half of all transfers are cut short. */
  readonly hasShortTransfers: boolean;
  readonly events: readonly PlannedDiskEvent[];
}

export type PlannedDiskEvent =
  /** The process, or the machine, goes down at the disk call that comes so many later; 0: at once. */
  | {
      readonly kind: 'crash';
      readonly atMs: number;
      readonly isPowerCut: boolean;
      readonly afterCalls: number;
      readonly how: 'crash-before' | 'crash-after' | 'crash-torn';
      readonly downMs: number;
    }
  /** SIGTERM. */
  | { readonly kind: 'stop'; readonly atMs: number; readonly downMs: number }
  | { readonly kind: 'snapshot'; readonly atMs: number }
  /** Lists that no client knows are changed so often (list-changes.ts). */
  | { readonly kind: 'lists'; readonly atMs: number; readonly seed: number; readonly changes: number }
  | { readonly kind: 'full'; readonly atMs: number; readonly forMs: number; readonly freeBytes: number }
  | { readonly kind: 'slow'; readonly atMs: number; readonly forMs: number; readonly syncMs: number }
  /** The next call of that name fails once with EIO. */
  | { readonly kind: 'broken'; readonly atMs: number; readonly call: 'write' | 'sync' }
  /** The wall clock is set. */
  | { readonly kind: 'clock'; readonly atMs: number; readonly skewMs: number };

const LARGE_BYTES = [1200, 3000, 3000, 6000];

/** Draws a whole run from a seed. */
export function drawPlan(seed: number, mode: Mode): Plan {
  const random = new SeededRandom(seed);
  const spanMs = random.pick([300, 1500, 6000, 20_000]);
  const groups = Array.from({ length: random.int(1, 3) }, (_, group) => drawGroup(random, group));
  const clients: PlannedClient[] = [];
  const count = random.int(1, 4);
  for (let i = 0; i < count; i++) clients.push(...drawClientAndHeir(random, groups, spanMs, clients.length));
  return {
    seed,
    mode,
    weather: drawWeather(random),
    groups,
    clients,
    events: drawEvents(random, clients.length, spanMs),
    serverLimits: drawServerLimits(random),
  };
}

function drawGroup(random: SeededRandom, group: number): PlannedKey[] {
  const kinds: KeyKind[] = ['register', 'counter', 'log', 'register', 'counter'];
  return Array.from({ length: random.int(1, 3) }, (_, i) => ({
    name: `g${group}k${i}`,
    kind: random.pick(kinds),
  }));
}

function drawWeather(random: SeededRandom): Partial<PathConditions> {
  return {
    loss: random.pick([0, 0.02, 0.05, 0.1, 0.1, 0.3]),
    duplication: random.pick([0, 0.1, 0.3]),
    reorder: random.pick([0, 0.1, 0.3]),
    reorderDelayMs: random.pick([5, 50, 400]),
    corruption: random.pick([0, 0, 0.02, 0.1]),
    delayMs: random.pick([0, 1, 10, 40]),
    jitterMs: random.pick([0, 2, 20, 200]),
  };
}

/** One client, or one that dies and another that takes its place. */
function drawClientAndHeir(
  random: SeededRandom,
  groups: Plan['groups'],
  spanMs: number,
  index: number,
): PlannedClient[] {
  const diesAtMs = random.chance(0.2) ? random.int(1, spanMs) : 0;
  const first = drawClient(random, groups, { startMs: 0, spanMs, diesAtMs, addressOf: -1 });
  if (diesAtMs === 0) return [first];
  const startMs = diesAtMs + random.int(0, 300);
  const addressOf = random.chance(0.5) ? index : -1;
  return [first, drawClient(random, groups, { startMs, spanMs, diesAtMs: 0, addressOf })];
}

function drawClient(
  random: SeededRandom,
  groups: Plan['groups'],
  life: { startMs: number; spanMs: number; diesAtMs: number; addressOf: number },
): PlannedClient {
  const count = random.int(4, 24);
  const burstMs = random.chance(0.3) ? life.spanMs / 20 : life.spanMs;
  const requests = Array.from({ length: count }, () =>
    drawRequest(random, groups, Math.round(life.startMs + random.fraction() * burstMs)),
  ).sort((a, b) => a.atMs - b.atMs);
  return {
    startMs: life.startMs,
    diesAtMs: life.diesAtMs,
    addressOf: life.addressOf,
    windowMax: random.pick([1, 2, 8, 128, 256]),
    limits: {
      ...(random.chance(0.2) ? { rekeyMs: random.int(200, 3000) } : {}),
      ...(random.chance(0.1) ? { datagramsPerSessionMax: random.int(20, 60) } : {}),
      ...(random.chance(0.2) ? { requestIdMax: random.int(2, 12) } : {}),
      ...(random.chance(0.1) ? { noContactMs: random.int(4000, 9000) } : {}),
    },
    requests,
  };
}

function drawRequest(random: SeededRandom, groups: Plan['groups'], atMs: number): PlannedRequest {
  const group = random.int(0, groups.length - 1);
  const opCount = random.chance(0.6) ? 1 : random.int(2, 5);
  return {
    atMs,
    group,
    ops: Array.from({ length: opCount }, () => drawOp(random, groups[group])),
    isAtomic: random.chance(opCount > 1 ? 0.7 : 0.1),
    slowMs: random.chance(0.08) ? random.int(1, 1500) : 0,
    cancelAfterMs: random.chance(0.06) ? random.int(1, 500) : 0,
  };
}

function drawOp(random: SeededRandom, keys: readonly PlannedKey[]): PlannedOp {
  const key = random.int(0, keys.length - 1);
  if (random.chance(0.3)) return { kind: 'get', key, withVersion: random.chance(0.3) };
  if (random.chance(0.08)) return { kind: 'delete', key };
  if (keys[key].kind === 'counter') return { kind: 'incr', key, amount: random.int(1, 9) };
  if (keys[key].kind === 'log') return { kind: 'append', key };
  return {
    kind: 'set',
    key,
    condition: random.pick(['none', 'none', 'none', 'ifAbsent', 'ifPresent', 'ifVersion']),
    bytes: random.chance(0.25) ? random.pick(LARGE_BYTES) : 0,
  };
}

function drawEvents(random: SeededRandom, clientCount: number, spanMs: number): PlannedEvent[] {
  const events: PlannedEvent[] = [];
  const atMs = (): number => random.int(0, spanMs);
  const client = (): number => random.int(0, clientCount - 1);
  for (let left = random.chance(0.4) ? random.int(1, 2) : 0; left > 0; left--) {
    const downMs = random.pick([0, 20, 500, 5000]);
    events.push({ kind: 'restart', atMs: atMs(), downMs, isGraceful: random.chance(0.3) });
  }
  for (let left = random.chance(0.3) ? random.int(1, 3) : 0; left > 0; left--) {
    const direction = random.pick(['both', 'toServer', 'toClient'] as const);
    events.push({ kind: 'hole', atMs: atMs(), forMs: random.int(50, 8000), client: client(), direction });
  }
  for (let left = random.chance(0.2) ? random.int(1, 2) : 0; left > 0; left--) {
    events.push({ kind: 'rebind', atMs: atMs(), client: client() });
  }
  for (let left = random.chance(0.6) ? random.int(1, 8) : 0; left > 0; left--) {
    const attack = random.pick(ATTACKS);
    events.push({ kind: 'attack', atMs: atMs(), attack, client: client(), count: random.int(1, 6) });
  }
  return events.sort((a, b) => a.atMs - b.atMs);
}

function drawServerLimits(random: SeededRandom): Partial<ServerLimits> {
  return {
    ...(random.chance(0.2) ? { replyBytesPerClientMax: random.int(600, 4000) } : {}),
    ...(random.chance(0.2) ? { windowMax: random.pick([1, 4, 16]) } : {}),
    ...(random.chance(0.1) ? { supersededMs: random.int(1, 200) } : {}),
    ...(random.chance(0.1) ? { idleMs: random.int(1000, 4000) } : {}),
    ...(random.chance(0.1) ? { reassemblyMessagesPerSession: random.int(1, 2) } : {}),
    ...(random.chance(0.1) ? { reassemblyBytesTotal: random.int(32_000, 50_000) } : {}),
    ...(random.chance(0.1) ? { outgoingBytesPerSession: 8000, outgoingBytesTotal: 40_000 } : {}),
    ...(random.chance(0.1) ? { pendingRequestsMax: random.int(1, 3) } : {}),
  };
}
