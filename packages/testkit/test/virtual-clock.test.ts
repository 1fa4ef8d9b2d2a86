import * as assert from 'node:assert/strict';
import { test } from 'uvu';
import { SeededRandom } from '../src/seeded-random.js';
import { VirtualClock } from '../src/virtual-clock.js';

test('tasks run in order of their moment, and of their scheduling within one', () => {
  const clock = new VirtualClock();
  const ran: string[] = [];
  clock.at(10, () => ran.push('b'));
  clock.at(5, () => ran.push('a'));
  clock.at(10, () => ran.push('c'));
  clock.runUntil(9.99);
  assert.deepEqual(ran, ['a']);
  clock.runUntil(10);
  assert.deepEqual(ran, ['a', 'b', 'c']);
  assert.equal(clock.nowMs, 10);
});

test('a thousand random moments come sorted', () => {
  const random = new SeededRandom();
  const clock = new VirtualClock();
  const seen: number[] = [];
  for (let i = 0; i < 1000; i++) clock.at(random.int(0, 300), () => seen.push(clock.nowMs));
  clock.runUntil(1000);
  assert.equal(seen.length, 1000);
  assert.deepEqual(
    seen,
    [...seen].sort((a, b) => a - b),
    `seed ${random.seed}`,
  );
});

test('a moment that has passed comes at once, and time never goes back', () => {
  const clock = new VirtualClock();
  clock.runFor(100);
  let at = -1;
  clock.at(50, () => {
    at = clock.nowMs;
  });
  clock.runUntil(20);
  assert.equal(clock.nowMs, 100);
  clock.step();
  assert.equal(at, 100);
  assert.throws(() => clock.at(Number.NaN, () => {}), RangeError);
});

test('a cancelled timer does not run', () => {
  const clock = new VirtualClock();
  const timer = clock.after(1, () => assert.fail('was cancelled'));
  timer.cancel();
  clock.runFor(10);
  assert.equal(clock.pending, 0);
  assert.equal(clock.nextAtMs, Number.POSITIVE_INFINITY);
  assert.equal(clock.step(), false);
});

test('waiting for what never happens fails instead of hanging', async () => {
  const clock = new VirtualClock();
  const again = (): void => void clock.after(10, again);
  again();
  assert.throws(() => clock.runUntilDone(() => false, 1000), /1000 ms/);
  await assert.rejects(
    clock.driveUntilDone(() => false, 500),
    /500 ms/,
  );
});

test('code with promises sleeps in virtual time', async () => {
  const clock = new VirtualClock();
  const woke: number[] = [];
  const work = (async () => {
    for (const delayMs of [1000, 60_000, 3_600_000]) {
      await clock.sleep(delayMs);
      woke.push(clock.nowMs);
    }
  })();
  await clock.driveUntilDone(() => woke.length === 3, 4_000_000);
  await work;
  assert.deepEqual(woke, [1000, 61_000, 3_661_000]);
});

test('the wall clock jumps without the monotonic one noticing', () => {
  const clock = new VirtualClock();
  const before = clock.wallNowMs;
  clock.wallSkewMs = -3_600_000;
  assert.equal(clock.wallNowMs, before - 3_600_000);
  assert.equal(clock.nowMs, 0);
});

test.run();
