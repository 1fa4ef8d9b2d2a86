import assert from 'node:assert';
import { test } from 'uvu';
import type { AnoaClient } from '../src/client.js';
import {
  AnoaConnectionError,
  AnoaOutcomeUnknownError,
  AnoaResponseError,
  AnoaTimeoutError,
} from '../src/errors.js';
import { SimulatedDatabase } from './simulated-database.js';

const SERVER = { host: '10.0.0.1' };

async function settled(simulated: SimulatedDatabase, calls: Promise<unknown>[]): Promise<unknown[]> {
  const outcomes = await simulated.run(Promise.allSettled(calls));
  return outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason));
}

async function connected(
  seed: number,
  options: Parameters<SimulatedDatabase['connect']>[0] = {},
): Promise<{ simulated: SimulatedDatabase; db: AnoaClient }> {
  const simulated = new SimulatedDatabase(seed, { delayMs: 5 });
  await simulated.startServer();
  return { simulated, db: await simulated.connect(options) };
}

test('a server killed with a write on its way: outcome unknown; the read beside it is asked again', async () => {
  const { simulated, db } = await connected(1, { timeout: '60s' });
  await simulated.run(db.set('a', 1));
  // The replies are lost with the server, its requests were executed.
  const cure = simulated.path.blackhole(SERVER, '*');
  const write = db.set('a', 2);
  const separate = db.get('b', { timeout: '55s' });
  simulated.clock.runFor(50);
  await Promise.resolve();
  await simulated.clock.driveUntilDone(() => simulated.clock.nowMs > 200, 10_000);
  await simulated.kill();
  cure();
  await simulated.startServer();
  const [outcome, read] = await settled(simulated, [write, separate]);
  assert.ok(outcome instanceof AnoaOutcomeUnknownError, String(outcome));
  assert.strictEqual(outcome.executed, 'unknown');
  assert.strictEqual(outcome.key, 'a');
  assert.strictEqual(read, undefined);
  // And the client goes on.
  assert.strictEqual((await simulated.run(db.set('a', 3))).ok, true);
  assert.strictEqual(await simulated.run(db.get('a')), 3);
});

test('a partition that ends before the deadline is not noticed by callers', async () => {
  const { simulated, db } = await connected(2, { timeout: '10s' });
  await simulated.run(db.set('n', 0));
  const cure = simulated.path.partition(SERVER, '*');
  const calls = Array.from({ length: 100 }, () => db.incr('n'));
  simulated.clock.after(3000, cure);
  const sums = await simulated.run(Promise.all(calls));
  assert.strictEqual(new Set(sums).size, 100);
  assert.strictEqual(await simulated.run(db.get('n')), 100);
});

test('a partition that outlasts the deadline: sent writes unknown, reads timed out, all at 5 s', async () => {
  const { simulated, db } = await connected(3);
  await simulated.run(db.ping());
  simulated.path.partition(SERVER, '*');
  const startMs = simulated.clock.nowMs;
  const [write, read] = await settled(simulated, [db.set('a', 1), db.get('a')]);
  assert.ok(write instanceof AnoaOutcomeUnknownError);
  assert.ok(write.cause instanceof AnoaTimeoutError);
  assert.ok(read instanceof AnoaTimeoutError);
  assert.ok(simulated.clock.nowMs - startMs >= 5000 && simulated.clock.nowMs - startMs < 5100);
  assert.strictEqual(db.inFlight, 0);
});

test('a write whose reply is lost is executed once, and its retry is answered', async () => {
  const { simulated, db } = await connected(4);
  await simulated.run(db.set('n', 0));
  const cure = simulated.path.blackhole(SERVER, '*');
  simulated.clock.after(1000, cure);
  assert.strictEqual(await simulated.run(db.incr('n')), 1);
  assert.strictEqual(await simulated.run(db.get('n')), 1);
});

