import assert from 'node:assert/strict';
import { encodeDelete, encodeFlush, encodeGet, encodeIncr, encodeSet } from '@anoadb/protocol';
import { suite } from 'uvu';
import { type EffectListener, VolatileJournal } from '../src/engine/journal.js';
import { WallClock } from '../src/engine/wall-clock.js';
import { bytes, TestEngine } from './test-engine.js';

const test = suite('engine: journal and clock');
const nobody: EffectListener = {
  put: () => {},
  remove: () => {},
  clear: () => {},
  splice: () => {},
  removeEqual: () => {},
  copy: () => {},
};

test('every effect takes the next LSN, reads and refusals take none', () => {
  const db = new TestEngine();
  const key = bytes('k');
  db.run((w) => encodeSet(w, { key, value: 1 }));
  db.run((w) => encodeGet(w, { key }));
  db.run((w) => encodeIncr(w, { key }));
  db.run((w) => encodeSet(w, { key, value: 1, ifAbsent: true }));
  db.run((w) => encodeDelete(w, { key }));
  db.run((w) => encodeDelete(w, { key }));
  db.run(encodeFlush);
  assert.deepEqual(db.lsns, [1, 2, 3, 4]);
});

test('an expiry is an effect too, whoever meets it first', () => {
  for (const meet of ['read', 'write', 'tick']) {
    const db = new TestEngine();
    const key = bytes('k');
    db.run((w) => encodeSet(w, { key, value: 1, ttlMs: 10 }));
    db.pass(20);
    if (meet === 'read') db.run((w) => encodeGet(w, { key }));
    if (meet === 'write') db.run((w) => encodeSet(w, { key, value: 2 }));
    if (meet === 'tick') while (db.store.tick(db.nowMs, 1000) > 0);
    assert.deepEqual(db.lsns, meet === 'write' ? [1, 2, 3] : [1, 2], meet);
    db.assertFollowed();
  }
});

test('LSNs go on behind what was loaded, never back', () => {
  const journal = new VolatileJournal();
  journal.resumeAfter(100);
  assert.equal(journal.takeLsn(), 101);
  journal.resumeAfter(50);
  assert.equal(journal.takeLsn(), 102);
  assert.equal(journal.lastLsn, 102);
});

test('one listener at a time, and none after it ended its subscription', () => {
  const journal = new VolatileJournal();
  const cleared: number[] = [];
  const end = journal.subscribe({ ...nobody, clear: (lsn) => void cleared.push(lsn) });
  assert.throws(() => journal.subscribe(nobody), /already listens/);
  journal.clear(1);
  end();
  journal.clear(2);
  const endSecond = journal.subscribe(nobody);
  end();
  assert.throws(() => journal.subscribe(nobody), /already listens/, 'an old end does not end a new one');
  endSecond();
  assert.deepEqual(cleared, [1]);
});

test('the wall clock never goes back, not below what was promised before a restart', () => {
  let machineMs = 1_000;
  const clock = new WallClock(() => machineMs, 5_000);
  assert.equal(clock.now(), 5_000);
  machineMs = 6_000;
  assert.equal(clock.now(), 6_000);
  machineMs = 2_000;
  assert.equal(clock.now(), 6_000);
  clock.raiseTo(7_000);
  clock.raiseTo(6_500);
  assert.equal(clock.now(), 7_000);
  machineMs = 8_000;
  assert.equal(clock.now(), 8_000);
});

test('behind the time once seen the clock goes on a tenth slower, until the machine has caught up', () => {
  let machineMs = 1_000_000;
  let monotonicMs = 0;
  const clock = new WallClock(
    () => machineMs,
    0,
    () => monotonicMs,
  );
  assert.equal(clock.now(), 1_000_000);
  machineMs = 990_000;
  assert.equal(clock.now(), 1_000_000);
  const elapse = (ms: number): number => {
    machineMs += ms;
    monotonicMs += ms;
    return clock.now();
  };
  assert.equal(elapse(1_000), 1_000_900);
  for (let i = 0; i < 1_000; i++) elapse(1);
  assert.equal(clock.now(), 1_001_800, 'no time is lost by asking often');
  assert.equal(elapse(100_000), 1_092_000, 'caught up');
  assert.equal(elapse(5), 1_092_005);
});

test.run();
