import assert from 'node:assert/strict';
import { suite } from 'uvu';
import { checkStore, type EvictionPolicy, SavedEntry, Store } from '../src/store/index.js';
import { elementBytes, lengthFrom, lengthUpTo, writeElement } from '../src/store/lists/list-element.js';

/** Lists in the store against arrays: every end, every split, every edge of the lengths, and memory that runs out. */
const test = suite('store: lists');
const NOW = 1_700_000_000_000;
const MIB = 1 << 20;
const seed = Number(process.env['ANOA_TEST_SEED'] ?? 20261121);

/** One list beside the array it must equal. */
class Pair {
  readonly store: Store;
  readonly key: Uint8Array;
  readonly hash: number;
  wanted: Buffer[] = [];

  constructor(store: Store, name: string) {
    this.store = store;
    this.key = Buffer.from(name);
    this.hash = store.keyHash(this.key, 0, this.key.length);
    assert.notEqual(store.lists.create(this.hash, 0, this.key, 0, this.key.length, 0, 1, NOW), 0);
  }

  get ref(): number {
    return this.store.find(this.key, 0, this.key.length, NOW);
  }

  insert(at: number, elements: Buffer[], isReversed = false): boolean {
    const source = Buffer.concat([Buffer.from('before'), ...elements]);
    const starts = new Int32Array(elements.length + 1);
    const ends = new Int32Array(elements.length + 1);
    let end = 6;
    elements.forEach((element, i) => {
      starts[i + 1] = end;
      end += element.length;
      ends[i + 1] = end;
    });
    const { lists } = this.store;
    const ref = lists.insert(this.ref, at, source, starts, ends, 1, elements.length, isReversed);
    if (ref === 0) return false;
    assert.equal(ref, this.ref);
    this.wanted.splice(at, 0, ...(isReversed ? elements.toReversed() : elements));
    return true;
  }

  push(...texts: string[]): void {
    assert.ok(
      this.insert(
        this.wanted.length,
        texts.map((text) => Buffer.from(text)),
      ),
    );
  }

  remove(at: number, count: number): void {
    this.store.lists.remove(this.ref, at, count);
    this.wanted.splice(at, count);
  }

  removeEqual(element: Buffer, limit: number, isBackward: boolean): number {
    const removed = this.store.lists.removeEqual(this.ref, element, 0, element.length, limit, isBackward);
    if (isBackward) this.wanted.reverse();
    let left = limit;
    this.wanted = this.wanted.filter((other) => !(other.equals(element) && left-- > 0));
    if (isBackward) this.wanted.reverse();
    return removed;
  }

  replace(at: number, element: Buffer): boolean {
    const isDone = this.store.lists.replace(this.ref, at, element, 0, element.length) !== 0;
    if (isDone) this.wanted[at] = element;
    return isDone;
  }

  /** All elements, read in one direction. */
  read(at: number, isBackward: boolean): Buffer[] {
    const found: Buffer[] = [];
    const cursor = this.store.lists.open(this.ref, at, isBackward);
    while (cursor.next()) found.push(Buffer.from(cursor.bytes.slice(cursor.start, cursor.end)));
    assert.ok(!cursor.next());
    return found;
  }

  check(): void {
    const { store, wanted } = this;
    const { ref } = this;
    assert.notEqual(ref, 0);
    assert.equal(store.lists.lengthOf(ref), wanted.length);
    assert.equal(
      store.lists.bytesOf(ref),
      wanted.reduce((sum, element) => sum + elementBytes(element.length), 0),
    );
    same(this.read(0, false), wanted);
    same(this.read(wanted.length - 1, true), wanted.toReversed());
  }
}

function same(actual: Buffer[], wanted: Buffer[]): void {
  assert.equal(actual.length, wanted.length);
  actual.forEach((element, i) => {
    assert.ok(element.equals(wanted[i]), `element ${i}: ${element.length} bytes, not ${wanted[i].length}`);
  });
}

function numbers(from: number, count: number): Buffer[] {
  return Array.from({ length: count }, (_, i) => Buffer.from(`element:${from + i}`));
}

