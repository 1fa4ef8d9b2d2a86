/** The main thread's half of the journal: posts batches to the worker and knows how far they got. */

import { ExitCode, fromPlainError, PersistenceError } from '../persistence-error.js';
import type { FromJournal, JournalWorkerPort, ToJournal } from './journal-messages.js';
import {
  BATCH_HEAD_BYTES,
  type JournalListener,
  type JournalPort,
  type JournalStatistics,
  type SyncPolicy,
} from './journal-types.js';

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

type OpenMessage = Extract<ToJournal, { do: 'open' }>;
type PublishMessage = Extract<ToJournal, { do: 'publish-snapshot' }>;
type Opened = Extract<FromJournal, { did: 'opened' }>;
export type Published = Extract<FromJournal, { did: 'snapshot-published' }>;

interface Asked {
  readonly resolve: (message: FromJournal) => void;
  readonly reject: (error: Error) => void;
}

export interface JournalLinkOptions {
  readonly isOn: boolean;
  readonly policy: SyncPolicy;
  /** For the log. */
  readonly onEvent: (event: 'full' | 'room') => void;
}

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
  readonly #onEvent: (event: 'full' | 'room') => void;
  #asked: Asked | undefined;
  #onClosed: () => void = () => undefined;
  /** LSN of the last batch: they must follow each other. */
  #appendedLsn = 0;

  constructor(options: JournalLinkOptions) {
    this.isOn = options.isOn;
    this.policy = options.policy;
    this.#onEvent = options.onEvent;
  }

  /** Puts what recovery found in order and begins a segment, behind what was loaded. */
  async open(worker: JournalWorkerPort, open: Omit<OpenMessage, 'do' | 'isOn' | 'policy'>): Promise<Opened> {
    this.#worker = worker;
    worker.listen((message) => this.#handle(message));
    const { isOn, policy } = this;
    const opened = this.#answer<Opened>();
    worker.post({ ...open, do: 'open', isOn, policy });
    const message = await opened;
    this.#appendedLsn = this.writtenLsn = this.durableLsn = open.lastLsn;
    return message;
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
    if (byteEnd <= BATCH_HEAD_BYTES) throw new Error('journal: a batch without records');
    if (lastLsn < this.#appendedLsn || firstLsn > lastLsn) {
      throw new Error(`journal: a batch ${firstLsn}..${lastLsn} behind LSN ${this.#appendedLsn}`);
    }
    if (this.fatal !== undefined) return; // the process is about to end, nothing of this is acknowledged
    this.#appendedLsn = lastLsn;
    this.batchesInFlight++;
    this.bytesInFlight += byteEnd;
    this.#worker.post({ do: 'append', buffer, byteEnd, firstLsn, lastLsn, requestCount, dbNowMs }, [buffer]);
  }

  listen(listener: JournalListener): void {
    this.#listener = listener;
  }

  /** What was appended so far goes into one segment, what follows into the next. */
  rotate(nextLsn: number): void {
    if (this.isOn && this.fatal === undefined) this.#worker?.post({ do: 'rotate', nextLsn });
  }

  /** From its end on a restart finds this snapshot. Rejects where only that failed; the one before stays. */
  publishSnapshot(message: Omit<PublishMessage, 'do'>): Promise<Published> {
    return this.#ask<Published>({ ...message, do: 'publish-snapshot' });
  }

  /** Marks the stop as clean: the snapshot that stands has everything. */
  publishCleanStop(generation: number, dbNowMs: number): Promise<Published> {
    return this.#ask<Published>({ do: 'publish-clean-stop', generation, dbNowMs });
  }

  /** Syncs everything, marks the stop as clean, ends the thread. Never rejects. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    if (!worker.isDead) {
      const closed = new Promise<void>((resolve) => {
        this.#onClosed = resolve;
      });
      worker.post({ do: 'close' });
      await closed;
    }
    await worker.end();
  }

  #ask<T>(message: ToJournal): Promise<T> {
    if (this.fatal !== undefined) return Promise.reject(this.fatal);
    const answer = this.#answer<T>();
    this.#worker!.post(message);
    return answer;
  }

  /** One question at a time: snapshots do not overlap, and they begin after the start. */
  #answer<T>(): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#asked = { resolve: resolve as (message: FromJournal) => void, reject };
    });
  }

  #handle(message: FromJournal): void {
    switch (message.did) {
      case 'appended':
        this.batchesInFlight--;
        this.bytesInFlight -= message.byteEnd;
        this.#rise(message.writtenLsn, message.durableLsn);
        this.#listener.onBuffer(message.buffer);
        return;
      case 'progress':
        this.#rise(message.writtenLsn, message.durableLsn);
        return;
      case 'statistics':
        this.statistics = message.statistics;
        return;
      case 'full':
        this.isFull = true;
        this.#onEvent('full');
        this.#listener.onFull();
        return;
      case 'room':
        this.isFull = false;
        this.#onEvent('room');
        this.#listener.onRoom();
        return;
      case 'opened':
      case 'snapshot-published':
        this.#takeAsked()?.resolve(message);
        return;
      case 'snapshot-refused':
        this.#takeAsked()?.reject(fromPlainError(message.error));
        return;
      case 'failed':
      case 'died':
        this.#fail(fromPlainError(message.error));
        if (message.did === 'died') this.#onClosed();
        return;
      case 'closed':
        this.#onClosed();
        return;
      default:
        return; // rotated: what follows it stands in the order of messages
    }
  }

  #takeAsked(): Asked | undefined {
    const asked = this.#asked;
    this.#asked = undefined;
    return asked;
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
    this.#takeAsked()?.reject(this.fatal);
    this.#listener.onFatal(this.fatal);
  }
}
