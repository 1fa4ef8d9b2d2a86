/** What a killed server still knows at its next start: the compiled one, in a process of its own. */

import assert from 'node:assert/strict';
import { type ByteWriter, encodeGet, encodeIncr, encodeSet } from '@anoadb/protocol';
import { type ServerProcess, type ServerProcessOptions, startServerProcess } from '@anoadb/testkit';
import { suite } from 'uvu';
import { bytes } from './test-engine.js';
import { UdpClient } from './udp-client.js';

const test = suite('server: killed');

const started = new Set<ServerProcess>();

test.after.each(async () => {
  for (const server of started) await server.dispose();
  started.clear();
});

async function start(options: ServerProcessOptions = {}): Promise<ServerProcess> {
  const server = await startServerProcess({ readyWithinMs: 60_000, ...options });
  started.add(server);
  return server;
}

async function set(server: ServerProcess, key: string, value: string): Promise<void> {
  const client = await UdpClient.connect(server.port);
  const { status } = await client.run((w) => encodeSet(w, { key: bytes(key), value }));
  await client.close();
  assert.equal(status, 'OK');
}

async function get(server: ServerProcess, key: string): Promise<unknown> {
  const client = await UdpClient.connect(server.port);
  const { value } = await client.run((w) => encodeGet(w, { key: bytes(key) }));
  await client.close();
  return value;
}

for (const policy of ['always', 'everysec', 'no']) {
  test(`fsync ${policy}: kill -9 loses nothing that was acknowledged, and the lock does not stay`, async () => {
    const server = await start({ env: { ANOA_FSYNC: policy } });
    for (const round of ['first', 'second', 'third']) {
      await set(server, 'a', round);
      await set(server, round, 'kept');
      await server.stop('SIGKILL');
      await server.start();
      assert.equal(await get(server, 'a'), round);
    }
    for (const round of ['first', 'second', 'third']) assert.equal(await get(server, round), 'kept');
  });
}

test('a write that was retried across kill -9 took effect once, and its client is known again', async () => {
  const server = await start();
  const client = await UdpClient.connect(server.port);
  const increment = (w: ByteWriter) => encodeIncr(w, { key: bytes('n') });
  for (let i = 1; i <= 20; i++) assert.equal((await client.run(increment)).value, i);
  for (let round = 0; round < 3; round++) {
    const answers = Array.from({ length: 40 }, () => client.run(increment));
    await server.stop('SIGKILL');
    await server.start();
    for (const answer of await Promise.all(answers)) assert.equal(answer.status, 'OK');
  }
  assert.equal(await get(server, 'n'), 140);
  await client.close();
});

test('without a journal kill -9 loses nothing that was in a snapshot', async () => {
  const server = await start({ env: { ANOA_JOURNAL: 'off' } });
  await set(server, 'a', 'kept');
  await server.stop();
  await server.start();
  await set(server, 'b', 'lost');
  await server.stop('SIGKILL');
  await server.start();
  assert.equal(await get(server, 'a'), 'kept');
  assert.equal(await get(server, 'b'), undefined);
});

test.run();
