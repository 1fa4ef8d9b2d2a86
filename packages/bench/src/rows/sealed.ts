/**
 * What encryption costs: GETs over sealed datagrams beside open ones, with sodium-native and with the tweetnacl
 * reference in the server, and beside Redis over TLS. The load client seals too and is often the limit, so two
 * figures are given: the rate, and "per core", how many GETs one second of the server's processor answers; the
 * aims are about the latter.
 */

import { AnoaServer } from '../anoa.js';
import type { LoadClient } from '../load-client.js';
import { alternate, type BenchContext, type Line, median, type RowGroup } from '../measurement.js';
import { processorSeconds } from '../processor-time.js';
import { REDIS_MISSING, RedisServer, redisVersion } from '../redis.js';
import { KEYS, opsPerSecond } from '../throughput.js';

interface Case {
  readonly id: string;
  readonly title: string;
  readonly clients: number;
  readonly inFlight: number;
  readonly ops: number;
  readonly requests: number;
}

const CASES: readonly Case[] = [
  {
    id: 'alone',
    title: '50 clients, a datagram for each op',
    clients: 50,
    inFlight: 1,
    ops: 1,
    requests: 100_000,
  },
  { id: 'shared', title: '1 client, 64 ops in flight', clients: 1, inFlight: 64, ops: 1, requests: 200_000 },
  { id: 'batched', title: '50 ops per request', clients: 1, inFlight: 64, ops: 50, requests: 20_000 },
];
const SEALED_TO_OPEN_MIN = 0.75;
const TO_REDIS_TLS_MIN = 2;

const KINDS = ['open', 'sodium', 'tweetnacl'] as const;
type Kind = (typeof KINDS)[number];

export const sealedRows: RowGroup = {
  name: 'sealed',
  title: 'Sealed GETs beside open ones, and beside Redis over TLS',
  isOptIn: false,
  async run(context) {
    const redis = redisVersion() === undefined ? undefined : await RedisServer.start({ tls: true });
    const servers = new Map<Kind, Contender>();
    try {
      for (const kind of KINDS) servers.set(kind, await startContender(kind));
      const lines: Line[] = [];
      for (const one of CASES) lines.push(...(await measureCase(context, one, servers, redis)));
      return lines;
    } finally {
      for (const { clients, server } of servers.values()) {
        await Promise.all(clients.map((client) => client.close()));
        await server.dispose();
      }
      await redis?.dispose();
    }
  },
};

interface Contender {
  readonly server: AnoaServer;
  readonly clients: LoadClient[];
}

async function startContender(kind: Kind): Promise<Contender> {
  const preload = new URL('../without-sodium.js', import.meta.url).href;
  const server = await AnoaServer.start(kind === 'tweetnacl' ? { preload } : {});
  if (kind !== 'open') await server.seal();
  const clients: LoadClient[] = [];
  const clientsMax = Math.max(...CASES.map((one) => one.clients));
  while (clients.length < clientsMax) clients.push(await server.connect());
  await server.fill(clients[0], KEYS);
  return { server, clients };
}

async function measureCase(
  context: BenchContext,
  one: Case,
  servers: ReadonlyMap<Kind, Contender>,
  redis: RedisServer | undefined,
): Promise<Line[]> {
  const perCore = new Map<string, number[]>();
  /** Runs a load and keeps how many ops one second of the server's processor answered. */
  const measured = async (kind: string, pid: number, load: () => Promise<number>): Promise<number> => {
    const usedBefore = processorSeconds(pid) ?? 0;
    const rate = await load();
    const used = (processorSeconds(pid) ?? 0) - usedBefore;
    perCore.set(kind, [...(perCore.get(kind) ?? []), (one.requests * one.ops) / used]);
    return rate;
  };
  const contenders = [...servers].map(([kind, { server, clients }]) => () => {
    const taking = clients.slice(0, one.clients);
    return measured(kind, server.pid, () => opsPerSecond(taking, { ...one, command: 'get' }));
  });
  if (redis !== undefined) {
    const options = { pipeline: one.ops, requests: one.requests * one.ops, keys: KEYS };
    contenders.push(() => measured('redis', redis.pid, () => redis.benchmark('get', options)));
  }
  const [open, sodium, tweetnacl, tls] = await alternate(context.rounds, contenders);
  context.progress(
    `  ${one.id}: open ${Math.round(open)}/s, sodium ${Math.round(sodium)}/s, tweetnacl ${Math.round(tweetnacl)}/s`,
  );
  const core = (kind: string) => median(perCore.get(kind) ?? []);
  const line = (id: string, ours: [string, number], theirs: [string, number], least?: number): Line => ({
    id: `sealed/${one.id}-${id}`,
    title: `GET, ${one.title}: ${ours[0]}`,
    unit: '/s',
    ours: ours[1],
    theirs: { name: theirs[0], value: theirs[1] },
    ...(least === undefined
      ? {}
      : { aim: { text: `at least ${least} of it`, isMet: ours[1] >= least * theirs[1] } }),
  });
  const lines = [
    line('sodium', ['sodium-native', sodium], ['open', open]),
    line('tweetnacl', ['tweetnacl', tweetnacl], ['open', open]),
    line(
      'sodium-core',
      ['sodium-native, per core', core('sodium')],
      ['open', core('open')],
      SEALED_TO_OPEN_MIN,
    ),
    line('tweetnacl-core', ['tweetnacl, per core', core('tweetnacl')], ['open', core('open')]),
  ];
  if (tls === undefined) return lines.map((each) => ({ ...each, note: REDIS_MISSING }));
  const name = `Redis ${redisVersion()} over TLS, 50 clients, pipeline ${one.ops}`;
  const least = one.ops === 1 ? TO_REDIS_TLS_MIN : undefined;
  return [
    ...lines,
    line('redis-tls', ['sodium-native', sodium], [name, tls]),
    line('redis-tls-core', ['sodium-native, per core', core('sodium')], [name, core('redis')], least),
  ];
}
