/** The main thread's half of the journal: posts batches to the worker and knows how far they got. */

import { ExitCode, fromPlainError, PersistenceError } from '../persistence-error.js';
import type { FromJournal, JournalWorkerPort } from './journal-messages.js';
import type { JournalListener, JournalPort, JournalStatistics, SyncPolicy } from './journal-types.js';

const NOTHING_WRITTEN: JournalStatistics = {
  segments: 0,
  bytes: 0,
  frames: 0,
  recordBytes: 0,
  fileBytes: 0,
  syncs: 0,
  lastSyncMs: 0,
  syncMsMax: 0,
};

const NOBODY: JournalListener = {
  onWritten: () => undefined,
  onDurable: () => undefined,
  onBuffer: () => undefined,
  onFull: () => undefined,
  onRoom: () => undefined,
  onFatal: () => undefined,
};

export class JournalLink implements JournalPort {
  readonly isOn: boolean;
  readonly policy: SyncPolicy;
  writtenLsn = 0;
  durableLsn = 0;
  isFull = false;
  batchesInFlight = 0;
  bytesInFlight = 0;
  statistics: JournalStatistics = NOTHING_WRITTEN;
  /** Why nothing is written any more. */
  fatal: PersistenceError | undefined;
  #worker: JournalWorkerPort | undefined;
  #listener: JournalListener = NOBODY;
  /** LSN of the last batch: they must follow each other. */
  #appendedLsn = 0;

  constructor(options: { isOn: boolean; policy: SyncPolicy }) {
    this.isOn = options.isOn;
    this.policy = options.policy;
  }

  /** From now on, behind what was loaded. */
  open(worker: JournalWorkerPort, lastLsn: number): void {
    this.#worker = worker;
    this.#appendedLsn = this.writtenLsn = this.durableLsn = lastLsn;
  }

  append(
    buffer: ArrayBuffer,
    byteEnd: number,
    firstLsn: number,
    lastLsn: number,
    requestCount: number,
    dbNowMs: number,
  ): void {
    if (!this.isOn || this.#worker === undefined) throw new Error('the journal is not open');
    if (lastLsn < this.#appendedLsn || firstLsn > lastLsn) {
      throw new Error(`journal: a batch ${firstLsn}..${lastLsn} behind LSN ${this.#appendedLsn}`);
    }
    this.#appendedLsn = lastLsn;
    this.batchesInFlight++;
    this.bytesInFlight += byteEnd;
    this.#worker.post({ do: 'append', buffer, byteEnd, firstLsn, lastLsn, requestCount, dbNowMs }, [buffer]);
  }

  listen(listener: JournalListener): void {
    this.#listener = listener;
  }

  /** True: the message was about batches and is dealt with. */
  handle(message: FromJournal): boolean {
    switch (message.did) {
      case 'appended':
        this.batchesInFlight--;
        this.bytesInFlight -= message.byteEnd;
        this.#rise(message.writtenLsn, message.durableLsn);
        this.#listener.onBuffer(message.buffer);
        return true;
      case 'progress':
        this.#rise(message.writtenLsn, message.durableLsn);
        return true;
      case 'statistics':
        this.statistics = message.statistics;
        return true;
      case 'full':
        this.isFull = true;
        this.#listener.onFull();
        return true;
      case 'room':
        this.isFull = false;
        this.#listener.onRoom();
        return true;
      case 'failed':
      case 'died':
        this.#fail(fromPlainError(message.error));
        return false;
      default:
        return false;
    }
  }

  #rise(writtenLsn: number, durableLsn: number): void {
    const isWritten = writtenLsn > this.writtenLsn;
    const isDurable = durableLsn > this.durableLsn;
    this.writtenLsn = Math.max(this.writtenLsn, writtenLsn);
    this.durableLsn = Math.max(this.durableLsn, durableLsn);
    if (isWritten) this.#listener.onWritten(this.writtenLsn);
    if (isDurable) this.#listener.onDurable(this.durableLsn);
  }

  #fail(cause: Error): void {
    if (this.fatal !== undefined) return;
    this.fatal =
      cause instanceof PersistenceError
        ? cause
        : new PersistenceError(`the journal worker broke (${cause.message}).`, {
            exitCode: ExitCode.IO,
            cause,
          });
    this.#listener.onFatal(this.fatal);
  }
}
