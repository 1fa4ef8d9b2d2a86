/**
 * The tour of the SDK's README as a program: it checks what it gets and ends with an exit code other than 0
 * where that is not what the README says.
 *
 *   npx anoa serve                          in one shell
 *   npm start                               here; ANOA_URL says where the server is if it is elsewhere
 */

import assert from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import { AnoaResponseError, AnoaValidationError, connect, text } from '@anoadb/sdk';
import { z } from 'zod';

// Closed at the end of the program, however it ends.
await using db = await connect();
console.log(`connected to ${db.peer}`);

// What an earlier run left behind.
for await (const key of db.scan({ prefix: 'quickstart:' })) await db.delete(key);

// Values keep their type.
const ada = { name: 'Ada', langs: ['en', 'fr'] };
await db.set('quickstart:user:1', ada, { ttl: '5m' });
assert.deepStrictEqual(await db.get('quickstart:user:1'), ada);
assert.strictEqual(await db.get('quickstart:user:2'), undefined);
await db.set('quickstart:big', 9_007_199_254_740_993n);
assert.strictEqual(await db.get('quickstart:big'), 9_007_199_254_740_993n);
await db.set('quickstart:zip', '01234');
assert.strictEqual(await db.get('quickstart:zip'), '01234');
await db.set('quickstart:typed', text('42'));
assert.strictEqual(await db.get('quickstart:typed'), 42);
console.log('values: an object, a bigint, a string and untyped text came back as they were');

// With a schema they get a TypeScript type too.
const User = z.object({ name: z.string(), langs: z.array(z.string()) });
const user = await db.get('quickstart:user:1', User);
assert.strictEqual(user?.langs.length, 2);
await assert.rejects(db.get('quickstart:zip', User), AnoaValidationError);
console.log(`schema: ${user.name} speaks ${user.langs.join(' and ')}; the zip code is no user`);

// Keys expire.
const left = await db.ttl('quickstart:user:1');
assert.ok(typeof left === 'number' && left > 0 && left <= 300_000);
await db.set('quickstart:soon', 'gone', { ttl: '50ms' });
await sleep(100);
assert.strictEqual(await db.get('quickstart:soon'), undefined);
console.log(`expiry: the user lives for ${left} ms, what lived for 50 ms is gone`);

// Counters are exact, also when a thousand calls are made at once.
await Promise.all(Array.from({ length: 1000 }, () => db.incr('quickstart:hits')));
assert.strictEqual(await db.get('quickstart:hits'), 1000);
await assert.rejects(db.incr('quickstart:zip'), AnoaResponseError);
console.log('counters: 1000 calls at once, 1000 hits');

// A condition that does not hold is an answer, not an error.
const first = await db.set('quickstart:lock', 'worker 1', { ifAbsent: true, ttl: '30s' });
const second = await db.set('quickstart:lock', 'worker 2', { ifAbsent: true, ttl: '30s' });
assert.strictEqual(first.ok, true);
assert.strictEqual(second.ok, false);
console.log('conditions: worker 1 has the lock, worker 2 was told so');

// All or nothing.
await db.set('quickstart:stock', 3);
const stock = await db.getEntry('quickstart:stock');
assert.ok(stock !== undefined);
const order = () =>
  db
    .atomic()
    .check('quickstart:stock', { version: stock.version })
    .incr('quickstart:stock', -1)
    .set('quickstart:order:7', { item: 42 })
    .commit();
const placed = await order();
assert.ok(placed.ok);
assert.strictEqual(placed.results[1], 2);
const again = await order();
assert.ok(!again.ok);
assert.strictEqual(again.reason, 'version');
assert.strictEqual(await db.get('quickstart:stock'), 2);
console.log(`atomic: 2 left; a second order on the same version was refused by op ${again.failed}`);

// Walk over what is there.
const users: string[] = [];
await db.setMany({ 'quickstart:user:2': { name: 'Grace' }, 'quickstart:user:3': { name: 'Edsger' } });
for await (const key of db.scan({ prefix: 'quickstart:user:' })) users.push(key);
assert.deepStrictEqual(users.sort(), ['quickstart:user:1', 'quickstart:user:2', 'quickstart:user:3']);
console.log(`scan: ${users.join(', ')}`);

let removed = 0;
for await (const key of db.scan({ prefix: 'quickstart:' })) removed += (await db.delete(key)) ? 1 : 0;
assert.strictEqual(removed, 10);
console.log('all as the README says');
