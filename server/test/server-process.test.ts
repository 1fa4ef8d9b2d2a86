/** `anoa serve` as it ships: compiled, in a process of its own, known from outside only. */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeGet, encodeIncr, encodeSet, encodeStats } from '@anoadb/protocol';
import { type ServerProcess, type ServerProcessOptions, startServerProcess } from '@anoadb/testkit';
import { suite } from 'uvu';
import { bytes } from './test-engine.js';
import { UdpClient } from './udp-client.js';

const test = suite('server: as a process');

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

/** What a server that must not start says, with its exit code in front. */
async function refusal(options: ServerProcessOptions): Promise<string> {
  try {
    await start(options);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the start was not refused');
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

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  test(`${signal} takes a last snapshot and ends with 0; the data is back at the next start`, async () => {
    const server = await start();
    await set(server, 'a', signal);
    assert.deepEqual(await server.stop(signal), { code: 0, signal: null });
    assert.match(server.output, /snapshot taken/);
    await server.start();
    assert.equal(await get(server, 'a'), signal);
  });
}

test('the ready line tells address and mode, and the next lines warn and help', async () => {
  const server = await start();
  const deadlineMs = performance.now() + 5_000;
  while (!server.output.includes('npx anoa set') && performance.now() < deadlineMs) await sleep(10);
  assert.match(server.output, new RegExp(`ready on UDP and TCP 127\\.0\\.0\\.1:${server.port}`));
  assert.match(server.output, /"mode":"open"/);
  assert.match(server.output, /no access keys/);
  assert.match(
    server.output,
    new RegExp(`ANOA_URL=anoa://127\\.0\\.0\\.1:${server.port} npx anoa set hello world`),
  );
});

test('the same signal twice within a moment, as from Ctrl-C under npm, is one clean stop', async () => {
  const server = await start();
  await set(server, 'a', 'kept');
  const { pid } = server;
  const ended = server.stop('SIGINT');
  process.kill(pid, 'SIGINT');
  process.kill(pid, 'SIGTERM');
  assert.deepEqual(await ended, { code: 0, signal: null });
  await server.start();
  assert.equal(await get(server, 'a'), 'kept');
});

test('a second signal later ends at once', async () => {
  const server = await start();
  const client = await UdpClient.connect(server.port);
  const value = 'x'.repeat(1_000_000);
  for (let i = 0; i < 80; i++) await client.run((w) => encodeSet(w, { key: bytes(`${i}`), value }));
  await client.close();
  const { pid } = server;
  const ended = server.stop('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 600));
  if (server.isRunning) process.kill(pid, 'SIGTERM');
  const { code } = await ended;
  assert.ok(code === 143 || code === 0, `ended with ${code}`);
});

test('bad settings end with 2 and say which, from where, and what is accepted', async () => {
  assert.match(
    await refusal({ env: { ANOA_MAX_MEMORY: 'plenty' } }),
    /ended with 2;[\s\S]*maxMemory: "plenty" from environment ANOA_MAX_MEMORY[\s\S]*64mb/,
  );
  assert.match(await refusal({ env: { ANOA_HOST: '0.0.0.0' } }), /ended with 2;[\s\S]*--host 127\.0\.0\.1/);
});

test('an unknown setting is a warning', async () => {
  const server = await start({ env: { ANOA_MAX_MEMROY: '64mb' } });
  assert.match(server.output, /ANOA_MAX_MEMROY.*ANOA_MAX_MEMORY/);
});

test('another key file ends with 66', async () => {
  const server = await start();
  await server.stop();
  const keyFile = join(server.dataDir, '..', 'other.key');
  writeFileSync(keyFile, new Uint8Array(32).fill(1), { mode: 0o600 });
  assert.match(await refusal({ dataDir: server.dataDir, keyFile }), /ended with 66/);
});

test('a data directory that is a file ends with 74 and is called that', async () => {
  const server = await start();
  const file = join(server.dataDir, '..', 'file');
  writeFileSync(file, '');
  assert.match(await refusal({ dataDir: file }), /ended with 74[\s\S]*this is not a directory/);
});

test('a locked data directory ends with 75, a port in use with 69', async () => {
  const server = await start();
  const same = { dataDir: server.dataDir, keyFile: server.keyFile };
  assert.match(await refusal(same), /ended with 75/);
  assert.match(await refusal({ env: { ANOA_PORT: String(server.port) } }), /ended with 69;[\s\S]*--port/);
});

test('a passphrase instead of a key file, which never shows', async () => {
  const passphrase = 'correct horse battery staple';
  const server = await start({ env: { ANOA_PASSPHRASE: passphrase, ANOA_KEY_FILE: '' } });
  await set(server, 'a', 'b');
  await server.stop();
  assert.ok(!server.output.includes('horse'));
  const other = { ANOA_PASSPHRASE: 'another horse', ANOA_KEY_FILE: '' };
  assert.match(await refusal({ dataDir: server.dataDir, env: other }), /ended with 66/);
  await server.start();
  assert.equal(await get(server, 'a'), 'b');
});

test('100 clients at once, each with its own session', async () => {
  const server = await start();
  const clients = await Promise.all(Array.from({ length: 100 }, () => UdpClient.connect(server.port)));
  await Promise.all(clients.map((client) => client.run((w) => encodeIncr(w, { key: bytes('n') }))));
  const stats = (await clients[0].run(encodeStats)).value as { clients: { connected_clients: number } };
  assert.equal(stats.clients.connected_clients, 100);
  await Promise.all(clients.map((client) => client.close()));
  assert.equal(await get(server, 'n'), 100);
});

test.run();