test('reads that shared a request with a write, and were too large to be kept, are asked again', async () => {
  const { simulated, db } = await connected(5, { timeout: '30s' });
  await simulated.run(db.set('big', 'x'.repeat(50_000)));
  // The first reply is lost; its retry comes from the reply cache, which keeps no values.
  const cure = simulated.path.blackhole(SERVER, '*');
  simulated.clock.after(500, cure);
  const [written, read, touched] = await simulated.run(
    Promise.all([db.set('a', 1), db.get('big'), db.getExpire('big', { ttl: '1h' })]),
  );
  assert.strictEqual(written.ok, true);
  assert.strictEqual(read, 'x'.repeat(50_000));
  assert.strictEqual(touched, 'x'.repeat(50_000));
});

test('closing during a partition rejects what waits and does not hang', async () => {
  const { simulated, db } = await connected(6, { timeout: Number.POSITIVE_INFINITY });
  await simulated.run(db.ping());
  simulated.path.partition(SERVER, '*');
  const calls = [db.get('a'), db.set('b', 1)];
  const outcomes = Promise.allSettled(calls);
  await simulated.run(db.close(), 5000);
  const [read, write] = await simulated.run(outcomes);
  assert.ok(read.status === 'rejected' && read.reason instanceof AnoaConnectionError);
  assert.ok(write.status === 'rejected' && write.reason instanceof AnoaOutcomeUnknownError);
});

test('without a server connect gives up at connectTimeout', async () => {
  const simulated = new SimulatedDatabase(7, { delayMs: 5, loss: 1 });
  await simulated.startServer();
  await assert.rejects(simulated.connect({ connectTimeout: '3s' }), { code: 'CONNECT_TIMEOUT' });
  assert.ok(simulated.clock.nowMs >= 3000);
});

test('a client idle for two hours goes on', async () => {
  const { simulated, db } = await connected(8);
  await simulated.run(db.set('a', 1));
  simulated.clock.runFor(2 * 3_600_000);
  assert.strictEqual(await simulated.run(db.get('a')), 1);
});

test('calls made while the server is away arrive when it is back', async () => {
  const { simulated, db } = await connected(9, { timeout: '60s' });
  await simulated.run(db.ping());
  await simulated.kill();
  const calls = Array.from({ length: 500 }, (_, i) => db.set(`k${i}`, i));
  await simulated.clock.driveUntilDone(() => simulated.clock.nowMs > 5000, 10_000);
  await simulated.startServer();
  const outcomes = await settled(simulated, calls);
  const written = outcomes.filter((outcome) => (outcome as { ok?: boolean }).ok === true).length;
  const unknown = outcomes.filter((outcome) => outcome instanceof AnoaOutcomeUnknownError).length;
  // Those that left before the loss was known may be unknown; the rest waited.
  assert.strictEqual(written + unknown, 500);
  assert.strictEqual(await simulated.run(db.count()), written);
});

test('a server that is BUSY is asked again until it is not', async () => {
  const simulated = new SimulatedDatabase(14, { delayMs: 5, loss: 0.1 });
  await simulated.startServer({ replyBytesPerClientMax: 1024 });
  const db = await simulated.connect({ timeout: '10m', connectTimeout: '1m' });
  const sums = await simulated.run(Promise.all(Array.from({ length: 3000 }, () => db.incr('n'))));
  assert.strictEqual(new Set(sums).size, 3000);
  assert.strictEqual(await simulated.run(db.get('n')), 3000);
});

test('a full server refuses the first connect with its reason', async () => {
  const simulated = new SimulatedDatabase(10, { delayMs: 5 });
  await simulated.startServer({ sessionsMax: 0 });
  await assert.rejects(simulated.connect(), (error: unknown) => {
    assert.ok(error instanceof AnoaConnectionError || error instanceof AnoaTimeoutError, String(error));
    return true;
  });
});

test('a client that meets a full server after a restart comes back when there is room', async () => {
  const { simulated, db } = await connected(11, { timeout: '60s' });
  await simulated.run(db.ping());
  await simulated.kill();
  await simulated.startServer({ sessionsMax: 0 });
  const read = db.get('a');
  await simulated.clock.driveUntilDone(() => simulated.clock.nowMs > 20_000, 30_000);
  await simulated.kill();
  await simulated.startServer();
  assert.strictEqual(await simulated.run(read), undefined);
  assert.strictEqual((await simulated.run(db.set('a', 1))).ok, true);
});

