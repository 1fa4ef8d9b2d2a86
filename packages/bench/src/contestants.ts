/**
 * Who takes part in a row, all alike: a server on its own core that is filled, and loaded by the native generator
 * with the same number of sockets, requests on their way, operations and keys.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from '@anoadb/testkit';
import { AnoaServer, type AnoaServerOptions } from './anoa.js';
import { VALUE_BYTES } from './entries.js';
import { type GeneratorReport, type LoadSettings, runGenerator } from './generator.js';
import { loadGenerator } from './generator-build.js';
import { runInJavaScript, UNCOUNTED } from './javascript-load.js';
import { type KeyDraw, zipfSequence } from './key-draw.js';
import { MemcachedServer, memcachedVersion } from './memcached.js';
import { LOAD_CORE, serverPrefix } from './pinning.js';
import { processorSeconds } from './processor-time.js';
import { RedisServer, redisVersion } from './redis.js';
import { checkSamples, makeSessions, writeSealedPlan, writeSessions } from './sessions.js';

/** What a row sends. */
export interface LoadShape {
  readonly sockets: number;
  readonly outstanding: number;
  readonly ops: number;
  readonly keys: KeyDraw;
  readonly valueBytes?: number;
  readonly readsPercent?: number;
  readonly seconds?: number;
  readonly warmSeconds?: number;
  readonly rate?: number;
  readonly spinning?: boolean;
}

function hasGenerator(): boolean {
  return 'program' in loadGenerator();
}

export interface Contestant {
  readonly name: string;
  readonly pid: number;
  load(shape: LoadShape): Promise<GeneratorReport>;
}

/** Of a round, where a row says nothing else. */
export const SECONDS = 0.6;
const WARM_SECONDS = 0.2;
/** Ops in one request of a fill, below which it fits the largest datagram. */
const FILL_BYTES_MAX = 12_000;
const FILL_OPS_MAX = 50;
const FILL_OUTSTANDING = 32;
const FILL_TRIES_MAX = 3;
/** About a second of them. */
const TLS_REQUESTS = 100_000;
const REDIS_REQUESTS = 100_000;

function common(shape: LoadShape, pid: number): Omit<LoadSettings, 'target' | 'port'> {
  const { sockets, outstanding, ops, keys } = shape;
  return {
    sockets,
    outstanding,
    ops,
    keyCount: keys.count,
    ...(keys.file === undefined ? {} : { keysFile: keys.file }),
    valueBytes: shape.valueBytes ?? VALUE_BYTES,
    readsPercent: shape.readsPercent ?? 100,
    seconds: shape.seconds ?? SECONDS,
    warmSeconds: shape.warmSeconds ?? WARM_SECONDS,
    ...(shape.rate === undefined ? {} : { rate: shape.rate }),
    spinning: shape.spinning ? 1 : 0,
    ...(LOAD_CORE === undefined ? {} : { core: LOAD_CORE }),
    serverPid: pid,
  };
}

/** The settings that set every key once. */
function filling(count: number, valueBytes: number, pid: number) {
  const ops = Math.max(1, Math.min(FILL_OPS_MAX, Math.floor(FILL_BYTES_MAX / (valueBytes + 64))));
  return {
    ...common(
      {
        sockets: 1,
        outstanding: FILL_OUTSTANDING,
        ops,
        keys: { count, distribution: 'uniform', file: undefined },
      },
      pid,
    ),
    valueBytes,
    readsPercent: 0,
    sequential: 1,
    warmSeconds: 0,
    requests: Math.ceil(count / ops),
  } as const;
}

/** Fills until nothing was lost on the way: a key that is not there would make GETs cheap. */
async function fillSurely(name: string, fill: () => Promise<GeneratorReport>): Promise<GeneratorReport> {
  for (let tries = 0; tries < FILL_TRIES_MAX; tries++) {
    const report = await fill();
    if (report.errors > 0) throw new Error(`${name} was not filled: ${report.errors} errors`);
    if (report.lost === 0) return report;
  }
  throw new Error(`${name} was not filled: datagrams were lost each time`);
}

export interface AnoaOptions extends AnoaServerOptions {
  readonly name?: string;
  /** Largest datagram agreed with the clients; loopback's largest without. */
  readonly maxDatagram?: number;
}

export class AnoaContestant implements Contestant {
  readonly name: string;
  readonly server: AnoaServer;
  readonly maxDatagram: number | undefined;
  readonly #sessionsFile = join(temporaryDirectory(), 'sessions');

  constructor(server: AnoaServer, { name, maxDatagram }: AnoaOptions = {}) {
    this.name = name ?? 'AnoaDB';
    this.server = server;
    this.maxDatagram = maxDatagram;
  }

  static async start(options: AnoaOptions = {}): Promise<AnoaContestant> {
    return new AnoaContestant(await AnoaServer.start({ prefix: serverPrefix(), ...options }), options);
  }

  get pid(): number {
    return this.server.pid;
  }

  /** The same server with other datagrams. */
  withDatagrams(maxDatagram: number): AnoaContestant {
    return new AnoaContestant(this.server, { name: this.name, maxDatagram });
  }

