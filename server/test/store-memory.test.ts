import assert from 'node:assert/strict';
import { suite } from 'uvu';
import { checkStore, type EvictionPolicy, SavedEntry, Store } from '../src/store/index.js';

const test = suite('store: memory limit');
const NOW = 1_700_000_000_000;
const MIB = 1 << 20;
const seed = Number(process.env['ANOA_TEST_SEED'] ?? 99);

function keyOf(i: number): Uint8Array {
  return new TextEncoder().encode(`key:${i}`);
}

function put(store: Store, i: number, length: number, expiryMs = 0): boolean {
  const key = keyOf(i);
  return store.put(key, 0, key.length, 5, new Uint8Array(length), 0, length, expiryMs, 1, NOW);
}

function has(store: Store, i: number): boolean {
  const key = keyOf(i);
  return store.find(key, 0, key.length, NOW) !== 0;
}

function limited(eviction: EvictionPolicy, mib: number): Store {
  return new Store({ hashSeed: seed, eviction, maxMemoryBytes: mib * MIB });
}

test('the most memory that was in use outlives removals and clear', () => {
  const store = new Store({ hashSeed: seed });
  const start = store.memory();
  assert.equal(start.peakBytes, start.usedBytes);
  let most = 0;
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 2_000 * (3 - round); i++) {
      put(store, i, 1_000);
      most = Math.max(most, store.memory().usedBytes);
      assert.equal(store.memory().peakBytes, most);
    }
    store.clear();
    assert.ok(store.memory().usedBytes < most);
    assert.equal(store.memory().peakBytes, most);
  }
});

test('with refuse, writes are refused at the limit, change nothing, and work again after removals', () => {
  const store = limited('refuse', 8);
  let i = 0;
  while (put(store, i, 100)) i++;
  assert.ok(i > 30_000, `${i} entries in 8 MiB`);
  const { usedBytes } = store.memory();
  assert.ok(usedBytes <= 8 * MIB);
  assert.equal(store.count, i);
  assert.ok(!put(store, 0, 5000), 'an overwrite by a large value finds no room');
  const key = keyOf(0);
  const ref = store.find(key, 0, key.length, NOW);
  assert.equal(store.valueLengthOf(ref), 100);
  assert.equal(store.append(ref, new Uint8Array(200_000), 0, 200_000, 2), 0);
  assert.equal(store.valueLengthOf(ref), 100);
  assert.ok(put(store, 1, 99), 'one in place does');
  assert.equal(store.memory().usedBytes, usedBytes);
  assert.ok(store.counters.refused >= 3);
  for (let n = 0; n < 4000; n++) {
    const gone = keyOf(n * 7);
    assert.ok(store.remove(gone, 0, gone.length));
  }
  for (let n = 0; n < 1500; n++) assert.ok(put(store, 1_000_000 + n, 200), `write ${n} of another size`);
  checkStore(store);
});

test('setExpiry at the limit says that it had no memory and leaves the entry', () => {
  const store = limited('refuse', 4);
  let i = 0;
  while (put(store, i, 100)) i++;
  let refused = 0;
  for (let n = 0; n < i; n++) {
    const key = keyOf(n);
    const ref = store.find(key, 0, key.length, NOW);
    if (store.setExpiry(ref, NOW + 5000, 2) !== 0) continue;
    refused++;
    assert.deepEqual([store.expiryOf(ref), store.versionOf(ref)], [0, 1]);
  }
  assert.ok(refused > 0);
  assert.equal(store.count, i);
  checkStore(store);
});

test('with sieve every write finds room, and the limit holds after each one', () => {
  const store = limited('sieve', 8);
  for (let i = 0; i < 120_000; i++) {
    assert.ok(put(store, i, 100), `write ${i}`);
    assert.ok(store.memory().usedBytes <= 8 * MIB);
  }
  assert.ok(store.counters.evicted > 50_000);
  assert.ok(store.count > 30_000, `${store.count} entries`);
  checkStore(store);
});