function random(from: number): (n: number) => number {
  let state = from >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n);
  };
}

test('an element of any length is read from either side', () => {
  for (const length of [0, 1, 127, 128, 129, 16_383, 16_384, 16_385, 65_536, 1 << 24]) {
    const element = Buffer.alloc(length, 0xff);
    const target = Buffer.alloc(length + 16);
    const end = writeElement(target, 3, element, 0, length);
    assert.equal(end, 3 + elementBytes(length));
    assert.equal(lengthFrom(target, 3), length);
    assert.equal(lengthUpTo(target, end), length);
    assert.equal(target[end], 0, 'nothing behind it is touched');
  }
});

test('a list without elements has length 0 and nothing to read', () => {
  const list = new Pair(new Store({ hashSeed: seed }), 'empty');
  list.check();
  checkStore(list.store);
  assert.equal(list.store.typeOf(list.ref), 8);
  for (const at of [-1, 0, 1, Number.NaN]) assert.ok(!list.store.lists.open(list.ref, at, false).next());
});

test('keys of every length up to 40 leave the head of a list at whole words', () => {
  const store = new Store({ hashSeed: seed, eviction: 'sieve' });
  for (let length = 1; length <= 40; length++) {
    const list = new Pair(store, 'k'.repeat(length));
    list.push('a', 'b');
    assert.notEqual(store.setExpiry(list.ref, NOW + 1000, 2), 0);
    list.check();
    assert.notEqual(store.setExpiry(list.ref, 0, 3), 0);
    list.push('c');
    list.check();
  }
  checkStore(store);
});

test('pushed at the back and at the front, popped from both, for thousands', () => {
  for (const isFront of [false, true]) {
    const list = new Pair(new Store({ hashSeed: seed }), 'ends');
    for (let i = 0; i < 3000; i++)
      assert.ok(list.insert(isFront ? 0 : list.wanted.length, numbers(i, 1), false));
    list.check();
    checkStore(list.store);
    for (let i = 0; i < 1000; i++) list.remove(0, 1);
    for (let i = 0; i < 1999; i++) list.remove(list.wanted.length - 1, 1);
    list.check();
    checkStore(list.store);
    list.remove(0, 1);
    list.check();
    checkStore(list.store);
    assert.equal(list.store.parts.arena.blocks, 1, 'an emptied list has no nodes');
  }
});

test('a queue that stays short stays in little memory', () => {
  for (const isFront of [false, true]) {
    const list = new Pair(new Store({ hashSeed: seed }), 'queue');
    for (let i = 0; i < 5; i++) list.push(`job:${i}`);
    for (let i = 0; i < 10_000; i++) {
      assert.ok(list.insert(isFront ? 0 : list.wanted.length, numbers(i, 1)));
      list.remove(isFront ? list.wanted.length - 1 : 0, 1);
    }
    list.check();
    checkStore(list.store);
    assert.ok(list.store.memory().liveBytes < 400, `${list.store.memory().liveBytes} bytes`);
  }
});

test('many at once, in either order, at every place', () => {
  for (const count of [1, 2, 700, 3000]) {
    for (const isReversed of [false, true]) {
      const list = new Pair(new Store({ hashSeed: seed }), 'many');
      list.insert(0, numbers(0, count), isReversed);
      list.check();
      list.insert(0, numbers(10_000, count), isReversed);
      list.insert(list.wanted.length, numbers(20_000, count), isReversed);
      list.insert(Math.floor(list.wanted.length / 2), numbers(30_000, count), isReversed);
      list.insert(1, numbers(40_000, count), isReversed);
      list.insert(list.wanted.length - 1, numbers(50_000, count), isReversed);
      list.check();
      checkStore(list.store);
    }
  }
});

