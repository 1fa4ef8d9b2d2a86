import * as assert from 'node:assert/strict';
import { test } from 'uvu';
import { DatagramMutator } from '../src/datagram-mutator.js';
import { SeededRandom } from '../src/seeded-random.js';

const VALID = Uint8Array.from({ length: 200 }, (_, i) => (i === 0 ? 0xa1 : i === 1 ? 0x30 : i));

function draw(seed: number, count: number): Uint8Array[] {
  const mutator = new DatagramMutator(new SeededRandom(seed));
  mutator.capture(VALID);
  mutator.capture(new Uint8Array(1400).fill(7));
  const into = new Uint8Array(2000);
  return Array.from({ length: count }, () => {
    const length = mutator.write(into, 100);
    return into.slice(100, 100 + length);
  });
}

test('the same seed makes the same datagrams', () => {
  assert.deepEqual(draw(4, 2000), draw(4, 2000));
});

test('no datagram passes its length and nothing is written before its place', () => {
  const mutator = new DatagramMutator(new SeededRandom(), { lengthMax: 1300 });
  mutator.capture(VALID);
  mutator.capture(new Uint8Array(1400));
  const into = new Uint8Array(1500);
  for (let i = 0; i < 50_000; i++) {
    into.fill(0xcc, 0, 10);
    into.fill(0xcc, 1310);
    const length = mutator.write(into, 10);
    assert.ok(length >= 0 && length <= 1300);
    assert.ok(into.subarray(0, 10).every((byte) => byte === 0xcc));
    assert.ok(into.subarray(1310).every((byte) => byte === 0xcc));
  }
});

test('there are replays, shorter and longer ones, changed ones and junk', () => {
  const datagrams = draw(5, 5000);
  const same = (datagram: Uint8Array): boolean => Buffer.compare(datagram, VALID) === 0;
  assert.ok(datagrams.filter(same).length > 100);
  assert.ok(datagrams.filter((datagram) => datagram.length < 200).length > 500);
  assert.ok(datagrams.filter((datagram) => datagram.length > 200).length > 500);
  assert.ok(datagrams.filter((datagram) => datagram.length === 200 && !same(datagram)).length > 500);
});

test('the capture can be kept small', () => {
  const mutator = new DatagramMutator(new SeededRandom(1));
  for (let i = 0; i < 10; i++) mutator.capture(VALID);
  mutator.keepLatest(3);
  assert.equal(mutator.corpusSize, 3);
  mutator.keepLatest(5);
  assert.equal(mutator.corpusSize, 3);
});

test.run();
