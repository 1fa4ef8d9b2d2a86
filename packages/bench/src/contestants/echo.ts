/** Sockets that only send back what they receive. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type GeneratorReport, runGenerator } from '../generator.js';
import { loadGenerator } from '../generator-build.js';
import { serverPrefix } from '../pinning.js';
import { type Contestant, common, type LoadShape } from './contestant.js';

export type EchoKind = 'C' | 'recvmmsg' | 'node:dgram' | 'plain';

/** An echo is loaded like a server, with datagrams of 64 bytes. */
export class EchoContestant implements Contestant {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #port: number;

  private constructor(name: string, child: ChildProcess, port: number) {
    this.name = name;
    this.#child = child;
    this.#port = port;
  }

  static async start(kind: EchoKind, name: string): Promise<EchoContestant> {
    const [program, ...args] = [...serverPrefix(), ...echoCommand(kind)];
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const [port] = (await once(child.stdout, 'data')) as [Buffer];
    return new EchoContestant(name, child, Number(port));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  load(shape: LoadShape): Promise<GeneratorReport> {
    return runGenerator({ ...common(shape, this.pid), target: 'echo', port: this.#port, ops: 1 });
  }

  async dispose(): Promise<void> {
    this.#child.kill('SIGKILL');
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
  }
}

function echoCommand(kind: EchoKind): string[] {
  if (kind !== 'C')
    return [process.execPath, fileURLToPath(new URL('../echo-server.js', import.meta.url)), kind];
  const generator = loadGenerator();
  if ('missing' in generator) throw new Error(generator.missing);
  return [generator.program, 'echo-server'];
}