test('elements from nothing to 16 MiB stand beside short ones', () => {
  const store = new Store({ hashSeed: seed });
  const list = new Pair(store, 'sizes');
  for (const length of [0, 1, 127, 128, 7_600, 7_680, 8_192, 16_384, 262_144, 300_000, 16 << 20]) {
    list.insert(Math.floor(list.wanted.length / 2), [Buffer.alloc(length, length & 0xff)]);
    list.push('short');
    list.insert(0, [Buffer.from('first')]);
  }
  list.check();
  checkStore(store);
  for (let i = 0; i < list.wanted.length; i += 2) assert.ok(list.replace(i, Buffer.alloc(9_000 - i, 7)));
  for (let i = 1; i < list.wanted.length; i += 2) assert.ok(list.replace(i, Buffer.from(`now ${i}`)));
  list.check();
  checkStore(store);
  list.remove(3, list.wanted.length - 6);
  list.check();
  checkStore(store);
});

test('every index of a list of several nodes is found, from either end', () => {
  const list = new Pair(new Store({ hashSeed: seed }), 'index');
  for (let i = 0; i < 2500; i++) list.insert(i % 3 === 0 ? 0 : list.wanted.length, numbers(i, 1));
  for (let i = 0; i < list.wanted.length; i++) {
    for (const isBackward of [false, true]) {
      const cursor = list.store.lists.open(list.ref, i, isBackward);
      assert.ok(cursor.next());
      assert.ok(list.wanted[i].equals(cursor.bytes.subarray(cursor.start, cursor.end)), `index ${i}`);
    }
  }
});

test('equal elements go from either end, up to a limit', () => {
  const draw = random(seed);
  for (const isBackward of [false, true]) {
    for (const limit of [1, 2, 10, 999, Number.POSITIVE_INFINITY]) {
      const list = new Pair(new Store({ hashSeed: seed }), 'equal');
      list.insert(
        0,
        Array.from({ length: 5000 }, () => Buffer.from(`element ${draw(4)}`)),
      );
      const before = list.wanted.filter((element) => element.toString() === 'element 2').length;
      assert.equal(
        list.removeEqual(Buffer.from('element 2'), limit, isBackward),
        Math.min(limit, before),
        `limit ${limit}`,
      );
      assert.equal(list.removeEqual(Buffer.from('element 9'), limit, isBackward), 0);
      list.check();
      checkStore(list.store);
    }
  }
});

test('what is cut out of the middle leaves no more nodes than its elements need', () => {
  const draw = random(seed);
  const list = new Pair(new Store({ hashSeed: seed }), 'sparse');
  list.insert(0, numbers(0, 20_000));
  while (list.wanted.length > 500) list.remove(1 + draw(list.wanted.length - 10), 1 + draw(8));
  list.check();
  checkStore(list.store);
  assert.ok(
    list.store.parts.arena.blocks <= 1 + 4,
    `${list.store.parts.arena.blocks - 1} nodes for 500 elements`,
  );
});

test('inserting in the middle for long splits nodes and joins them again', () => {
  const draw = random(seed);
  const list = new Pair(new Store({ hashSeed: seed }), 'middle');
  for (let i = 0; i < 8000; i++)
    list.insert(draw(list.wanted.length + 1), [Buffer.alloc(draw(60), i & 0xff)]);
  list.check();
  checkStore(list.store);
  const { liveBytes } = list.store.memory();
  assert.ok(liveBytes < 2 * list.store.lists.bytesOf(list.ref), `${liveBytes} bytes`);
});

test('a copy has the elements and leaves the list; a new name takes them', () => {
  for (const eviction of ['refuse', 'sieve'] as const) {
    const store = new Store({ hashSeed: seed, eviction });
    const list = new Pair(store, 'one');
    list.insert(0, [...numbers(0, 2000), Buffer.alloc(20_000, 1), ...numbers(5000, 10)]);
    const other = new Pair(store, 'another name');
    other.push('what', 'stood', 'there');
    const { key, hash } = other;
    assert.notEqual(store.lists.copy(list.ref, hash, key, 0, key.length, NOW + 50, 7, NOW), 0);
    other.wanted = [...list.wanted];
    list.check();
    other.check();
    assert.deepEqual([store.expiryOf(other.ref), store.versionOf(other.ref), store.count], [NOW + 50, 7, 2]);
    checkStore(store);
    list.push('one more');
    const ref = store.lists.rename(list.ref, hash, key, 0, key.length, 0, 8, NOW);
    assert.equal(ref, other.ref);
    other.wanted = list.wanted;
    other.check();
    assert.deepEqual([store.expiryOf(ref), store.versionOf(ref), store.count, list.ref], [0, 8, 1, 0]);
    checkStore(store);
    const third = Buffer.from('third');
    const thirdHash = store.keyHash(third, 0, 5);
    assert.notEqual(store.lists.rename(ref, thirdHash, third, 0, 5, 0, 9, NOW), 0);
    assert.equal(store.lists.lengthOf(store.find(third, 0, 5, NOW)), other.wanted.length);
    checkStore(store);
  }
});

