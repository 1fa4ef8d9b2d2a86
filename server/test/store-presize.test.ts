import assert from 'node:assert/strict';
import { suite } from 'uvu';
import { checkStore, STORE_MEMORY_BYTES_MIN, Store } from '../src/store/index.js';

const test = suite('store: an index made ahead');
const NOW = 1_700_000_000_000;
const encoder = new TextEncoder();

function keysInOrderOfHash(store: Store, count: number): Uint8Array[] {
  const keys = Array.from({ length: count }, (_, i) => encoder.encode(`key:${i}`));
  const hashes = new Map(keys.map((key) => [key, store.hash(key, 0, key.length) >>> 0]));
  return keys.sort((a, b) => hashes.get(a)! - hashes.get(b)!);
}

function put(store: Store, key: Uint8Array): boolean {
  return store.put(key, 0, key.length, 5, key, 0, key.length, 0, 1, NOW);
}

function has(store: Store, key: Uint8Array): boolean {
  return store.find(key, 0, key.length, NOW) !== 0;
}

for (const [expected, count] of [
  [40_000, 40_000],
  [40_000, 10],
  [3_000, 60_000],
  [1, 5_000],
  [0, 5_000],
]) {
  test(`made for ${expected}, given ${count} in the order of their hash: all are there, none moved in vain`, () => {
    const store = new Store({ hashSeed: 7 });
    store.presize(expected);
    checkStore(store);
    const keys = keysInOrderOfHash(store, count);
    for (const key of keys) assert.ok(put(store, key));
    checkStore(store);
    assert.ok(keys.every((key) => has(store, key)));
    if (expected === count) {
      store.tick(NOW, 1);
      assert.equal(store.counters.slotsMoved, 0, 'every entry stood where its page was made for it');
    }
    let seen = 0;
    for (let cursor = store.scan(0, 500, NOW, () => seen++); cursor !== 0; ) {
      cursor = store.scan(cursor, 500, NOW, () => seen++);
    }
    assert.equal(seen, count);
    for (const key of keys) assert.ok(store.remove(key, 0, key.length));
    assert.equal(store.count, 0);
    checkStore(store);
  });
}

test('where memory does not allow it the index stays as it is, and nothing is lost of the memory', () => {
  const store = new Store({ hashSeed: 7, maxMemoryBytes: STORE_MEMORY_BYTES_MIN });
  const before = store.memory();
  store.presize(100_000_000);
  assert.equal(store.memory().indexBytes, before.indexBytes);
  checkStore(store);
  assert.ok(put(store, encoder.encode('a')));
  checkStore(store);
});

test('a store that has entries is left alone', () => {
  const store = new Store({ hashSeed: 7 });
  put(store, encoder.encode('a'));
  const before = store.memory().indexBytes;
  store.presize(1_000_000);
  assert.equal(store.memory().indexBytes, before);
  assert.ok(has(store, encoder.encode('a')));
  checkStore(store);
});

test.run();
