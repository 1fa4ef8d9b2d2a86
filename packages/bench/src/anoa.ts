/** Our server under measurement: the shipped binary as a child process, with the event-loop probe loaded into it. */

import { execFile } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { encodeCount, encodeGet, encodeSet, TypedValue, ValueType } from '@anoadb/protocol';
import { freePort, repositoryRoot, type ServerProcess, startServerProcess } from '@anoadb/testkit';
import { parseAccessKey } from '@anoadb/transport';
import { KEY_BYTES, VALUE_BYTES, writeKey, writeValue } from './entries.js';
import { LoadClient, type LoadPlan } from './load-client.js';

/** How late a timer of 1 ms came inside the server. */
export interface DelayPercentiles {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

export interface EventLoopDelays {
  readonly samples: number;
  readonly stall: DelayPercentiles;
  /** The same without the time in which the kernel had given the core to somebody else. */
  readonly own: DelayPercentiles;
}

export interface AnoaServerOptions {
  readonly prefix?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A module loaded into the server before it starts. */
  readonly preload?: string;
}

const BINARY = join(repositoryRoot(), 'packages', 'cli', 'bin', 'anoa.mjs');

/** Ops per request while filling. */
const FILL_OPS = 50;
const FILL_IN_FLIGHT = 32;
/** Ten million entries take a while to load. */
const READY_WITHIN_MS = 300_000;

export class AnoaServer {
  readonly child: ServerProcess;
  readonly #probePort: number;
  #psk: Uint8Array | undefined;

  private constructor(child: ServerProcess, probePort: number) {
    this.child = child;
    this.#probePort = probePort;
  }

  /** `prefix` goes before the command (pinning to a core), `env` into the server's environment. */
  static async start(options: AnoaServerOptions = {}): Promise<AnoaServer> {
    const probePort = await freePort();
    const probe = fileURLToPath(new URL('./event-loop-probe.js', import.meta.url));
    const imports = [probe, ...(options.preload === undefined ? [] : [options.preload])];
    const [program, ...args] = [
      ...(options.prefix ?? []),
      process.execPath,
      ...imports.flatMap((file) => ['--import', file]),
      BINARY,
      'serve',
    ];
    const child = await startServerProcess({
      command: [program, ...args],
      // Snapshots happen when a row asks for one, and only rows about the journal have one.
      env: {
        EVENT_LOOP_PROBE_PORT: String(probePort),
        ANOA_SNAPSHOT_INTERVAL: '0',
        ANOA_JOURNAL: 'off',
        ANOA_LOG_LEVEL: 'warn',
        ...options.env,
      },
      readyWithinMs: READY_WITHIN_MS,
    });
    return new AnoaServer(child, probePort);
  }

  get pid(): number {
    return this.child.pid;
  }

  /** The access key it was sealed with. */
  get psk(): Uint8Array | undefined {
    return this.#psk;
  }

  connect(): Promise<LoadClient> {
    return LoadClient.connect(this.child.host, this.child.port, this.#psk);
  }

  /** Makes its first access key: from then on the server is sealed, and so are new clients. */
  async seal(): Promise<void> {
    const env = { ...process.env, ...this.child.environment };
    const { stdout } = await promisify(execFile)(process.execPath, [BINARY, 'key', 'create', '--json'], {
      env,
    });
    const { url } = JSON.parse(stdout) as { url: string };
    this.#psk = parseAccessKey(url.slice('anoa://'.length, url.indexOf('@')));
    if (this.#psk === undefined) throw new Error('anoa key create printed no access key');
  }

  /** Sets `count` entries. Returns the seconds it took. */
  async fill(client: LoadClient, count: number): Promise<number> {
    const requests = Math.ceil(count / FILL_OPS);
    const plan = setPlan({
      requests,
      ops: FILL_OPS,
      inFlight: FILL_IN_FLIGHT,
      keyOf: (n) => Math.min(n, count - 1),
    });
    return (await client.run(plan)).seconds;
  }

  /** Starts it again, stopped. Returns the seconds until a request is answered: the port opens before all is loaded. */
  async restart(): Promise<number> {
    const startedAtMs = performance.now();
    await this.child.start();
    const client = await this.connect();
    await client.ask((writer) => encodeCount(writer));
    const seconds = (performance.now() - startedAtMs) / 1000;
    await client.close();
    return seconds;
  }

  async resetDelays(): Promise<void> {
    await this.#askProbe('reset');
  }

  async readDelays(): Promise<EventLoopDelays> {
    return (await this.#askProbe('read')) as EventLoopDelays;
  }

  async dispose(): Promise<void> {
    await this.child.dispose();
  }

  async #askProbe(question: string): Promise<unknown> {
    const socket = dgram.createSocket('udp4');
    try {
      socket.send(question, this.#probePort, '127.0.0.1');
      const [answer] = (await once(socket, 'message', { signal: AbortSignal.timeout(10_000) })) as [Buffer];
      return JSON.parse(answer.toString());
    } finally {
      socket.close();
    }
  }
}

export interface PlanOptions {
  readonly requests: number;
  /** Ops in one request. */
  readonly ops: number;
  readonly inFlight: number;
  /** Which key op number `n` uses. */
  keyOf(n: number): number;
}

export function setPlan(options: PlanOptions): LoadPlan {
  const key = new Uint8Array(KEY_BYTES);
  const bytes = new Uint8Array(VALUE_BYTES);
  // Reused for every op: measuring the server must not measure garbage of the client.
  const request = { key, value: new TypedValue(ValueType.STRING, bytes) };
  return plan(options, true, (index, writer) => {
    writeKey(index, key, 0);
    writeValue(index, bytes, 0);
    encodeSet(writer, request);
  });
}

export function getPlan(options: PlanOptions): LoadPlan {
  const request = { key: new Uint8Array(KEY_BYTES) };
  return plan(options, false, (index, writer) => {
    writeKey(index, request.key, 0);
    encodeGet(writer, request);
  });
}

function plan(
  options: PlanOptions,
  mutates: boolean,
  writeOp: (key: number, writer: Parameters<LoadPlan['write']>[1]) => void,
): LoadPlan {
  const { requests, ops, inFlight, keyOf } = options;
  return {
    requests,
    inFlight,
    mutates,
    write(index, writer) {
      for (let i = 0; i < ops; i++) writeOp(keyOf(index * ops + i), writer);
    },
  };
}