test('whatever takes its place or takes it away frees a list with all its nodes', () => {
  const store = new Store({ hashSeed: seed });
  const make = () => {
    const list = new Pair(store, 'list');
    list.insert(0, numbers(0, 5000));
    return list;
  };
  let list = make();
  const { key, hash } = list;
  assert.ok(store.remove(key, 0, 4));
  assert.equal(store.memory().liveBytes, 0);
  list = make();
  assert.ok(store.putAt(hash, list.ref, key, 0, 4, 5, key, 0, 4, 0, 1, NOW), 'a scalar over it');
  assert.ok(store.memory().liveBytes < 100);
  assert.equal(store.typeOf(list.ref), 5);
  assert.notEqual(store.lists.create(hash, list.ref, key, 0, 4, 0, 1, NOW), 0, 'a list over the scalar');
  list.wanted = [];
  list.push('a');
  list.check();
  assert.notEqual(store.lists.create(hash, list.ref, key, 0, 4, 0, 1, NOW), 0, 'a list over the list');
  assert.equal(store.parts.arena.blocks, 1);
  assert.ok(store.remove(key, 0, 4));
  list = make();
  assert.notEqual(store.setExpiry(list.ref, NOW + 100, 2), 0);
  list.check();
  while (store.tick(NOW + 1000, 100) > 0);
  assert.equal(store.memory().liveBytes, 0);
  list = make();
  assert.equal(store.clear(), 1);
  checkStore(store);
  list = make();
  list.check();
  checkStore(store);
});

test('a value of the same bytes as the head of a list takes its place whole', () => {
  const store = new Store({ hashSeed: seed });
  const list = new Pair(store, 'list');
  list.insert(0, numbers(0, 100));
  const value = new Uint8Array(store.valueLengthOf(list.ref));
  const { key, hash } = list;
  assert.ok(store.putAt(hash, list.ref, key, 0, 4, 5, value, 0, value.length, 0, 1, NOW));
  assert.equal(store.parts.arena.blocks, 1);
  checkStore(store);
});

test('a saved list comes back over whatever stands there then', () => {
  const store = new Store({ hashSeed: seed });
  const list = new Pair(store, 'saved');
  list.insert(0, [...numbers(0, 1500), Buffer.alloc(30_000, 9), Buffer.alloc(0)]);
  assert.notEqual(store.setExpiry(list.ref, NOW + 9999, 17), 0);
  const saved = new SavedEntry();
  store.save(list.ref, saved);
  const wanted = list.wanted.slice();
  list.remove(100, 900);
  store.restore(saved);
  list.wanted = wanted.slice();
  assert.ok(store.remove(list.key, 0, list.key.length));
  assert.notEqual(store.restore(saved), 0);
  list.check();
  assert.deepEqual([store.expiryOf(list.ref), store.versionOf(list.ref)], [NOW + 9999, 17]);
  checkStore(store);
});

