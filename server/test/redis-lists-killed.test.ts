/** Lists over kill -9 and the next start: what was answered is there, element for element, with its time to live. */

import assert from 'node:assert/strict';
import { freshSeed, SeededRandom, type ServerProcess, startServerProcess } from '@anoadb/testkit';
import { suite } from 'uvu';
import { Draw } from './redis-differential/draw.js';
import { lists } from './redis-differential/generators/lists.js';
import { RedisConnection } from './redis-differential/redis-connection.js';

const test = suite('redis lists: killed');

const ROUNDS = 3;
const COMMANDS = 1500;

async function contentsOf(connection: RedisConnection): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  const keys = (await connection.ask('KEYS', '*')).members.map(({ text }) => text ?? '');
  for (const key of keys.sort()) {
    const isList = (await connection.ask('TYPE', key)).text === 'list';
    const value = await (isList ? connection.ask('LRANGE', key, '0', '-1') : connection.ask('GET', key));
    contents[key] = `${(await connection.ask('PEXPIRETIME', key)).text} ${value.raw}`;
  }
  return contents;
}

test('a journal of pushes, pops, splices, moves, copies and transactions gives the same lists again', async () => {
  const random = new SeededRandom(freshSeed());
  const draw = new Draw(random);
  const server: ServerProcess = await startServerProcess({
    readyWithinMs: 60_000,
    env: { ANOA_FSYNC: 'no' },
  });
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const connection = await RedisConnection.open(server.port);
      await connection.ask('RPUSH', 'long', ...draw.times(2000, 2000, () => draw.value()));
      for (let i = 0; i < COMMANDS; i += 50) await connection.exchange(draw.times(50, 50, () => lists(draw)));
      await connection.ask('DISCARD');
      const before = await contentsOf(connection);
      connection.close();
      // The last rounds also begin with what a snapshot has.
      await server.stop(round === 1 ? 'SIGTERM' : 'SIGKILL');
      await server.start();
      const again = await RedisConnection.open(server.port);
      assert.deepEqual(await contentsOf(again), before, `repeat with ANOA_SEED=${random.seed}`);
      again.close();
    }
  } finally {
    await server.dispose();
  }
});

test.run();
