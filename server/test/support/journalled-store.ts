/** A store whose effects are journalled, and a database on a disk in memory that it is journalled to. */

import { ByteWriter } from '@anoadb/protocol';
import type { Database } from '../../src/persistence/database-types.js';
import { RecordKind, writeRecordHead } from '../../src/persistence/entry-record.js';
import {
  BATCH_HEAD_BYTES,
  type MarkTarget,
  type SyncPolicy,
} from '../../src/persistence/journal/journal-types.js';
import type { MemoryDisk } from '../persistence-memory-disk.js';
import {
  type InlineJournalWorker,
  keyOf,
  ModelStore,
  openOn,
  stateOf,
  type TestDatabaseOptions,
  wireOf,
} from '../persistence-model.js';

export function journalOn(policy: SyncPolicy = 'everysec', segmentBytesMax?: number): TestDatabaseOptions {
  return { journal: { isOn: true, policy, segmentBytesMax } };
}

/** One batch for each call of commit(). */
export class JournalledStore extends ModelStore {
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
  walkMarks(target: MarkTarget): () => boolean {
    const left = [...this.clients];
    return () => {
      const next = left.shift();
      if (next === undefined) return false;
      const bytes = keyOf(next);
      const split = next.indexOf('=');
      target.mark(bytes, 0, split, split + 1, bytes.length, this.clockMs, this.lastVersion());
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

export async function beginOn(disk: MemoryDisk, options: TestDatabaseOptions = journalOn()) {
  let worker: InlineJournalWorker | undefined;
  const onJournalWorker = (started: InlineJournalWorker) => {
    worker = started;
  };
  const database = await openOn(disk, { ...options, onJournalWorker });
  const store = new JournalledStore();
  const report = await database.load(store);
  await database.start();
  const lines = stateOf(store.entries.values());
  const clients = [...store.clients];
  store.journalTo(database, report.lastVersion);
  return { database, store, report, lines, clients, worker: worker! };
}

export async function written(database: Database, lsn: number): Promise<void> {
  while (database.journal.writtenLsn < lsn) await new Promise((done) => setImmediate(done));
}