  async fill(count: number, valueBytes = VALUE_BYTES): Promise<number> {
    if (!hasGenerator()) return this.#fillInJavaScript(count, valueBytes);
    const settings = filling(count, valueBytes, this.pid);
    return (await fillSurely(this.name, () => this.#run(settings))).seconds;
  }

  load(shape: LoadShape): Promise<GeneratorReport> {
    return hasGenerator() ? this.#run(common(shape, this.pid)) : runInJavaScript(this.server, shape);
  }

  async dispose(): Promise<void> {
    await this.server.dispose();
  }

  async #fillInJavaScript(count: number, valueBytes: number): Promise<number> {
    if (valueBytes !== VALUE_BYTES) throw new Error('this row needs the native load generator');
    const client = await this.server.connect();
    const seconds = await this.server.fill(client, count);
    await client.close();
    return seconds;
  }

  async #run(settings: Omit<LoadSettings, 'target' | 'port'>): Promise<GeneratorReport> {
    const { host, port } = this.server.child;
    const { maxDatagram } = this;
    const target = { host, port, ...(maxDatagram === undefined ? {} : { maxDatagram }) };
    writeSessions(this.#sessionsFile, await makeSessions(target, settings.sockets));
    return runGenerator({ ...settings, target: 'anoa', port, sessionsFile: this.#sessionsFile });
  }
}

/** Sealed datagrams: sealed before the generator starts, their number bounds the run. */
export class SealedContestant implements Contestant {
  readonly name: string;
  readonly server: AnoaServer;
  readonly #directory = temporaryDirectory();

  constructor(server: AnoaServer, name: string) {
    this.server = server;
    this.name = name;
  }

  get pid(): number {
    return this.server.pid;
  }

  async load(shape: LoadShape): Promise<GeneratorReport> {
    const { host, port } = this.server.child;
    const psk = this.server.psk;
    if (psk === undefined) throw new Error('the server is not sealed');
    const [sessionsFile, planFile, sampleFile] = ['sessions', 'plan', 'sample'].map((name) =>
      join(this.#directory, name),
    );
    const settings = common(shape, this.pid);
    const sessions = await makeSessions({ host, port, psk }, shape.sockets);
    writeSessions(sessionsFile, sessions);
    const seconds = (settings.warmSeconds ?? 0) + (settings.seconds ?? 0);
    const planCount = Math.ceil(
      (REQUESTS_PER_SECOND_MAX[shape.ops === 1 ? 'one' : 'many'] * seconds) / shape.sockets,
    );
    const { count, distribution } = shape.keys;
    const drawn = distribution === 'zipf' ? zipfSequence(count, 1 << 18) : undefined;
    let at = 0;
    const plan = writeSealedPlan(planFile, sessions, {
      command: shape.readsPercent === 0 ? 'set' : 'get',
      ops: shape.ops,
      count: planCount,
      outstanding: shape.outstanding,
      value: new Uint8Array(shape.valueBytes ?? VALUE_BYTES).fill(0x61),
      nextKey: () => drawn?.[at++ % drawn.length] ?? Math.floor(Math.random() * count),
    });
    const report = await runGenerator({
      ...settings,
      ...plan,
      target: 'sealed',
      port,
      sessionsFile,
      planFile,
      planCount,
      sampleFile,
    });
    if (report.requests > 100 && checkSamples(sampleFile, sessions) === 0)
      throw new Error('no sealed reply was sampled');
    rmSync(planFile);
    return report;
  }
}

/** Bounds what is sealed ahead; a faster server ends the run early. */
const REQUESTS_PER_SECOND_MAX = { one: 500_000, many: 60_000 };

export class RedisContestant implements Contestant {
  readonly name = `Redis ${redisVersion()}`;
  readonly server: RedisServer;

  constructor(server: RedisServer) {
    this.server = server;
  }

  /** Undefined where Redis is not installed. */
  static async start({ appendOnly = false } = {}): Promise<RedisContestant | undefined> {
    if (redisVersion() === undefined) return undefined;
    return new RedisContestant(await RedisServer.start({ prefix: serverPrefix(), appendOnly }));
  }

  get pid(): number {
    return this.server.pid;
  }

  async fill(count: number, valueBytes = VALUE_BYTES): Promise<void> {
    if (!hasGenerator()) return this.server.fill(count);
    const settings = filling(count, valueBytes, this.pid);
    const { port } = this.server;
    await fillSurely(this.name, () => runGenerator({ ...settings, target: 'redis', port }));
  }

  load(shape: LoadShape): Promise<GeneratorReport> {
    if (!hasGenerator()) return benchmarked(this.server, shape, REDIS_REQUESTS);
    return runGenerator({ ...common(shape, this.pid), target: 'redis', port: this.server.port });
  }

  dispose(): Promise<void> {
    return this.server.dispose();
  }
}

/** Redis over TLS; loaded by redis-benchmark where the generator was compiled without TLS. */
export class RedisTlsContestant implements Contestant {
  readonly server: RedisServer;

  private constructor(server: RedisServer) {
    this.server = server;
  }

  /** Undefined where Redis is not installed. */
  static async start(): Promise<RedisTlsContestant | undefined> {
    if (redisVersion() === undefined) return undefined;
    return new RedisTlsContestant(await RedisServer.start({ tls: true, prefix: serverPrefix() }));
  }

  get name(): string {
    return `Redis ${redisVersion()} TLS${this.isNative ? '' : ' by redis-benchmark, 50 connections'}`;
  }

  /** Is it loaded like all the others? Else by redis-benchmark, with 50 connections whatever the shape says. */
  get isNative(): boolean {
    const generator = loadGenerator();
    return 'program' in generator && generator.hasTls;
  }

  async fill(count: number): Promise<void> {
    if (!this.isNative) {
      await this.server.benchmark('set', { pipeline: 50, requests: 4 * count, keys: count });
      return;
    }
    const settings = { ...filling(count, VALUE_BYTES, this.pid), target: 'redis', tls: 1 } as const;
    await fillSurely(this.name, () => runGenerator({ ...settings, port: this.server.port }));
  }

  get pid(): number {
    return this.server.pid;
  }

  load(shape: LoadShape): Promise<GeneratorReport> {
    if (!this.isNative) return benchmarked(this.server, shape, TLS_REQUESTS);
    return runGenerator({ ...common(shape, this.pid), target: 'redis', tls: 1, port: this.server.port });
  }

  dispose(): Promise<void> {
    return this.server.dispose();
  }
}

export class MemcachedContestant implements Contestant {
  readonly name: string;
  readonly server: MemcachedServer;
  readonly #way: 'udp' | 'tcp';

  constructor(server: MemcachedServer, way: 'udp' | 'tcp') {
    this.server = server;
    this.#way = way;
    this.name = `memcached ${memcachedVersion()} ${way === 'udp' ? 'UDP' : 'TCP'}`;
  }

  /** Undefined where memcached, or the generator that speaks to it, is not there. */
  static async start(way: 'udp' | 'tcp'): Promise<MemcachedContestant | undefined> {
    if (memcachedVersion() === undefined || !hasGenerator()) return undefined;
    return new MemcachedContestant(await MemcachedServer.start(serverPrefix()), way);
  }

  /** The same server, spoken to the other way. */
  over(way: 'udp' | 'tcp'): MemcachedContestant {
    return new MemcachedContestant(this.server, way);
  }

  get pid(): number {
    return this.server.pid;
  }

  async fill(count: number, valueBytes = VALUE_BYTES): Promise<void> {
    const settings = filling(count, valueBytes, this.pid);
    const port = this.server.tcpPort;
    await fillSurely(this.name, () => runGenerator({ ...settings, target: 'memcached-tcp', port }));
  }

  load(shape: LoadShape): Promise<GeneratorReport> {
    const { tcpPort, udpPort } = this.server;
    const settings = common(shape, this.pid);
    if (this.#way === 'tcp') return runGenerator({ ...settings, target: 'memcached-tcp', port: tcpPort });
    return runGenerator({ ...settings, target: 'memcached-udp', port: udpPort });
  }

  dispose(): Promise<void> {
    return this.server.dispose();
  }
}

export type EchoKind = 'C' | 'recvmmsg' | 'node:dgram' | 'plain';

/** redis-benchmark: 50 connections whatever the shape says, a pipeline of `ops`, uniform keys. */
async function benchmarked(server: RedisServer, shape: LoadShape, singles: number): Promise<GeneratorReport> {
  const requests = shape.ops === 1 ? singles : singles * 10;
  const test = shape.readsPercent === 0 ? 'set' : 'get';
  const usedBefore = processorSeconds(server.pid) ?? 0;
  const options = { pipeline: shape.ops, requests, keys: shape.keys.count };
  const { rate, loadBusy } = await server.benchmark(test, options);
  const serverSeconds = (processorSeconds(server.pid) ?? 0) - usedBefore;
  const counts = { requests, ops: requests, hits: requests };
  return { ...UNCOUNTED, ...counts, seconds: requests / rate, loadBusy, serverSeconds };
}

/** An echo is loaded like a server, with datagrams of 64 bytes. */
export class EchoContestant implements Contestant {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #port: number;

  private constructor(name: string, child: ChildProcess, port: number) {
    this.name = name;
    this.#child = child;
    this.#port = port;
  }

  static async start(kind: EchoKind, name: string): Promise<EchoContestant> {
    const [program, ...args] = [...serverPrefix(), ...echoCommand(kind)];
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const [port] = (await once(child.stdout, 'data')) as [Buffer];
    return new EchoContestant(name, child, Number(port));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  load(shape: LoadShape): Promise<GeneratorReport> {
    return runGenerator({ ...common(shape, this.pid), target: 'echo', port: this.#port, ops: 1 });
  }

  async dispose(): Promise<void> {
    this.#child.kill('SIGKILL');
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
  }
}

function echoCommand(kind: EchoKind): string[] {
  if (kind !== 'C')
    return [process.execPath, fileURLToPath(new URL('./echo-server.js', import.meta.url)), kind];
  const generator = loadGenerator();
  if ('missing' in generator) throw new Error(generator.missing);
  return [generator.program, 'echo-server'];
}
