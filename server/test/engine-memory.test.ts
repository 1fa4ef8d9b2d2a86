import assert from 'node:assert/strict';
import {
  type AnoaValue,
  encodeAppend,
  encodeGet,
  encodeIncr,
  encodeRename,
  encodeSet,
} from '@anoadb/protocol';
import { SeededRandom } from '@anoadb/testkit';
import { suite } from 'uvu';
import { bytes, type Encode, TestEngine } from './test-engine.js';

const test = suite('engine: memory limit');
const LIMIT_BYTES = 8 * 1024 * 1024;

const set = (key: string, value: AnoaValue, more: object = {}): Encode => {
  return (w) => encodeSet(w, { key: bytes(key), value, ...more });
};
const get = (key: string): Encode => {
  return (w) => encodeGet(w, { key: bytes(key) });
};

/** Writes until the store refuses; returns how many were taken. */
function fillUp(db: TestEngine, value: string): number {
  for (let i = 0; i < 100_000; i++) {
    const { status } = db.run(set(`key:${i}`, value));
    if (status === 'OUT_OF_MEMORY') return i;
    assert.equal(status, 'OK');
  }
  throw new Error('the limit was never reached');
}

test('a full store refuses writes without changing anything, and reads go on', () => {
  const db = new TestEngine({ maxMemoryBytes: LIMIT_BYTES, eviction: 'refuse' });
  const value = 'v'.repeat(1000);
  const taken = fillUp(db, value);
  assert.ok(taken > 1000, `${taken} entries`);
  assert.ok(db.store.memory().usedBytes <= LIMIT_BYTES);
  const before = db.contents();
  const told = db.lsns.length;
  const large = 'x'.repeat(60_000);
  const refused: [string, Encode][] = [
    ['a new key', set('new', large)],
    ['a larger value', set('key:0', large)],
    ['append', (w) => encodeAppend(w, { key: bytes('key:0'), value: large })],
    ['append to nothing', (w) => encodeAppend(w, { key: bytes('new'), value: large })],
  ];
  for (const [name, op] of refused) assert.equal(db.run(op).status, 'OUT_OF_MEMORY', name);
  assert.deepEqual(db.contents(), before);
  assert.equal(db.lsns.length, told, 'nothing was journalled');
  assert.equal(db.run(get('key:0')).value, value);
  db.assertFollowed();
});

test('a refusal inside an atomic request takes back what came before it', () => {
  const db = new TestEngine({ maxMemoryBytes: LIMIT_BYTES, eviction: 'refuse' });
  fillUp(db, 'v'.repeat(1000));
  const before = db.contents();
  const large = 'x'.repeat(1_000_000);
  const ops = Array.from({ length: 8 }, (_, i) => set(`big${i}`, large));
  const answers = db.atomic(set('key:1', 'w'.repeat(1000)), set('key:2', 'w'.repeat(999)), ...ops);
  assert.equal(answers.filter(({ status }) => status === 'OUT_OF_MEMORY').length, 1);
  assert.equal(answers.filter(({ status }) => status === 'ABORTED').length, 9);
  assert.deepEqual(db.contents(), before);
  db.assertFollowed();
});

test('RENAME in a full store either moves everything or nothing', () => {
  const db = new TestEngine({ maxMemoryBytes: LIMIT_BYTES, eviction: 'refuse' });
  const taken = fillUp(db, 'v'.repeat(1000));
  for (let i = 0; i < taken; i += 97) {
    const { status } = db.run((w) =>
      encodeRename(w, { key: bytes(`key:${i}`), newKey: bytes(`${'n'.repeat(200)}${i}`) }),
    );
    const isThere = db.run(get(`key:${i}`)).status;
    const isMoved = db.run(get(`${'n'.repeat(200)}${i}`)).status;
    assert.deepEqual([isThere, isMoved], status === 'OK' ? ['NOT_FOUND', 'OK'] : ['OK', 'NOT_FOUND']);
  }
  db.assertFollowed();
});

for (const eviction of ['sieve', 'sieve-ttl'] as const) {
  test(`with ${eviction} writes go on, every eviction is journalled, and memory stays below the limit`, () => {
    const db = new TestEngine({ maxMemoryBytes: LIMIT_BYTES, eviction });
    const random = new SeededRandom(11);
    for (let i = 0; i < 12_000; i++) {
      const key = `key:${random.int(0, 30_000)}`;
      const value = 'v'.repeat(random.int(0, 2000));
      assert.equal(db.run(set(key, value, { ttlMs: 1_000_000 })).status, 'OK');
      if (i % 3 === 0) db.atomic(set('a', i), set(`atomic:${i}`, value, { ttlMs: 1_000_000 }));
      if (i % 7 === 0)
        db.atomic(set(key, 1), set(`undone:${i}`, value, { ttlMs: 9 }), set('no', 1, { ifPresent: true }));
    }
    assert.ok(db.store.counters.evicted > 500);
    assert.ok(db.store.memory().usedBytes <= LIMIT_BYTES);
    db.assertFollowed();
  });
}

test('RENAME moves the right bytes also where its own write evicts and moves entries', () => {
  for (const sizeMax of [3_000, 40_000, 400_000]) {
    const db = new TestEngine({ maxMemoryBytes: LIMIT_BYTES, eviction: 'sieve' });
    const random = new SeededRandom(17);
    for (let i = 0; i < 700; i++) {
      const from = `from:${i}`;
      const value = `${i}:`.repeat(random.int(1, sizeMax / 6));
      assert.equal(db.run(set(from, value)).status, 'OK');
      if (random.chance(0.5)) db.run(set(`other:${i}`, 'x'.repeat(random.int(1, sizeMax))));
      const to = `${'to'.repeat(random.int(1, 100))}${random.int(0, 50)}`;
      const { status } = db.run((w) => encodeRename(w, { key: bytes(from), newKey: bytes(to) }));
      if (status !== 'OK') continue;
      assert.equal(db.run(get(to)).value, value, `seed ${random.seed}, ${i}`);
    }
    db.assertFollowed();
  }
});

test('sieve-ttl refuses where nothing has an expiry', () => {
  const db = new TestEngine({ maxMemoryBytes: LIMIT_BYTES, eviction: 'sieve-ttl' });
  fillUp(db, 'v'.repeat(1000));
  assert.equal(db.store.counters.evicted, 0);
});

test('an entry just written is the first to go again, one that was read stays', () => {
  const db = new TestEngine({ maxMemoryBytes: LIMIT_BYTES, eviction: 'sieve' });
  for (let i = 0; i < 1000; i++) db.run(set(`read:${i}`, 'r'.repeat(1000)));
  for (let round = 0; round < 12; round++) {
    for (let i = 0; i < 1000; i++) db.run(get(`read:${i}`));
    for (let i = 0; i < 1000; i++) db.run(set(`once:${round}:${i}`, 'o'.repeat(1000)));
  }
  let kept = 0;
  for (let i = 0; i < 1000; i++) if (db.run(get(`read:${i}`)).status === 'OK') kept++;
  assert.ok(kept > 900, `${kept} of 1000 entries that are read again and again are still there`);
});

test('counters keep counting while the store is full', () => {
  const db = new TestEngine({ maxMemoryBytes: LIMIT_BYTES, eviction: 'refuse' });
  db.run(set('hits', 0));
  fillUp(db, 'v'.repeat(1000));
  for (let i = 1; i <= 100; i++) assert.equal(db.run((w) => encodeIncr(w, { key: bytes('hits') })).value, i);
});

test.run();
