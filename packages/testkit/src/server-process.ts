/**
 * A real server as a child process with its own port, data directory and key file, known only from outside:
 * it is ready when it answers a HELLO and says that it has loaded, stopped by signal to its own pid, and leaves nothing behind.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatAddress } from '@anoadb/udp';
import { repositoryRoot } from './vectors.js';

export interface ServerProcessOptions {
  /** Program and arguments; by default this repository's `anoa serve`. */
  readonly command?: readonly [string, ...string[]];
  /** Added to the environment, e.g. `{ ANOA_MAX_MEMORY: '64mb' }`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly host?: string;
  readonly port?: number;
  /** Kept by the caller where given; else a temporary one, removed by `dispose`. */
  readonly dataDir?: string;
  readonly keyFile?: string;
  /** How long it may take until it answers; loading counts. */
  readonly readyWithinMs?: number;
}

export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const READY_WITHIN_MS = 20_000;
const STOP_WITHIN_MS = 20_000;
const OUTPUT_CHARACTERS_MAX = 200_000;
/** Below the 20 HELLOs a second a server grants each source. */
const PROBE_INTERVAL_MS = 60;
const READY_POLL_MS = 5;

/** Starts a server and resolves when it answers. Rejects with its output where it ends or stays silent. */
export async function startServerProcess(options: ServerProcessOptions = {}): Promise<ServerProcess> {
  const server = new ServerProcess(options, options.port ?? (await freePort(options.host ?? '127.0.0.1')));
  try {
    await server.start();
  } catch (error) {
    await server.dispose();
    throw error;
  }
  return server;
}

export class ServerProcess {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly keyFile: string;

  readonly #options: ServerProcessOptions;
  readonly #temporaryDir: string;
  readonly #killAtExit: () => void;
  #child: ChildProcess | undefined;
  #exit: Promise<ServerExit> | undefined;
  #output = '';
  /** Its first words since it was started last. */
  #startOutput = '';

