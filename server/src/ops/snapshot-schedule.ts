/**
 * When snapshots are taken: every interval where something changed, where the journal has grown so much that the next
 * start would take too long, on demand, and one last time at a clean stop.
 * How they are taken is the persistence's business.
 */

import type { Database, LoadReport, SnapshotReport, SnapshotSource } from '../persistence/index.js';
import type { Logger } from './log.js';

/** The next start must not take longer than this to read the journal. */
const REPLAY_MS_MAX = 10_000;
/** As measured at the last start, if that took long enough to mean anything; this otherwise. */
const MEASURED_MS_MIN = 1_000;
const REPLAY_BYTES_PER_MS = 50_000;
const JOURNAL_CHECK_MS = 1_000;
/** A disk that had no room for a snapshot is not filled again at once. */
const CHECKS_SKIPPED_AFTER_FAILURE = 60;

export interface SnapshotScheduleOptions {
  readonly database: Database;
  readonly source: SnapshotSource;
  /** LSN up to which everything is on disk already: what was loaded. */
  readonly savedLsn: number;
  /** What the start took: how fast a journal is read back. */
  readonly loaded: LoadReport;
  /** A journal above it makes a snapshot due. */
  readonly journalBytesMax: number;
  readonly log: Logger;
  /** A snapshot failed in a way after which the process must not go on. */
  readonly onFatal: (error: unknown) => void;
  readonly isFatal: (error: unknown) => boolean;
}

export class SnapshotSchedule {
  readonly #options: SnapshotScheduleOptions;
  #savedLsn: number;
  readonly #journalBytesMax: number;
  #timer: NodeJS.Timeout | undefined;
  #journalTimer: NodeJS.Timeout | undefined;
  #lastReport: SnapshotReport | undefined;
  #checksToSkip = 0;
  #taken = 0;
  #failed = 0;

  constructor(options: SnapshotScheduleOptions) {
    this.#options = options;
    this.#savedLsn = options.savedLsn;
    const { bytes, elapsedMs } = options.loaded;
    const perMs = elapsedMs >= MEASURED_MS_MIN ? bytes / elapsedMs : REPLAY_BYTES_PER_MS;
    this.#journalBytesMax = Math.min(options.journalBytesMax, perMs * REPLAY_MS_MAX);
  }

  /** Effects that the last snapshot does not have. */
  get changesSinceLast(): number {
    return this.#options.source.lastVersion() - this.#savedLsn;
  }

  /** The next start would take too long to read the journal, or it has grown above its setting. */
  get isJournalLong(): boolean {
    return this.#options.database.journal.statistics.bytes > this.#journalBytesMax;
  }

  get lastReport(): SnapshotReport | undefined {
    return this.#lastReport;
  }

  get taken(): number {
    return this.#taken;
  }

  get failed(): number {
    return this.#failed;
  }

  /** Begins the periodic ones; 0 = none. */
  start(intervalMs: number): void {
    const options = this.#options;
    this.#journalTimer = setInterval(() => {
      if (this.#checksToSkip > 0) this.#checksToSkip--;
      else if (this.isJournalLong && !options.database.isSnapshotRunning) {
        this.take().catch(() => {
          this.#checksToSkip = CHECKS_SKIPPED_AFTER_FAILURE;
        });
      }
    }, JOURNAL_CHECK_MS);
    this.#journalTimer.unref();
    if (intervalMs === 0) return;
    this.#timer = setInterval(() => {
      // The database logs one that fails; the next interval tries again.
      if (this.changesSinceLast > 0 && !options.database.isSnapshotRunning) this.take().catch(() => {});
    }, intervalMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    clearInterval(this.#journalTimer);
  }

  /** Takes one now, or joins the one that runs. Rejects where it fails; the database has logged why. */
  async take(isFinal = false): Promise<SnapshotReport> {
    const { database, source, log } = this.#options;
    try {
      const report = await database.snapshot(source, { isFinal });
      // Whoever joined one that was running gets the same report; it counts once.
      if (report.generation === this.#lastReport?.generation) return report;
      this.#savedLsn = Math.max(this.#savedLsn, report.endVersion);
      this.#lastReport = report;
      this.#taken++;
      const { generation, entries, bytes, elapsedMs } = report;
      log.info({ generation, entries, bytes, elapsedMs: Math.round(elapsedMs) }, 'snapshot taken');
      return report;
    } catch (error) {
      this.#failed++;
      if (!isFinal && this.#options.isFatal(error)) this.#options.onFatal(error);
      throw error;
    }
  }
}
