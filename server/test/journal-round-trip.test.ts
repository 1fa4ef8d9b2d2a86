/** The journal through a database on a disk in memory: what was appended is there again, and nothing else. */

import { ByteWriter } from '@anoadb/protocol';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Database } from '../src/persistence/database-types.js';
import { RecordKind, writeRecordHead } from '../src/persistence/entry-record.js';
import { BATCH_HEAD_BYTES, type SyncPolicy } from '../src/persistence/journal/journal-types.js';
import { MemoryDisk } from './persistence-memory-disk.js';
import { keyOf, ModelStore, openOn, stateOf, type TestDatabaseOptions, wireOf } from './persistence-model.js';

const test = suite('journal round trip');

const ON = (policy: SyncPolicy = 'everysec', segmentBytesMax?: number): TestDatabaseOptions => ({
  journal: { isOn: true, policy, segmentBytesMax },
});

/** A store whose effects are journalled, one batch for each call of commit(). */
class JournalledStore extends ModelStore {
  readonly batch = new ByteWriter(1024);
  clients: string[] = [];
  #database: Database | undefined;
  #firstLsn = 0;
  #appendedLsn = 0;

  journalTo(database: Database, lastLsn: number): void {
    this.#database = database;
    this.#appendedLsn = lastLsn;
    this.resumeAfter(lastLsn);
    this.batch.at = BATCH_HEAD_BYTES;
  }
  setText(key: string, text: string): void {
    const { type, bytes } = wireOf(text);
    this.set(keyOf(key), type, bytes);
    this.#noteLsn();
    const name = keyOf(key);
    writeRecordHead(this.batch, RecordKind.PUT, type, name.length, bytes.length, 0, this.lastVersion());
    this.batch.copy(name);
    this.batch.copy(bytes);
  }
  removeText(key: string): void {
    const name = keyOf(key);
    if (!this.delete(name)) return;
    this.#noteLsn();
    writeRecordHead(this.batch, RecordKind.REMOVE, 0, name.length, 0, 0, this.lastVersion());
    this.batch.copy(name);
  }
  noteMark(identity: string, payload: string): void {
    const id = keyOf(identity);
    const bytes = keyOf(payload);
    writeRecordHead(
      this.batch,
      RecordKind.MARK,
      0,
      id.length,
      bytes.length,
      this.clockMs,
      this.lastVersion(),
    );
    this.batch.copy(id);
    this.batch.copy(bytes);
    this.clients.push(`${identity}=${payload}`);
  }
  commit(): void {
    const buffer = this.batch.bytes.buffer.slice(0) as ArrayBuffer;
    const first = this.#firstLsn || this.#appendedLsn;
    this.#database!.journal.append(buffer, this.batch.at, first, this.lastVersion(), 1, this.clockMs);
    this.#appendedLsn = this.lastVersion();
    this.#firstLsn = 0;
    this.batch.at = BATCH_HEAD_BYTES;
  }
  mark(bytes: Uint8Array, identityStart: number, identityEnd: number, start: number, end: number): void {
    const text = (from: number, to: number) => Buffer.from(bytes.subarray(from, to)).toString();
    this.clients.push(`${text(identityStart, identityEnd)}=${text(start, end)}`);
  }
  walkMarks(target: { mark: ModelStore['put'] | unknown }): () => boolean {
    const left = [...this.clients];
    return () => {
      const next = left.shift();
      if (next === undefined) return false;
      const bytes = keyOf(next);
      const split = next.indexOf('=');
      (target.mark as (...all: unknown[]) => void)(
        bytes,
        0,
        split,
        split + 1,
        bytes.length,
        this.clockMs,
        this.lastVersion(),
      );
      return true;
    };
  }
  flushBatch(): void {
    if (this.batch.at > BATCH_HEAD_BYTES) this.commit();
  }
  #noteLsn(): void {
    this.#firstLsn ||= this.lastVersion();
  }
}

async function begin(disk: MemoryDisk, options: TestDatabaseOptions = ON()) {
  const database = await openOn(disk, options);
  const store = new JournalledStore();
  const report = await database.load(store);
  await database.start();
  const lines = stateOf(store.entries.values());
  const clients = [...store.clients];
  store.journalTo(database, report.lastVersion);
  return { database, store, report, lines, clients };
}

async function written(database: Database, lsn: number): Promise<void> {
  while (database.journal.writtenLsn < lsn) await new Promise((done) => setImmediate(done));
}

test('what was written is there after the process is gone, in order, with its marks', async () => {
  const disk = new MemoryDisk();
  const { store, database } = await begin(disk);
  store.setText('a', 'one');
  store.noteMark('client', 'rid 1');
  store.commit();
  store.setText('b', 'two');
  store.setText('a', 'three');
  store.commit();
  store.removeText('b');
  store.commit();
  await written(database, store.lastVersion());
  const again = await begin(disk.afterKill());
  assert.equal(again.lines, stateOf(store.entries.values()));
  assert.equal(again.clients, ['client=rid 1']);
  assert.is(again.report.lastVersion, store.lastVersion());
  assert.is(again.report.wasCleanStop, false);
});

test('segments, snapshots and restarts follow each other; a snapshot takes the older segments away', async () => {
  let disk = new MemoryDisk();
  for (let round = 0; round < 6; round++) {
    const { store, database, lines } = await begin(disk, ON('everysec', 2_000));
    assert.ok(round === 0 || lines.length > 0);
    for (let i = 0; i < 60; i++) {
      store.setText(`key ${(round * 7 + i) % 41}`, `value ${round} ${i}`);
      if (i % 3 === 0) store.noteMark('c', `${round} ${i}`);
      if (i % 5 === 0) store.removeText(`key ${i}`);
      store.commit();
      if (i === 30 && round % 2 === 1) await database.snapshot(store);
    }
    await written(database, store.lastVersion());
    if (round % 3 === 2) {
      await database.snapshot(store, { isFinal: true });
      assert.is(disk.list('/srv/data')!.filter((name) => name.endsWith('.anoj')).length, 0);
    }
    if (round % 3 === 1) await database.close();
    const expected = stateOf(store.entries.values());
    disk = disk.afterKill();
    const again = await begin(disk, ON('everysec', 2_000));
    assert.equal(again.lines, expected, `round ${round}`);
    assert.is(again.report.wasCleanStop, round % 3 > 0, `round ${round}`);
    assert.is(again.clients.at(-1), `c=${round} 57`);
    await again.database.close();
  }
});

test('under always everything told as durable is there after a power cut', async () => {
  const disk = new MemoryDisk();
  const { store, database } = await begin(disk, ON('always'));
  for (let i = 0; i < 20; i++) {
    store.setText(`key ${i}`, `value ${i}`);
    store.commit();
  }
  while (database.journal.durableLsn < store.lastVersion()) await new Promise((done) => setImmediate(done));
  const again = await begin(disk.afterPowerCut(), ON('always'));
  assert.equal(again.lines, stateOf(store.entries.values()));
});

test.run();
