import assert from 'node:assert/strict';
import { ValueType } from '@anoadb/protocol';
import { test } from 'uvu';
import { LoadingStore } from '../src/ops/loading-store.js';
import { StoreWalk } from '../src/ops/store-walk.js';
import type { EffectListener, SnapshotSource } from '../src/persistence/database-types.js';
import { isFatal, PersistenceError } from '../src/persistence/persistence-error.js';
import { SnapshotWalk } from '../src/persistence/snapshot-walk.js';
import { BUFFERS_IN_FLIGHT_MAX } from '../src/persistence/worker-messages.js';
import { Store } from '../src/store/index.js';
import { MemoryDisk } from './persistence-memory-disk.js';
import { keyOf, ModelStore, openOn, seededRandom, setValue, startOn, stateOf } from './persistence-model.js';

/** A clock by which every slice is over after its first step. */
function fastClock(): () => number {
  let nowMs = 0;
  return () => (nowMs += 1);
}

/** The store as a source that remembers its state at the moment when the snapshot stops listening. */
class WatchedSource implements SnapshotSource {
  readonly store: ModelStore;
  stateAtEnd: string[] = [];
  constructor(store: ModelStore) {
    this.store = store;
  }
  lastVersion = () => this.store.lastVersion();
  nowMs = () => this.store.nowMs();
  subscribe(listener: EffectListener): () => void {
    const unsubscribe = this.store.subscribe(listener);
    return () => {
      this.stateAtEnd = stateOf(this.store.entries.values());
      unsubscribe();
    };
  }
}

for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
  test(`what is loaded is the state at the end of the walk, whatever was written meanwhile (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    const disk = new MemoryDisk();
    let writes = () => undefined as void;
    const { database, store } = await startOn(disk, {
      monotonicMs: fastClock(),
      beforeYield: () => writes(),
    });
    const anyKey = () => keyOf(`key ${Math.floor(random() * 900)}`);
    for (let i = 0; i < 600; i++) setValue(store, anyKey(), i);
    let rounds = 0;
    writes = () => {
      rounds++;
      for (let i = random() * 20; i > 0; i--) {
        const choice = random();
        if (choice < 0.5) setValue(store, anyKey(), 'x'.repeat(random() * 300));
        else if (choice < 0.7) setValue(store, `new ${random()}`, i, random() < 0.5 ? 0 : 2e12);
        else if (choice < 0.995) store.delete(anyKey());
        else if (seed % 2 === 0) store.flush();
      }
    };
    const source = new WatchedSource(store);
    const report = await database.snapshot(source);
    await database.close();
    assert.ok(rounds > 5, `${rounds} rounds of writes`);
    assert.ok(report.deltaLines > 0 || seed % 2 === 0);

    const again = await openOn(disk);
    const loaded = new ModelStore();
    const load = await again.load(loaded);
    await again.close();
    assert.deepEqual(stateOf(loaded.entries.values()), source.stateAtEnd);
    assert.equal(load.lastVersion, report.endVersion);
  });
}

for (const seed of [11, 12, 13]) {
  test(`the same over the real store, its index growing under the walk (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    const nowMs = 1_700_000_000_000;
    let listener: EffectListener | undefined;
    let version = 0;
    const store = new Store({
      hashSeed: seed,
      onRemoved: (bytes, start, end) => listener?.remove(bytes, start, end, ++version),
    });
    const model = new Map<string, string>();
    const put = (name: string) => {
      const key = keyOf(name);
      const value = keyOf('v'.repeat(random() * 100) + random());
      store.put(key, 0, key.length, ValueType.STRING, value, 0, value.length, 0, ++version, nowMs);
      model.set(name, `${Buffer.from(value).toString()} ${version}`);
      listener?.put(store.find(key, 0, key.length, nowMs));
    };
    const remove = (name: string) => {
      const key = keyOf(name);
      if (store.remove(key, 0, key.length)) listener?.remove(key, 0, key.length, ++version);
      model.delete(name);
    };
    let created = 0;
    const write = () => {
      for (let i = 0; i < 80; i++) put(`key ${created++}`);
      for (let i = 0; i < 40; i++) put(`key ${Math.floor(random() * created)}`);
      for (let i = 0; i < 20; i++) remove(`key ${Math.floor(random() * created)}`);
    };
    for (let i = 0; i < 20; i++) write();

    const disk = new MemoryDisk();
    let isWalking = false;
    const database = await openOn(disk, {
      monotonicMs: fastClock(),
      beforeYield: () => {
        if (isWalking && created < 20_000) write();
      },
    });
    await database.load(new ModelStore());
    await database.start();
    let stateAtEnd = '';
    const walked = new StoreWalk(store, () => nowMs);
    const report = await database.snapshot({
      store: walked,
      lastVersion: () => version,
      nowMs: () => nowMs,
      subscribe(given) {
        listener = given;
        isWalking = true;
        return () => {
          listener = undefined;
          isWalking = false;
          stateAtEnd = JSON.stringify([...model].sort());
        };
      },
    });
    assert.ok(report.deltaLines > 0);
    await database.close();

    const again = await openOn(disk);
    const loaded = new Store({ hashSeed: seed + 1 });
    await again.load(new LoadingStore(loaded));
    await again.close();
    const found: [string, string][] = [];
    for (let cursor = 0, isFirst = true; isFirst || cursor !== 0; isFirst = false) {
      cursor = loaded.scan(cursor, 1000, nowMs, (ref) => {
        const bytes = Buffer.from(loaded.segmentOf(ref).buffer, loaded.segmentOf(ref).byteOffset);
        const [keyStart, valueStart] = [loaded.keyStartOf(ref), loaded.valueStartOf(ref)];
        found.push([
          bytes.toString('utf8', keyStart, keyStart + loaded.keyLengthOf(ref)),
          `${bytes.toString('utf8', valueStart, valueStart + loaded.valueLengthOf(ref))} ${loaded.versionOf(ref)}`,
        ]);
      });
    }
    assert.equal(JSON.stringify(found.sort()), stateAtEnd);
  });
}

