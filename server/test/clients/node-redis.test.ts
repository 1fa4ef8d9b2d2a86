/** node-redis as its README uses it, in RESP 2 and RESP 3. */

import assert from 'node:assert/strict';
import { createClient, createClientPool } from 'redis';
import { suite } from 'uvu';
import { startSealedServer } from '../support/sealed-server.js';
import { type StreamServer, startStreamServer } from '../support/stream-harness.js';

const test = suite('client: node-redis');

let server: StreamServer;
test.before(async () => {
  server = await startStreamServer();
});
test.after(() => server.stop());

async function connect(RESP: 2 | 3) {
  const client = createClient({ url: `redis://127.0.0.1:${server.port}`, RESP, name: 'test' });
  client.on('error', (error) => assert.fail(String(error)));
  await client.connect();
  await client.flushDb();
  return client;
}

for (const version of [2, 3] as const) {
  test(`RESP ${version}: values, expiry, counters, conditions`, async () => {
    const client = await connect(version);
    assert.equal(await client.set('key', 'value'), 'OK');
    assert.equal(await client.get('key'), 'value');
    assert.equal(await client.get('absent'), null);
    assert.equal(await client.set('key', 'other', { condition: 'NX' }), null);
    assert.equal(
      await client.set('key', 'other', { expiration: { type: 'EX', value: 10 }, GET: true }),
      'value',
    );
    assert.equal(await client.ttl('key'), 10);
    assert.equal(await client.persist('key'), 1);
    assert.equal(await client.incrBy('n', 41), 41);
    assert.equal(await client.incr('n'), 42);
    assert.equal(await client.incrByFloat('n', 0.5), '42.5');
    assert.deepEqual(await client.mGet(['key', 'absent', 'n']), ['other', null, '42.5']);
    assert.equal(await client.exists(['key', 'n', 'absent']), 2);
    assert.equal(await client.del(['key', 'n']), 2);
    assert.equal(await client.setEx('soon', 5, 'x'), 'OK');
    assert.equal(await client.expireTime('soon').then((at) => at > Date.now() / 1000), true);
    await assert.rejects(client.sendCommand(['NOTHING']), /ERR unknown command/);
    assert.equal(await client.sendCommand(['SET', 'raw', '1']), 'OK');
    assert.equal(await client.clientGetName(), 'test');
    await client.close();
  });

  test(`RESP ${version}: lists, and a blocking pop that another connection serves`, async () => {
    const client = await connect(version);
    assert.equal(await client.rPush('l', ['a', 'b', 'c']), 3);
    assert.equal(await client.lPush('l', 'z'), 4);
    assert.deepEqual(await client.lRange('l', 0, -1), ['z', 'a', 'b', 'c']);
    assert.deepEqual(await client.lPopCount('l', 2), ['z', 'a']);
    assert.equal(await client.lMove('l', 'm', 'LEFT', 'RIGHT'), 'b');
    assert.equal(await client.lLen('l'), 1);
    assert.deepEqual(await client.blPop('l', 1), { key: 'l', element: 'c' });
    const other = client.duplicate();
    other.on('error', (error) => assert.fail(String(error)));
    await other.connect();
    const popped = other.brPop('empty', 5);
    await client.lPush('empty', 'served');
    assert.deepEqual(await popped, { key: 'empty', element: 'served' });
    assert.equal(await other.blPop('empty', 0.05), null);
    await other.close();
    await client.close();
  });

  test(`RESP ${version}: transactions, watched ones, pipelining, scan iterators`, async () => {
    const client = await connect(version);
    assert.deepEqual(await client.multi().set('a', '1').get('a').incr('a').exec(), ['OK', '1', 2]);
    const other = client.duplicate();
    other.on('error', (error) => assert.fail(String(error)));
    await other.connect();
    await other.watch('a');
    await client.set('a', 'changed');
    await assert.rejects(other.multi().set('a', 'lost').exec(), /watch/i);
    assert.equal(await client.get('a'), 'changed');
    await other.close();
    await Promise.all(Array.from({ length: 500 }, (_, i) => client.set(`many:${i}`, String(i))));
    const keys = new Set<string>();
    for await (const batch of client.scanIterator({ MATCH: 'many:*', COUNT: 100 }))
      for (const key of batch) keys.add(key);
    assert.equal(keys.size, 500);
    assert.equal(await client.dbSize(), 501);
    await client.close();
  });
}

test('bytes come back as they went, by a client that is told to leave them', async () => {
  const client = await connect(3);
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  await client.set('bytes', bytes);
  const { RESP_TYPES } = await import('redis');
  const reader = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  assert.deepEqual(await reader.get('bytes'), bytes);
  await client.close();
});

test('a pool serves many at a time', async () => {
  const pool = createClientPool({ url: `redis://127.0.0.1:${server.port}` }, { minimum: 2, maximum: 5 });
  pool.on('error', (error) => assert.fail(String(error)));
  await pool.connect();
  await pool.del('pooled');
  const counts = await Promise.all(Array.from({ length: 50 }, () => pool.incr('pooled')));
  assert.equal(Math.max(...counts), 50);
  await pool.close();
});

test('an access key is the password, its name the user or none; what it may not do is refused', async () => {
  const sealed = await startSealedServer({ name: 'web', prefix: 'app:' });
  try {
    for (const user of ['', 'default', 'web']) {
      for (const RESP of [2, 3] as const) {
        const client = createClient({
          url: `redis://${user}:${sealed.secret}@127.0.0.1:${sealed.port}`,
          RESP,
        });
        await client.connect();
        assert.equal(await client.set('app:a', user), 'OK');
        await assert.rejects(client.get('other'), /NOPERM/);
        await assert.rejects(client.flushAll(), /NOPERM/);
        await client.close();
      }
    }
    const wrong = createClient({
      url: `redis://other:${sealed.secret}@127.0.0.1:${sealed.port}`,
      socket: { reconnectStrategy: false },
    });
    wrong.on('error', () => {});
    await assert.rejects(wrong.connect(), /WRONGPASS/);
  } finally {
    await sealed.stop();
  }
});

test('rediss: the same by TLS', async () => {
  const sealed = await startSealedServer({ name: 'web', hasTls: true });
  try {
    const client = createClient({
      url: `rediss://:${sealed.secret}@127.0.0.1:${sealed.port}`,
      socket: { tls: true, ca: sealed.cert, servername: 'localhost' },
    });
    await client.connect();
    const long = 'x'.repeat(500_000);
    assert.equal(await client.set('long', long), 'OK');
    assert.equal(await client.get('long'), long);
    const counts = await Promise.all(Array.from({ length: 1_000 }, () => client.incr('n')));
    assert.equal(counts.at(-1), 1_000);
    await client.close();
  } finally {
    await sealed.stop();
  }
});

test.run();