test('changing sizes at the limit, for long: neither exceeded nor stuck, and memory in use', () => {
  const store = limited('sieve', 8);
  let i = 0;
  const phases: Array<[length: number, writes: number]> = [
    [20, 120_000],
    [3000, 4000],
    [40, 100_000],
    [20_000, 600],
    [120, 60_000],
    [300_000, 40],
    [0, 200_000],
    [7000, 3000],
    [1_500_000, 10],
    [64, 80_000],
  ];
  for (const [length, writes] of phases) {
    for (let n = 0; n < writes; n++, i++) {
      assert.ok(put(store, i, length), `write ${n} of ${length} bytes`);
      if (n % 16 === 0) assert.ok(store.memory().usedBytes <= 8 * MIB);
    }
    checkStore(store);
    const { liveBytes } = store.memory();
    assert.ok(liveBytes > 2.5 * MIB, `${liveBytes} bytes in use after ${length}-byte values`);
  }
});

test('sizes mixed at random at the limit do too', () => {
  const store = limited('sieve', 8);
  let state = seed;
  for (let i = 0; i < 60_000; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const length = Math.floor(2 ** ((state / 2 ** 32) * 15));
    assert.ok(put(store, i % 20_000, length), `seed ${seed}: write ${i} of ${length} bytes`);
    assert.ok(store.memory().usedBytes <= 8 * MIB);
    if (i % 10_000 === 0) checkStore(store);
  }
  checkStore(store);
});

test('a value larger than the limit is refused and costs no more than its size in evictions', () => {
  const store = limited('sieve', 8);
  for (let i = 0; i < 40_000; i++) put(store, i, 100);
  assert.ok(!put(store, -1, 16 * MIB));
  assert.ok(put(store, -1, 2 * MIB));
  checkStore(store);
});

test('sieve-ttl evicts only what has an expiry, and refuses when that is used up', () => {
  const told: number[] = [];
  const store = new Store({
    hashSeed: seed,
    eviction: 'sieve-ttl',
    maxMemoryBytes: 8 * MIB,
    onRemoved: (bytes, start, end, reason) => {
      assert.equal(reason, 'evicted');
      told.push(Number(Buffer.from(bytes.slice(start + 4, end)).toString()));
    },
  });
  for (let i = 0; i < 10_000; i++) assert.ok(put(store, i, 100, NOW + 1_000_000));
  let i = 10_000;
  while (put(store, i, 100)) i++;
  assert.ok(told.length > 5_000, `${told.length} evicted`);
  assert.ok(told.every((n) => n < 10_000));
  assert.equal(store.count, i - told.length);
  checkStore(store);
});

test('SIEVE keeps what is read often longer than arrival order would', () => {
  // A tenth of the keys gets nine tenths of the reads; a miss writes. A plain FIFO of the same size beside it.
  const store = limited('sieve', 4);
  const fifo = new Set<number>();
  let state = seed;
  let hits = 0;
  let fifoHits = 0;
  const reads = 300_000;
  for (let n = 0; n < reads; n++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const roll = Math.floor(state / 256);
    const i = roll % 10 !== 0 ? Math.floor(roll / 10) % 6000 : 6000 + (Math.floor(roll / 10) % 54_000);
    if (has(store, i)) hits++;
    else assert.ok(put(store, i, 150));
    if (fifo.has(i)) {
      fifoHits++;
    } else {
      fifo.add(i);
      if (fifo.size > store.count) fifo.delete(fifo.values().next().value as number);
    }
  }
  assert.ok(hits > fifoHits + reads * 0.02, `${hits} hits, FIFO ${fifoHits}, of ${reads}`);
});

