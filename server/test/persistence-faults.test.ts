import assert from 'node:assert/strict';
import { test } from 'uvu';
import type { Database } from '../src/persistence/database-types.js';
import { isFatal, PersistenceError } from '../src/persistence/persistence-error.js';
import { type DiskCall, MemoryDisk } from './persistence-memory-disk.js';
import {
  DIRECTORY,
  ModelStore,
  openOn,
  setValue,
  startOn,
  stateOf,
  type TestDatabaseOptions,
  testCrypto,
} from './persistence-model.js';

const SMALL_FILES: TestDatabaseOptions = { segmentBytesMax: 140_000 };

/** A running server with state A on disk and state B in memory; its snapshot spans two files. */
async function runningServer(options: TestDatabaseOptions = SMALL_FILES) {
  const disk = new MemoryDisk();
  const { database, store } = await startOn(disk, options);
  fill(store, 'a', 15);
  await database.snapshot(store);
  const stateA = stateOf(store.entries.values());
  fill(store, 'b', 10);
  const stateB = stateOf(store.entries.values());
  disk.log.length = 0;
  disk.calls = 0;
  return { disk, database, store, stateA, stateB };
}

function fill(store: ModelStore, letter: string, count: number): void {
  for (let i = 0; i < count; i++) setValue(store, `${letter}${i}`, letter.repeat(10_000));
}

/** Restarts on what is left of a disk; the state it finds. */
async function restartedState(disk: MemoryDisk): Promise<string[]> {
  const { database, store } = await startOn(disk, SMALL_FILES);
  const state = stateOf(store.entries.values());
  // What can be read must also be writable again.
  await database.snapshot(store);
  await database.close();
  const names = [...disk.contents().keys()];
  assert.deepEqual(
    names.filter((name) => name.endsWith('.part') || name.endsWith('.new')),
    [],
  );
  return state;
}

async function outcomeOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** How many calls a snapshot makes, and which. */
async function callsOfSnapshot(): Promise<DiskCall[]> {
  const { disk, database, store } = await runningServer();
  await database.snapshot(store);
  await database.close();
  return [...disk.log];
}

test('a crash before or after any call of a snapshot leaves the old or the new state, never neither', async () => {
  const calls = await callsOfSnapshot();
  let old = 0;
  let fresh = 0;
  for (const { index, name, path } of calls) {
    for (const fault of ['crash-before', 'crash-after'] as const) {
      const { disk, database, store, stateA, stateB } = await runningServer();
      disk.plan = (call) => (call.index === index ? fault : undefined);
      await outcomeOf(database.snapshot(store));
      for (const left of [disk.afterKill(), disk.afterPowerCut()]) {
        const state = await restartedState(left);
        const isOld = state.length === stateA.length;
        if (isOld) old++;
        else fresh++;
        assert.deepEqual(state, isOld ? stateA : stateB, `${fault} ${name} ${path}`);
      }
    }
  }
  assert.ok(old > 50 && fresh > 4, `${old} old, ${fresh} new, of ${calls.length} calls`);
});

test('a crash at any call of the first start leaves a directory that starts', async () => {
  const probe = new MemoryDisk();
  await (await startOn(probe)).database.close();
  for (let index = 1; index <= probe.calls; index++) {
    for (const fault of ['crash-before', 'crash-after'] as const) {
      const disk = new MemoryDisk();
      disk.plan = (call) => (call.index === index ? fault : undefined);
      await outcomeOf(startOn(disk));
      assert.deepEqual(await restartedState(disk.afterKill()), []);
      assert.deepEqual(await restartedState(disk.afterPowerCut()), []);
    }
  }
});

test('EIO at any call of a snapshot is fatal, exit 74, and nothing is tried again', async () => {
  for (const { index, name, path } of await callsOfSnapshot()) {
    const { disk, database, store, stateA, stateB } = await runningServer();
    disk.plan = (call) => (call.index === index ? 'EIO' : undefined);
    const error = await outcomeOf(database.snapshot(store));
    const place = `${name} ${path}`;
    assert.ok(
      error instanceof PersistenceError && error.exitCode === 74 && isFatal(error),
      `${place}: ${error}`,
    );
    assert.equal(database.lastSnapshotError, error);
    const callsBefore = disk.calls;
    assert.equal(await outcomeOf(database.snapshot(store)), error, place);
    assert.equal(disk.calls, callsBefore, `${place}: the disk was used again after a fatal error`);
    const state = await restartedState(disk.afterKill());
    assert.deepEqual(state, state.length === stateA.length ? stateA : stateB, place);
  }
});