test('a server of other versions only is said so, not waited for', async () => {
  const simulated = new SimulatedDatabase(12, { delayMs: 5 });
  await simulated.startFutureServer();
  await assert.rejects(simulated.connect({ connectTimeout: '1h' }), (error: unknown) => {
    assert.ok(error instanceof AnoaConnectionError);
    assert.strictEqual(error.code, 'VERSION');
    return true;
  });
});

test('what never left before a server of another version came is written once its own is back', async () => {
  const { simulated, db } = await connected(15, { timeout: '60s' });
  await simulated.run(db.set('a', 1));
  await simulated.kill();
  // The client learns that its server is gone, and has nothing on its way.
  await settled(simulated, [db.get('a', { timeout: '3s' })]);
  const stop = await simulated.startFutureServer();
  const write = db.set('a', 2);
  await simulated.clock.driveUntilDone(() => simulated.clock.nowMs > 20_000, 40_000);
  await stop();
  await simulated.startServer();
  assert.strictEqual((await simulated.run(write)).ok, true);
  assert.strictEqual(await simulated.run(db.get('a')), 2);
});

test('a client that meets another version after a restart comes back when its own is back', async () => {
  const { simulated, db } = await connected(13, { timeout: '60s' });
  const events: string[] = [];
  db.on('disconnected', () => events.push('disconnected'));
  db.on('reconnected', () => events.push('reconnected'));
  await simulated.run(db.set('a', 1));
  // One write is on its way when the server goes.
  const cure = simulated.path.blackhole(SERVER, '*');
  const outcomes = Promise.allSettled([db.set('a', 2), db.get('b')]);
  await simulated.clock.driveUntilDone(() => simulated.clock.nowMs > 1000, 10_000);
  await simulated.kill();
  cure();
  const stop = await simulated.startFutureServer();
  await simulated.clock.driveUntilDone(() => simulated.clock.nowMs > 20_000, 40_000);
  await stop();
  await simulated.startServer();
  const [write, read] = await simulated.run(outcomes);
  assert.ok(write.status === 'rejected' && write.reason instanceof AnoaOutcomeUnknownError);
  assert.deepStrictEqual(read, { status: 'fulfilled', value: undefined });
  assert.strictEqual((await simulated.run(db.set('a', 3))).ok, true);
  assert.strictEqual(events.at(-1), 'reconnected');
});

test('a server that loads is waited for; a deadline says that it loads, and how far it is', async () => {
  const { simulated, db } = await connected(14, { timeout: '60s' });
  await simulated.run(db.set('a', 1));
  await simulated.kill();
  await simulated.startServer();
  const { endpoint } = simulated.core;
  endpoint.setLoading(43, simulated.clock.nowMs);
  const hasty = db.get('a', { timeout: '5s' });
  const patient = db.get('a', { timeout: '55s' });
  const [late] = await settled(simulated, [hasty]);
  assert.ok(late instanceof AnoaTimeoutError, String(late));
  assert.match(late.message, /is loading \(43 %\)/);
  const refused = await settled(simulated, [simulated.connect({ connectTimeout: '2s' })]);
  assert.ok(refused[0] instanceof AnoaConnectionError, String(refused[0]));
  assert.strictEqual(refused[0].code, 'LOADING');
  endpoint.setLoading(undefined, simulated.clock.nowMs);
  assert.strictEqual(await simulated.run(patient), undefined);
});

test('a full disk refuses writes as not executed, by a code, and reads go on', async () => {
  const { simulated, db } = await connected(15);
  await simulated.run(db.set('a', 1));
  simulated.core.engine.refusesWrites = true;
  const [refusal] = await settled(simulated, [db.set('a', 2)]);
  assert.ok(refusal instanceof AnoaResponseError, String(refusal));
  assert.deepStrictEqual([refusal.code, refusal.executed], ['DISK_FULL', 'no']);
  assert.strictEqual(await simulated.run(db.get('a')), 1);
  simulated.core.engine.refusesWrites = false;
  assert.strictEqual((await simulated.run(db.set('a', 2))).ok, true);
});

test.run();
