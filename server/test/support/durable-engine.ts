/** An engine whose effects go to a database on a disk in memory, as server.ts puts them together; no door, no socket. */

import { LoadingStore } from '../../src/ops/loading-store.js';
import { StoreWalk } from '../../src/ops/store-walk.js';
import type { Database, LoadReport, SnapshotReport } from '../../src/persistence/database-types.js';
import { GroupCommit } from '../../src/persistence/group-commit.js';
import type { MemoryDisk } from '../persistence-memory-disk.js';
import { openOn, type TestDatabaseOptions } from '../persistence-model.js';
import { TestEngine, type TestEngineOptions } from '../test-engine.js';
import { journalOn } from './journalled-store.js';
import { ListClient } from './list-client.js';

export class DurableEngine {
  readonly db: TestEngine;
  readonly lists: ListClient;
  readonly database: Database;
  readonly journal: GroupCommit;
  /** What the start found. */
  readonly loaded: LoadReport;
  /** Of what was loaded, how much passed the memory limit. */
  readonly entriesAboveLimit: number;

  static async start(
    disk: MemoryDisk,
    options: TestDatabaseOptions = journalOn(),
    engineOptions: TestEngineOptions & { readonly nowMs?: number } = {},
  ): Promise<DurableEngine> {
    const database = await openOn(disk, options);
    const journal = new GroupCommit({
      nowMs: () => db.nowMs,
      onReleased: () => undefined,
      onFull: () => undefined,
      onFatal: (error) => {
        throw error;
      },
    });
    const db = new TestEngine({ ...engineOptions, journal, isFollowed: false });
    if (engineOptions.nowMs !== undefined) db.engine.nowMs = engineOptions.nowMs;
    const target = new LoadingStore(db.store);
    const loaded = await database.load(target);
    await database.start();
    journal.bind(db.store);
    journal.open(database.journal, loaded.lastVersion);
    return new DurableEngine(db, database, journal, loaded, target.entriesAboveLimit);
  }

  private constructor(
    db: TestEngine,
    database: Database,
    journal: GroupCommit,
    loaded: LoadReport,
    entriesAboveLimit: number,
  ) {
    this.db = db;
    this.database = database;
    this.journal = journal;
    this.loaded = loaded;
    this.entriesAboveLimit = entriesAboveLimit;
    this.lists = new ListClient(db.engine);
  }

  /** Everything told so far is on its way to the disk, and written. */
  async written(): Promise<void> {
    this.journal.flushAll();
    while (this.database.journal.writtenLsn < this.journal.lastLsn && this.database.journal.isOn)
      await new Promise((done) => setImmediate(done));
  }

  snapshot(isFinal = false): Promise<SnapshotReport> {
    const { db, journal } = this;
    return this.database.snapshot(
      {
        store: new StoreWalk(db.store, () => db.nowMs),
        lastVersion: () => journal.lastLsn,
        nowMs: () => db.nowMs,
        subscribe: (listener) => journal.subscribe(listener),
        flushBatch: () => journal.flushAll(),
      },
      { isFinal },
    );
  }
}
