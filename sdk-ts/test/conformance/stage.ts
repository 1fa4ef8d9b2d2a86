/** Where the suite is played: the real server as a process, reached directly or over a bad network. */

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { LossyProxy, repositoryRoot, type ServerProcess, startServerProcess } from '@anoadb/testkit';

export type Path = 'direct' | 'lossy';
export type Mode = 'open' | 'sealed';

export class Stage {
  readonly server: ServerProcess;
  readonly proxy: LossyProxy | undefined;
  readonly mode: Mode;
  /** An admin's key, where the server is sealed. */
  readonly adminKey: string | undefined;

  private constructor(server: ServerProcess, proxy: LossyProxy | undefined, adminKey: string | undefined) {
    this.server = server;
    this.proxy = proxy;
    this.mode = adminKey === undefined ? 'open' : 'sealed';
    this.adminKey = adminKey;
  }

  static async open(mode: Mode, path: Path): Promise<Stage> {
    const server = await startServerProcess();
    let adminKey: string | undefined;
    if (mode === 'sealed') {
      await server.stop();
      adminKey = createKey(server, '--name', 'conformance');
      await server.start();
    }
    const proxy = path === 'lossy' ? await LossyProxy.start({ port: server.port }) : undefined;
    return new Stage(server, proxy, adminKey);
  }

  /** Where a client connects to, with the admin's key where there is one. */
  get url(): string {
    return this.urlWith(this.adminKey);
  }

  urlWith(key: string | undefined): string {
    const url = this.proxy?.url ?? this.server.url;
    return key === undefined ? url : url.replace('//', `//${key}@`);
  }

  /** How a failure is told apart and brought back. */
  get name(): string {
    const path = this.proxy === undefined ? 'direct' : `lossy, seed ${this.proxy.random.seed}`;
    return `${this.mode}, ${path}`;
  }

  createKey(...args: string[]): string {
    return createKey(this.server, ...args);
  }

  revokeKey(name: string): void {
    anoa(this.server, 'key', 'revoke', name);
  }

  /** Its process stands still while `during` runs; its socket takes datagrams. */
  async paused<T>(during: () => Promise<T>): Promise<T> {
    process.kill(this.server.pid, 'SIGSTOP');
    try {
      return await during();
    } finally {
      process.kill(this.server.pid, 'SIGCONT');
    }
  }

  async close(): Promise<void> {
    this.proxy?.close();
    await this.server.dispose();
  }
}

function createKey(server: ServerProcess, ...args: string[]): string {
  const key = /anoa1_[A-Za-z0-9_-]{43}/.exec(anoa(server, 'key', 'create', ...args));
  if (key === null) throw new Error('anoa key create printed no key');
  return key[0];
}

function anoa(server: ServerProcess, ...args: string[]): string {
  const program = join(repositoryRoot(), 'packages', 'cli', 'bin', 'anoa.mjs');
  const { ANOA_URL: _, ...environment } = server.environment;
  return execFileSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, NODE_OPTIONS: '', ...environment },
  });
}
