/**
 * The addon against node:dgram, nothing else changed: an echo by the socket alone, and the whole server with one
 * GET per datagram. Beside the rate stands what the server's processor time would allow, because there a load
 * made by the client's transport may be the slower side.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ADDRESS_BYTES } from '@anoadb/transport';
import { connectDatagramSocket, type DatagramSocket, recvmmsgMissing, type SocketKind } from '@anoadb/udp';
import { AnoaServer, getPlan } from '../anoa.js';
import type { LoadClient } from '../load-client.js';
import { type BenchContext, type Line, median, type RowGroup } from '../measurement.js';
import { type Pinning, pinLoad } from '../pinning.js';
import { processorSeconds } from '../processor-time.js';

const KINDS: readonly SocketKind[] = ['recvmmsg', 'node:dgram'];
const ROUNDS_MIN = 5;
const ECHO_BYTES = 64;
const ECHO_IN_FLIGHT = 64;
const ECHO_ROUND_MS = 700;
/** A lost datagram must not end a round. */
const ECHO_SILENCE_MS = 50;
const GET_KEYS = 100_000;
const GET_CLIENTS = 50;
const GET_REQUESTS = 60_000;
const ECHO_AIM = 2.5;

interface Measurement {
  readonly perSecond: number;
  /** Of the server's own processor time; undefined where the system does not tell. */
  readonly perProcessorSecond: number | undefined;
}

export const socketRows: RowGroup = {
  name: 'sockets',
  title: 'The UDP addon against node:dgram, loopback',
  isOptIn: false,
  async run(context) {
    const missing = recvmmsgMissing();
    if (missing !== undefined) throw new Error(`the UDP addon is missing: ${missing}`);
    const pinning = pinLoad();
    try {
      return [...(await echoLines(context, pinning)), ...(await getLines(context, pinning))];
    } finally {
      pinning.release();
    }
  },
};

/** `plain` is node:dgram as one writes it down; our class around it is already faster than that. */
async function echoLines(context: BenchContext, pinning: Pinning): Promise<Line[]> {
  const kinds = ['recvmmsg', 'plain', 'node:dgram'] as const;
  const servers = await Promise.all(kinds.map((kind) => EchoServer.start(kind, pinning)));
  try {
    const [ours, plain, wrapped] = await takeTurns(context, servers);
    // One peer of one length: the addon's replies leave as runs (GSO), which replies to many peers do not.
    const title = `echo of ${ECHO_BYTES} bytes to one peer, ${ECHO_IN_FLIGHT} in flight`;
    return [
      ...lines(context, { id: 'echo', title, theirs: 'node:dgram', pinning, aim: ECHO_AIM }, ours, plain),
      ...lines(context, { id: 'echo-own', title, theirs: 'our class on node:dgram', pinning }, ours, wrapped),
    ];
  } finally {
    for (const server of servers) await server.stop();
  }
}

async function getLines(context: BenchContext, pinning: Pinning): Promise<Line[]> {
  const servers: GetServer[] = [];
  try {
    for (const kind of KINDS) servers.push(await GetServer.start(kind, pinning));
    const [ours, theirs] = await takeTurns(context, servers);
    return lines(
      context,
      {
        id: 'get',
        title: `open GET, one op per datagram, ${GET_CLIENTS} clients`,
        theirs: 'our class on node:dgram',
        pinning,
      },
      ours,
      theirs,
    );
  } finally {
    for (const server of servers) await server.stop();
  }
}

/** Every server's rounds, in turn. */
async function takeTurns(
  context: BenchContext,
  servers: readonly { measure(): Promise<Measurement> }[],
): Promise<Measurement[][]> {
  const taken: Measurement[][] = servers.map(() => []);
  for (const server of servers) await server.measure(); // warms up
  for (let round = 0; round < Math.max(ROUNDS_MIN, context.rounds); round++) {
    for (const [i, server] of servers.entries()) taken[i].push(await server.measure());
  }
  return taken;
}

interface RowInfo {
  readonly id: string;
  readonly title: string;
  readonly theirs: string;
  readonly pinning: Pinning;
  /** At least this many times node:dgram. */
  readonly aim?: number;
}

