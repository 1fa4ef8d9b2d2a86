/**
 * A real redis-server of one's own for side-by-side rows: loopback, free port, no persistence unless asked,
 * ended by its own pid. Where it is not installed the rows say how to get it.
 */

import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort, removeDirectory, temporaryDirectory } from '@anoadb/testkit';
import { KEY_BYTES, VALUE_BYTES, writeKey, writeValue } from './entries.js';
import { loadPrefix } from './pinning.js';
import { processorSeconds } from './processor-time.js';

export const REDIS_MISSING = 'redis-server not found: apt-get install redis-server (or brew install redis)';

const READY_WITHIN_MS = 60_000;
const FILL_BATCH = 1000;

/** `7.0.15`, or undefined where Redis is not installed. */
export function redisVersion(): string | undefined {
  try {
    return /v=(\S+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' }))?.[1];
  } catch {
    return undefined;
  }
}

export interface RedisOptions {
  /** Speaks TLS only, with a certificate made for this run. */
  readonly tls?: boolean;
  /** Goes before the command. */
  readonly prefix?: readonly string[];
  /** Journals every write, synced so; 'off': no journal. */
  readonly appendOnly?: AppendOnly;
}

export type AppendOnly = 'off' | 'everysec' | 'always';

export class RedisServer {
  readonly port: number;
  readonly #directory = temporaryDirectory();
  readonly #killAtExit = (): void => void this.#child?.kill('SIGKILL');
  #child: ChildProcess | undefined;
  #output = '';

  readonly #isTls: boolean;
  readonly #prefix: readonly string[];
  readonly #appendOnly: AppendOnly;

  private constructor(port: number, { tls, prefix, appendOnly }: Required<RedisOptions>) {
    this.port = port;
    this.#isTls = tls;
    this.#prefix = prefix;
    this.#appendOnly = appendOnly;
  }

  static async start({
    tls = false,
    prefix = [],
    appendOnly = 'off',
  }: RedisOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), { tls, prefix, appendOnly });
    if (tls) server.#makeCertificate();
    await server.start();
    return server;
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error('redis-server is not running');
    return this.#child.pid;
  }

  get snapshotFile(): string {
    return join(this.#directory, 'dump.rdb');
  }

  /** Bytes of its journal. */
  get journalBytes(): number {
    const directory = join(this.#directory, 'appendonlydir');
    return readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
  }

  /** Starts it (again, with the snapshot in its directory). */
  async start(): Promise<void> {
    this.#output = '';
    const port = this.#isTls
      ? ['--port', '0', '--tls-port', String(this.port), ...this.#tlsFiles()]
      : ['--port', String(this.port)];
    const args = [
      ...port,
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      this.#appendOnly === 'off' ? 'no' : 'yes',
      '--appendfsync',
      this.#appendOnly === 'always' ? 'always' : 'everysec',
      '--auto-aof-rewrite-percentage',
      '0',
    ];
    const [program, ...words] = [...this.#prefix, 'redis-server', ...args, '--dir', this.#directory];
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    process.once('exit', this.#killAtExit);
    child.stdout.setEncoding('utf8').on('data', (text) => {
      this.#output += text;
    });
    const deadline = Date.now() + READY_WITHIN_MS;
    while (!this.#output.includes('Ready to accept connections')) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`redis-server: ${this.#output}`);
      await sleep(10);
    }
  }

  /** Seconds its last start took to read its snapshot or its journal, by its own log. */
  get loadSeconds(): number {
    const seconds = /DB loaded from (?:disk|append only file): ([\d.]+) seconds/.exec(this.#output)?.[1];
    if (seconds === undefined) throw new Error(`redis-server logged no load:\n${this.#output}`);
    return Number(seconds);
  }

  /** Sets `count` entries, pipelined. */
  async fill(count: number): Promise<void> {
    const socket = connect(this.port, '127.0.0.1').setNoDelay();
    await once(socket, 'connect');
    const replies = countReplies(socket);
    const frame = Buffer.from(
      `*3\r\n$3\r\nSET\r\n$${KEY_BYTES}\r\n${'k'.repeat(KEY_BYTES)}\r\n$${VALUE_BYTES}\r\n`,
    );
    const keyAt = frame.indexOf('kkkk');
    const commandBytes = frame.length + VALUE_BYTES + 2;
    for (let first = 0; first < count; first += FILL_BATCH) {
      const size = Math.min(FILL_BATCH, count - first);
      const batch = Buffer.alloc(size * commandBytes);
      for (let i = 0; i < size; i++) {
        const at = i * commandBytes;
        batch.set(frame, at);
        writeKey(first + i, batch, at + keyAt);
        writeValue(first + i, batch, at + frame.length);
        batch.write('\r\n', at + commandBytes - 2, 'latin1');
      }
      socket.write(batch);
      await replies.reach(first + size);
    }
    socket.destroy();
  }

  /** Runs one command without spaces in its arguments and returns the raw reply. */
  async command(...words: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)('redis-cli', ['-p', String(this.port), ...words]);
    return stdout.trim();
  }

  /**
   * redis-benchmark on the load's core: 50 connections, keys drawn uniformly from `keys`. Operations per second,
   * and the part of a core that it was busy itself.
   */
  async benchmark(
    test: 'get' | 'set',
    options: { pipeline: number; requests: number; keys: number },
  ): Promise<{ rate: number; loadBusy: number }> {
    const tls = this.#isTls ? ['--tls', '--cacert', this.#certificate] : [];
    const load = ['-p', String(this.port), '-t', test, '-n', String(options.requests), '-c', '50', '--csv'];
    const drawn = ['-P', String(options.pipeline), '-r', String(options.keys), '-d', String(VALUE_BYTES)];
    const [program, ...args] = [...loadPrefix(), 'redis-benchmark', ...tls, ...load, ...drawn];
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    const startedAtMs = performance.now();
    let loadBusy = 0;
    // A process takes its times with it when it ends.
    const sampling = setInterval(() => {
      const used = processorSeconds(child.pid ?? 0);
      if (used !== undefined) loadBusy = used / ((performance.now() - startedAtMs) / 1000);
    }, 50);
    await once(child, 'close');
    clearInterval(sampling);
    const rate = new RegExp(`^"${test}","([\\d.]+)"`, 'im').exec(output)?.[1];
    if (rate === undefined) throw new Error(`redis-benchmark said: ${output}`);
    return { rate: Number(rate), loadBusy };
  }

  get #certificate(): string {
    return join(this.#directory, 'certificate.pem');
  }

  #tlsFiles(): string[] {
    const key = join(this.#directory, 'key.pem');
    const certificate = this.#certificate;
    return [
      '--tls-cert-file',
      certificate,
      '--tls-key-file',
      key,
      '--tls-ca-cert-file',
      certificate,
      '--tls-auth-clients',
      'no',
    ];
  }

  #makeCertificate(): void {
    const key = join(this.#directory, 'key.pem');
    const files = ['-keyout', key, '-out', this.#certificate];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    execFileSync('openssl', ['req', '-x509', ...curve, '-nodes', '-days', '2', ...files, ...subject], {
      stdio: 'pipe',
    });
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    process.removeListener('exit', this.#killAtExit);
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }

  async dispose(): Promise<void> {
    await this.stop();
    removeDirectory(this.#directory);
  }
}

/** Every reply to SET is the five bytes `+OK\r\n`. */
function countReplies(socket: Socket): { reach(count: number): Promise<void> } {
  let bytes = 0;
  let wake = (): void => {};
  socket.on('data', (chunk) => {
    bytes += chunk.length;
    wake();
  });
  return {
    async reach(count) {
      while (bytes < count * 5) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
