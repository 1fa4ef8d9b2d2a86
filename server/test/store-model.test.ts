import assert from 'node:assert/strict';
import { suite } from 'uvu';
import { checkStore, type EvictionPolicy, Store } from '../src/store/index.js';

/** The store against a Map: the same random operations, virtual time, everything checked in between. */
const test = suite('store: model');

interface Wanted {
  value: Uint8Array;
  expiryMs: number;
  version: number;
  type: number;
}

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
  nowMs = 1_700_000_000_000;
  version = 0;

  constructor(options: { seed: number; keys: number; eviction: EvictionPolicy; maxMemoryBytes?: number }) {
    this.next = random(options.seed);
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
    if (kind < 40) {
      const next = {
        value: this.value(),
        expiryMs: this.expiry(),
        version: ++this.version,
        type: this.below(10),
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
    } else if (kind < 96) {
      const ref = store.find(key, 0, key.length, this.nowMs);
      if (ref === 0 || store.valueLengthOf(ref) > 200_000) return;
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

  compare(key: Uint8Array, name: string): void {
    const { store } = this;
    const ref = store.find(key, 0, key.length, this.nowMs);
    const wanted = this.model.get(name);
    assert.equal(ref !== 0, wanted !== undefined, `presence of ${name}`);
    if (ref === 0 || wanted === undefined) return;
    const start = store.valueStartOf(ref);
    const value = store.segmentOf(ref).subarray(start, start + store.valueLengthOf(ref));
    assert.ok(Buffer.compare(value, wanted.value) === 0, `value of ${name}`);
    assert.deepEqual(
      [store.expiryOf(ref), store.versionOf(ref), store.typeOf(ref)],
      [wanted.expiryMs, wanted.version, wanted.type],
      name,
    );
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
