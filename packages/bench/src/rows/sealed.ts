/**
 * What encryption costs: GETs over sealed datagrams beside open ones, with sodium-native and with the tweetnacl
 * reference in the server, and beside Redis over TLS. Our datagrams are sealed before the clock starts and a
 * sample of the replies is opened afterwards, so this load has nothing to encrypt; that of TLS has, on its own core.
 */

import { AnoaServer } from '../anoa.js';
import { AnoaContestant, type Contestant, RedisTlsContestant, SealedContestant } from '../contestants.js';
import { drawKeys } from '../key-draw.js';
import { type BenchContext, KEYS, type Line, type RowGroup } from '../measurement.js';
import { serverPrefix } from '../pinning.js';
import { REDIS_MISSING } from '../redis.js';
import { EACH_ALONE, ONE_PEER, rateLine, takeTurns } from '../turns.js';

interface Case {
  readonly id: string;
  readonly title: string;
  readonly sockets: number;
  readonly outstanding: number;
  readonly ops: number;
}

const CASES: readonly Case[] = [
  { id: 'one', title: 'one op per datagram, 1 socket, 64 outstanding', sockets: 1, outstanding: 64, ops: 1 },
  {
    id: 'fifty',
    title: 'one op per datagram, 50 sockets, 1 outstanding',
    sockets: 50,
    outstanding: 1,
    ops: 1,
  },
  {
    id: 'batched',
    title: '50 ops per request, 1 socket, 64 outstanding',
    sockets: 1,
    outstanding: 64,
    ops: 50,
  },
  {
    id: 'batched-fifty',
    title: '50 ops per request, 50 sockets, 1 outstanding',
    sockets: 50,
    outstanding: 1,
    ops: 50,
  },
];
const SEALED_TO_OPEN_MIN = 0.75;
const TO_REDIS_TLS_MIN = 2;

export const sealedRows: RowGroup = {
  name: 'sealed',
  title: 'Sealed GETs beside open ones, and beside Redis over TLS',
  isOptIn: false,
  async run(context) {
    const preload = new URL('../without-sodium.js', import.meta.url).href;
    const open = await AnoaContestant.start({ name: 'open' });
    const servers = [
      open.server,
      await AnoaServer.start({ prefix: serverPrefix() }),
      await AnoaServer.start({ prefix: serverPrefix(), preload }),
    ];
    const redis = await RedisTlsContestant.start();
    try {
      // Filled while open, sealed afterwards: the generator cannot encrypt.
      for (const server of servers) await new AnoaContestant(server).fill(KEYS);
      await redis?.fill(KEYS);
      for (const server of servers.slice(1)) await server.seal();
      const contestants = [
        open,
        new SealedContestant(servers[1], 'sodium-native'),
        new SealedContestant(servers[2], 'tweetnacl'),
        ...(redis === undefined ? [] : [redis]),
      ];
      const lines: Line[] = [];
      for (const one of CASES) lines.push(...(await measureCase(context, one, contestants)));
      if (redis !== undefined) lines.push(await manyFromOnePeer(context, contestants[1], redis));
      return lines;
    } finally {
      for (const server of servers) await server.dispose();
      await redis?.dispose();
    }
  },
};

/** A client that has 64 requests on their way beside connections that have one each: what both protocols are used like. */
async function manyFromOnePeer(context: BenchContext, sealed: Contestant, tls: Contestant): Promise<Line> {
  const shape = { ops: 1, keys: drawKeys(KEYS) };
  const [ours, theirs] = await takeTurns(context, [sealed, tls], (one) =>
    one === sealed ? { ...shape, ...ONE_PEER } : { ...shape, ...EACH_ALONE },
  );
  return rateLine(
    {
      id: 'sealed/one-peer-tls',
      title: 'sealed GET, one op per datagram, 64 outstanding of 1 client',
      aim: TO_REDIS_TLS_MIN,
      headline: 6,
    },
    ours,
    { ...theirs, name: `${theirs.name}, 50 connections without pipelining` },
  );
}

async function measureCase(
  context: BenchContext,
  one: Case,
  contestants: readonly Contestant[],
): Promise<Line[]> {
  const [open, sodium, tweetnacl, tls] = await takeTurns(context, contestants, {
    ...one,
    keys: drawKeys(KEYS),
  });
  const id = `sealed/${one.id}`;
  const title = `sealed GET, ${one.title}`;
  const lines = [
    rateLine({ id: `${id}-sodium`, title: `${title}, sodium-native`, aim: SEALED_TO_OPEN_MIN }, sodium, open),
    rateLine({ id: `${id}-tweetnacl`, title: `${title}, tweetnacl` }, tweetnacl, open),
  ];
  if (tls === undefined) return lines.map((line) => ({ ...line, note: REDIS_MISSING }));
  // "Without pipelining" is one request on each connection.
  const isAim = one.ops === 1 && one.sockets === 50;
  const aim = isAim ? { aim: TO_REDIS_TLS_MIN, headline: 6 } : {};
  const pipelined = one.ops > 1 ? `, pipeline ${one.ops}` : one.sockets === 1 ? ', pipelined' : '';
  const name = `${tls.name}${pipelined}`;
  return [
    ...lines,
    rateLine({ id: `${id}-tls`, title: `${title}, sodium-native`, ...aim }, sodium, { ...tls, name }),
  ];
}
