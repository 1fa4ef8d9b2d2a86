/** A real memcached of one's own for side-by-side rows: loopback, free ports, one worker thread, ended by its own pid. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@anoadb/testkit';

export const MEMCACHED_MISSING = 'memcached not found: apt-get install memcached (or brew install memcached)';

const READY_WITHIN_MS = 10_000;
/** More than any row fills, so that nothing is evicted. */
const MEMORY_MIB = 8192;

/** `1.6.18`, or undefined where memcached is not installed. */
export function memcachedVersion(): string | undefined {
  try {
    return /memcached (\S+)/.exec(execFileSync('memcached', ['--version'], { encoding: 'utf8' }))?.[1];
  } catch {
    return undefined;
  }
}

export class MemcachedServer {
  readonly tcpPort: number;
  readonly udpPort: number;
  readonly #child: ChildProcess;
  readonly #killAtExit = (): void => void this.#child.kill('SIGKILL');

  private constructor(child: ChildProcess, tcpPort: number, udpPort: number) {
    this.#child = child;
    this.tcpPort = tcpPort;
    this.udpPort = udpPort;
    process.once('exit', this.#killAtExit);
  }

  /** `prefix` goes before the command. One worker thread: a core against a core. */
  static async start(prefix: readonly string[] = []): Promise<MemcachedServer> {
    const tcpPort = await freePort();
    const udpPort = await freePort();
    const options = ['-l', '127.0.0.1', '-p', String(tcpPort), '-U', String(udpPort), '-t', '1'];
    // It refuses to run as root without being told whom to be.
    const user = process.getuid?.() === 0 ? ['-u', 'root'] : [];
    const [program, ...args] = [
      ...prefix,
      'memcached',
      ...options,
      '-m',
      String(MEMORY_MIB),
      '-c',
      '1024',
      ...user,
    ];
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const server = new MemcachedServer(child, tcpPort, udpPort);
    const deadline = Date.now() + READY_WITHIN_MS;
    while (!(await answers(tcpPort))) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error('memcached does not answer');
      await sleep(20);
    }
    return server;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('memcached is not running');
    return this.#child.pid;
  }

  async dispose(): Promise<void> {
    process.removeListener('exit', this.#killAtExit);
    this.#child.kill('SIGKILL');
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
