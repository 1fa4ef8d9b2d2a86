import assert from 'node:assert';
import { test } from 'uvu';
import { SimulatedDatabase } from './simulated-database.js';

/** Printed with every failure: the same seed gives the same run. */
const SEED = Number(process.env['ANOA_TEST_SEED'] ?? 1);
const BAD_WEATHER = {
  loss: 0.1,
  duplication: 0.1,
  reorder: 0.1,
  reorderDelayMs: 30,
  delayMs: 2,
  jitterMs: 3,
};

test(`values of 1 MiB are set and got over 10 % loss, duplication and reordering (seed ${SEED})`, async () => {
  const simulated = new SimulatedDatabase(SEED, BAD_WEATHER);
  await simulated.startServer();
  const db = await simulated.connect({ timeout: '2m' });
  const values = [0, 1, 2, 3].map(() => {
    const value = new Uint8Array(1024 * 1024);
    simulated.random.fill(value);
    return value;
  });
  await simulated.run(Promise.all(values.map((value, n) => db.set(`big:${n}`, value))));
  const read = await simulated.run(db.getMany(['big:0', 'big:1', 'big:2', 'big:3']));
  values.forEach((value, n) => {
    assert.ok(Buffer.from(value).equals(read.get(`big:${n}`) as Uint8Array), `big:${n} differs`);
  });
  assert.ok(simulated.path.counters.lost > 100);
  await simulated.run(db.close());
});

/** Eight clients with 125 loops each; every loop awaits its call before it makes the next. */
test(`100 000 INCR over the bad network end at exactly 100 000 (seed ${SEED})`, async () => {
  const simulated = new SimulatedDatabase(SEED, BAD_WEATHER);
  await simulated.startServer();
  const sums = new Set<number | bigint>();
  const clients = [];
  for (let i = 0; i < 8; i++) clients.push(await simulated.connect({ timeout: '10m' }));
  const loops = clients.flatMap((db) =>
    Array.from({ length: 125 }, async () => {
      for (let i = 0; i < 100; i++) sums.add(await db.incr('counter'));
    }),
  );
  await simulated.run(Promise.all(loops));
  assert.strictEqual(await simulated.run(clients[0].get('counter')), 100_000);
  assert.strictEqual(sums.size, 100_000, 'no two calls may see the same sum');
  assert.ok(simulated.path.counters.lost > 100);
  assert.ok(simulated.path.counters.duplicated > 100);
  await simulated.run(Promise.all(clients.map((db) => db.close())));
});

test(`100 000 INCR made in one tick end at exactly 100 000 (seed ${SEED})`, async () => {
  const simulated = new SimulatedDatabase(SEED, BAD_WEATHER);
  await simulated.startServer();
  const db = await simulated.connect({ timeout: '10m', maxInFlight: 100_000 });
  const sums = await simulated.run(Promise.all(Array.from({ length: 100_000 }, () => db.incr('counter'))));
  assert.strictEqual(new Set(sums).size, 100_000);
  assert.strictEqual(await simulated.run(db.get('counter')), 100_000);
  await simulated.run(db.close());
});

test.run();
