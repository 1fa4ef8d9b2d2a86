import assert from 'node:assert/strict';
import { suite } from 'uvu';
import { checkStore, type EvictionPolicy, SavedEntry, Store } from '../src/store/index.js';

/** The store against a Map of values and arrays: the same random operations, virtual time, everything checked in between. */
const test = suite('store: model');

interface Wanted {
  value: Uint8Array;
  expiryMs: number;
  version: number;
  type: number;
  clientFlags: number;
  /** Of a list; a value is then nothing. */
  elements?: Uint8Array[];
}

const NOTHING = new Uint8Array(0);
const LIST = 8;

const seed = Number(process.env['ANOA_TEST_SEED'] ?? 20260517);

function random(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

class Run {
  readonly store: Store;
  readonly model = new Map<string, Wanted>();
  readonly next: () => number;
  readonly keys: Uint8Array[] = [];
  /** Not at a limit: what is put back may pass it. */
  readonly restores: boolean;
  nowMs = 1_700_000_000_000;
  version = 0;

  constructor(options: { seed: number; keys: number; eviction: EvictionPolicy; maxMemoryBytes?: number }) {
    this.next = random(options.seed);
    this.restores = options.maxMemoryBytes === undefined;
    this.store = new Store({
      hashSeed: options.seed,
      eviction: options.eviction,
      ...(options.maxMemoryBytes === undefined ? {} : { maxMemoryBytes: options.maxMemoryBytes }),
      onRemoved: (bytes, start, end, reason) => {
        const key = nameOf(bytes, start, end);
        const wanted = this.model.get(key);
        assert.ok(wanted !== undefined, `${reason}: ${key} was not there`);
        if (reason === 'expired')
          assert.ok(wanted.expiryMs !== 0 && wanted.expiryMs <= this.nowMs, `${key} lives`);
        else assert.notEqual(options.eviction, 'refuse');
        if (reason === 'evicted' && options.eviction === 'sieve-ttl') assert.notEqual(wanted.expiryMs, 0);
        this.model.delete(key);
      },
    });
    for (let i = 0; i < options.keys; i++) {
      const key = new Uint8Array(1 + this.below(i % 20 === 0 ? 300 : 24) + 4);
      for (let at = 0; at < key.length; at++) key[at] = this.below(256);
      new DataView(key.buffer).setUint32(0, i);
      this.keys.push(key);
    }
  }

  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  value(): Uint8Array {
    const kind = this.below(100);
    const length =
      kind < 60
        ? this.below(64)
        : kind < 90
          ? this.below(900)
          : kind < 99
            ? this.below(20_000)
            : this.below(400_000);
    return new Uint8Array(length).fill(this.below(256));
  }

  expiry(): number {
    const kind = this.below(10);
    if (kind < 5) return 0;
    if (kind < 8) return this.nowMs + 1 + this.below(2000);
    return this.nowMs + 1 + this.below(kind === 8 ? 1_000_000 : 10_000_000_000);
  }

  step(): void {
    const { store, model } = this;
    const key = this.keys[this.below(this.keys.length)];
    const name = nameOf(key, 0, key.length);
    const kind = this.below(100);
    const wanted = model.get(name);
    const isThere = wanted !== undefined && (wanted.expiryMs === 0 || wanted.expiryMs > this.nowMs);
    if (kind < 25) {
      this.changeList(key, name);
    } else if (kind < 45) {
      const next = {
        value: this.value(),
        expiryMs: this.expiry(),
        version: ++this.version,
        type: this.below(LIST),
        clientFlags: this.below(3) === 0 ? this.below(2 ** 32) : 0,
      };
      const { value } = next;
      const isDone = store.put(
        key,
        0,
        key.length,
        next.type,
        value,
        0,
        value.length,
        next.expiryMs,
        next.version,
        this.nowMs,
        next.clientFlags,
      );
      if (isDone) model.set(name, next);
    } else if (kind < 60) {
      assert.equal(store.remove(key, 0, key.length), wanted !== undefined);
      model.delete(name);
    } else if (kind < 80) {
      this.compare(key, name);
    } else if (kind < 88) {
      const ref = store.find(key, 0, key.length, this.nowMs);
      assert.equal(ref !== 0, isThere);
      if (ref === 0) return;
      const expiryMs = this.expiry();
      if (store.setExpiry(ref, expiryMs, ++this.version) !== 0)
        Object.assign(model.get(name)!, { expiryMs, version: this.version });
      this.compare(key, name);
    } else if (kind < 90 && this.restores) {
      this.saveAndRestore(key);
    } else if (kind < 96) {
      const ref = store.find(key, 0, key.length, this.nowMs);
      if (ref === 0 || store.typeOf(ref) === LIST || store.valueLengthOf(ref) > 200_000) return;
      const piece = new Uint8Array(this.below(200)).fill(this.below(256));
      if (store.append(ref, piece, 0, piece.length, ++this.version) !== 0) {
        const entry = model.get(name)!;
        entry.value = Uint8Array.from(Buffer.concat([entry.value, piece]));
        entry.version = this.version;
      }
      this.compare(key, name);
    } else {
      this.nowMs += this.below(kind === 99 ? 100_000 : 500);
      store.tick(this.nowMs, 1 + this.below(50));
    }
  }

  /** Makes a list where there is none, and changes it in one of the ways there are. */
  changeList(key: Uint8Array, name: string): void {
    const { store, model } = this;
    const { lists } = store;
    const hash = store.keyHash(key, 0, key.length);
    let ref = store.findHashed(hash, key, 0, key.length, this.nowMs);
    if (ref === 0 || store.typeOf(ref) !== LIST) {
      if (ref !== 0 && this.below(4) !== 0) return;
      const expiryMs = this.expiry();
      const version = ++this.version;
      ref = lists.create(hash, ref, key, 0, key.length, expiryMs, version, this.nowMs);
      if (ref === 0) return;
      model.set(name, { value: NOTHING, expiryMs, version, type: LIST, clientFlags: 0, elements: [] });
    }
    const entry = model.get(name)!;
    const elements = entry.elements!;
    const kind = this.below(20);
    if (kind < 11 || elements.length === 0) {
      this.insert(ref, elements);
    } else if (kind < 16) {
      const isEnd = this.below(2) === 0;
      const count = isEnd ? 1 : this.below(Math.min(elements.length, 100) + 1);
      const at = isEnd ? this.below(2) * (elements.length - 1) : this.below(elements.length - count + 1);
      lists.remove(ref, at, count);
      elements.splice(at, count);
    } else if (kind === 16) {
      this.removeEqual(ref, entry);
    } else if (kind === 17) {
      const at = this.below(elements.length);
      const element = this.element();
      if (lists.replace(ref, at, element, 0, element.length) !== 0) elements[at] = element;
    } else {
      this.copyOrRename(ref, name, entry, kind === 18);
    }
    this.compare(key, name);
  }

  insert(ref: number, elements: Uint8Array[]): void {
    const count = this.below(10) === 0 ? this.below(300) : 1 + this.below(4);
    const added = Array.from({ length: count }, () => this.element());
    const source = Buffer.concat(added);
    const starts = new Int32Array(count);
    const ends = new Int32Array(count);
    let end = 0;
    for (let i = 0; i < count; i++) {
      starts[i] = end;
      end += added[i].length;
      ends[i] = end;
    }
    const where = this.below(4);
    const at = where === 0 ? 0 : where < 3 ? elements.length : this.below(elements.length + 1);
    const isReversed = this.below(2) === 0;
    if (this.store.lists.insert(ref, at, source, starts, ends, 0, count, isReversed) === 0) return;
    elements.splice(at, 0, ...(isReversed ? added.reverse() : added));
  }

  removeEqual(ref: number, entry: Wanted): void {
    const wanted = entry.elements![this.below(entry.elements!.length)];
    const limit = this.below(3) === 0 ? Number.POSITIVE_INFINITY : 1 + this.below(5);
    const isBackward = this.below(2) === 0;
    let left = limit;
    if (isBackward) entry.elements!.reverse();
    const kept = entry.elements!.filter((other) => Buffer.compare(other, wanted) !== 0 || left-- <= 0);
    if (isBackward) kept.reverse();
    const removed = this.store.lists.removeEqual(ref, wanted, 0, wanted.length, limit, isBackward);
    assert.equal(removed, entry.elements!.length - kept.length);
    entry.elements = kept;
  }

  copyOrRename(ref: number, name: string, entry: Wanted, isCopy: boolean): void {
    const { store, model } = this;
    const key = this.keys[this.below(this.keys.length)];
    const other = nameOf(key, 0, key.length);
    if (other === name) return;
    const hash = store.keyHash(key, 0, key.length);
    const expiryMs = this.expiry();
    const version = ++this.version;
    const { lists } = store;
    if (isCopy) {
      if (lists.copy(ref, hash, key, 0, key.length, expiryMs, version, this.nowMs) === 0) return;
      model.set(other, { ...entry, expiryMs, version, elements: [...entry.elements!] });
    } else {
      if (lists.rename(ref, hash, key, 0, key.length, expiryMs, version, this.nowMs) === 0) return;
      model.delete(name);
      model.set(other, { ...entry, expiryMs, version });
    }
    this.compare(key, other);
  }

  /** Few different ones, so that some are equal; now and then a long one. */
  element(): Uint8Array {
    const kind = this.below(200);
    const length = kind < 150 ? this.below(20) : kind < 199 ? this.below(400) : this.below(20_000);
    return new Uint8Array(length).fill(this.below(4));
  }

  /** Puts the entry of a key back as it was, after something else was done to it. */
  saveAndRestore(key: Uint8Array): void {
    const { store } = this;
    const ref = store.find(key, 0, key.length, this.nowMs);
    if (ref === 0) return;
    const saved = new SavedEntry();
    store.save(ref, saved);
    if (this.below(2) === 0) store.remove(key, 0, key.length);
    else if (store.typeOf(ref) === LIST) store.lists.remove(ref, 0, store.lists.lengthOf(ref));
    store.restore(saved);
    this.compare(key, nameOf(key, 0, key.length));
  }

  compare(key: Uint8Array, name: string): void {
    const { store } = this;
    const ref = store.find(key, 0, key.length, this.nowMs);
    const wanted = this.model.get(name);
    assert.equal(ref !== 0, wanted !== undefined, `presence of ${name}`);
    if (ref === 0 || wanted === undefined) return;
    assert.deepEqual(
      [store.expiryOf(ref), store.versionOf(ref), store.typeOf(ref), store.clientFlagsOf(ref)],
      [wanted.expiryMs, wanted.version, wanted.type, wanted.clientFlags],
      name,
    );
    if (wanted.elements !== undefined) {
      this.compareList(ref, name, wanted.elements);
      return;
    }
    const start = store.valueStartOf(ref);
    const value = store.segmentOf(ref).subarray(start, start + store.valueLengthOf(ref));
    assert.ok(Buffer.compare(value, wanted.value) === 0, `value of ${name}`);
  }

  /** From a random place to either end: all places come up in time. */
  compareList(ref: number, name: string, elements: Uint8Array[]): void {
    const { lists } = this.store;
    assert.equal(lists.lengthOf(ref), elements.length, `length of ${name}`);
    const at = this.below(elements.length);
    for (const isBackward of [false, true]) {
      const cursor = lists.open(ref, at, isBackward);
      for (let i = at; i >= 0 && i < elements.length; i += isBackward ? -1 : 1) {
        assert.ok(cursor.next(), `element ${i} of ${name}`);
        const element = cursor.bytes.subarray(cursor.start, cursor.end);
        assert.ok(Buffer.compare(element, elements[i]) === 0, `element ${i} of ${name}`);
      }
      assert.ok(!cursor.next(), `end of ${name}`);
    }
  }

  check(): void {
    checkStore(this.store);
    assert.equal(this.store.count, this.model.size);
    for (const key of this.keys) this.compare(key, nameOf(key, 0, key.length));
  }
}

function nameOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}

