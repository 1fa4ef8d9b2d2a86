/** Redis, plain and over TLS. */

import { VALUE_BYTES } from '../entries.js';
import { type GeneratorReport, runGenerator } from '../generator.js';
import { loadGenerator } from '../generator-build.js';
import { UNCOUNTED } from '../javascript-load.js';
import { serverPrefix } from '../pinning.js';
import { processorSeconds } from '../processor-time.js';
import { type AppendOnly, RedisServer, redisVersion } from '../redis.js';
import { type Contestant, common, filling, fillSurely, hasGenerator, type LoadShape } from './contestant.js';

/** About a second of them. */
const TLS_REQUESTS = 100_000;
const REDIS_REQUESTS = 100_000;

export class RedisContestant implements Contestant {
  readonly name = `Redis ${redisVersion()}`;
  readonly server: RedisServer;

  constructor(server: RedisServer) {
    this.server = server;
  }

  /** Undefined where Redis is not installed. */
  static async start({
    appendOnly = 'off',
  }: {
    appendOnly?: AppendOnly;
  } = {}): Promise<RedisContestant | undefined> {
    if (redisVersion() === undefined) return undefined;
    return new RedisContestant(await RedisServer.start({ prefix: serverPrefix(), appendOnly }));
  }

  get pid(): number {
    return this.server.pid;
  }

  get port(): number {
    return this.server.port;
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
