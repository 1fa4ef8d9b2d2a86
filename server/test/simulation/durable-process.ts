/**
 * One life of a server process on the simulated machine: what server.ts does around engine and endpoint with files,
 * here on virtual threads and clocks.
 */

import type { VirtualClock } from '@anoadb/testkit';
import type { Continuity, HistoryTarget } from '@anoadb/transport';
import type { Journal } from '../../src/engine/journal.js';
import { WallClock } from '../../src/engine/wall-clock.js';
import { LoadingStore } from '../../src/ops/loading-store.js';
import { StoreWalk } from '../../src/ops/store-walk.js';
import type { Database, LoadReport, SnapshotSource } from '../../src/persistence/database-types.js';
import { GroupCommit } from '../../src/persistence/group-commit.js';
import type { MarkTarget } from '../../src/persistence/journal/journal-types.js';
import { isFatal, PersistenceError } from '../../src/persistence/persistence-error.js';
import type { ServerCore } from '../support/simulated-server.js';
import type { DurabilityWatch } from './durability-watch.js';
import type { Ledger } from './ledger.js';
import { changeLists } from './list-changes.js';
import type { SimulatedMachine } from './simulated-machine.js';
import { WatchedJournal } from './watched-journal.js';

export interface DurableProcessOptions {
  readonly clock: VirtualClock;
  readonly ledger: Ledger;
  readonly machine: SimulatedMachine;
  readonly watch: DurabilityWatch;
  /** Answers left: the endpoint's timers may have moved. */
  readonly onReleased: () => void;
  /** It has to end: 74. */
  readonly onFatal: (error: unknown) => void;
}

const STORE_TICK_MS = 100;
const STORE_BUDGET = 1000;

export class DurableProcess {
  readonly #options: DurableProcessOptions;
  readonly #database: Database;
  readonly #groupCommit: GroupCommit;
  readonly #wallClock: WallClock;
  #journal: WatchedJournal | undefined;
  #core: ServerCore | undefined;
  /** Of changes of lists that wait for their acknowledgement, the last LSN of each burst. */
  readonly #listLsns: number[] = [];
  #isGone = false;
  /** Loaded and serving. */
  isServing = false;

  /** Takes the data directory. */
  static async open(options: DurableProcessOptions): Promise<DurableProcess> {
    const { machine, ledger } = options;
    const database = await machine.openDatabase((event) =>
      ledger.trace(() => `${event.level}: ${event.message}`),
    );
    return new DurableProcess(options, database);
  }

