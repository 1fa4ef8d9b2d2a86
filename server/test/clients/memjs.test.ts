/** memjs as its README uses it: the binary protocol, and SASL on a server with access keys. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { removeDirectory, temporaryDirectory } from '@anoadb/testkit';
import memjs from 'memjs';
import { suite } from 'uvu';
import { createAccessKey } from '../../src/access/node-key-administration.js';
import { loadSettings } from '../../src/config/load-settings.js';
import { type StreamServer, startStreamServer } from '../support/stream-harness.js';

const test = suite('client: memjs');

type MemjsClient = ReturnType<typeof memjs.Client.create>;

let server: StreamServer;
let client: MemjsClient;
test.before(async () => {
  server = await startStreamServer();
  client = memjs.Client.create(`127.0.0.1:${server.port}`);
});
test.after(async () => {
  client.close();
  await server.stop();
});
test.before.each(async () => {
  await new Promise<void>((resolve, reject) =>
    client.flush((error) => (error === null ? resolve() : reject(error))),
  );
});

test('values and their flags', async () => {
  assert.equal(await client.set('hello', 'world', { expires: 600 }), true);
  const { value, flags } = await client.get('hello');
  assert.equal(String(value), 'world');
  assert.equal(flags?.readUInt32BE(0), 0);
  assert.equal((await client.get('absent')).value, null);
  const bytes = Buffer.from([0, 255, 13, 10, 128]);
  await client.set('bytes', bytes, {});
  assert.deepEqual((await client.get('bytes')).value, bytes);
  await client.set('large', Buffer.alloc(1_000_000, 0x76), {});
  const { value: large } = await client.get('large');
  assert.equal((large as Buffer).length, 1_000_000);
});

test('add, replace, append, prepend, delete', async () => {
  assert.equal(await client.add('k', '1', {}), true);
  assert.equal(await client.add('k', '2', {}), false);
  assert.equal(await client.replace('k', '3', {}), true);
  assert.equal(await client.replace('absent', '3', {}), false);
  assert.equal(await client.append('k', 'after'), true);
  assert.equal(String((await client.get('k')).value), '3after');
  // memjs 1.3.2 sends the opcode of append for this one.
  assert.equal(await client.prepend('k', 'more'), true);
  assert.equal(await client.delete('k'), true);
  assert.equal(await client.delete('k'), false);
});

test('counters and touch', async () => {
  assert.deepEqual(await client.increment('n', 5, { initial: 10 }), { success: true, value: 10 });
  assert.deepEqual(await client.increment('n', 5, { initial: 10 }), { success: true, value: 15 });
  assert.deepEqual(await client.decrement('n', 100, { initial: 10 }), { success: true, value: 0 });
  assert.equal(await client.touch('n', 1000), true);
  assert.equal(await client.touch('absent', 1000), false);
});

test('several operations on their way at once', async () => {
  const keys = Array.from({ length: 200 }, (_, i) => `key:${i}`);
  await Promise.all(keys.map((key) => client.set(key, `value of ${key}`, {})));
  const values = await Promise.all(keys.map(async (key) => String((await client.get(key)).value)));
  assert.deepEqual(
    values,
    keys.map((key) => `value of ${key}`),
  );
});

test('statistics', async () => {
  const stats = await new Promise<Record<string, string> | null>((resolve, reject) =>
    client.stats((error, _server, found) => (error === null ? resolve(found) : reject(error))),
  );
  assert.equal(stats?.['version'], '1.6.18');
});

test('name and secret of an access key are user and password', async () => {
  const directory = temporaryDirectory();
  const flags = { dataDir: join(directory, 'data'), keyFile: join(directory, 'store.key') };
  const { settings } = await loadSettings({ environment: {}, flags });
  const { url } = await createAccessKey({ settings }, { name: 'app', role: 'write' });
  const password = url.slice('anoa://'.length).split('@')[0];
  const sealed = await startStreamServer(flags);
  const address = `127.0.0.1:${sealed.port}`;
  const allowed = memjs.Client.create(address, { username: 'app', password });
  const refused = memjs.Client.create(address, { username: 'app', password: `${password}x`, retries: 1 });
  try {
    assert.equal(await allowed.set('k', 'v', {}), true);
    assert.equal(String((await allowed.get('k')).value), 'v');
    await assert.rejects(refused.set('k', 'v', {}));
  } finally {
    allowed.close();
    refused.close();
    await sealed.stop();
    removeDirectory(directory);
  }
});

test.run();