function differential(steps: number, options: ConstructorParameters<typeof Run>[0]): void {
  const run = new Run(options);
  try {
    for (let i = 1; i <= steps; i++) {
      run.step();
      if (i % 2000 === 0) run.check();
      else if (i % 500 === 0) checkStore(run.store);
    }
  } catch (error) {
    throw new Error(`with ANOA_TEST_SEED=${seed} (${JSON.stringify(options)})`, { cause: error });
  }
}

test('30 000 random operations without a limit leave what a Map holds', () => {
  differential(30_000, { seed, keys: 1500, eviction: 'refuse' });
});

test('30 000 random operations on few keys do too, in a store that keeps an eviction queue', () => {
  differential(30_000, { seed: seed + 1, keys: 60, eviction: 'sieve' });
});

for (const eviction of ['refuse', 'sieve', 'sieve-ttl'] as const) {
  test(`30 000 random operations at the memory limit leave what a Map holds (${eviction})`, () => {
    differential(30_000, { seed: seed + 2, keys: 3000, eviction, maxMemoryBytes: 6 << 20 });
  });
}

test('a slab emptied for its pages does not take them again (seed that once did not end)', () => {
  differential(30_000, { seed: 7919 + 2, keys: 3000, eviction: 'refuse', maxMemoryBytes: 6 << 20 });
});

test.run();
