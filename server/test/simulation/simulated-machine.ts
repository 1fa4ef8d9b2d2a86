/**
 * The machine under a simulated server: its disk, its threads, its clocks, and how it goes down. It outlives every
 * process that runs on it, and knows every box that any of them sealed.
 */

import type { SeededRandom, VirtualClock } from '@anoadb/testkit';
import { type DatabaseAdapters, openDatabase } from '../../src/persistence/database.js';
import type { Database, PersistenceEvent } from '../../src/persistence/database-types.js';
import { FileWorker } from '../../src/persistence/file-worker.js';
import type { FromJournal, ToJournal } from '../../src/persistence/journal/journal-messages.js';
import { JournalWorker } from '../../src/persistence/journal/journal-worker.js';
import { nodeStorageCrypto } from '../../src/persistence/node-storage-crypto.js';
import { toPlainError } from '../../src/persistence/persistence-error.js';
import type { StorageCrypto } from '../../src/persistence/storage-crypto.js';
import type { FromWorker, ToWorker } from '../../src/persistence/worker-messages.js';
import { type DiskCall, type Fault, MemoryDisk } from '../persistence-memory-disk.js';
import type { Crash, CrashKind, DurabilityWatch } from './durability-watch.js';
import type { Ledger } from './ledger.js';
import type { PlannedDiskEvent, PlannedDurability } from './plan.js';
import { VirtualThread } from './virtual-thread.js';

export interface SimulatedMachineOptions {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly plan: PlannedDurability;
  readonly ledger: Ledger;
  readonly watch: DurabilityWatch;
  /** The process is gone, with the machine or without. */
  readonly onDown: (downMs: number) => void;
  /** Promises may have been settled. */
  readonly onEvent: () => void;
}

export const DATA_DIRECTORY = '/srv/data';
const KEY_FILE = '/srv/anoa.key';
const JOURNAL_TICK_MS = 100;
const OTHER_CALLS_MS = 0.002;
/** What a supervisor waits before it starts a process again that ended by itself. */
const RESTART_MS = 50;

/** Made once: its self-test takes longer than a simulated run. */
export const storageCrypto: StorageCrypto = nodeStorageCrypto();

export class SimulatedMachine {
  disk = new MemoryDisk();
  /** Since a server served last; undefined after a clean stop. */
  lastCrash: Crash | undefined;
  readonly #options: SimulatedMachineOptions;
  readonly #crypto: StorageCrypto;
  readonly #sealed = new Map<string, string>();
  #threads: { kill(): void }[] = [];
  #armed: (Extract<PlannedDiskEvent, { kind: 'crash' }> & { callsLeft: number }) | undefined;
  #broken: 'write' | 'sync' | undefined;
  #slowMs: number | undefined;
  #isFair = false;
  /** A sync that ends now began long ago: the thread spends no time on it. */
  #isBeside = false;
  /** An error was injected since the process started: it may end by itself. */
  mayFail = false;

