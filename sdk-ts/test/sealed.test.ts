/** Connections with an access key, against a real server: where the key comes from, and where it never appears. */

import assert from 'node:assert';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { createAccessKey, revokeAccessKey } from '@anoadb/server';
import { removeDirectory, temporaryDirectory } from '@anoadb/testkit';
import { suite } from 'uvu';
import { type AnoaClient, connect } from '../src/index.js';
import { RealServer } from './real-server.js';

const test = suite('sealed connections');
const folder = temporaryDirectory();
let server: RealServer;
let url: string;
let key: string;
const open: AnoaClient[] = [];

/** Closed at the end of the test. */
async function connected(...given: Parameters<typeof connect>): Promise<AnoaClient> {
  const client = await connect(...given);
  open.push(client);
  return client;
}

test.before(async () => {
  server = await RealServer.start();
  ({ url } = await createAccessKey({ settings: server.settings }, { name: 'first' }));
  key = url.slice('anoa://'.length, url.indexOf('@'));
  await server.stop();
  await server.start();
});

test.after.each(async () => {
  delete process.env['ANOA_KEY'];
  for (const client of open.splice(0)) await client.close();
});

test.after(async () => {
  await server.dispose();
  removeDirectory(folder);
});

test('the key in the URL, in an option and in the file that ANOA_KEY names all open a sealed connection', async () => {
  const byUrl = await connected(url);
  await byUrl.set('a', 1);
  const byOption = await connected(server.url, { accessKey: key });
  assert.strictEqual(await byOption.get('a'), 1);
  const file = join(folder, 'key');
  writeFileSync(file, `${key}\n`);
  process.env['ANOA_KEY'] = file;
  const byFile = await connected(server.url);
  assert.strictEqual(await byFile.incr('a'), 2);
  assert.deepStrictEqual(
    [(await byFile.stats())['server']].map((part) => (part as { mode: string }).mode),
    ['sealed'],
  );
});

test('a large value and many calls at once travel sealed', async () => {
  const client = await connected(url);
  const value = new Uint8Array(1024 * 1024).map((_, i) => i * 7);
  await client.set('large', value);
  assert.deepStrictEqual(await client.get('large'), value);
  await Promise.all(Array.from({ length: 500 }, () => client.incr('many')));
  assert.strictEqual(await client.get('many'), 500);
});

test('a wrong key is refused with AUTH_FAILED, and is not shown', async () => {
  const wrong = `anoa1_${'A'.repeat(42)}E`;
  await assert.rejects(connect(server.url, { accessKey: wrong }), (error: Error & { code: string }) => {
    assert.strictEqual(error.code, 'AUTH_FAILED');
    assert.ok(!inspect(error, { depth: 9, showHidden: true }).includes('AAAAAAAA'));
    return true;
  });
});

test('an open client hears nothing from a sealed server, and is told what that may mean', async () => {
  await assert.rejects(connect(server.url, { connectTimeout: 300 }), {
    code: 'CONNECT_TIMEOUT',
    message: /access keys does not answer a client without one.*ANOA_KEY/,
  });
});

test('the key is in nothing that can be printed of a client, its errors or its process', async () => {
  const client = await connected(url);
  const bytes = Buffer.from(key.slice('anoa1_'.length), 'base64url');
  const shown = [
    inspect(client, { depth: 20, showHidden: true, getters: true }),
    JSON.stringify(client),
    process.title,
    await client
      .get('a', { timeout: 1, signal: AbortSignal.abort() })
      .then(String, (error) => inspect(error)),
  ].join('\n');
  assert.ok(!shown.includes(key));
  assert.ok(!shown.includes(key.slice(10)));
  assert.ok(!shown.includes(bytes.toString('hex')));
  assert.ok(!shown.includes([...bytes.subarray(0, 8)].join(', ')));
});

const slips: [string, () => string | undefined][] = [
  ['too short', () => key.slice(0, -1)],
  ['too long', () => `${key}A`],
  ['with another prefix', () => key.replace('anoa1_', 'anoa2_')],
  ['with a character that no key has', () => `${key.slice(0, -2)}!A`],
  ['with bits behind its end', () => `${key.slice(0, -1)}B`],
];
for (const [name, slip] of slips) {
  test(`a key ${name} is refused before anything is sent, and is not shown`, async () => {
    const tail = key.slice(12, 30);
    for (const attempt of [
      () => connect(server.url, { accessKey: slip() }),
      () => connect(server.url.replace('//', `//${slip()}@`)),
    ]) {
      await assert.rejects(attempt, (error: Error & { code: string }) => {
        assert.strictEqual(error.code, 'INVALID_ACCESS_KEY');
        assert.ok(!inspect(error, { depth: 9, showHidden: true }).includes(tail));
        return true;
      });
    }
  });
}

test('ANOA_KEY that is a key, names no file, or a file without a key says so without showing it', async () => {
  const notAKey = join(folder, 'not-a-key');
  writeFileSync(notAKey, `the key is ${key}`);
  const large = join(folder, 'large');
  writeFileSync(large, 'x'.repeat(5000));
  for (const value of [key, join(folder, 'nothing'), notAKey, large, folder]) {
    process.env['ANOA_KEY'] = value;
    await assert.rejects(connect(server.url), (error: Error & { code: string }) => {
      assert.strictEqual(error.code, 'INVALID_ACCESS_KEY');
      assert.ok(!inspect(error, { depth: 9, showHidden: true }).includes(key.slice(12)));
      return true;
    });
  }
});

test('the calls of a client whose key is revoked end with AUTH_FAILED', async () => {
  const { url: doomed } = await createAccessKey({ settings: server.settings }, { name: 'doomed' });
  let client: AnoaClient | undefined;
  for (let i = 0; client === undefined && i < 100; i++) {
    // The running server reads the keys again when their file changes.
    client = await connected(doomed).catch(() =>
      new Promise<void>((go) => setTimeout(go, 50)).then(() => undefined),
    );
  }
  assert.ok(client);
  await client.set('b', 1);
  const heard = new Promise((resolve) => client.on('disconnected', resolve));
  await revokeAccessKey({ settings: server.settings }, 'doomed');
  await heard;
  await assert.rejects(client.get('b'), { code: 'AUTH_FAILED', message: /revoked/ });
  await assert.rejects(connect(doomed), { code: 'AUTH_FAILED' });
});

test.run();