test('a key deleted behind the walk is gone, one deleted before it leaves no line', async () => {
  const store = new ModelStore();
  for (let i = 0; i < 2000; i++) setValue(store, `key ${i}`, i);
  let isFirst = true;
  const { walk, sent } = walkOver(store, () => {
    if (!isFirst) return;
    isFirst = false;
    for (let i = 0; i < 2000; i++) store.delete(keyOf(`key ${i}`));
  });
  await walk.run();
  assert.equal(walk.deltaLines, walk.entries);
  assert.ok(walk.entries > 0 && walk.entries < 2000);
  assert.ok(sent() > 0);
});

test('while four buffers are on their way the walk rests, and changes are kept', async () => {
  const store = new ModelStore();
  for (let i = 0; i < 3000; i++) setValue(store, `key ${i}`, 'v'.repeat(1000));
  const held: ArrayBuffer[] = [];
  let inFlightMax = 0;
  let isResting = false;
  const walk = new SnapshotWalk({
    source: store,
    send: (buffer) => {
      held.push(buffer);
      inFlightMax = Math.max(inFlightMax, held.length);
    },
    monotonicMs: fastClock(),
    yieldToEventLoop: () => new Promise((done) => setImmediate(done)),
  });
  const run = walk.run();
  const returning = setInterval(() => {
    if (!isResting && held.length === BUFFERS_IN_FLIGHT_MAX) {
      isResting = true;
      const walked = walk.entries;
      for (let i = 0; i < 3000; i++) setValue(store, `key ${i}`, 'w'.repeat(1000));
      assert.equal(walk.entries, walked);
      assert.ok(walk.deltaLines > 0);
    }
    const buffer = isResting ? held.shift() : undefined;
    if (buffer !== undefined) walk.returnBuffer(buffer);
  }, 1);
  try {
    await run;
    await walk.drained();
  } finally {
    clearInterval(returning);
  }
  assert.ok(isResting);
  assert.equal(inFlightMax, BUFFERS_IN_FLIGHT_MAX);
  assert.equal(walk.entries, 3000);
});

test('more changes than the disk can take end this snapshot, and only it', async () => {
  const store = new ModelStore();
  for (let i = 0; i < 2000; i++) setValue(store, `key ${i}`, 'v'.repeat(1000));
  const walk = new SnapshotWalk({
    source: store,
    send: () => undefined,
    monotonicMs: fastClock(),
    yieldToEventLoop: () => new Promise((done) => setImmediate(done)),
    queuedBytesMax: 1_000_000,
  });
  const writing = setInterval(() => {
    for (let i = 0; i < 100; i++) setValue(store, `key ${i}`, 'w'.repeat(10_000));
  }, 1);
  try {
    await assert.rejects(
      walk.run(),
      (error: unknown) => error instanceof PersistenceError && error.exitCode === 74 && !isFatal(error),
    );
  } finally {
    clearInterval(writing);
  }
});

test('a slice ends when its time is over, and large values are walked one by one', async () => {
  const store = new ModelStore();
  for (let i = 0; i < 200; i++) setValue(store, `key ${i}`, 'v'.repeat(100_000));
  let looks = 0;
  let most = 0;
  let before = 0;
  const { walk } = walkOver(store, () => {
    most = Math.max(most, walk.entries - before);
    before = walk.entries;
    looks++;
  });
  await walk.run();
  assert.equal(walk.entries, 200);
  assert.ok(looks > 20, `${looks} slices`);
  assert.ok(most <= 8, `${most} entries in one slice`);
  assert.ok(walk.sliceMsMax > 0);
});

/** A walk whose buffers come back at once; `between` runs between slices. */
function walkOver(store: ModelStore, between: () => void): { walk: SnapshotWalk; sent: () => number } {
  let sentBytes = 0;
  const walk: SnapshotWalk = new SnapshotWalk({
    source: store,
    send: (buffer, byteCount) => {
      sentBytes += byteCount;
      setImmediate(() => walk.returnBuffer(buffer));
    },
    monotonicMs: fastClock(),
    yieldToEventLoop: async () => {
      between();
      await new Promise((done) => setImmediate(done));
    },
  });
  return { walk, sent: () => sentBytes };
}

test.run();