  private constructor(options: DurableProcessOptions, database: Database) {
    const { clock } = options;
    this.#options = options;
    this.#database = database;
    this.#wallClock = new WallClock(
      () => clock.wallNowMs,
      database.dbNowMs,
      () => clock.nowMs,
    );
    this.#groupCommit = new GroupCommit({
      nowMs: () => this.nowMs(),
      onReleased: (lsn) => {
        if (this.#isGone) return;
        while (this.#listLsns.length > 0 && this.#listLsns[0] <= lsn)
          options.watch.acknowledgeLists(this.#listLsns.shift()!);
        this.#core?.endpoint.release(lsn, clock.nowMs);
        options.onReleased();
      },
      onFull: (isFull) => {
        if (this.#core !== undefined) this.#core.engine.refusesWrites = isFull;
      },
      onFatal: (error) => this.#end(error),
    });
  }

  get lastLsn(): number {
    return this.#groupCommit.lastLsn;
  }

  nowMs(): number {
    return this.#wallClock.now();
  }

  flush(): void {
    this.#groupCommit.flush();
  }

  /** What the core is made with. */
  parts(onEffect: (isRemoval: boolean) => void): {
    journal: Journal;
    history: HistoryTarget;
    continuity: Continuity;
    hashSeed: number;
  } {
    const { hashSeed } = this.#database;
    this.#journal = new WatchedJournal(this.#groupCommit, this.#options.watch, onEffect);
    const epoch = new Uint8Array(8).fill(hashSeed % 251);
    return {
      journal: this.#journal,
      history: this.#groupCommit,
      continuity: { epoch, fingerprintSeed: hashSeed >>> 0 },
      hashSeed,
    };
  }

  /** Reads the files into the core, which answers LOADING meanwhile; then it serves. */
  async load(core: ServerCore): Promise<LoadReport> {
    const { clock } = this.#options;
    this.#core = core;
    core.engine.nowMs = this.nowMs();
    core.endpoint.setLoading(0, clock.nowMs);
    const loaded = await this.#database.load(new LoadingStore(core.engine.store, core.endpoint.restorer()));
    this.#wallClock.raiseTo(loaded.dbNowMs);
    core.engine.nowMs = this.nowMs();
    return loaded;
  }

  /** What the crash before left is put in order; until then what was loaded is promised to nobody. */
  async start(): Promise<void> {
    await this.#database.start();
  }

  serve(lastLsn: number): void {
    const { clock } = this.#options;
    const core = this.#core!;
    this.#groupCommit.bind(core.engine.store);
    this.#groupCommit.open(this.#database.journal, lastLsn);
    this.#journal!.store = core.engine.store;
    core.endpoint.setLoading(undefined, clock.nowMs);
    this.isServing = true;
    this.#tickStore();
  }

  /** As a door without datagrams would: requests one by one, acknowledged when the journal has released them. */
  changeLists(seed: number, changes: number): void {
    const { engine } = this.#core!;
    if (engine.refusesWrites || engine.isBusy) return;
    engine.nowMs = this.nowMs();
    changeLists(engine, seed, changes);
    this.#listLsns.push(this.lastLsn);
    this.flush();
  }

  async snapshot(isFinal = false): Promise<void> {
    try {
      await this.#database.snapshot(this.#source(), { isFinal });
      this.#options.ledger.trace(() => 'a snapshot is published');
    } catch (error) {
      if (this.#isGone) return;
      this.#options.ledger.trace(() => `no snapshot: ${(error as Error).message}`);
      if (isFatal(error)) this.#end(error);
      else if (!(error instanceof PersistenceError)) throw error;
    }
  }

  /** As SIGTERM does; the endpoint was closed before. */
  async stop(): Promise<void> {
    this.isServing = false;
    await this.#groupCommit.drained();
    await this.snapshot(true);
    await this.#database.close();
  }

  /** Killed: whatever still comes back to it is nobody's. */
  gone(): void {
    this.#isGone = true;
    this.isServing = false;
  }

  #end(error: unknown): void {
    if (this.#isGone) return;
    this.#options.onFatal(error);
  }

  /** What ops/tick-loop.ts does for the store. */
  #tickStore(): void {
    this.#options.clock.after(STORE_TICK_MS, () => {
      if (!this.isServing) return;
      const { engine } = this.#core!;
      engine.nowMs = this.nowMs();
      engine.store.tick(engine.nowMs, STORE_BUDGET);
      engine.commit();
      this.flush();
      this.#tickStore();
    });
  }

  #source(): SnapshotSource {
    const core = this.#core!;
    return {
      store: new StoreWalk(core.engine.store, () => this.nowMs()),
      lastVersion: () => this.#groupCommit.lastLsn,
      nowMs: () => this.nowMs(),
      subscribe: (listener) => this.#groupCommit.subscribe(listener),
      walkMarks: (target) => this.#walkMarks(target),
      flushBatch: () => this.#groupCommit.flushAll(),
    };
  }

  #walkMarks(target: MarkTarget): () => boolean {
    return this.#core!.endpoint.walkHistory({
      mark: (bytes, start, end, from, to) =>
        target.mark(bytes, start, end, from, to, this.nowMs(), this.lastLsn),
      session: (bytes, start, end, from, to) =>
        target.session(bytes, start, end, from, to, this.nowMs(), this.lastLsn),
    });
  }
}
