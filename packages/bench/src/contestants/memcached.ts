/** memcached over UDP or TCP. */

import { VALUE_BYTES } from '../entries.js';
import { type GeneratorReport, runGenerator } from '../generator.js';
import { MemcachedServer, memcachedVersion } from '../memcached.js';
import { serverPrefix } from '../pinning.js';
import { type Contestant, common, filling, fillSurely, hasGenerator, type LoadShape } from './contestant.js';

export class MemcachedContestant implements Contestant {
  readonly name: string;
  readonly server: MemcachedServer;
  readonly #way: 'udp' | 'tcp';

  constructor(server: MemcachedServer, way: 'udp' | 'tcp') {
    this.server = server;
    this.#way = way;
    this.name = `memcached ${memcachedVersion()} ${way === 'udp' ? 'UDP' : 'TCP'}`;
  }

  /** Undefined where memcached, or the generator that speaks to it, is not there. */
  static async start(way: 'udp' | 'tcp'): Promise<MemcachedContestant | undefined> {
    if (memcachedVersion() === undefined || !hasGenerator()) return undefined;
    return new MemcachedContestant(await MemcachedServer.start(serverPrefix()), way);
  }

  /** The same server, spoken to the other way. */
  over(way: 'udp' | 'tcp'): MemcachedContestant {
    return new MemcachedContestant(this.server, way);
  }

  get pid(): number {
    return this.server.pid;
  }

  async fill(count: number, valueBytes = VALUE_BYTES): Promise<void> {
    const settings = filling(count, valueBytes, this.pid);
    const port = this.server.tcpPort;
    await fillSurely(this.name, () => runGenerator({ ...settings, target: 'memcached-tcp', port }));
  }

  load(shape: LoadShape): Promise<GeneratorReport> {
    const { tcpPort, udpPort } = this.server;
    const settings = common(shape, this.pid);
    if (this.#way === 'tcp') return runGenerator({ ...settings, target: 'memcached-tcp', port: tcpPort });
    return runGenerator({ ...settings, target: 'memcached-udp', port: udpPort });
  }

  dispose(): Promise<void> {
    return this.server.dispose();
  }
}
