/** What a restarted server still knows of its clients: the compiled one, in a process of its own. */

import assert from 'node:assert/strict';
import { type ByteWriter, encodeGet, encodeIncr } from '@anoadb/protocol';
import { type ServerProcess, type ServerProcessOptions, startServerProcess } from '@anoadb/testkit';
import { suite } from 'uvu';
import { bytes } from './test-engine.js';
import { UdpClient } from './udp-client.js';

const test = suite('server: known clients');

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

async function get(server: ServerProcess, key: string): Promise<unknown> {
  const client = await UdpClient.connect(server.port);
  const { value } = await client.run((w) => encodeGet(w, { key: bytes(key) }));
  await client.close();
  return value;
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

test('a clean stop in between changes nothing: a client goes on where it was, and a retry is not executed again', async () => {
  const server = await start();
  const client = await UdpClient.connect(server.port);
  const increment = (w: ByteWriter) => encodeIncr(w, { key: bytes('n') });
  // A session counts from its first request on: a server that is stopped before it has read one knows no such client.
  assert.equal((await client.run(increment)).value, 1);
  for (let round = 1; round <= 3; round++) {
    const answers = Array.from({ length: 30 }, () => client.run(increment));
    await server.stop('SIGTERM');
    await server.start();
    for (const answer of await Promise.all(answers)) assert.equal(answer.status, 'OK');
  }
  assert.equal((await client.run(increment)).value, 92);
  await client.close();
});

test.run();
