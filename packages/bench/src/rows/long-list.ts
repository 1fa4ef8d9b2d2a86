/**
 * What walks through a list of a million elements, over TCP: the server's own time for one such command, for nobody
 * else is served meanwhile, beside Redis.
 */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { AnoaDoorContestant, RedisContestant } from '../contestants.js';
import { runGenerator } from '../generator.js';
import { loadGenerator } from '../generator-build.js';
import { alternate, type Line, type RowGroup } from '../measurement.js';
import { processorSeconds } from '../processor-time.js';
import { REDIS_MISSING } from '../redis.js';

const ELEMENTS = 1_000_000;
const ELEMENT_BYTES = 12;
const PUSHES_PER_REQUEST = 50;
/** `times` in one measurement: many of what is short, so that the way to the server weighs little. */
const WARM_TURNS = 20;
const COMMANDS = [
  {
    id: 'lrange',
    words: ['LRANGE', 'mylist', '500000', '500009'],
    title: 'LRANGE, 10 in the middle',
    times: 200,
  },
  { id: 'lpos', words: ['LPOS', 'mylist', 'nowhere'], title: 'LPOS of what is not there', times: 5 },
  { id: 'lrem', words: ['LREM', 'mylist', '0', 'nowhere'], title: 'LREM of what is not there', times: 5 },
];

export const longListRows: RowGroup = {
  name: 'long-list',
  title: 'Walks through a list of a million elements: processor time of the server for one, beside Redis',
  isOptIn: false,
  async run(context) {
    const generator = loadGenerator();
    if ('missing' in generator) throw new Error(generator.missing);
    const anoa = await AnoaDoorContestant.start('redis');
    const redis = await RedisContestant.start();
    if (redis === undefined) context.progress(`  ${REDIS_MISSING}`);
    const field = redis === undefined ? [anoa] : [anoa, redis];
    const sockets: Socket[] = [];
    try {
      for (const { port } of field) {
        await push(port);
        const socket = connect(port, '127.0.0.1').setNoDelay();
        await once(socket, 'connect');
        sockets.push(socket);
      }
      const lines: Line[] = [];
      for (const { id, words, title, times } of COMMANDS) {
        // A server in JavaScript is compiled while it works.
        for (let i = 0; i < WARM_TURNS; i++) for (const socket of sockets) await ask(socket, words, times);
        const [ours, theirs] = await alternate(
          context.rounds,
          field.map(
            ({ pid }, i) =>
              () =>
                microsecondsFor(pid, sockets[i], words, times),
          ),
        );
        context.progress(`    ${title}: ${ours.toFixed(1)} us, Redis ${theirs?.toFixed(1)} us`);
        lines.push({
          id: `long-list/${id}`,
          title,
          unit: 'us',
          ours,
          ...(redis === undefined
            ? {}
            : {
                theirs: { name: redis.name, value: theirs },
                aim: { text: 'at most as long', isMet: ours <= theirs },
              }),
        });
      }
      return lines;
    } finally {
      for (const socket of sockets) socket.destroy();
      await anoa.dispose();
      await redis?.dispose();
    }
  },
};

async function push(port: number): Promise<void> {
  const { errors, ops } = await runGenerator({
    target: 'redis',
    command: 'rpush',
    port,
    sockets: 1,
    outstanding: 4,
    ops: PUSHES_PER_REQUEST,
    valueBytes: ELEMENT_BYTES,
    keyCount: 1,
    warmSeconds: 0,
    requests: ELEMENTS / PUSHES_PER_REQUEST,
  });
  if (errors > 0 || ops !== ELEMENTS) throw new Error(`${ops} elements were pushed, ${errors} errors`);
}

/** The server's processor time for one command of many alike. */
async function microsecondsFor(
  pid: number,
  socket: Socket,
  words: readonly string[],
  times: number,
): Promise<number> {
  const before = processorSeconds(pid);
  await ask(socket, words, times);
  const after = processorSeconds(pid);
  if (before === undefined || after === undefined)
    throw new Error('this system does not tell processor times');
  return ((after - before) * 1e6) / times;
}

/** Sends a command so many times at once; answers to the same question are alike, one tells how long all are. */
async function ask(socket: Socket, words: readonly string[], times: number): Promise<void> {
  const command = `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
  const bytes = await answered(socket, command, 1);
  if (times > 1) await answered(socket, command.repeat(times - 1), bytes * (times - 1));
}

/** Sends and counts what comes back, until that is `atLeast` so much. */
async function answered(socket: Socket, text: string, atLeast: number): Promise<number> {
  socket.write(text);
  let bytes = 0;
  while (bytes < atLeast) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    if (chunk[0] === 0x2d) throw new Error(`answered by ${chunk.toString()}`);
    bytes += chunk.length;
  }
  return bytes;
}