test('wrong indices and lengths are refused and change nothing', () => {
  const list = new Pair(new Store({ hashSeed: seed }), 'wrong');
  list.push('a', 'b');
  const { lists } = list.store;
  const none = new Int32Array(1);
  assert.throws(() => lists.insert(list.ref, 3, list.key, none, none, 0, 1, false), RangeError);
  assert.throws(() => lists.insert(list.ref, -1, list.key, none, none, 0, 1, false), RangeError);
  assert.throws(() => lists.insert(list.ref, 0, list.key, Int32Array.of(2), none, 0, 1, false), RangeError);
  assert.throws(() => lists.remove(list.ref, 1, 2), RangeError);
  assert.throws(() => lists.remove(list.ref, -1, 1), RangeError);
  assert.throws(() => lists.replace(list.ref, 2, list.key, 0, 1), RangeError);
  assert.throws(() => lists.create(1, 0, list.key, 0, 0, 0, 1, NOW), RangeError);
  assert.equal(lists.insert(list.ref, 1, list.key, none, none, 0, 0, false), list.ref);
  lists.remove(list.ref, 1, 0);
  list.check();
  checkStore(list.store);
});

for (const eviction of ['refuse', 'sieve'] as const) {
  test(`at the memory limit an insert is done whole or not at all (${eviction})`, () => {
    const draw = random(seed + 5);
    const store = limited(eviction, 6);
    const list = new Pair(store, 'limited');
    let refused = 0;
    let filler = 0;
    for (let i = 0; i < 3000; i++) {
      const kind = draw(10);
      if (kind < 5) {
        // Others around it, which may be evicted; the list must not.
        const key = Buffer.from(`filler ${filler++}`);
        const value = Buffer.alloc(draw(8000));
        store.put(key, 0, key.length, 5, value, 0, value.length, 0, 1, NOW);
      } else if (kind < 9 && store.lists.bytesOf(list.ref) < 3 * MIB) {
        const at = kind < 7 ? draw(2) * list.wanted.length : draw(list.wanted.length + 1);
        const length = draw(40) === 0 ? draw(400_000) : draw(300);
        const count = 1 + draw(draw(8) === 0 ? 300 : 3);
        // Reads mark an entry as visited; without them it would be the next to go.
        if (list.ref === 0) break;
        if (
          !list.insert(
            at,
            Array.from({ length: count }, () => Buffer.alloc(Math.ceil(length / count), i & 0xff)),
          )
        )
          refused++;
      } else if (list.wanted.length > 0) {
        const at = draw(list.wanted.length);
        list.remove(at, 1 + draw(Math.min(list.wanted.length - at, draw(20) === 0 ? 200 : 3)));
      }
      if (eviction === 'sieve' && list.ref === 0) break;
      assert.ok(store.memory().usedBytes <= 6 * MIB);
      if (i % 100 === 0) {
        list.check();
        checkStore(store);
      }
    }
    if (list.ref !== 0) list.check();
    checkStore(store);
    if (eviction === 'refuse') assert.ok(refused > 0, 'memory never ran out');
    else assert.ok(store.counters.evicted > 0, 'nothing was evicted');
  });
}

test('an insert that evicts everything else never evicts its own list', () => {
  const store = limited('sieve', 6);
  const list = new Pair(store, 'last');
  for (let i = 0; i < 20_000; i++) {
    const key = Buffer.from(`filler ${i}`);
    store.put(key, 0, key.length, 5, Buffer.alloc(100), 0, 100, 0, 1, NOW);
  }
  let pushed = 0;
  // Not found again between the inserts, so never marked: the queue would take it first.
  while (list.insert(list.wanted.length, [Buffer.alloc(4000, pushed & 0xff)]) && pushed < 5000) pushed++;
  assert.ok(pushed > 900, `${pushed} elements of 4000 bytes in 6 MiB`);
  list.check();
  checkStore(store);
});

test('lists are evicted whole, in their turn, and make room for each other', () => {
  const store = limited('sieve', 6);
  const draw = random(seed);
  for (let i = 0; i < 4000; i++) {
    const list = new Pair(store, `list ${i}`);
    const count = 1 + draw(400);
    assert.ok(list.insert(0, numbers(i, count)), `list ${i} of ${count}`);
    assert.ok(store.memory().usedBytes <= 6 * MIB);
    if (i % 500 === 0) checkStore(store);
  }
  assert.ok(store.counters.evicted > 1000);
  checkStore(store);
  // Values of every other size find room among what is left of lists.
  for (const length of [10, 3000, 20_000, 300_000, 2 * MIB]) {
    const key = Buffer.from(`value of ${length}`);
    assert.ok(store.put(key, 0, key.length, 5, Buffer.alloc(length), 0, length, 0, 1, NOW), `${length}`);
    checkStore(store);
  }
});

