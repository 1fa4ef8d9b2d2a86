/** How the Redis door counts and times commands: brief ones of a pipeline share a look at the clock. */

import assert from 'node:assert/strict';
import { suite } from 'uvu';
import { createRedisDoor } from '../src/doors/redis/redis-door.js';
import { type MemoryClient, StreamHarness } from './support/stream-harness.js';

const test = suite('redis statistics');

function start(): MemoryClient {
  return new StreamHarness((services) => ({ redis: createRedisDoor(services) })).connect();
}

/** `calls`, `failed_calls` and so on of a command, as INFO has them. */
function statisticsOf(client: MemoryClient, name: string): Record<string, number> {
  const line = client
    .ask('INFO commandstats\r\n')
    .split('\r\n')
    .find((one) => one.startsWith(`cmdstat_${name}:`));
  assert.ok(line !== undefined, `nothing of ${name}`);
  return Object.fromEntries(
    line
      .slice(line.indexOf(':') + 1)
      .split(',')
      .map((part) => part.split('=') as [string, string])
      .map(([member, value]) => [member, Number(value)]),
  );
}

test('every command of a pipeline is counted once, whatever stands between and however many there are', () => {
  for (const count of [1, 31, 32, 33, 64, 100]) {
    const client = start();
    client.ask(`${'SET a 1\r\n'.repeat(count)}MGET a b\r\n${'GET a\r\n'.repeat(count)}`);
    assert.equal(statisticsOf(client, 'set').calls, count);
    assert.equal(statisticsOf(client, 'get').calls, count);
    assert.equal(statisticsOf(client, 'mget').calls, 1);
  }
});

test('a brief command that fails is counted as failed, one with a large answer as called', () => {
  const client = start();
  client.ask(`SET large ${'x'.repeat(20_000)}\r\nSET text x\r\n`);
  client.ask('INCR text\r\nGET large\r\nINCR counter\r\n');
  assert.equal(statisticsOf(client, 'incr').calls, 2);
  assert.equal(statisticsOf(client, 'incr').failed_calls, 1);
  assert.equal(statisticsOf(client, 'get').calls, 1);
});

test('a slow log that wants every command has each of a pipeline', () => {
  const client = start();
  client.ask('CONFIG SET slowlog-log-slower-than 0\r\nSLOWLOG RESET\r\n');
  client.ask('SET a 1\r\nGET a\r\nRPUSH l 1 2\r\nLPOP l\r\n');
  // And RESET itself, behind which it began.
  assert.equal(client.ask('SLOWLOG LEN\r\n'), ':5\r\n');
});

test('behind a slow log of everything a default one logs nothing of brief commands', () => {
  const client = start();
  client.ask('CONFIG SET slowlog-log-slower-than 10000\r\nSLOWLOG RESET\r\n');
  client.ask('SET a 1\r\nGET a\r\n'.repeat(50));
  assert.equal(client.ask('SLOWLOG LEN\r\n'), ':0\r\n');
});

test.run();
