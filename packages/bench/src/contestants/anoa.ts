/** Our server, spoken to openly or sealed. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@anoadb/testkit';
import { AnoaServer, type AnoaServerOptions } from '../anoa.js';
import { VALUE_BYTES } from '../entries.js';
import { type GeneratorReport, type LoadSettings, runGenerator } from '../generator.js';
import { runInJavaScript } from '../javascript-load.js';
import { zipfSequence } from '../key-draw.js';
import { serverPrefix } from '../pinning.js';
import { checkSamples, makeSessions, writeSealedPlan, writeSessions } from '../sessions.js';
import { type Contestant, common, filling, fillSurely, hasGenerator, type LoadShape } from './contestant.js';

/** As the generator says it. */
const PORT_TAKEN = 'bind: Address already in use';
const PORT_TRIES_MAX = 5;

export interface AnoaOptions extends AnoaServerOptions {
  readonly name?: string;
  /** Largest datagram agreed with the clients; loopback's largest without. */
  readonly maxDatagram?: number;
}

export class AnoaContestant implements Contestant {
  readonly name: string;
  readonly server: AnoaServer;
  readonly maxDatagram: number | undefined;
  readonly #sessionsFile = join(temporaryDirectory(), 'sessions');

  constructor(server: AnoaServer, { name, maxDatagram }: AnoaOptions = {}) {
    this.name = name ?? 'AnoaDB';
    this.server = server;
    this.maxDatagram = maxDatagram;
  }

  static async start(options: AnoaOptions = {}): Promise<AnoaContestant> {
    return new AnoaContestant(await AnoaServer.start({ prefix: serverPrefix(), ...options }), options);
  }

  get pid(): number {
    return this.server.pid;
  }

  /** The same server with other datagrams. */
  withDatagrams(maxDatagram: number): AnoaContestant {
    return new AnoaContestant(this.server, { name: this.name, maxDatagram });
  }

  async fill(count: number, valueBytes = VALUE_BYTES): Promise<number> {
    if (!hasGenerator()) return this.#fillInJavaScript(count, valueBytes);
    const settings = filling(count, valueBytes, this.pid);
    return (await fillSurely(this.name, () => this.#run(settings))).seconds;
  }

  load(shape: LoadShape): Promise<GeneratorReport> {
    return hasGenerator() ? this.#run(common(shape, this.pid)) : runInJavaScript(this.server, shape);
  }

  async dispose(): Promise<void> {
    await this.server.dispose();
  }

  async #fillInJavaScript(count: number, valueBytes: number): Promise<number> {
    if (valueBytes !== VALUE_BYTES) throw new Error('this row needs the native load generator');
    const client = await this.server.connect();
    const seconds = await this.server.fill(client, count);
    await client.close();
    return seconds;
  }

  #run(settings: Omit<LoadSettings, 'target' | 'port'>): Promise<GeneratorReport> {
    return withOwnPorts(() => this.#runOnce(settings));
  }

  async #runOnce(settings: Omit<LoadSettings, 'target' | 'port'>): Promise<GeneratorReport> {
    const { host, port } = this.server.child;
    const { maxDatagram } = this;
    const target = { host, port, ...(maxDatagram === undefined ? {} : { maxDatagram }) };
    writeSessions(this.#sessionsFile, await makeSessions(target, settings.sockets));
    return runGenerator({ ...settings, target: 'anoa', port, sessionsFile: this.#sessionsFile });
  }
}

/** Between handshake and load somebody else may be given one of the ports: then with new sessions once more. */
async function withOwnPorts(run: () => Promise<GeneratorReport>): Promise<GeneratorReport> {
  for (let tries = 1; ; tries++) {
    try {
      return await run();
    } catch (error) {
      const isTaken = error instanceof Error && error.message.includes(PORT_TAKEN);
      if (!isTaken || tries === PORT_TRIES_MAX) throw error;
    }
  }
}

/** Sealed datagrams: sealed before the generator starts, their number bounds the run. */
export class SealedContestant implements Contestant {
  readonly name: string;
  readonly server: AnoaServer;
  readonly #directory = temporaryDirectory();

  constructor(server: AnoaServer, name: string) {
    this.server = server;
    this.name = name;
  }

  get pid(): number {
    return this.server.pid;
  }

  load(shape: LoadShape): Promise<GeneratorReport> {
    return withOwnPorts(() => this.#loadOnce(shape));
  }

  async #loadOnce(shape: LoadShape): Promise<GeneratorReport> {
    const { host, port } = this.server.child;
    const psk = this.server.psk;
    if (psk === undefined) throw new Error('the server is not sealed');
    const [sessionsFile, planFile, sampleFile] = ['sessions', 'plan', 'sample'].map((name) =>
      join(this.#directory, name),
    );
    const settings = common(shape, this.pid);
    const sessions = await makeSessions({ host, port, psk }, shape.sockets);
    writeSessions(sessionsFile, sessions);
    const seconds = (settings.warmSeconds ?? 0) + (settings.seconds ?? 0);
    const planCount = Math.ceil(
      (REQUESTS_PER_SECOND_MAX[shape.ops === 1 ? 'one' : 'many'] * seconds) / shape.sockets,
    );
    const { count, distribution } = shape.keys;
    const drawn = distribution === 'zipf' ? zipfSequence(count, 1 << 18) : undefined;
    let at = 0;
    const plan = writeSealedPlan(planFile, sessions, {
      command: shape.readsPercent === 0 ? 'set' : 'get',
      ops: shape.ops,
      count: planCount,
      outstanding: shape.outstanding,
      value: new Uint8Array(shape.valueBytes ?? VALUE_BYTES).fill(0x61),
      nextKey: () => drawn?.[at++ % drawn.length] ?? Math.floor(Math.random() * count),
    });
    const report = await runGenerator({
      ...settings,
      ...plan,
      target: 'sealed',
      port,
      sessionsFile,
      planFile,
      planCount,
      sampleFile,
    });
    if (report.requests > 100 && checkSamples(sampleFile, sessions) === 0)
      throw new Error('no sealed reply was sampled');
    rmSync(planFile);
    return report;
  }
}

/** Bounds what is sealed ahead; a faster server ends the run early. */
const REQUESTS_PER_SECOND_MAX = { one: 500_000, many: 60_000 };
