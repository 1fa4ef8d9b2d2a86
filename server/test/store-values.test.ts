import assert from 'node:assert/strict';
import { suite } from 'uvu';
import { checkStore, SavedEntry, Store } from '../src/store/index.js';
import { sizeOfClass } from '../src/store/size-class.js';

const test = suite('store: values');
const NOW = 1_700_000_000_000;
const encoder = new TextEncoder();

function bytesOf(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + seed * 17 + (i >>> 8)) & 0xff;
  return bytes;
}

function put(store: Store, key: Uint8Array, value: Uint8Array, expiryMs = 0, version = 1, type = 5): boolean {
  return store.put(key, 0, key.length, type, value, 0, value.length, expiryMs, version, NOW);
}

function get(store: Store, key: Uint8Array, nowMs = NOW): Uint8Array | undefined {
  const ref = store.find(key, 0, key.length, nowMs);
  if (ref === 0) return undefined;
  const start = store.valueStartOf(ref);
  return store.segmentOf(ref).slice(start, start + store.valueLengthOf(ref));
}

function same(actual: Uint8Array | undefined, expected: Uint8Array, what: string): void {
  assert.ok(actual !== undefined, `${what}: missing`);
  assert.ok(Buffer.compare(actual, expected) === 0, `${what}: other bytes`);
}

test('keys of every length from 1 to 1024 bytes are told apart', () => {
  const store = new Store({ hashSeed: 1 });
  for (let length = 1; length <= 1024; length++)
    assert.ok(put(store, bytesOf(length, 3), bytesOf(length % 50, 5)));
  assert.equal(store.count, 1024);
  checkStore(store);
  for (let length = 1; length <= 1024; length++) {
    same(get(store, bytesOf(length, 3)), bytesOf(length % 50, 5), `key of ${length} bytes`);
    const almost = bytesOf(length, 3);
    almost[length - 1] ^= 1;
    assert.equal(get(store, almost), undefined, `key of ${length} bytes, last one changed`);
  }
});

test('values at every size class boundary and around it come back', () => {
  for (const eviction of ['refuse', 'sieve', 'sieve-ttl'] as const) {
    const store = new Store({ hashSeed: 2, eviction });
    const lengths: number[] = [];
    for (let sizeClass = 0; sizeClass < 64; sizeClass++) {
      for (const delta of [-1, 0, 1]) {
        for (const header of [20, 28, 36, 44]) lengths.push(sizeOfClass(sizeClass) - header + delta);
      }
    }
    const wanted = lengths.filter((length) => length >= 0);
    wanted.forEach((length, i) => {
      const expiryMs = i % 2 === 0 ? 0 : NOW + 1000;
      assert.ok(put(store, encoder.encode(`k${100 + i}`), bytesOf(length, i), expiryMs));
    });
    checkStore(store);
    wanted.forEach((length, i) => {
      same(get(store, encoder.encode(`k${100 + i}`)), bytesOf(length, i), `${length} bytes`);
    });
  }
});

test('values from nothing to 16 MiB come back and their memory goes with them', () => {
  const store = new Store({ hashSeed: 3 });
  const empty = store.memory();
  const lengths = [
    0,
    1,
    8_180,
    8_192,
    60_000,
    65_535,
    65_536,
    262_100,
    262_144,
    1 << 20,
    (1 << 24) - 1,
    1 << 24,
  ];
  for (const length of lengths) {
    const key = encoder.encode(`v${length}`);
    const value = bytesOf(length, 7);
    assert.ok(put(store, key, value));
    same(get(store, key), value, `${length} bytes`);
  }
  checkStore(store);
  for (const length of lengths) {
    const key = encoder.encode(`v${length}`);
    assert.ok(store.remove(key, 0, key.length));
    assert.ok(!store.remove(key, 0, key.length));
  }
  checkStore(store);
  assert.equal(store.memory().liveBytes, 0);
  assert.ok(store.memory().usedBytes <= empty.usedBytes + (1 << 20), 'one spare segment at most stays');
});

test('an overwrite keeps its place where the size allows, and moves where not', () => {
  const store = new Store({ hashSeed: 4 });
  const key = encoder.encode('key');
  put(store, key, bytesOf(32, 1));
  const first = store.find(key, 0, 3, NOW);
  put(store, key, bytesOf(30, 2));
  assert.equal(store.find(key, 0, 3, NOW), first);
  same(get(store, key), bytesOf(30, 2), 'overwritten in place');
  put(store, key, bytesOf(300, 3));
  assert.notEqual(store.find(key, 0, 3, NOW), first);
  same(get(store, key), bytesOf(300, 3), 'overwritten elsewhere');
  put(store, key, bytesOf(3, 3));
  same(get(store, key), bytesOf(3, 3), 'shrunk');
  assert.equal(store.memory().liveBytes, 24);
  checkStore(store);
});

