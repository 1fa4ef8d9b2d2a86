/** Our server, spoken to over TCP as Redis or memcached is, by the load that they get. */

import { AnoaServer } from '../anoa.js';
import { VALUE_BYTES } from '../entries.js';
import { type GeneratorReport, runGenerator } from '../generator.js';
import { serverPrefix } from '../pinning.js';
import { type Contestant, common, filling, fillSurely, type LoadShape } from './contestant.js';

export class AnoaDoorContestant implements Contestant {
  readonly name: string;
  readonly #server: AnoaServer;
  readonly #target: 'redis' | 'memcached-tcp';

  private constructor(server: AnoaServer, target: 'redis' | 'memcached-tcp') {
    this.#server = server;
    this.#target = target;
    this.name = `AnoaDB as ${target === 'redis' ? 'Redis' : 'memcached'}`;
  }

  /** Needs the native load generator. */
  static async start(target: 'redis' | 'memcached-tcp'): Promise<AnoaDoorContestant> {
    const server = await AnoaServer.start({ prefix: serverPrefix() });
    // A session comes about when nothing is loading any more; until then TCP clients are refused.
    await (await server.connect()).close();
    return new AnoaDoorContestant(server, target);
  }

  get pid(): number {
    return this.#server.pid;
  }

  get port(): number {
    return this.#server.child.port;
  }

  async fill(count: number): Promise<void> {
    const settings = { ...filling(count, VALUE_BYTES, this.pid), target: this.#target, port: this.port };
    await fillSurely(this.name, () => runGenerator(settings));
  }

  load(shape: LoadShape): Promise<GeneratorReport> {
    return runGenerator({ ...common(shape, this.pid), target: this.#target, port: this.port });
  }

  dispose(): Promise<void> {
    return this.#server.dispose();
  }
}
