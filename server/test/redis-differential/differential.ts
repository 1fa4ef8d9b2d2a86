/**
 * Runs the same seeded random commands against this server and a real redis-server and compares every reply:
 *
 *   test('strings answer as Redis does', () => differential.run({ draw: strings, commands: 30_000 }));
 *
 * A run is many sequences of some hundred commands, each on new connections to emptied servers, in pipelines of random length, every
 * third under RESP 3. Where replies differ the sequence is made as short as it still differs and
 * thrown as redis-cli lines. The seed is printed at the end; ANOA_SEED repeats a run.
 */

import { cuts, freshSeed, SeededRandom, shrink } from '@anoadb/testkit';
import { startStreamServer } from '../support/stream-harness.js';
import { type Command, commandLine, commandName } from './command.js';
import { type CommandDraw, Draw, spoiled } from './draw.js';
import { RealRedis, redisVersion, VALUE_BYTES_MAX } from './real-redis.js';
import { RedisConnection } from './redis-connection.js';
import type { Reply } from './reply.js';
import { ReplyComparison } from './reply-rules.js';

export interface DifferentialRun {
  /** What is compared. */
  readonly draw: CommandDraw;
  /** In all sequences together. */
  readonly commands: number;
}

interface Plan {
  readonly commands: readonly Command[];
  readonly resp: 2 | 3;
  /** Of the lengths of pipelines. */
  readonly seed: number;
}

interface Difference {
  /** In the plan's commands. */
  readonly at: number;
  readonly ours: string;
  readonly real: string;
}

const SEQUENCE_COMMANDS = 250;
const PIPELINE_MAX = 50;
/** Different commands in one report; a defect that is everywhere need not be shown oftener. */
const REPORTED_MAX = 4;
const SHRINK_RUNS_MAX = 300;
/** Where a run waits for a reply in vain. */
const SHRINK_RUNS_MAX_SILENT = 10;
const NO_REPLY = 'no reply';
const SCAN_CALLS_MAX = 1000;
const SHOWN_MAX = 600;

/** The server that is compared with Redis. */
export interface ComparedServer {
  readonly port: number;
  stop(): Promise<void>;
}

export class Differential {
  readonly real: RealRedis;
  readonly ours: ComparedServer;

  private constructor(real: RealRedis, ours: ComparedServer) {
    this.real = real;
    this.ours = ours;
  }

  static async start(startOurs: () => Promise<ComparedServer> = startInProcess): Promise<Differential> {
    return new Differential(await RealRedis.start(), await startOurs());
  }

  async stop(): Promise<void> {
    await this.ours.stop();
    await this.real.stop();
  }

  /** @throws Error with the shortest sequences that differ. */
  async run({ draw, commands }: DifferentialRun): Promise<void> {
    const seed = freshSeed();
    const found = new Map<string, string>();
    const sequences = Math.ceil(commands / SEQUENCE_COMMANDS);
    for (let i = 0; i < sequences && found.size < REPORTED_MAX; i++) {
      const plan = drawPlan(draw, (seed + i) >>> 0);
      const difference = await this.#differenceOf(plan);
      if (difference === undefined) continue;
      const name = commandName(plan.commands[difference.at]);
      if (!found.has(name)) found.set(name, await this.#explain(plan, difference));
    }
    if (found.size > 0)
      throw new Error(`${[...found.values()].join('\n\n')}\n\nrepeat with ANOA_SEED=${seed}`);
    console.log(
      `# ${sequences * SEQUENCE_COMMANDS} commands answered as Redis ${redisVersion()} does, seed ${seed}`,
    );
  }

  /** The same fixed commands on both; for what a table tells better than chance. */
  async compare(commands: readonly Command[], resp: 2 | 3 = 2): Promise<void> {
    const plan: Plan = { commands, resp, seed: 1 };
    const difference = await this.#differenceOf(plan);
    if (difference !== undefined) throw new Error(reportOf(plan, difference));
  }

  async #explain(plan: Plan, difference: Difference): Promise<string> {
    const name = commandName(plan.commands[difference.at]);
    const isSameDefect = async (candidate: Plan): Promise<boolean> => {
      const found = await this.#differenceOf(candidate);
      return found !== undefined && commandName(candidate.commands[found.at]) === name;
    };
    const prefix = { ...plan, commands: plan.commands.slice(0, difference.at + 1) };
    const runsMax = difference.ours === NO_REPLY ? SHRINK_RUNS_MAX_SILENT : SHRINK_RUNS_MAX;
    const shortest = await shrink(prefix, shorter, isSameDefect, runsMax);
    const last = await this.#differenceOf(shortest.plan);
    return last === undefined
      ? `${reportOf(plan, difference)}\n(not the same each time)`
      : reportOf(shortest.plan, last);
  }

