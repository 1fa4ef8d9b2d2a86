/** A real redis-server of one's own, the reference for every byte: loopback, free port, no files, ended by its own pid. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort, removeDirectory, temporaryDirectory } from '@anoadb/testkit';
import { RedisConnection } from './redis-connection.js';

const READY_WITHIN_MS = 20_000;
/** Both servers have the same limit, so that its errors are compared too. */
export const VALUE_BYTES_MAX = 1024 * 1024;

/** `7.0.15`, or undefined where Redis is not installed. */
export function redisVersion(): string | undefined {
  try {
    return /v=(\S+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' }))?.[1];
  } catch {
    return undefined;
  }
}

export class RealRedis {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #directory: string;
  readonly #killAtExit: () => void;

  private constructor(port: number, child: ChildProcess, directory: string) {
    this.port = port;
    this.#child = child;
    this.#directory = directory;
    this.#killAtExit = () => void child.kill('SIGKILL');
    process.once('exit', this.#killAtExit);
  }

  static async start(more: Record<string, string> = {}): Promise<RealRedis> {
    const port = await freePort();
    const directory = temporaryDirectory();
    const settings: Record<string, string> = {
      port: String(port),
      bind: '127.0.0.1',
      save: '',
      appendonly: 'no',
      dir: directory,
      // How soon it sees that a blocked client's time is over.
      hz: '500',
      'proto-max-bulk-len': String(VALUE_BYTES_MAX),
      'enable-debug-command': 'local',
      ...more,
    };
    const words = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    const child = spawn('redis-server', words, { stdio: ['ignore', 'pipe', 'inherit'] });
    const redis = new RealRedis(port, child, directory);
    let output = '';
    await new Promise<void>((resolve, reject) => {
      const fail = (): void => reject(new Error(`redis-server did not start: ${output}`));
      const deadline = setTimeout(fail, READY_WITHIN_MS);
      child.once('exit', fail);
      child.stdout.setEncoding('utf8').on('data', (text) => {
        output += text;
        if (!output.includes('Ready to accept connections')) return;
        clearTimeout(deadline);
        child.off('exit', fail);
        output = '';
        resolve();
      });
    });
    return redis;
  }

  connect(): Promise<RedisConnection> {
    return RedisConnection.open(this.port);
  }

  async stop(): Promise<void> {
    process.off('exit', this.#killAtExit);
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
    removeDirectory(this.#directory);
  }
}
