/** Lists through journal and snapshot: what a start finds is what there was, whatever was changed while it was written. */

import assert from 'node:assert/strict';
import {
  encodeCopy,
  encodeDelete,
  encodeExpire,
  encodeFlush,
  encodePersist,
  encodeRename,
  encodeSet,
} from '@anoadb/protocol';
import { SeededRandom } from '@anoadb/testkit';
import { test } from 'uvu';
import { PersistenceError } from '../src/persistence/persistence-error.js';
import { checkStore } from '../src/store/index.js';
import { MemoryDisk } from './persistence-memory-disk.js';
import { DurableEngine } from './support/durable-engine.js';
import { journalOn } from './support/journalled-store.js';
import { bytes } from './test-engine.js';

/** 1022: the last list on its way is removed between two slices, behind the end of the table. */
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 1022];

/** A clock by which every slice of a walk is over after its first step. */
function fastClock(): () => number {
  let nowMs = 0;
  return () => (nowMs += 1);
}

/** Key by key, since a whole list in a message helps nobody. */
function assertSame({ db }: DurableEngine, expected: ReadonlyMap<string, string>, when = ''): void {
  const found = db.contents();
  assert.deepEqual([...found.keys()].sort(), [...expected.keys()].sort(), when);
  for (const [key, state] of found)
    assert.ok(
      state === expected.get(key),
      `${when} ${key}: ${state.slice(-200)} not ${expected.get(key)?.slice(-200)}`,
    );
}

/** One change of one of a few keys: lists short and long, and what else can happen to a key. */
function change({ db, lists }: DurableEngine, random: SeededRandom): void {
  const key = `key ${random.int(0, 9)}`;
  const other = `key ${random.int(0, 9)}`;
  const k = bytes(key);
  const element = (): string =>
    random.pick(['x', 'y', '', `element ${random.int(0, 999)}`, '\xff'.repeat(random.int(1, 300))]);
  const isList = (): boolean =>
    db.run((w) => encodeExpire(w, { key: k, timeMs: 60_000, ifNone: true })).status !== 'NOT_FOUND' &&
    typeIsList();
  const typeIsList = (): boolean => {
    const ref = db.engine.findKey(k, 0, k.length);
    return ref !== 0 && db.store.typeOf(ref) === 8;
  };
  const length = typeIsList() ? lists.length(key) : 0;
  switch (random.int(0, 13)) {
    case 0:
    case 1:
    case 2:
    case 3: {
      if (length === 0) db.run((w) => encodeDelete(w, { key: k }));
      const count = random.chance(0.2) ? random.int(1000, 6000) : random.int(1, 5);
      const at = random.pick([0, length, random.int(0, length)]);
      lists.insert(key, at, Array.from({ length: count }, element), random.chance(0.5));
      return;
    }
    case 4:
    case 5:
    case 6: {
      if (length === 0) return;
      const at = random.int(0, length - 1);
      lists.remove(key, at, random.chance(0.5) ? 1 : random.int(1, length - at));
      return;
    }
    case 7:
      if (length > 0) lists.replace(key, random.int(0, length - 1), element());
      return;
    case 8:
      if (length > 0) lists.removeEqual(key, element(), random.int(1, 400), random.chance(0.5));
      return;
    case 9:
      db.run((w) => encodeRename(w, { key: k, newKey: bytes(other) }));
      return;
    case 10:
      db.run((w) => encodeCopy(w, { key: k, newKey: bytes(other) }));
      return;
    case 11:
      if (isList()) db.run((w) => encodePersist(w, { key: k }));
      return;
    case 12: {
      db.engine.startRequest();
      const ref = db.engine.findKey(k, 0, k.length);
      const value = bytes(element());
      db.engine.put(
        db.engine.keyHash,
        ref,
        k,
        0,
        k.length,
        9,
        value,
        0,
        value.length,
        0,
        random.int(0, 2 ** 32 - 1),
      );
      db.engine.commit();
      return;
    }
    default:
      db.run((w) => (random.chance(0.1) ? encodeFlush(w) : encodeDelete(w, { key: k })));
  }
}

