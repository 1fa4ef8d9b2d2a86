/** The journal on a disk that is full, fails or is slow: nothing is told too early, nothing is tried twice. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { FromJournal } from '../src/persistence/journal/journal-messages.js';
import { BATCH_HEAD_BYTES, type SyncPolicy } from '../src/persistence/journal/journal-types.js';
import { JournalWorker } from '../src/persistence/journal/journal-worker.js';
import { createKeyring } from '../src/persistence/keyring.js';
import { MemoryDisk } from './persistence-memory-disk.js';
import { stateOf, testCrypto } from './persistence-model.js';
import { beginOn, journalOn, written } from './support/journalled-store.js';

const test = suite('journal faults');

const turn = () => new Promise((done) => setImmediate(done));
async function turns(count = 20): Promise<void> {
  for (let i = 0; i < count; i++) await turn();
}

test('on a full disk what was executed is written into the reserve; told full, and room when there is some', async () => {
  const disk = new MemoryDisk();
  let nowMs = 0;
  const { store, database, worker } = await beginOn(disk, {
    ...journalOn(),
    reserveBytesMax: 2_000_000,
    monotonicMs: () => nowMs,
  });
  const events: string[] = [];
  database.journal.listen({
    onWritten: () => undefined,
    onDurable: () => undefined,
    onBuffer: () => undefined,
    onFull: () => events.push('full'),
    onRoom: () => events.push('room'),
    onFatal: (error) => events.push(error.message),
  });
  store.setText('a', 'before');
  store.commit();
  await written(database, store.lastVersion());
  disk.freeBytes = 100;
  store.setText('b', 'x'.repeat(500));
  store.commit();
  await written(database, store.lastVersion());
  assert.equal(events, ['full']);
  assert.ok(database.journal.isFull);
  // No room for a reserve: it stays full, and what comes is written all the same.
  disk.freeBytes = 700;
  nowMs += 5_000;
  worker.tick();
  await turns();
  assert.equal(events, ['full']);
  disk.freeBytes = 10_000_000;
  nowMs += 5_000;
  worker.tick();
  await turns();
  assert.equal(events, ['full', 'room']);
  assert.not(database.journal.isFull);
  const { lines } = await beginOn(disk.afterKill());
  assert.equal(lines, stateOf(store.entries.values()));
});

test('without a reserve a batch waits, partly written, and is finished when there is room; a crash before keeps none of it', async () => {
  for (const free of [0, 1, 77, 300]) {
    const disk = new MemoryDisk();
    let nowMs = 0;
    const { store, database, worker } = await beginOn(disk, { ...journalOn(), monotonicMs: () => nowMs });
    store.setText('a', 'before');
    store.commit();
    await written(database, store.lastVersion());
    const before = stateOf(store.entries.values());
    const told = database.journal.writtenLsn;
    disk.freeBytes = free;
    for (const key of ['b', 'c', 'd']) {
      store.setText(key, 'y'.repeat(300));
      store.commit();
    }
    await turns();
    assert.is(database.journal.writtenLsn, told, `${free} bytes free`);
    assert.is(database.journal.batchesInFlight, 3);
    const crashed = disk.afterKill();
    crashed.freeBytes = Number.POSITIVE_INFINITY;
    assert.equal((await beginOn(crashed)).lines, before);
    disk.freeBytes = 10_000_000;
    nowMs += 1_000;
    worker.tick();
    await written(database, store.lastVersion());
    await turns();
    assert.not(database.journal.isFull);
    assert.equal((await beginOn(disk.afterKill())).lines, stateOf(store.entries.values()));
  }
});

test('a start on a full disk spends the reserve, begins as full, and goes on when there is room', async () => {
  const first = new MemoryDisk();
  const options = { ...journalOn(), reserveBytesMax: 2_000_000 };
  const { store, database } = await beginOn(first, options);
  store.setText('a', 'unsynced');
  store.commit();
  await written(database, store.lastVersion());
  const disk = first.afterKill();
  disk.freeBytes = 90;
  let nowMs = 0;
  const again = await beginOn(disk, { ...options, monotonicMs: () => nowMs });
  assert.equal(again.lines, stateOf(store.entries.values()));
  await turns();
  assert.ok(again.database.journal.isFull);
  disk.freeBytes = 5_000_000;
  nowMs += 2_000;
  again.worker.tick();
  await turns();
  assert.not(again.database.journal.isFull);
});

test('a start on a full disk without a reserve is refused, and nothing is lost by it', async () => {
  const first = new MemoryDisk();
  const { store, database } = await beginOn(first);
  store.setText('a', 'unsynced');
  store.commit();
  await written(database, store.lastVersion());
  for (const free of [0, 50, 128, 500, 900]) {
    const disk = first.afterKill();
    disk.freeBytes = free;
    const error = await beginOn(disk).then(
      () => undefined,
      (thrown) => thrown as { exitCode: number; help: string },
    );
    if (error !== undefined) assert.is(error.exitCode, 74, String(error));
    else assert.ok(free > 500);
    const later = disk.afterKill();
    later.freeBytes = Number.POSITIVE_INFINITY;
    assert.equal((await beginOn(later)).lines, stateOf(store.entries.values()), `${free} bytes free`);
  }
});

test('a clean stop on a full disk ends, and a restart has all that was acknowledged', async () => {
  const disk = new MemoryDisk();
  const { store, database } = await beginOn(disk);
  store.setText('a', 'kept');
  store.commit();
  await written(database, store.lastVersion());
  const acknowledged = stateOf(store.entries.values());
  disk.freeBytes = 40;
  store.setText('b', 'never written');
  store.commit();
  await turns();
  await database.close();
  const again = disk.afterKill();
  again.freeBytes = Number.POSITIVE_INFINITY;
  const { lines, report } = await beginOn(again);
  assert.equal(lines, acknowledged);
  assert.not(report.wasCleanStop);
});

for (const [call, policy] of [
  ['write', 'everysec'],
  ['sync', 'always'],
] as const) {
  for (const code of ['EIO', call === 'sync' ? 'ENOSPC' : 'EROFS']) {
    test(`${code} of ${call} is the end: told once, nothing written or synced after it, a restart is consistent`, async () => {
      const disk = new MemoryDisk();
      const { store, database } = await beginOn(disk, journalOn(policy));
      store.setText('a', 'one');
      store.commit();
      await written(database, store.lastVersion());
      const told = database.journal.writtenLsn;
      const fatal: string[] = [];
      database.journal.listen({
        onWritten: () => fatal.push('told too much'),
        onDurable: () => fatal.push('told too much'),
        onBuffer: () => undefined,
        onFull: () => fatal.push('full'),
        onRoom: () => undefined,
        onFatal: (error) => fatal.push(`${error.exitCode}`),
      });
      let failed = 0;
      disk.plan = ({ name, path }) =>
        path.endsWith('.anoj') && name.startsWith(call) && failed++ === 0 ? code : undefined;
      store.setText('a', 'two');
      store.commit();
      store.setText('a', 'three');
      store.commit();
      await turns();
      assert.equal(fatal, ['74']);
      const calls = disk.calls;
      await database.close();
      assert.is(disk.calls, calls, 'something was done after the error');
      assert.is(database.journal.writtenLsn, told);
      const after = disk.afterPowerCut();
      after.plan = () => undefined;
      const { report } = await beginOn(after);
      assert.ok(report.lastVersion >= (policy === 'always' ? told : 0));
    });
  }
}

interface Pending {
  readonly done: (error: unknown) => void;
}

function workerOn(disk: MemoryDisk, policy: SyncPolicy) {
  const crypto = testCrypto(3);
  const keyring = createKeyring(crypto, { kind: 'key-file', bytes: new Uint8Array(32), file: '/k' }, 1);
  const said: FromJournal[] = [];
  const clock = { nowMs: 0 };
  const syncs: Pending[] = [];
  const worker = new JournalWorker({
    fs: disk,
    crypto,
    monotonicMs: () => clock.nowMs,
    reply: (message) => said.push(message),
    syncBeside: (_handle, done) => syncs.push({ done }),
  });
  disk.makeDirectory('/d', 0o700);
  const { database } = keyring;
  worker.handle({
    do: 'open',
    directory: '/d',
    keyring,
    manifest: {
      database,
      generation: 1,
      dbNowMs: 1,
      lastVersion: 0,
      isCleanStop: false,
      snapshot: null,
      journal: [],
    },
    end: undefined,
    isOn: true,
    policy,
    segmentBytesMax: 1_000_000,
    reserveBytesMax: 0,
    lastLsn: 0,
    dbNowMs: 1,
  });
  let lsn = 0;
  const append = () => {
    lsn++;
    const buffer = new ArrayBuffer(BATCH_HEAD_BYTES + 40);
    worker.handle({
      do: 'append',
      buffer,
      byteEnd: buffer.byteLength,
      firstLsn: lsn,
      lastLsn: lsn,
      requestCount: 1,
      dbNowMs: 1,
    });
  };
  const positions = () => {
    const last = said.filter((message) => message.did === 'appended' || message.did === 'progress').at(-1)!;
    return { written: last.writtenLsn, durable: last.durableLsn };
  };
  return { worker, said, clock, syncs, append, positions };
}

test('everysec: one sync at a time beside the writing; where it takes more than two seconds answers wait for it', () => {
  const { worker, clock, syncs, append, positions } = workerOn(new MemoryDisk(), 'everysec');
  clock.nowMs = 5_000;
  append();
  assert.equal(positions(), { written: 1, durable: 0 });
  worker.tick();
  assert.is(syncs.length, 1);
  append();
  clock.nowMs += 1_900;
  worker.tick();
  append();
  assert.is(syncs.length, 1, 'a second sync began beside the first');
  assert.equal(positions(), { written: 3, durable: 0 });
  clock.nowMs += 200;
  append();
  append();
  assert.equal(positions(), { written: 3, durable: 0 });
  clock.nowMs += 10_000;
  syncs[0].done(null);
  // What the sync covered is durable; what came after it began is not, and is that late too.
  assert.is(positions().durable, 1);
  worker.tick();
  syncs[1].done(null);
  assert.equal(positions(), { written: 5, durable: 5 });
  append();
  assert.equal(positions(), { written: 6, durable: 5 });
});

test('while a sync runs beside the writing there is no other: rotation and the end wait for it', () => {
  for (const error of [null, new Error('EIO')]) {
    const disk = new MemoryDisk();
    const { worker, said, clock, syncs, append, positions } = workerOn(disk, 'everysec');
    clock.nowMs = 5_000;
    append();
    worker.tick();
    const syncCalls = () => disk.log.filter(({ name }) => name.startsWith('sync')).length;
    const before = syncCalls();
    worker.handle({ do: 'rotate', nextLsn: 2 });
    worker.handle({ do: 'sync' });
    append();
    worker.handle({ do: 'close' });
    clock.nowMs += 5_000;
    worker.tick();
    assert.is(syncCalls(), before);
    assert.equal(positions(), { written: 2, durable: 0 });
    syncs[0].done(error);
    const dids = said.map(({ did }) => did);
    assert.is(dids.at(-1), 'closed');
    assert.is(dids.includes('failed'), error !== null);
    assert.is(dids.includes('rotated'), error === null);
    assert.is(positions().durable, error === null ? 2 : 0);
  }
});

test('everysec: a sync that fails beside the writing is the end', () => {
  const { worker, said, clock, syncs, append } = workerOn(new MemoryDisk(), 'everysec');
  clock.nowMs = 5_000;
  append();
  worker.tick();
  syncs[0].done(new Error('EIO'));
  append();
  clock.nowMs += 5_000;
  worker.tick();
  assert.is(said.at(-1)!.did, 'failed');
  assert.is(syncs.length, 1);
});

test('always: an answer comes behind its sync, one sync for each batch', () => {
  const disk = new MemoryDisk();
  const { append, positions } = workerOn(disk, 'always');
  const before = disk.log.length;
  append();
  assert.equal(positions(), { written: 1, durable: 1 });
  const names = disk.log.slice(before).map(({ name }) => name);
  assert.equal(names.filter((name) => name.startsWith('sync')).length, 1);
  assert.ok(names.indexOf('write') < names.findIndex((name) => name.startsWith('sync')));
});

test('always: the zeros that a segment is made longer by are no torn end, and do not hide one', async () => {
  const disk = new MemoryDisk();
  const { store, database } = await beginOn(disk, journalOn('always'));
  for (let i = 0; i < 40; i++) {
    store.setText(`key ${i}`, `value ${i}`);
    store.commit();
    await written(database, store.lastVersion());
  }
  const segmentOf = (of: MemoryDisk) => [...of.contents()].find(([path]) => path.endsWith('.anoj'))!;
  const [path, bytes] = segmentOf(disk);
  assert.ok(bytes.length > 1_000_000);
  const cut = disk.afterPowerCut();
  const { lines } = await beginOn(cut, journalOn('always'));
  assert.equal(lines, stateOf(store.entries.values()));
  assert.is(cut.list('/srv/data/quarantine'), undefined);
  // A byte of the last frame: torn. One of the frame before: damage.
  let end = bytes.length;
  while (bytes[end - 1] === 0) end--;
  for (const [back, isTorn] of [
    [3, true],
    [400, false],
  ] as const) {
    const damaged = bytes.slice();
    damaged[end - back] ^= 4;
    const again = disk.afterKill();
    again.put(path, damaged);
    const outcome = await beginOn(again, journalOn('always')).catch((error) => error as { exitCode: number });
    if (!('lines' in outcome)) assert.is(outcome.exitCode, isTorn ? undefined : 65);
    else {
      assert.ok(isTorn);
      assert.is(outcome.lines.length, 39);
      assert.is(again.list('/srv/data/quarantine')!.length, 2);
    }
  }
});

test('behind a quiet second it is noted what is durable, once', () => {
  const disk = new MemoryDisk();
  const { worker, clock, append, said } = workerOn(disk, 'always');
  append();
  append();
  const writes = () => disk.log.filter(({ name, path }) => name === 'write' && path.endsWith('.anoj')).length;
  const before = writes();
  const replies = said.filter(({ did }) => did === 'appended').length;
  for (let i = 0; i < 5; i++) {
    clock.nowMs += 1_000;
    worker.tick();
  }
  assert.is(writes(), before + 1);
  assert.is(said.filter(({ did }) => did === 'appended').length, replies);
});

test.run();