test('a full disk fails the snapshot and only it: the old one stays, no part is left, the next one succeeds', async () => {
  const isWriting = new Set(['createToWrite', 'write', 'sync', 'rename']);
  for (const { index, name, path } of await callsOfSnapshot()) {
    if (!isWriting.has(name)) continue;
    const { disk, database, store, stateA, stateB } = await runningServer();
    disk.plan = (call) => (call.index === index ? 'ENOSPC' : undefined);
    const error = await outcomeOf(database.snapshot(store));
    const place = `${name} ${path}`;
    assert.ok(error instanceof PersistenceError && error.isDiskFull && !isFatal(error), `${place}: ${error}`);
    const names = [...disk.contents().keys()];
    assert.deepEqual(
      names.filter((left) => left.endsWith('.part') || left.endsWith('.new')),
      [],
      place,
    );
    assert.deepEqual(await restartedState(disk.afterKill()), stateA, place);
    assert.equal(disk.openHandles, 0, place);

    await database.snapshot(store);
    assert.equal(database.lastSnapshotError, undefined);
    await database.close();
    assert.deepEqual(await restartedState(disk.afterPowerCut()), stateB, place);
  }
});

test('a directory sync that fails is fatal even for want of room', async () => {
  const { disk, database, store } = await runningServer();
  disk.plan = (call) => (call.name === 'syncDirectory' ? 'ENOSPC' : undefined);
  assert.ok(isFatal(await outcomeOf(database.snapshot(store))));
});

test('short reads and short writes at every call change nothing', async () => {
  const { disk, database, store, stateB } = await runningServer();
  disk.plan = () => 'short';
  await database.snapshot(store);
  await database.close();
  const left = disk.afterPowerCut();
  left.plan = () => 'short';
  assert.deepEqual(await restartedState(left), stateB);
});

test('a disk that gives back other bytes than were written fails the snapshot before the old one goes', async () => {
  const { disk, database, store, stateA } = await runningServer();
  const plain = disk.read.bind(disk);
  let isLying = true;
  disk.read = (handle, into, start, end, position) => {
    const count = plain(handle, into, start, end, position);
    if (isLying && position > 3000 && count > 0) into[start] ^= 1;
    return count;
  };
  const error = await outcomeOf(database.snapshot(store));
  assert.ok(error instanceof PersistenceError && error.exitCode === 65 && !isFatal(error), String(error));
  isLying = false;
  assert.deepEqual(await restartedState(disk.afterPowerCut()), stateA);
});

test('an error while loading leaves the directory as it was', async () => {
  const { disk, database } = await runningServer();
  await database.close();
  const probe = disk.afterKill();
  const reopened = await openOn(probe);
  probe.calls = 0;
  await reopened.load(new ModelStore());
  for (let index = 1; index <= probe.calls; index++) {
    const copy = disk.afterKill();
    const again = await openOn(copy);
    copy.calls = 0;
    copy.plan = (call) => (call.index === index ? 'EIO' : undefined);
    const error = await outcomeOf(again.load(new ModelStore()));
    await again.close();
    assert.ok(error instanceof PersistenceError && error.exitCode === 74, String(error));
    assert.deepEqual([...copy.contents()].sort(), [...disk.contents()].sort());
  }
});

test('data that does not fit the memory limit refuses the start and says what helps', async () => {
  const { disk, database } = await runningServer();
  await database.close();
  const again = await openOn(disk);
  const tooSmall = Object.assign(new ModelStore(), { put: () => false });
  const error = await outcomeOf(again.load(tooSmall));
  await again.close();
  assert.ok(error instanceof PersistenceError && error.exitCode === 74, String(error));
  assert.match(error.message, /ANOA_MAX_MEMORY/);
});

test('a MANIFEST that cannot be written for want of room takes RESERVE for the last snapshot', async () => {
  const { disk, database, store, stateB } = await runningServer({
    ...SMALL_FILES,
    reserveBytesMax: 2_000_000,
  });
  let isFirst = true;
  disk.plan = (call) => {
    if (!isFirst || call.name !== 'write' || !call.path.endsWith('MANIFEST.new')) return undefined;
    isFirst = false;
    return 'ENOSPC';
  };
  await database.snapshot(store, { isFinal: true });
  await database.close();
  assert.equal(isFirst, false);
  assert.deepEqual(await restartedState(disk.afterPowerCut()), stateB);
});

test('RESERVE makes room for the last snapshot on a full disk, and for no other', async () => {
  const { disk, database, store, stateB } = await runningServer({
    ...SMALL_FILES,
    reserveBytesMax: 2_000_000,
  });
  const reserve = disk.contents().get(`${DIRECTORY}/RESERVE`)!;
  assert.ok(reserve.length >= 1024 * 1024);
  assert.ok(
    reserve.some((byte) => byte !== 0),
    'real bytes',
  );
  disk.freeBytes = 50_000;
  const error = await outcomeOf(database.snapshot(store));
  assert.ok(error instanceof PersistenceError && error.isDiskFull, String(error));
  assert.ok(disk.contents().has(`${DIRECTORY}/RESERVE`));
  disk.freeBytes = 50_000;
  await database.snapshot(store, { isFinal: true });
  await database.close();
  assert.deepEqual(await restartedState(disk.afterPowerCut()), stateB);
});