for (const seed of SEEDS) {
  test(`what is changed while snapshots are taken is there after a kill (seed ${seed})`, async () => {
    const random = new SeededRandom(seed);
    let disk = new MemoryDisk();
    let running: DurableEngine | undefined;
    const options = {
      ...journalOn('everysec', 200_000),
      monotonicMs: fastClock(),
      beforeYield: () => {
        for (let i = random.int(0, 3); running !== undefined && i > 0; i--) change(running, random);
        running?.journal.flush();
      },
    };
    let deltaLines = 0;
    for (let life = 0; life < 4; life++) {
      const engine = await DurableEngine.start(disk, options);
      running = engine;
      for (let i = 0; i < 60; i++) change(engine, random);
      const report = await engine.snapshot();
      deltaLines += report.deltaLines;
      for (let i = random.int(0, 40); i > 0; i--) change(engine, random);
      await engine.written();
      running = undefined;
      const expected = engine.db.contents();
      disk = disk.afterKill();
      const again = await DurableEngine.start(disk, options);
      assertSame(again, expected);
      checkStore(again.db.store);
      await again.snapshot(true);
      await again.database.close();
      const third = await DurableEngine.start(disk, options);
      assertSame(third, expected, 'from the last snapshot alone');
      await third.database.close();
    }
    assert.ok(deltaLines > 0);
  });
}

test('a list of many pieces is the same after a start, from the journal and from a snapshot', async () => {
  const disk = new MemoryDisk();
  const engine = await DurableEngine.start(disk);
  const elements = Array.from({ length: 40_000 }, (_, i) => `element ${i}`);
  assert.ok(engine.lists.insert('q', 0, elements));
  assert.ok(engine.lists.insert('q', 20_000, ['x'.repeat(300_000), '']));
  await engine.written();
  const second = await DurableEngine.start(disk.afterKill());
  const expected = [...elements.slice(0, 20_000), 'x'.repeat(300_000), '', ...elements.slice(20_000)];
  assert.deepEqual(second.lists.range('q'), expected);
  const report = await second.snapshot();
  assert.equal(report.entries, 1);
  await second.database.close();
  const third = await DurableEngine.start(disk.afterKill());
  assert.deepEqual(third.lists.range('q'), expected);
});

test('pushing onto a long list, giving it another key and another TTL are records of a few bytes', async () => {
  const engine = await DurableEngine.start(new MemoryDisk());
  engine.lists.insert(
    'q',
    0,
    Array.from({ length: 10_000 }, (_, i) => `element ${i}`),
  );
  await engine.written();
  const before = engine.database.journal.statistics.recordBytes;
  engine.lists.push('q', 'one more');
  engine.lists.remove('q', 0, 9000);
  engine.db.run((w) => encodeExpire(w, { key: bytes('q'), timeMs: 1000 }));
  engine.db.run((w) => encodeCopy(w, { key: bytes('q'), newKey: bytes('c') }));
  engine.db.run((w) => encodeRename(w, { key: bytes('q'), newKey: bytes('r') }));
  engine.lists.removeEqual('r', 'element 9500', 1, true);
  await engine.written();
  const bytesWritten = engine.database.journal.statistics.recordBytes - before;
  assert.ok(bytesWritten < 400, `${bytesWritten} bytes`);
});

test('a list whose time passed between two starts can have been made to stay before that', async () => {
  const disk = new MemoryDisk();
  const engine = await DurableEngine.start(disk);
  const { db, lists } = engine;
  for (const key of ['stays', 'goes', 'copied']) {
    lists.push(key, 'a', 'b');
    db.run((w) => encodeExpire(w, { key: bytes(key), timeMs: 1000 }));
  }
  await engine.snapshot();
  lists.push('stays', 'c');
  lists.push('goes', 'c');
  db.run((w) => encodePersist(w, { key: bytes('stays') }));
  db.run((w) => encodeCopy(w, { key: bytes('copied'), newKey: bytes('copy') }));
  db.run((w) => encodePersist(w, { key: bytes('copy') }));
  await engine.written();
  const laterMs = db.nowMs + 5000;
  const options = { ...journalOn(), nowMs: () => laterMs };
  const again = await DurableEngine.start(disk.afterKill(), options, { nowMs: laterMs });
  assert.deepEqual(again.lists.range('stays'), ['a', 'b', 'c']);
  assert.deepEqual(again.lists.range('copy'), ['a', 'b']);
  assert.equal(again.lists.range('goes'), undefined);
  assert.equal(again.lists.range('copied'), undefined);
});