test('tidying moves nodes and loses nothing', () => {
  const store = new Store({ hashSeed: seed });
  const draw = random(seed);
  const lists = Array.from({ length: 300 }, (_, i) => new Pair(store, `list ${i}`));
  for (let round = 0; round < 12_000; round++) {
    const list = lists[draw(lists.length)];
    list.insert(draw(list.wanted.length + 1), numbers(round, 1 + draw(60)));
  }
  checkStore(store);
  for (let i = 0; i < lists.length; i++) {
    if (i % 10 === 0) continue;
    assert.ok(store.remove(lists[i].key, 0, lists[i].key.length));
    if (i % 30 === 0) store.tick(NOW, 20);
  }
  let ticks = 0;
  while (store.tick(NOW, 50) > 0) assert.ok(++ticks < 20_000, 'tidying ends');
  assert.ok(store.counters.entriesMoved > 100, `${store.counters.entriesMoved} moved`);
  for (let i = 0; i < lists.length; i += 10) lists[i].check();
  checkStore(store);
  const { arenaBytes, liveBytes } = store.memory();
  assert.ok(arenaBytes - liveBytes < 4 * MIB, `${arenaBytes} bytes for ${liveBytes}`);
});

test('a list may pass the limit where what was stored must be loaded', () => {
  const store = limited('refuse', 4);
  const list = new Pair(store, 'loaded');
  while (list.insert(0, [Buffer.alloc(5000)])) assert.ok(list.wanted.length < 1000);
  store.passesLimit = true;
  for (let i = 0; i < 500; i++) assert.ok(list.insert(0, [Buffer.alloc(5000)]));
  store.passesLimit = false;
  assert.ok(store.memory().usedBytes > 4 * MIB);
  list.check();
});

function limited(eviction: EvictionPolicy, mib: number): Store {
  return new Store({ hashSeed: seed, eviction, maxMemoryBytes: mib * MIB });
}

test('pages of long lists, read at every place between changes of every kind, begin where they should', () => {
  let state = seed;
  const draw = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const store = new Store({ hashSeed: 9 });
  const pairs = ['one', 'two', 'three'].map((name) => new Pair(store, name));
  const element = (): Buffer => Buffer.alloc(1 + draw(900), 97 + draw(4));
  for (const pair of pairs) pair.insert(0, Array.from({ length: 600 }, element));
  for (let round = 0; round < 4_000; round++) {
    const pair = pairs[draw(3)];
    const length = pair.wanted.length;
    const kind = draw(12);
    if (kind === 0) pair.insert(draw(length + 1), [element()]);
    else if (kind === 1) pair.insert(draw(2) * length, [element(), element()], draw(2) === 0);
    else if (kind === 2 && length > 300) pair.remove(draw(length - 40), 1 + draw(40));
    else if (kind === 3 && length > 300) pair.remove(draw(2) === 0 ? 0 : length - 3, 3);
    else if (kind === 4 && length > 0) pair.removeEqual(pair.wanted[draw(length)], 1, draw(2) === 0);
    else if (kind === 5) store.tick(NOW, 200);
    else if (kind === 6 && length > 300) {
      // The node that was read last goes, and others come to stand there.
      store.lists.open(pair.ref, length - 60, false);
      pair.remove(length - 90, 90);
      pair.insert(length - 90, Array.from({ length: 250 }, element));
    }
    const near = draw(pair.wanted.length);
    for (const at of [near, Math.min(near + 30, pair.wanted.length - 1), draw(pair.wanted.length)]) {
      const cursor = store.lists.open(pair.ref, at, draw(2) === 0);
      assert.ok(cursor.next());
      const found = cursor.bytes.subarray(cursor.start, cursor.end);
      assert.ok(pair.wanted[at].equals(found), `seed ${seed}, round ${round}, element ${at}`);
    }
  }
  checkStore(store);
});

test.run();