  constructor(options: SimulatedMachineOptions) {
    this.#options = options;
    const { random } = options;
    this.#crypto = {
      ...storageCrypto,
      hmacSha256: (...given) => storageCrypto.hmacSha256(...given),
      random: (into) => random.source(into),
      seal: (box, plain, nonce, key) => {
        this.#register(key, nonce, plain);
        storageCrypto.seal(box, plain, nonce, key);
      },
    };
    this.#prepare();
  }

  /** The data directory, for a process that starts. */
  openDatabase(log: (event: PersistenceEvent) => void): Promise<Database> {
    const { clock, plan, random } = this.#options;
    let looks = 0;
    const adapters: DatabaseAdapters = {
      fs: this.disk,
      crypto: this.#crypto,
      lock: {
        acquire: async () => ({
          replacedStale: false,
          confirm: () => undefined,
          release: async () => undefined,
        }),
      },
      startWorker: () => this.#startFileWorker(),
      startJournalWorker: () => this.#startJournalWorker(),
      nowMs: () => clock.wallNowMs,
      // Every look at it costs a slice of a walk some of its time: writes come between.
      monotonicMs: () => clock.nowMs + looks++,
      yieldToEventLoop: () =>
        new Promise((resolve) => {
          clock.after(random.pick([0.01, 1, 10]), () => {
            resolve();
            this.#options.onEvent();
          });
        }),
    };
    return openDatabase(adapters, {
      directory: DATA_DIRECTORY,
      secret: { kind: 'key-file', path: KEY_FILE, createIfAbsent: true },
      journal: { isOn: true, policy: plan.policy, segmentBytesMax: plan.segmentBytesMax },
      segmentBytesMax: plan.segmentBytesMax,
      reserveBytesMax: 2000,
      log,
    });
  }

  happen(event: PlannedDiskEvent): void {
    const { clock, ledger } = this.#options;
    if (this.#isFair) return;
    ledger.trace(() => `disk: ${JSON.stringify(event)}`);
    switch (event.kind) {
      case 'crash':
        if (event.afterCalls === 0) this.goDown(event.isPowerCut ? 'power cut' : 'kill', event.downMs);
        else this.#armed = { ...event, callsLeft: event.afterCalls };
        break;
      case 'full':
        this.disk.freeBytes = event.freeBytes;
        clock.after(event.forMs, () => {
          this.disk.freeBytes = Number.POSITIVE_INFINITY;
        });
        break;
      case 'slow':
        this.#slowMs = event.syncMs;
        clock.after(event.forMs, () => {
          this.#slowMs = undefined;
        });
        break;
      case 'broken':
        this.#broken = event.call;
        break;
      case 'clock':
        clock.wallSkewMs = event.skewMs;
    }
  }

  /** From now on nothing is planned any more: what is to be judged must come to an end. */
  cure(): void {
    this.#isFair = true;
    this.#armed = undefined;
    this.#broken = undefined;
    this.#slowMs = undefined;
    this.disk.freeBytes = Number.POSITIVE_INFINITY;
  }

  /** The process ended by itself, after an error that must end it. */
  exited(): void {
    if (this.disk.isCrashed) {
      this.crashed();
      return;
    }
    if (!this.mayFail) this.#options.ledger.violate('the server ended by itself, though its disk is sound');
    this.goDown('kill', RESTART_MS);
  }

  /** A server serves again. */
  recovered(): void {
    this.lastCrash = undefined;
  }

  /** The process ended well. */
  stopped(): void {
    this.#endThreads();
    this.disk = this.disk.afterKill();
    this.#prepare();
  }

  goDown(kind: CrashKind, downMs: number): void {
    const { clock, ledger, random, onDown } = this.#options;
    this.#endThreads();
    // Of several before anybody served again the first one says when, and any power cut what may be gone.
    const former = this.lastCrash;
    const isPowerCut = kind === 'power cut' || former?.kind === 'power cut';
    const first = former ?? { atMs: clock.nowMs, at: ledger.next() };
    this.lastCrash = { ...first, kind: isPowerCut ? 'power cut' : 'kill' };
    ledger.trace(() => `${kind}`);
    const { freeBytes } = this.disk;
    this.disk.crash();
    this.disk = kind === 'kill' ? this.disk.afterKill() : this.disk.afterPowerCut(random);
    this.disk.freeBytes = freeBytes;
    this.#prepare();
    onDown(downMs);
  }

  /** The armed crash came: `goDown` once whoever was at work has noticed. */
  crashed(): void {
    const { isPowerCut, downMs } = this.#armed ?? { isPowerCut: false, downMs: RESTART_MS };
    this.#armed = undefined;
    this.goDown(isPowerCut ? 'power cut' : 'kill', downMs);
  }

  #prepare(): void {
    const { disk } = this;
    this.mayFail = false;
    disk.plan = (call) => this.#faultOf(call);
    disk.latencyMs = (call) => this.#latencyOf(call);
  }

  #faultOf(call: DiskCall): Fault {
    const { plan, random } = this.#options;
    const armed = this.#armed;
    if (armed !== undefined && --armed.callsLeft <= 0) return armed.how;
    const isSync = call.name === 'sync' || call.name === 'syncData' || call.name === 'syncDirectory';
    if (this.#broken !== undefined && (this.#broken === 'sync' ? isSync : call.name === 'write')) {
      this.#broken = undefined;
      this.mayFail = true;
      return 'EIO';
    }
    if (this.disk.freeBytes !== Number.POSITIVE_INFINITY) this.mayFail = true;
    const isTransfer = call.name === 'write' || call.name === 'read';
    return plan.hasShortTransfers && isTransfer && random.chance(0.5) ? 'short' : undefined;
  }

  #latencyOf(call: DiskCall): number {
    const { plan } = this.#options;
    if (this.#isBeside) return 0;
    if (call.name === 'write') return plan.writeMs;
    const isSync = call.name === 'sync' || call.name === 'syncData' || call.name === 'syncDirectory';
    return isSync ? (this.#slowMs ?? plan.syncMs) : OTHER_CALLS_MS;
  }

  #startFileWorker(): VirtualThread<ToWorker, FromWorker> {
    const { disk } = this;
    return this.#thread<ToWorker, FromWorker>((reply) => {
      const worker = new FileWorker(disk, this.#crypto, reply);
      return (message) => worker.handle(message);
    });
  }

  #startJournalWorker(): VirtualThread<ToJournal, FromJournal> {
    const { disk } = this;
    const { clock } = this.#options;
    let worker: JournalWorker | undefined;
    const thread = this.#thread<ToJournal, FromJournal>((reply) => {
      worker = new JournalWorker({
        fs: disk,
        crypto: this.#crypto,
        monotonicMs: () => clock.nowMs + disk.elapsedMs,
        reply,
        syncBeside: (handle, done) => {
          const end = disk.beginSync(handle);
          const endsInMs = this.#latencyOf({ index: 0, name: 'syncData', path: '' });
          clock.after(endsInMs, () =>
            thread.enter(() => {
              let failure: unknown;
              this.#isBeside = true;
              try {
                end();
              } catch (error) {
                failure = error;
              }
              this.#isBeside = false;
              if (!disk.isCrashed) done(failure);
            }),
          );
        },
      });
      return (message) => worker!.handle(message);
    });
    const tick = (): void => {
      if (thread.isDead) return;
      thread.enter(() => worker!.tick());
      clock.after(JOURNAL_TICK_MS, tick);
    };
    clock.after(JOURNAL_TICK_MS, tick);
    return thread;
  }

  #thread<In, Out extends FromWorker | FromJournal>(
    start: (reply: (message: Out, transfer?: ArrayBuffer[]) => void) => (message: In) => void,
  ): VirtualThread<In, Out> {
    const { clock, onEvent } = this.#options;
    const { disk } = this;
    const thread = new VirtualThread<In, Out>({
      clock,
      disk,
      start,
      deathOf: (error) => {
        this.#options.ledger.violate(`a worker threw: ${(error as Error).stack ?? String(error)}`);
        return { did: 'died', error: toPlainError(error) } as Out;
      },
      onCrash: () => {
        if (disk === this.disk) this.crashed();
      },
      onEvent,
    });
    this.#threads.push(thread);
    return thread;
  }

  #endThreads(): void {
    for (const thread of this.#threads) thread.kill();
    this.#threads = [];
  }

  /** Over all starts of the machine, whatever became of the files meanwhile. */
  #register(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array): void {
    const pair = latin1(key) + latin1(nonce);
    const text = latin1(plain);
    const former = this.#sealed.get(pair);
    if (former !== undefined && former !== text)
      this.#options.ledger.violate('two plaintexts were sealed in files under one key and nonce');
    this.#sealed.set(pair, text);
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
