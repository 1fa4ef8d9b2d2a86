/** A real server in this process: own port, own directories, silent. */

import { join } from 'node:path';
import { loadSettings, openLog, type RunningServer, startServer } from '@anoadb/server';
import { freePort, removeDirectory, temporaryDirectory } from '@anoadb/testkit';

export class RealServer {
  readonly port: number;
  readonly #directory = temporaryDirectory();
  readonly #flags: Readonly<Record<string, unknown>>;
  #running: RunningServer | undefined = undefined;

  private constructor(port: number, flags: Readonly<Record<string, unknown>>) {
    this.port = port;
    this.#flags = flags;
  }

  static async start(flags: Readonly<Record<string, unknown>> = {}): Promise<RealServer> {
    const server = new RealServer(await freePort(), flags);
    await server.start();
    return server;
  }

  get url(): string {
    return `anoa://127.0.0.1:${this.port}`;
  }

  /** Where the administration of access keys finds data and store key. */
  get settings() {
    const directory = this.#directory;
    return {
      dataDir: join(directory, 'data'),
      keyFile: join(directory, 'store.key'),
      passphrase: undefined,
      host: '127.0.0.1',
      port: this.port,
    };
  }

  /** Again, on the same port and data. */
  async start(): Promise<void> {
    const { settings } = await loadSettings({
      environment: {},
      flags: {
        port: this.port,
        dataDir: join(this.#directory, 'data'),
        keyFile: join(this.#directory, 'store.key'),
        logLevel: 'silent',
        ...this.#flags,
      },
    });
    const log = await openLog(settings);
    this.#running = await startServer(settings, {
      log,
      onFatal: (error) => {
        throw error;
      },
    });
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  async dispose(): Promise<void> {
    await this.stop();
    removeDirectory(this.#directory);
  }
}
