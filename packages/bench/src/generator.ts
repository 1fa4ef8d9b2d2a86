/** Runs the native load generator once: what to send, and what came of it. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { loadGenerator } from './generator-build.js';

export type LoadTarget = 'echo' | 'anoa' | 'sealed' | 'memcached-udp' | 'memcached-tcp' | 'redis';

/** What is said to Redis; the words of `native/main.c`. GET and SET are mixed by `readsPercent`. */
export type RedisCommand = 'get-or-set' | 'incr' | 'mset' | 'lpush' | 'rpush' | 'lpop' | 'rpop';

/** The words of `native/main.c`; see `native/load.h` for what each means. */
export interface LoadSettings {
  readonly target: LoadTarget;
  readonly command?: RedisCommand;
  readonly port: number;
  readonly sockets: number;
  /** Requests on their way on each socket. */
  readonly outstanding: number;
  /** Operations in one request. */
  readonly ops?: number;
  readonly valueBytes?: number;
  readonly readsPercent?: number;
  readonly keyCount: number;
  /** Drawn keys; uniform without. */
  readonly keysFile?: string;
  readonly sequential?: 0 | 1;
  readonly warmSeconds?: number;
  readonly seconds?: number;
  /** Requests a second, due at fixed moments; without it a closed loop. */
  readonly rate?: number;
  /** Ends after these instead of `seconds`. */
  readonly requests?: number;
  /** Never sleeps: for latencies without this side's own wake-up. */
  readonly spinning?: 0 | 1;
  /** TCP targets only. */
  readonly tls?: 0 | 1;
  readonly core?: number;
  readonly serverPid?: number;
  readonly echoBytes?: number;
  readonly sessionsFile?: string;
  readonly planFile?: string;
  readonly planBytes?: number;
  readonly planCount?: number;
  readonly replyBytes?: number;
  readonly replyOverheadBytes?: number;
  readonly sampleFile?: string;
}

export interface LatencyUs {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface GeneratorReport {
  readonly seconds: number;
  readonly requests: number;
  readonly ops: number;
  readonly hits: number;
  readonly misses: number;
  readonly errors: number;
  /** Requests that got no answer in half a second. */
  readonly lost: number;
  readonly late: number;
  /** Part of a core that the generator itself was busy. */
  readonly loadBusy: number;
  /** Processor time of the server meanwhile; 0 where unknown. */
  readonly serverSeconds: number;
  /** Parts of the time in which server or generator were ready to run and something else had their core. */
  readonly serverWaited: number;
  readonly loadWaited: number;
  readonly latencyUs: LatencyUs;
  readonly stoppedEarly: string | null;
}

export async function runGenerator(settings: LoadSettings): Promise<GeneratorReport> {
  const generator = loadGenerator();
  if ('missing' in generator) throw new Error(`no load generator: ${generator.missing}`);
  const words = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const child = spawn(generator.program, ['load', ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    complaints += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the load generator ended with ${code}: ${complaints.trim()}`);
  return JSON.parse(output) as GeneratorReport;
}