  constructor(options: ServerProcessOptions, port: number) {
    this.#options = options;
    this.#temporaryDir = temporaryDirectory();
    this.host = options.host ?? '127.0.0.1';
    this.port = port;
    this.dataDir = options.dataDir ?? join(this.#temporaryDir, 'data');
    this.keyFile = options.keyFile ?? join(this.#temporaryDir, 'store.key');
    this.#killAtExit = () => void this.#child?.kill('SIGKILL');
  }

  /** What the SDK's `connect` and ANOA_URL take. */
  get url(): string {
    return `anoa://${formatAddress(this.host, this.port)}`;
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error('the server is not running');
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** Standard output and error so far, of all its starts; the oldest part is dropped when it grows long. */
  get output(): string {
    return this.#output;
  }

  /** The environment of the server, and what a client on the same data needs. */
  get environment(): Record<string, string> {
    return {
      ANOA_HOST: this.host,
      ANOA_PORT: String(this.port),
      ANOA_DATA_DIR: this.dataDir,
      ANOA_KEY_FILE: this.keyFile,
      ANOA_URL: this.url,
    };
  }

  /** Starts it (again, on the same port and data) and resolves when it answers. */
  async start(): Promise<void> {
    if (this.#child !== undefined) throw new Error('the server is running already');
    const [program, ...args] = this.#options.command ?? defaultCommand();
    const { ANOA_URL: _, ...settings } = this.environment;
    const child = spawn(program, args, {
      cwd: this.#temporaryDir,
      env: { ...withoutAnoaSettings(process.env), ...settings, ...this.#options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#startOutput = '';
    process.once('exit', this.#killAtExit);
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text) => this.#keep(text));
    this.#exit = new Promise((resolve) => {
      const ended = (code: number | null, signal: NodeJS.Signals | null): void => {
        process.removeListener('exit', this.#killAtExit);
        this.#child = undefined;
        resolve({ code, signal });
      };
      child.once('error', (error) => {
        this.#keep(`${error.message}\n`);
        ended(null, null);
      });
      child.once('close', ended);
    });
    const readyWithinMs = this.#options.readyWithinMs ?? READY_WITHIN_MS;
    const ended = this.#exit.then((exit): string => `ended with ${exit.code ?? exit.signal}`);
    const giveUp = new AbortController();
    const silent = answersHello(this.host, this.port, readyWithinMs, giveUp.signal, ['open', 'sealed']);
    const answered = silent.then((failure) => failure ?? this.#loaded(readyWithinMs, giveUp.signal));
    const failure = await Promise.race([ended, answered]);
    giveUp.abort();
    if (failure !== undefined) throw new Error(`the server ${failure}; its output:\n${this.#output}`);
  }

  /** It answers while it loads: what says that it has loaded is its log, where that can be relied on. */
  async #loaded(withinMs: number, signal: AbortSignal): Promise<string | undefined> {
    const isLogged = this.#options.env?.['ANOA_LOG_LEVEL'] === undefined;
    if (this.#options.command !== undefined || !isLogged) return undefined;
    const deadlineMs = performance.now() + withinMs;
    while (!this.#startOutput.includes('ready on UDP')) {
      if (signal.aborted) return undefined;
      if (performance.now() > deadlineMs) return `did not say that it is ready within ${withinMs} ms`;
      await sleep(READY_POLL_MS);
    }
    return undefined;
  }

  /** Sends a signal to this server alone and waits for its end; SIGKILL where it does not end in time. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', withinMs: number = STOP_WITHIN_MS): Promise<ServerExit> {
    const child = this.#child;
    if (child === undefined || this.#exit === undefined) throw new Error('the server is not running');
    child.kill(signal);
    const timer = setTimeout(() => {
      this.#keep(`(did not end within ${withinMs} ms of ${signal}: killed)\n`);
      child.kill('SIGKILL');
    }, withinMs);
    const exit = await this.#exit;
    clearTimeout(timer);
    return exit;
  }

  /** Resolves when the server has ended, however that comes about. */
  async ended(): Promise<ServerExit> {
    return this.#exit ?? { code: null, signal: null };
  }

  /** Ends it hard where it still runs and removes its temporary files. Idempotent. */
  async dispose(): Promise<void> {
    if (this.#child !== undefined) await this.stop('SIGKILL');
    removeDirectory(this.#temporaryDir);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  #keep(text: string): void {
    if (this.#startOutput.length < OUTPUT_CHARACTERS_MAX) this.#startOutput += text;
    this.#output = (this.#output + text).slice(-OUTPUT_CHARACTERS_MAX);
  }
}

const temporaryDirectories = new Set<string>();

/** A directory of its own under the system's temporary one, removed at the latest when this process ends. */
export function temporaryDirectory(): string {
  if (temporaryDirectories.size === 0) {
    process.once('exit', () => {
      for (const directory of temporaryDirectories) removeDirectory(directory);
    });
    // By default these end the process without its exit hooks, and servers and files would be left behind.
    process.once('SIGINT', () => process.exit(130));
    process.once('SIGTERM', () => process.exit(143));
  }
  const directory = mkdtempSync(join(tmpdir(), 'anoadb-test-'));
  temporaryDirectories.add(directory);
  return directory;
}

export function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  // The set is left alone: removing twice is harmless, and it marks that the exit hook is in place.
}

/** A port of `host` that nobody had a moment ago, neither of UDP nor of TCP. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (;;) {
    const socket = dgram.createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.bind(0, host);
    await once(socket, 'listening');
    const { port } = socket.address();
    const isFree = await isFreeOnTcp(host, port);
    socket.close();
    if (isFree) return port;
  }
}

function isFreeOnTcp(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/** The HELLO of each mode; CHALLENGE is the next number. */
const HELLO_TYPE = { open: 0x21, sealed: 0x01 };

/**
 * Undefined when the server answered a HELLO of one of `modes`, else what went wrong; `signal` ends the asking
 * early.
 */
export async function answersHello(
  host: string,
  port: number,
  withinMs: number,
  signal?: AbortSignal,
  modes: readonly (keyof typeof HELLO_TYPE)[] = ['open'],
): Promise<string | undefined> {
  const socket = dgram.createSocket(host.includes(':') ? 'udp6' : 'udp4');
  const hellos = modes.map((mode) => {
    const hello = Buffer.alloc(128);
    hello.set([0xa1, HELLO_TYPE[mode], 1, 1]);
    randomBytes(8).copy(hello, 4);
    return hello;
  });
  const isAnswer = (answer: Buffer, hello: Buffer): boolean =>
    answer.length === 32 &&
    answer[1] === hello[1] + 1 &&
    answer.subarray(4, 12).equals(hello.subarray(4, 12));
  return new Promise((resolve) => {
    let isOver = false;
    const finish = (failure?: string): void => {
      if (isOver) return;
      isOver = true;
      clearInterval(probe);
      clearTimeout(deadline);
      socket.close();
      resolve(failure);
    };
    signal?.addEventListener('abort', () => finish('was not asked any longer'));
    // Refused until the port opens: ICMP is no failure here.
    socket.on('error', () => {});
    socket.on('message', (answer) => {
      if (hellos.some((hello) => isAnswer(answer, hello))) finish();
    });
    const ask = (): void => {
      for (const hello of hellos) socket.send(hello, port, host, () => {});
    };
    const probe = setInterval(ask, PROBE_INTERVAL_MS);
    const deadline = setTimeout(() => finish(`did not answer within ${withinMs} ms`), withinMs);
    ask();
  });
}

function defaultCommand(): [string, ...string[]] {
  return [process.execPath, join(repositoryRoot(), 'packages', 'cli', 'bin', 'anoa.mjs'), 'serve'];
}

/** The caller's own ANOA_ settings and loader flags must not leak into a server under test. */
function withoutAnoaSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(
    ([name]) => !name.startsWith('ANOA_') && name !== 'NODE_OPTIONS',
  );
  return Object.fromEntries(kept);
}
