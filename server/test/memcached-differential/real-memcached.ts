/** A real memcached of one's own, the reference for every byte: loopback, free port, ended by its own pid. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@anoadb/testkit';

const READY_WITHIN_MS = 20_000;
const ANSWER_WITHIN_MS = 10_000;

/** `1.6.18`, or undefined where memcached is not installed. */
export function memcachedVersion(): string | undefined {
  try {
    return /memcached (\S+)/.exec(execFileSync('memcached', ['--version'], { encoding: 'utf8' }))?.[1];
  } catch {
    return undefined;
  }
}

export class RealMemcached {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #killAtExit: () => void;

  private constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.#child = child;
    this.#killAtExit = () => void child.kill('SIGKILL');
    process.once('exit', this.#killAtExit);
  }

  static async start(): Promise<RealMemcached> {
    const port = await freePort();
    const words = ['-p', String(port), '-l', '127.0.0.1', '-U', '0', '-t', '1', '-u', userInfo().username];
    // While one of its background threads looks at an item, numbers are not counted in place.
    words.push('-o', 'no_lru_maintainer,no_lru_crawler,no_slab_reassign');
    const child = spawn('memcached', words, { stdio: ['ignore', 'ignore', 'inherit'] });
    const memcached = new RealMemcached(port, child);
    const deadline = performance.now() + READY_WITHIN_MS;
    for (;;) {
      try {
        (await memcached.connect()).close();
        return memcached;
      } catch (error) {
        if (child.exitCode !== null || performance.now() > deadline) throw error;
        await sleep(20);
      }
    }
  }

  connect(): Promise<RealConnection> {
    return RealConnection.open(this.port);
  }

  async stop(): Promise<void> {
    process.off('exit', this.#killAtExit);
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}

/** Bytes out, bytes in. */
export class RealConnection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #isClosed = false;
  #onChange: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes) => {
      this.#received = Buffer.concat([this.#received, bytes]);
      this.#onChange();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#isClosed = true;
      this.#onChange();
    });
  }

  static async open(port: number): Promise<RealConnection> {
    const socket = connect(port, '127.0.0.1').setNoDelay();
    await once(socket, 'connect');
    return new RealConnection(socket);
  }

  /** Sends, and returns what comes back up to and with `mark`, or all there was when the server closed. */
  async ask(bytes: Uint8Array, mark: Uint8Array): Promise<Buffer> {
    this.#socket.write(bytes);
    for (;;) {
      const at = this.#received.indexOf(mark);
      if (at >= 0 || this.#isClosed) {
        const end = at < 0 ? this.#received.length : at + mark.length;
        const answer = this.#received.subarray(0, end);
        this.#received = this.#received.subarray(end);
        return answer;
      }
      await this.#change();
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #change(): Promise<void> {
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(
        () =>
          reject(
            new Error(`memcached says no more than ${JSON.stringify(this.#received.toString('latin1'))}`),
          ),
        ANSWER_WITHIN_MS,
      );
      this.#onChange = () => {
        clearTimeout(deadline);
        resolve();
      };
    });
  }
}