  async #differenceOf(plan: Plan): Promise<Difference | undefined> {
    const ours = await RedisConnection.open(this.ours.port);
    const real = await this.real.connect();
    try {
      for (const connection of [ours, real]) {
        await connection.ask('FLUSHALL');
        await connection.ask('HELLO', String(plan.resp));
      }
      return await new PlanRun(plan, ours, real).difference();
    } finally {
      ours.close();
      real.close();
    }
  }
}

function startInProcess(): Promise<ComparedServer> {
  return startStreamServer({ journal: 'off', maxValue: String(VALUE_BYTES_MAX) });
}

function drawPlan(draw: CommandDraw, seed: number): Plan {
  const random = new SeededRandom(seed);
  const words = new Draw(random);
  const commands = Array.from({ length: SEQUENCE_COMMANDS }, () => spoiled(draw(words), words));
  return { commands, resp: random.chance(1 / 3) ? 3 : 2, seed };
}

function* shorter(plan: Plan): Iterable<Plan> {
  for (const commands of cuts(plan.commands)) if (commands.length > 0) yield { ...plan, commands };
}

function reportOf({ commands, resp }: Plan, { at, ours, real }: Difference): string {
  const lines = commands.slice(0, at + 1).map((command) => `  ${commandLine(command)}`);
  const show = (reply: string): string => JSON.stringify(reply.slice(0, SHOWN_MAX));
  return `RESP ${resp}\n${lines.join('\n')}\n    ours ${show(ours)}\n    real ${show(real)}`;
}

/** One plan on one pair of connections. */
class PlanRun {
  readonly #commands: readonly Command[];
  readonly #ours: RedisConnection;
  readonly #real: RedisConnection;
  readonly #random: SeededRandom;
  readonly #comparison = new ReplyComparison();

  constructor(plan: Plan, ours: RedisConnection, real: RedisConnection) {
    this.#commands = plan.commands;
    this.#ours = ours;
    this.#real = real;
    this.#random = new SeededRandom(plan.seed);
  }

  async difference(): Promise<Difference | undefined> {
    for (let at = 0; at < this.#commands.length; ) {
      const end = this.#pipelineEnd(at);
      const difference = await (isScan(this.#commands[at]) ? this.#scan(at) : this.#pipeline(at, end));
      if (difference !== undefined) return difference;
      at = end;
    }
    return undefined;
  }

  /** A SCAN stands alone: how it goes on depends on what it is answered. */
  #pipelineEnd(start: number): number {
    if (isScan(this.#commands[start])) return start + 1;
    const longest = Math.min(this.#commands.length, start + this.#random.int(1, PIPELINE_MAX));
    for (let at = start + 1; at < longest; at++) if (isScan(this.#commands[at])) return at;
    return longest;
  }

  async #pipeline(start: number, end: number): Promise<Difference | undefined> {
    const commands = this.#commands.slice(start, end);
    const [ours, real] = await this.#both((connection) => connection.exchange(commands));
    for (let i = 0; i < commands.length; i++) {
      if (
        ours[i] === undefined ||
        real[i] === undefined ||
        !this.#comparison.isSame(commands[i], ours[i], real[i])
      )
        return { at: start + i, ours: ours[i]?.raw ?? NO_REPLY, real: real[i]?.raw ?? NO_REPLY };
    }
    return undefined;
  }

  /** Cursors differ, what a whole iteration brings does not. */
  async #scan(at: number): Promise<Difference | undefined> {
    if (this.#comparison.isInTransaction) return this.#pipeline(at, at + 1);
    const [first, ...options] = this.#commands[at];
    const [ours, real] = await this.#both((connection) => scanned(connection, first, options));
    return ours === real ? undefined : { at, ours, real };
  }

  async #both<T>(ask: (connection: RedisConnection) => Promise<T>): Promise<[T, T]> {
    return Promise.all([ask(this.#ours), ask(this.#real)]);
  }
}

/** SCAN with a cursor that begins an iteration; any other cursor is the server's own and is not drawn. */
function isScan(command: Command): boolean {
  return commandName(command) === 'scan' && command.length > 1;
}

async function scanned(
  connection: RedisConnection,
  name: string,
  [cursor, ...options]: string[],
): Promise<string> {
  const keys = new Set<string>();
  let at = cursor;
  for (let calls = 0; calls < SCAN_CALLS_MAX; calls++) {
    const reply: Reply = await connection.ask(name, at, ...options);
    if (reply.members.length !== 2) return reply.raw;
    for (const { text } of reply.members[1].members) keys.add(text ?? '');
    at = reply.members[0].text ?? '';
    if (at === '0') return [...keys].sort().join('\n');
  }
  return `an iteration without end, ${keys.size} keys`;
}
