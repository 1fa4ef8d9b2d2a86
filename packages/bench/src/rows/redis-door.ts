/**
 * The commands that redis-benchmark measures, sent to our TCP port and to Redis by the same generator: 50 connections,
 * pipelines of 1, 16 and 50 commands, neither with a journal. Lists are one list that all connections share.
 */

import { once } from 'node:events';
import { connect } from 'node:net';
import { AnoaDoorContestant, type Contestant, type LoadShape, RedisContestant } from '../contestants.js';
import type { GeneratorReport, RedisCommand } from '../generator.js';
import { loadGenerator } from '../generator-build.js';
import { drawKeys } from '../key-draw.js';
import { KEYS, type Line, type RowGroup } from '../measurement.js';
import { REDIS_MISSING } from '../redis.js';
import { EACH_ALONE, rateLine, takeTurns } from '../turns.js';

/** How many commands are popped in one round, about half a second of them: they must have been pushed before. */
const PIPELINES = [
  { ops: 1, popped: 50_000, aim: 0.8 },
  { ops: 16, popped: 512_000, aim: undefined },
  { ops: 50, popped: 1_000_000, aim: 1 },
];
const COMMANDS: readonly { name: string; command: RedisCommand; readsPercent?: number }[] = [
  { name: 'SET', command: 'get-or-set', readsPercent: 0 },
  { name: 'GET', command: 'get-or-set' },
  { name: 'INCR', command: 'incr' },
  { name: 'LPUSH', command: 'lpush' },
  { name: 'RPUSH', command: 'rpush' },
  { name: 'LPOP', command: 'lpop' },
  { name: 'RPOP', command: 'rpop' },
  { name: 'MSET of 10 keys', command: 'mset' },
];
const TIMES = { warmSeconds: 0.1, seconds: 0.4 };
const PUSHES_PER_REQUEST = 50;
const DELETE_LIST = '*2\r\n$3\r\nDEL\r\n$6\r\nmylist\r\n';

export const redisDoorRows: RowGroup = {
  name: 'redis-door',
  title: 'Redis commands over TCP, 50 connections, beside Redis',
  isOptIn: false,
  async run(context) {
    const generator = loadGenerator();
    if ('missing' in generator) throw new Error(generator.missing);
    const anoa = await AnoaDoorContestant.start('redis');
    const redis = await RedisContestant.start();
    if (redis === undefined) context.progress(`  ${REDIS_MISSING}`);
    try {
      const field = redis === undefined ? [anoa] : [anoa, redis];
      for (const one of field) await one.fill(KEYS);
      const lines: Line[] = [];
      for (const { ops, popped, aim } of PIPELINES) {
        for (const { name, command, readsPercent } of COMMANDS) {
          const contestants = /push|pop/.test(command)
            ? field.map((one) => new OfOneList(one, popped))
            : field;
          const shape = { ...TIMES, ...EACH_ALONE, ops, keys: drawKeys(KEYS), command };
          const [ours, theirs] = await takeTurns(context, contestants, {
            ...shape,
            ...(readsPercent === undefined ? {} : { readsPercent }),
          });
          const title = `${name}, ${ops === 1 ? 'no pipelining' : `pipeline ${ops}`}`;
          const id = `redis-door/${name.split(' ')[0]}-${ops}`;
          lines.push(rateLine({ id, title, ...(aim === undefined ? {} : { aim }) }, ours, theirs));
        }
      }
      return lines;
    } finally {
      await anoa.dispose();
      await redis?.dispose();
    }
  },
};

type Door = Contestant & { readonly port: number };

/** Begins each round with an empty list, or where it pops with one of just as many elements. */
class OfOneList implements Contestant {
  readonly name: string;
  readonly pid: number;
  readonly #door: Door;
  readonly #popped: number;

  constructor(door: Door, popped: number) {
    this.name = door.name;
    this.pid = door.pid;
    this.#door = door;
    this.#popped = popped;
  }

  async load(shape: LoadShape): Promise<GeneratorReport> {
    await deleteList(this.#door.port);
    if (shape.command === 'lpush' || shape.command === 'rpush') return this.#door.load(shape);
    const requests = this.#popped / PUSHES_PER_REQUEST;
    await this.#door.load({ ...shape, ops: PUSHES_PER_REQUEST, command: 'rpush', warmSeconds: 0, requests });
    return this.#door.load({ ...shape, requests: this.#popped / shape.ops });
  }
}

async function deleteList(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.end(DELETE_LIST);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  if (answer[0] !== 0x3a) throw new Error(`DEL was answered by ${answer.toString()}`);
}
