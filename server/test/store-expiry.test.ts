import assert from 'node:assert/strict';
import { suite } from 'uvu';
import { checkStore, Store } from '../src/store/index.js';

const test = suite('store: expiry');
const NOW = 1_700_000_000_000;
const VALUE = new Uint8Array(32);
const DAY_MS = 86_400_000;

function keyOf(i: number): Uint8Array {
  return new TextEncoder().encode(`key:${i}`);
}

function put(store: Store, i: number, expiryMs: number, nowMs = NOW): void {
  const key = keyOf(i);
  assert.ok(store.put(key, 0, key.length, 5, VALUE, 0, 32, expiryMs, 1, nowMs));
}

function has(store: Store, i: number, nowMs: number): boolean {
  const key = keyOf(i);
  return store.find(key, 0, key.length, nowMs) !== 0;
}

function tickToEnd(store: Store, nowMs: number, budget: number): number {
  let ticks = 0;
  while (store.tick(nowMs, budget) >= budget) ticks++;
  return ticks;
}

test('an entry is there until its time and gone from then on, told to the listener once', () => {
  const told: string[] = [];
  const store = new Store({
    hashSeed: 1,
    onRemoved: (bytes, start, end, reason) => told.push(`${Buffer.from(bytes.slice(start, end))} ${reason}`),
  });
  put(store, 1, NOW + 100);
  assert.ok(has(store, 1, NOW + 99));
  assert.ok(!has(store, 1, NOW + 100));
  assert.ok(!has(store, 1, NOW + 101));
  assert.deepEqual(told, ['key:1 expired']);
  assert.equal(store.count, 0);
  put(store, 2, NOW + 100);
  put(store, 2, NOW + 300, NOW + 200);
  assert.deepEqual(told, ['key:1 expired', 'key:2 expired'], 'a write meets the expired entry too');
  const key = keyOf(2);
  assert.ok(store.remove(key, 0, key.length));
  assert.equal(told.length, 2, 'an explicit removal is not told');
});

test('a million expiries a second come back without a read, tick by tick', () => {
  const store = new Store({ hashSeed: 2 });
  const count = 200_000;
  const before = store.memory().usedBytes;
  for (let i = 0; i < count; i++) put(store, i, NOW + 1000 + (i % 200));
  assert.equal(store.memory().withTtl, count);
  assert.equal(store.tick(NOW + 900, 1000), 0);
  assert.equal(store.count, count);
  let ticks = 0;
  while (store.count > 0) {
    const left = store.count;
    const worked = store.tick(NOW + 1300, 1000);
    assert.ok(left - store.count <= 1000 && worked <= 1001, `${worked} in a tick of 1000`);
    assert.ok(++ticks < 1000, 'ticks');
    if (ticks % 50 === 0) checkStore(store);
  }
  assert.equal(store.counters.expired, count);
  assert.ok(store.memory().usedBytes <= before + (1 << 20));
  checkStore(store);
});

test('what is left after most entries expired is moved together, and segments come back', () => {
  for (const eviction of ['refuse', 'sieve'] as const) {
    const store = new Store({ hashSeed: 3, eviction });
    const count = 200_000;
    for (let i = 0; i < count; i++)
      put(store, i, i % 10 === 0 ? (i % 20 === 0 ? 0 : NOW + DAY_MS) : NOW + 1000);
    const full = store.memory().usedBytes;
    tickToEnd(store, NOW + 2000, 1000);
    for (let i = 0; i < 2000; i++) store.tick(NOW + 2000, 100);
    assert.equal(store.count, count / 10);
    assert.ok(store.counters.entriesMoved > 0);
    assert.ok(store.memory().usedBytes < full / 2, `${store.memory().usedBytes} of ${full} bytes left`);
    checkStore(store);
    for (let i = 0; i < count; i += 10) assert.ok(has(store, i, NOW + 2000));
  }
});

test('expiries from milliseconds to thousands of years are met in time', () => {
  const store = new Store({ hashSeed: 4 });
  const expiries: number[] = [];
  for (let power = 0; power < 46; power++) {
    for (const delta of [-1, 0, 1]) expiries.push(NOW + 2 ** power + delta + 1);
  }
  expiries.push(2 ** 53 - 1);
  expiries.forEach((expiryMs, i) => {
    put(store, i, expiryMs);
  });
  const inOrder = [...expiries].sort((a, b) => a - b);
  let nowMs = NOW;
  for (const expiryMs of inOrder) {
    if (Math.ceil(expiryMs / 16) > Math.floor(nowMs / 16)) assert.ok(store.nextExpiryAtMs() <= expiryMs + 16);
    tickToEnd(store, expiryMs - 1, 10);
    nowMs = expiryMs + 16;
    tickToEnd(store, nowMs, 10);
    assert.equal(
      store.count,
      expiries.filter((other) => Math.ceil(other / 16) > Math.floor(nowMs / 16)).length,
    );
    checkStore(store);
  }
  assert.equal(store.nextExpiryAtMs(), Number.POSITIVE_INFINITY);
});

test('a clock that jumps neither loses nor resurrects anything', () => {
  const store = new Store({ hashSeed: 5 });
  for (let i = 0; i < 1000; i++) put(store, i, NOW + i * 1000 + 1);
  tickToEnd(store, NOW + 100_000, 100);
  assert.equal(store.count, 900);
  tickToEnd(store, NOW - DAY_MS, 100);
  for (let i = 1000; i < 1100; i++) put(store, i, NOW - DAY_MS + 5000, NOW - DAY_MS);
  assert.ok(has(store, 1000, NOW - DAY_MS + 4999));
  assert.ok(!has(store, 1000, NOW - DAY_MS + 5000));
  checkStore(store);
  assert.equal(store.count, 999);
  tickToEnd(store, NOW + 100_100, 100);
  assert.equal(store.count, 899);
  tickToEnd(store, NOW + 10_000 * DAY_MS, 100);
  assert.equal(store.count, 0);
  checkStore(store);
  tickToEnd(store, Number.MAX_SAFE_INTEGER, 100);
  put(store, 1, NOW + 5);
  assert.ok(has(store, 1, NOW));
  tickToEnd(store, -5, 100);
});

test('an expiry that is moved on, taken away or set anew is the one that counts', () => {
  const store = new Store({ hashSeed: 6 });
  for (let i = 0; i < 300; i++) put(store, i, NOW + 100);
  for (let i = 0; i < 300; i++) {
    const key = keyOf(i);
    const ref = store.find(key, 0, key.length, NOW);
    if (i % 3 === 0) store.setExpiry(ref, NOW + 50_000, 2);
    else if (i % 3 === 1) store.setExpiry(ref, 0, 2);
    else put(store, i, 0);
  }
  tickToEnd(store, NOW + 40_000, 10);
  assert.equal(store.count, 300);
  tickToEnd(store, NOW + 60_000, 10);
  assert.equal(store.count, 200);
  assert.equal(store.memory().withTtl, 0);
  checkStore(store);
});

test.run();
