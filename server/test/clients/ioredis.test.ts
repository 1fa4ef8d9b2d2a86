/** ioredis as its README uses it. */

import assert from 'node:assert/strict';
import { Redis } from 'ioredis';
import { suite } from 'uvu';
import { startSealedServer } from '../support/sealed-server.js';
import { type StreamServer, startStreamServer } from '../support/stream-harness.js';

const test = suite('client: ioredis');

let server: StreamServer;
let redis: Redis;
test.before(async () => {
  server = await startStreamServer();
  redis = new Redis(server.port, '127.0.0.1');
});
test.after(async () => {
  redis.disconnect();
  await server.stop();
});
test.before.each(async () => void (await redis.flushall()));

test('connects with its ready check and says which server it found', async () => {
  await redis.ping();
  assert.equal(redis.status, 'ready');
  assert.match(await redis.info('server'), /redis_version:7\./);
});

test('values, expiry, bytes', async () => {
  assert.equal(await redis.set('mykey', 'value'), 'OK');
  assert.equal(await redis.get('mykey'), 'value');
  assert.equal(await redis.set('mykey', 'hello', 'EX', 10), 'OK');
  assert.equal(await redis.ttl('mykey'), 10);
  assert.equal(await redis.set('mykey', 'x', 'NX'), null);
  assert.equal(await redis.setex('soon', 100, 'x'), 'OK');
  assert.equal(await redis.getex('soon', 'PERSIST'), 'x');
  assert.equal(await redis.ttl('soon'), -1);
  const bytes = Buffer.from([0, 255, 13, 10, 128]);
  await redis.set('bytes', bytes);
  assert.deepEqual(await redis.getBuffer('bytes'), bytes);
  assert.equal(await redis.setrange('mykey', 1, 'ELL'), 5);
  assert.equal(await redis.getrange('mykey', 0, 2), 'hEL');
  await assert.rejects(redis.incr('mykey'), /ERR value is not an integer or out of range/);
});

test('pipelines and transactions', async () => {
  const results = await redis.pipeline().set('foo', 'bar').get('foo').incr('foo').exec();
  assert.deepEqual(results?.slice(0, 2), [
    [null, 'OK'],
    [null, 'bar'],
  ]);
  assert.match(String(results?.[2][0]), /not an integer/);
  assert.deepEqual(await redis.multi().set('foo', '1').incr('foo').exec(), [
    [null, 'OK'],
    [null, 2],
  ]);
  await redis.watch('foo');
  const second = redis.duplicate();
  await second.set('foo', 'changed');
  assert.equal(await redis.multi().set('foo', 'lost').exec(), null);
  second.disconnect();
  const many = redis.pipeline();
  for (let i = 0; i < 5_000; i++) many.incr('many');
  assert.equal((await many.exec())?.at(-1)?.[1], 5_000);
});

test('automatic pipelining', async () => {
  const auto = new Redis({ port: server.port, enableAutoPipelining: true });
  const answers = await Promise.all(Array.from({ length: 100 }, () => auto.incr('auto')));
  assert.deepEqual(answers.at(-1), 100);
  auto.disconnect();
});

test('lists, and a blocking pop on a connection of its own', async () => {
  assert.equal(await redis.rpush('l', 1, 2, 3), 3);
  assert.deepEqual(await redis.lrange('l', 0, -1), ['1', '2', '3']);
  assert.equal(await redis.rpoplpush('l', 'm'), '3');
  assert.deepEqual(await redis.lpop('l', 5), ['1', '2']);
  const blocking = redis.duplicate();
  const popped = blocking.blpop('queue', 5);
  await redis.lpush('queue', 'job');
  assert.deepEqual(await popped, ['queue', 'job']);
  blocking.disconnect();
});

test('scan streams', async () => {
  for (let i = 0; i < 200; i++) await redis.set(`user:${i}`, i);
  await redis.set('other', 1);
  const keys = new Set<string>();
  for await (const batch of redis.scanStream({ match: 'user:*', count: 50 }))
    for (const key of batch) keys.add(key);
  assert.equal(keys.size, 200);
});

test('key prefixes, expirations by time, renames and copies', async () => {
  const prefixed = new Redis({ port: server.port, keyPrefix: 'app:' });
  await prefixed.set('a', 1);
  assert.equal(await redis.get('app:a'), '1');
  assert.equal(await redis.rename('app:a', 'b'), 'OK');
  assert.equal(await redis.copy('b', 'c'), 1);
  assert.equal(await redis.pexpireat('c', Date.now() + 5_000), 1);
  assert.ok((await redis.pttl('c')) > 4_000);
  assert.equal(await redis.exists('b', 'c', 'app:a'), 2);
  prefixed.disconnect();
});

test('an access key is the password, by TLS too', async () => {
  for (const hasTls of [false, true]) {
    const sealed = await startSealedServer({ name: 'web', role: 'read', hasTls });
    const client = new Redis({
      port: sealed.port,
      password: sealed.secret,
      ...(hasTls ? { tls: { ca: sealed.cert, servername: 'localhost' } } : {}),
    });
    try {
      assert.equal(await client.get('a'), null);
      await assert.rejects(client.set('a', '1'), /NOPERM/);
    } finally {
      client.disconnect();
      await sealed.stop();
    }
  }
});

test.run();
