import * as assert from 'node:assert/strict';
import { test } from 'uvu';
import { SeededRandom, withSeed } from '../src/seeded-random.js';

test('the same seed gives the same numbers, another seed others', () => {
  const draw = (seed: number): number[] => {
    const random = new SeededRandom(seed);
    return Array.from({ length: 100 }, () => random.u32());
  };
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
  assert.ok(new Set(draw(0)).size > 95);
});

test('the sequence of seed 1 is fixed for ever, or printed seeds of old failures would mean nothing', () => {
  const random = new SeededRandom(1);
  assert.deepEqual([random.u32(), random.u32(), random.u32()], [3568522572, 2118479590, 2258263061]);
});

test('whole numbers cover their range with both edges, evenly', () => {
  const random = new SeededRandom(3);
  const counts = new Array<number>(6).fill(0);
  for (let i = 0; i < 60_000; i++) counts[random.int(-2, 3) + 2]++;
  for (const count of counts) assert.ok(count > 9500 && count < 10_500, String(counts));
  assert.equal(random.int(5, 5), 5);
});

test('bits are set half the time, each of them', () => {
  const random = new SeededRandom(5);
  const set = new Array<number>(32).fill(0);
  for (let i = 0; i < 20_000; i++)
    for (let bit = 0, word = random.u32(); bit < 32; bit++) set[bit] += (word >>> bit) & 1;
  for (const count of set) assert.ok(Math.abs(count - 10_000) < 500, String(set));
});

test('chance 0 never happens, chance 1 always', () => {
  const random = new SeededRandom(9);
  for (let i = 0; i < 10_000; i++) {
    assert.equal(random.chance(0), false);
    assert.equal(random.chance(1), true);
  }
});

test('bytes of every length are filled to the end', () => {
  const random = new SeededRandom(11);
  for (let length = 0; length < 40; length++) {
    const seen = new Uint8Array(length);
    for (let round = 0; round < 30; round++)
      random.bytes(length).forEach((byte, at) => void (seen[at] |= byte));
    seen.forEach((bits, at) => void assert.equal(bits, 0xff, `byte ${at} of ${length}`));
  }
});

test('a shuffle keeps every item, and pick refuses an empty list', () => {
  const random = new SeededRandom(13);
  const items = Array.from({ length: 50 }, (_, i) => i);
  const shuffled = random.shuffle([...items]);
  assert.notDeepEqual(shuffled, items);
  assert.deepEqual(
    [...shuffled].sort((a, b) => a - b),
    items,
  );
  assert.ok(items.includes(random.pick(items)));
  assert.throws(() => random.pick([]), RangeError);
});

test('forks are streams of their own', () => {
  const a = new SeededRandom(17);
  const b = new SeededRandom(17);
  const fork = a.fork();
  b.fork();
  for (let i = 0; i < 10; i++) fork.u32();
  assert.equal(a.u32(), b.u32());
});

test('a failure under withSeed says how to see it again', async () => {
  await assert.rejects(
    withSeed(() => assert.fail('broken'), 42),
    /broken \(repeat with ANOA_SEED=42\)/,
  );
});

test.run();