test('a start on a disk without room for RESERVE says so and goes on', async () => {
  const disk = new MemoryDisk();
  disk.freeBytes = 20_000;
  const events: string[] = [];
  const options = { reserveBytesMax: 2_000_000, log: (event: { event: string }) => events.push(event.event) };
  const { database } = await startOn(disk, options);
  assert.ok(events.includes('reserve-missing'));
  assert.equal(disk.contents().has(`${DIRECTORY}/RESERVE`), false);
  await database.close();
});

test('a second call joins the running snapshot; a final one waits for it and takes its own', async () => {
  const { disk, database, store } = await runningServer();
  const first = database.snapshot(store);
  first.then(() => setValue(store, 'written after the first', 'and before the last'));
  const joined = database.snapshot(store);
  assert.equal(database.isSnapshotRunning, true);
  const last = database.snapshot(store, { isFinal: true });
  assert.equal((await first).generation, (await joined).generation);
  assert.ok((await last).generation > (await first).generation);
  assert.equal(database.isSnapshotRunning, false);
  await database.close();
  const again = await openOn(disk.afterPowerCut());
  const loaded = new ModelStore();
  assert.equal((await again.load(loaded)).wasCleanStop, true);
  assert.deepEqual(stateOf(loaded.entries.values()), stateOf(store.entries.values()));
});

test('the clean-stop flag stands until the next start, and not behind a snapshot while running', async () => {
  const { disk, database, store } = await runningServer();
  await database.snapshot(store, { isFinal: true });
  await database.close();
  const flagOf = async (left: MemoryDisk) => {
    const opened = await openOn(left);
    const { wasCleanStop } = await opened.load(new ModelStore());
    return { opened, wasCleanStop };
  };
  const { opened, wasCleanStop } = await flagOf(disk);
  assert.equal(wasCleanStop, true);
  await opened.start();
  assert.equal((await flagOf(disk.afterPowerCut())).wasCleanStop, false);
});

test('a lock that is lost stops the snapshot before anything is published', async () => {
  const disk = new MemoryDisk();
  let isLost = false;
  const { openDatabase } = await import('../src/persistence/database.js');
  const { inlineJournalWorker, inlineWorker } = await import('./persistence-model.js');
  const crypto = testCrypto();
  const lost = new PersistenceError('lost', { exitCode: 75 });
  const database: Database = await openDatabase(
    {
      fs: disk,
      crypto,
      lock: {
        acquire: async () => ({
          replacedStale: true,
          confirm() {
            if (isLost) throw lost;
          },
          release: async () => undefined,
        }),
      },
      startWorker: () => inlineWorker(disk, crypto),
      startJournalWorker: () => inlineJournalWorker(disk, crypto),
      nowMs: () => 1,
      monotonicMs: () => 0,
      yieldToEventLoop: async () => undefined,
    },
    {
      directory: DIRECTORY,
      secret: { kind: 'key-file', path: '/srv/k', createIfAbsent: true },
      reserveBytesMax: 0,
    },
  );
  const store = new ModelStore();
  await database.load(store);
  await database.start();
  setValue(store, 'a', 1);
  isLost = true;
  const before = [...disk.contents()].sort();
  assert.equal(await outcomeOf(database.snapshot(store)), lost);
  assert.deepEqual([...disk.contents()].sort(), before);
});

test('no key and nonce are used for two plaintexts, even where every random number is the same', async () => {
  for (const isConstant of [false, true]) {
    const plaintexts = new Map<string, string>();
    const crypto = testCrypto(5);
    if (isConstant) crypto.random = (into) => void into.fill(9);
    const seal = crypto.seal;
    let seals = 0;
    crypto.seal = (box, plain, nonce, key) => {
      seals++;
      const id = `${Buffer.from(key).toString('hex')} ${Buffer.from(nonce).toString('hex')}`;
      const text = Buffer.from(plain).toString('base64');
      assert.equal(plaintexts.get(id) ?? text, text, 'one key and nonce for two plaintexts');
      plaintexts.set(id, text);
      seal(box, plain, nonce, key);
    };
    const disk = new MemoryDisk();
    const { database, store } = await startOn(disk, { ...SMALL_FILES, crypto });
    fill(store, 'a', 20);
    await database.snapshot(store);
    await database.close();
    // The directory is copied and both go on, with the same generation numbers and other data.
    for (const letter of ['b', 'c']) {
      const copy = disk.afterKill();
      const { database: copied, store: copiedStore } = await startOn(copy, { ...SMALL_FILES, crypto });
      fill(copiedStore, letter, 20);
      await copied.snapshot(copiedStore);
      await copied.close();
    }
    assert.ok(seals > 15, `${seals} seals`);
  }
});

test('a worker that dies fails the snapshot; the next one has a new worker', async () => {
  const { disk, database, store, stateB } = await runningServer();
  const plain = disk.createToWrite.bind(disk);
  disk.createToWrite = () => {
    throw new TypeError('a bug');
  };
  const error = await outcomeOf(database.snapshot(store));
  assert.ok(error instanceof Error);
  disk.createToWrite = plain;
  if (isFatal(error)) return;
  await database.snapshot(store);
  await database.close();
  assert.deepEqual(await restartedState(disk.afterPowerCut()), stateB);
});

test.run();