function lines(context: BenchContext, row: RowInfo, ours: Measurement[], theirs: Measurement[]): Line[] {
  const { id, title, pinning } = row;
  const rate = (one: Measurement) => one.perSecond;
  const ratios = ours.map((one, i) => one.perSecond / theirs[i].perSecond).sort((a, b) => a - b);
  const spread = `round by round ${ratios[0].toFixed(2)} to ${ratios[ratios.length - 1].toFixed(2)} times`;
  const perSecond = { ours: median(ours.map(rate)), theirs: median(theirs.map(rate)) };
  const result: Line[] = [
    {
      id: `sockets/${id}`,
      title: `recvmmsg: ${title}`,
      unit: '/s',
      ours: perSecond.ours,
      theirs: { name: row.theirs, value: perSecond.theirs },
      note: `${pinning.note}; ${spread}`,
      ...(row.aim === undefined
        ? {}
        : {
            aim: { text: `at least ${row.aim} times`, isMet: perSecond.ours >= row.aim * perSecond.theirs },
          }),
    },
  ];
  const shares = [ours, theirs].map((taken) => taken.map((one) => one.perProcessorSecond ?? Number.NaN));
  if (shares.every((values) => values.every(Number.isFinite))) {
    const [own, other] = shares.map(median);
    result.push({
      id: `sockets/${id}-per-core`,
      title: `the same per second of the server's processor time`,
      unit: '/s',
      ours: own,
      theirs: { name: row.theirs, value: other },
      note: `server busy ${busy(perSecond.ours, own)} and ${busy(perSecond.theirs, other)}; below 95 % the load was the slower side or somebody else had the core`,
    });
  }
  for (const line of result)
    context.progress(
      `  ${line.id}: ${Math.round(line.ours)} against ${Math.round(line.theirs?.value ?? 0)}, ${(line.ours / (line.theirs?.value ?? 0)).toFixed(2)} times`,
    );
  return result;
}

function busy(perSecond: number, perProcessorSecond: number): string {
  return `${Math.round((100 * perSecond) / perProcessorSecond)} %`;
}

async function measured(pid: number, run: () => Promise<number>): Promise<Measurement> {
  const usedBefore = processorSeconds(pid);
  const startedAtMs = performance.now();
  const count = await run();
  const seconds = (performance.now() - startedAtMs) / 1000;
  const usedAfter = processorSeconds(pid);
  const used = usedBefore === undefined || usedAfter === undefined ? undefined : usedAfter - usedBefore;
  return {
    perSecond: count / seconds,
    perProcessorSecond: used === undefined || used <= 0 ? undefined : count / used,
  };
}

class EchoServer {
  readonly #child: ChildProcess;
  readonly #client: DatagramSocket;
  #received = 0;

  private constructor(child: ChildProcess, client: DatagramSocket) {
    this.#child = child;
    this.#client = client;
    client.start({
      onBatch: (arrived) => {
        this.#received += arrived.count;
        if (this.#isRunning) this.#send(arrived.count);
      },
      onError: () => {},
    });
  }

  #isRunning = false;

  static async start(kind: SocketKind | 'plain', pinning: Pinning): Promise<EchoServer> {
    const script = fileURLToPath(new URL('../echo-server.js', import.meta.url));
    const [program, ...args] = [...pinning.serverPrefix, process.execPath, script, kind];
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const [port] = (await once(child.stdout, 'data')) as [Buffer];
    // The load is the addon's in both cases, so that it is not the slower side.
    return new EchoServer(
      child,
      await connectDatagramSocket({ host: '127.0.0.1', port: Number(port), kind: 'recvmmsg' }),
    );
  }

  measure(): Promise<Measurement> {
    return measured(this.#child.pid ?? 0, async () => {
      this.#isRunning = true;
      this.#received = 0;
      this.#send(ECHO_IN_FLIGHT);
      let before = 0;
      const silence = setInterval(() => {
        if (this.#received === before) this.#send(ECHO_IN_FLIGHT);
        before = this.#received;
      }, ECHO_SILENCE_MS);
      await new Promise((resolve) => setTimeout(resolve, ECHO_ROUND_MS));
      clearInterval(silence);
      this.#isRunning = false;
      return this.#received;
    });
  }

  async stop(): Promise<void> {
    await this.#client.close();
    this.#child.stdin?.end();
    await once(this.#child, 'close');
  }

  #send(count: number): void {
    const { batch } = this.#client;
    for (let i = 0; i < count; i++) batch.commit(ECHO_BYTES, NOBODY, 0);
    this.#client.flush();
  }
}

const NOBODY = new Uint8Array(ADDRESS_BYTES);

class GetServer {
  readonly #server: AnoaServer;
  readonly #clients: LoadClient[];

  private constructor(server: AnoaServer, clients: LoadClient[]) {
    this.#server = server;
    this.#clients = clients;
  }

  static async start(kind: SocketKind, { serverPrefix }: Pinning): Promise<GetServer> {
    const env = kind === 'node:dgram' ? { ANOA_UDP: 'dgram' } : {};
    const server = await AnoaServer.start({ prefix: serverPrefix, env });
    const clients: LoadClient[] = [];
    while (clients.length < GET_CLIENTS) clients.push(await server.connect());
    await server.fill(clients[0], GET_KEYS);
    return new GetServer(server, clients);
  }

  measure(): Promise<Measurement> {
    return measured(this.#server.pid, async () => {
      const requests = GET_REQUESTS / GET_CLIENTS;
      const keyOf = (n: number) => (n * 61_153) % GET_KEYS;
      await Promise.all(
        this.#clients.map((client) => client.run(getPlan({ requests, ops: 1, inFlight: 1, keyOf }))),
      );
      return GET_REQUESTS;
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    await this.#server.dispose();
  }
}