test('client flags come back with every kind of change: put, append, expiry, copy', async () => {
  const disk = new MemoryDisk();
  const engine = await DurableEngine.start(disk);
  const { db } = engine;
  const value = bytes('value');
  for (const [i, flags] of [1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff].entries()) {
    db.engine.startRequest();
    const k = bytes(`k${i}`);
    const ref = db.engine.findKey(k, 0, 2);
    assert.notEqual(db.engine.put(db.engine.keyHash, ref, k, 0, 2, 9, value, 0, 5, 0, flags), 0);
    db.engine.commit();
  }
  db.run((w) => encodeExpire(w, { key: bytes('k1'), timeMs: 500_000 }));
  db.run((w) => encodeCopy(w, { key: bytes('k2'), newKey: bytes('copy') }));
  db.run((w) => encodeRename(w, { key: bytes('k3'), newKey: bytes('renamed') }));
  await engine.written();
  const expected = db.contents();
  assert.equal(expected.size, 5);
  for (const state of expected.values()) assert.ok(!state.endsWith('/0'), state);
  const second = await DurableEngine.start(disk.afterKill());
  assert.deepEqual(second.db.contents(), expected);
  await second.snapshot();
  await second.database.close();
  const third = await DurableEngine.start(disk.afterKill());
  assert.deepEqual(third.db.contents(), expected);
  third.db.run((w) => encodeSet(w, { key: bytes('k0'), value: 'plain' }));
  const ref = third.db.engine.findKey(bytes('k0'), 0, 2);
  assert.equal(third.db.store.clientFlagsOf(ref), 0, 'a plain put has none');
});

test('lists above a limit that was lowered come in all the same', async () => {
  const disk = new MemoryDisk();
  const engine = await DurableEngine.start(disk);
  for (let i = 0; i < 12; i++)
    engine.lists.push(`q${i}`, ...Array.from({ length: 10 }, () => 'x'.repeat(100_000)));
  await engine.written();
  const limited = { maxMemoryBytes: 6 * 1024 * 1024, eviction: 'refuse' } as const;
  const again = await DurableEngine.start(disk.afterKill(), journalOn(), limited);
  assert.deepEqual(again.db.contents(), engine.db.contents());
  assert.ok(again.entriesAboveLimit > 0);
  assert.equal(again.lists.push('q0', 'y'.repeat(2_000_000)), false);
});

test('where a load evicts, changes of what it evicted go nowhere', async () => {
  const disk = new MemoryDisk();
  const engine = await DurableEngine.start(disk);
  for (let i = 0; i < 20; i++)
    engine.lists.push(`q${i}`, ...Array.from({ length: 10 }, () => 'x'.repeat(100_000)));
  for (let i = 0; i < 20; i++) engine.lists.push(`q${i}`, 'more');
  await engine.written();
  engine.db.run((w) => encodeCopy(w, { key: bytes('q0'), newKey: bytes('copy') }));
  await engine.written();
  const limited = { maxMemoryBytes: 6 * 1024 * 1024, eviction: 'sieve' } as const;
  const again = await DurableEngine.start(disk.afterKill(), journalOn(), limited);
  assert.ok(again.db.store.counters.evicted > 0);
  const expected = engine.db.contents();
  for (const [key, state] of again.db.contents()) assert.equal(state, expected.get(key));
  checkStore(again.db.store);
});

test('a change of a list that is not as the change found it is refused, and says which', async () => {
  const disk = new MemoryDisk();
  const engine = await DurableEngine.start(disk);
  engine.lists.push('q', 'a', 'b');
  const { journal } = engine;
  // As if an effect had never been told.
  const splice = journal.splice;
  journal.splice = () => undefined;
  engine.lists.push('q', 'c');
  journal.splice = splice;
  engine.lists.push('q', 'd');
  await engine.written();
  const before = [...disk.contents()];
  const killed = disk.afterKill();
  const error = await DurableEngine.start(killed).then(
    () => undefined,
    (failure: unknown) => failure,
  );
  assert.ok(error instanceof PersistenceError, String(error));
  assert.equal(error.exitCode, 65);
  assert.match(error.message, /the change with LSN 3 is of a list that is not as that change found it/);
  assert.match(error.file ?? '', /jour-\d+-\d+\.anoj$/);
  assert.deepEqual([...disk.contents()], before);
});

test.run();