test('index memory comes back too, while what is left stays where it can be found', () => {
  const store = new Store({ hashSeed: seed });
  const count = 600_000;
  const key = new Uint8Array(8);
  const view = new DataView(key.buffer);
  for (let i = 0; i < count; i++) {
    view.setUint32(0, i);
    store.put(key, 0, 8, 5, key, 0, 0, 0, 1, NOW);
  }
  const full = store.memory();
  for (let i = 0; i < count; i++) {
    view.setUint32(0, i);
    if (i % 8 !== 0) assert.ok(store.remove(key, 0, 8));
  }
  while (store.tick(NOW, 500) > 0);
  checkStore(store);
  const left = store.memory();
  assert.ok(
    left.indexBytes < full.indexBytes * 0.6,
    `index: ${left.indexBytes} of ${full.indexBytes} bytes left`,
  );
  assert.ok(
    left.arenaBytes < full.arenaBytes * 0.4,
    `arena: ${left.arenaBytes} of ${full.arenaBytes} bytes left`,
  );
  for (let i = 0; i < count; i += 8) {
    view.setUint32(0, i);
    assert.ok(store.find(key, 0, 8, NOW) !== 0);
  }
});

test('tidying between random writes and removals loses nothing and ends', () => {
  for (const eviction of ['refuse', 'sieve'] as const) {
    const store = new Store({ hashSeed: seed, eviction });
    const lengths = new Map<number, number>();
    let state = seed;
    const below = (n: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * n);
    };
    for (let i = 0; i < 60_000; i++) {
      const length = below(20) === 0 ? below(12_000) : below(200);
      assert.ok(put(store, i, length, below(3) === 0 ? NOW + 60_000 : 0));
      lengths.set(i, length);
    }
    for (const i of [...lengths.keys()]) {
      if (below(8) === 0) continue;
      const key = keyOf(i);
      assert.ok(store.remove(key, 0, key.length));
      lengths.delete(i);
      if (i % 10 === 0) store.tick(NOW, 20);
      if (i % 10_000 === 0) checkStore(store);
    }
    let ticks = 0;
    while (store.tick(NOW, 100) > 0) assert.ok(++ticks < 10_000, 'tidying ends');
    checkStore(store);
    assert.equal(store.count, lengths.size);
    assert.ok(store.counters.entriesMoved > 1000);
    for (const [i, length] of lengths) {
      const key = keyOf(i);
      assert.equal(store.valueLengthOf(store.find(key, 0, key.length, NOW)), length);
    }
    assert.ok(store.memory().fragmentationRatio < 3, `${store.memory().fragmentationRatio}`);
  }
});

test('an undo may pass the limit rather than fail', () => {
  const store = limited('refuse', 4);
  let i = 0;
  while (put(store, i, 100)) i++;
  const saved = new SavedEntry();
  saved.key = keyOf(-5);
  saved.value = new Uint8Array(2 * MIB).fill(3);
  saved.type = 7;
  const ref = store.restore(saved);
  assert.equal(store.valueLengthOf(ref), 2 * MIB);
  assert.ok(store.memory().usedBytes > 4 * MIB);
  assert.ok(!put(store, -6, 300_000));
  assert.ok(store.remove(saved.key, 0, saved.key.length));
  checkStore(store);
});

test('entries of 16 and 32 bytes cost at most 82 bytes, all included, from a hundred thousand on', () => {
  const store = new Store({ hashSeed: seed });
  const key = new Uint8Array(16);
  const view = new DataView(key.buffer);
  const value = new Uint8Array(32);
  for (let i = 0; i < 400_000; i++) {
    view.setUint32(0, i);
    store.put(key, 0, 16, 5, value, 0, 32, 0, 1, NOW);
    if (i < 100_000 || i % 10_000 !== 0) continue;
    // Segments are taken whole: one of each kind may be nearly empty.
    const bytes = (store.memory().usedBytes - 2 * MIB) / store.count;
    assert.ok(bytes <= 82, `${bytes} bytes per entry at ${i}`);
  }
});

test.run();
