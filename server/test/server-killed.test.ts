/** What a killed server still knows at its next start: the compiled one, in a process of its own. */

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeGet, encodeSet } from '@anoadb/protocol';
import {
  type ServerProcess,
  type ServerProcessOptions,
  startServerProcess,
  temporaryDirectory,
} from '@anoadb/testkit';
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

test('what was journalled is there where the journal is switched off, and in a snapshot at once', async () => {
  const directory = temporaryDirectory();
  const files = { dataDir: join(directory, 'data'), keyFile: join(directory, 'store.key') };
  const journalling = await start(files);
  await set(journalling, 'a', 'journalled');
  await journalling.stop('SIGKILL');
  const without = await start({ ...files, env: { ANOA_JOURNAL: 'off' } });
  assert.equal(await get(without, 'a'), 'journalled');
  const deadlineMs = performance.now() + 20_000;
  while (!without.output.includes('snapshot taken') && performance.now() < deadlineMs) await sleep(20);
  await without.stop('SIGKILL');
  assert.deepEqual(
    readdirSync(files.dataDir).filter((name) => name.startsWith('jour-')),
    [],
  );
  await without.start();
  assert.equal(await get(without, 'a'), 'journalled');
});

test.run();