test('type, kind, version and expiry are kept apart from the value', () => {
  const store = new Store({ hashSeed: 5 });
  const key = encoder.encode('k');
  put(store, key, bytesOf(9, 1), NOW + 5, 2 ** 53 - 1, 9);
  let ref = store.find(key, 0, 1, NOW);
  store.setKind(ref, 7);
  assert.deepEqual(
    [store.typeOf(ref), store.kindOf(ref), store.versionOf(ref), store.expiryOf(ref), store.keyLengthOf(ref)],
    [9, 7, 2 ** 53 - 1, NOW + 5, 1],
  );
  store.setVersion(ref, 2 ** 40 + 3);
  assert.equal(store.versionOf(ref), 2 ** 40 + 3);
  ref = store.setExpiry(ref, 0, 7);
  assert.deepEqual([store.expiryOf(ref), store.kindOf(ref), store.versionOf(ref)], [0, 7, 7]);
  ref = store.setExpiry(ref, NOW + 9, 8);
  assert.deepEqual([store.expiryOf(ref), store.kindOf(ref), store.typeOf(ref)], [NOW + 9, 7, 9]);
  assert.equal(store.setExpiry(ref, NOW + 10, 9), ref);
  same(get(store, key), bytesOf(9, 1), 'after three changes of expiry');
  put(store, key, bytesOf(9, 2), NOW + 10, 10, 9);
  assert.equal(store.kindOf(store.find(key, 0, 1, NOW)), 0, 'a new value has no known kind');
  checkStore(store);
});

test('append adds to the value, in few moves', () => {
  const store = new Store({ hashSeed: 6 });
  const key = encoder.encode('log');
  put(store, key, new Uint8Array(0));
  let ref = store.find(key, 0, 3, NOW);
  let moves = 0;
  const expected: number[] = [];
  for (let i = 0; i < 20_000; i++) {
    const piece = bytesOf(i % 60, i);
    expected.push(...piece);
    store.setKind(ref, 3);
    const next = store.append(ref, piece, 0, piece.length, i);
    if (next !== ref) moves++;
    ref = next;
    assert.equal(store.kindOf(ref), 0);
    assert.equal(store.versionOf(ref), i);
  }
  same(get(store, key), Uint8Array.from(expected), 'all pieces');
  assert.ok(moves < 120, `${moves} moves`);
  checkStore(store);
});

test('a value may come from the store itself', () => {
  const store = new Store({ hashSeed: 7 });
  const key = encoder.encode('old');
  const other = encoder.encode('a new and longer name');
  put(store, key, bytesOf(500, 1));
  const ref = store.find(key, 0, 3, NOW);
  const start = store.valueStartOf(ref);
  assert.ok(store.put(other, 0, other.length, 5, store.segmentOf(ref), start, start + 500, 0, 2, NOW));
  same(get(store, other), bytesOf(500, 1), 'copied');
  assert.ok(store.put(key, 0, 3, 5, store.segmentOf(ref), start + 100, start + 500, 0, 2, NOW));
  same(get(store, key), bytesOf(500, 1).slice(100), 'part of itself');
});

test('a saved entry can be put back as it was', () => {
  const store = new Store({ hashSeed: 8 });
  const key = encoder.encode('k');
  put(store, key, bytesOf(40, 1), NOW + 50, 77, 9);
  store.setKind(store.find(key, 0, 1, NOW), 3);
  const saved = new SavedEntry();
  store.save(store.find(key, 0, 1, NOW), saved);
  for (const undo of ['changed', 'removed']) {
    if (undo === 'changed') put(store, key, bytesOf(4000, 2), 0, 78, 5);
    else store.remove(key, 0, 1);
    const ref = store.restore(saved);
    assert.equal(store.find(key, 0, 1, NOW), ref);
    const state = [store.typeOf(ref), store.kindOf(ref), store.versionOf(ref), store.expiryOf(ref)];
    assert.deepEqual(state, [9, 3, 77, NOW + 50], undo);
    same(get(store, key), bytesOf(40, 1), undo);
  }
  checkStore(store);
});

test('clear empties the store, which then works as before', () => {
  const store = new Store({ hashSeed: 9, eviction: 'sieve' });
  for (let i = 0; i < 5000; i++) put(store, encoder.encode(`k${i}`), bytesOf(100, i), i % 2 ? NOW + 9 : 0);
  assert.equal(store.clear(), 5000);
  assert.equal(store.count, 0);
  assert.equal(store.nextExpiryAtMs(), Number.POSITIVE_INFINITY);
  checkStore(store);
  assert.equal(get(store, encoder.encode('k1')), undefined);
  put(store, encoder.encode('k1'), bytesOf(3, 3));
  assert.equal(store.clear(), 1);
});

test('lengths that no entry can have are refused as programming errors', () => {
  const store = new Store({ hashSeed: 10 });
  assert.throws(() => put(store, new Uint8Array(0), bytesOf(1, 1)), RangeError);
  assert.throws(() => put(store, new Uint8Array(65536), bytesOf(1, 1)), RangeError);
  const key = encoder.encode('k');
  assert.throws(() => store.put(key, 0, 1, 5, key, 0, 2 ** 30 + 1, 0, 1, NOW), RangeError);
  put(store, key, key);
  assert.throws(() => store.append(store.find(key, 0, 1, NOW), key, 0, 2 ** 30, 1), RangeError);
  assert.throws(() => new Store({ hashSeed: 1, maxMemoryBytes: 1 << 20 }), RangeError);
});

test.run();
