/** Counts what the journal does, for STATS. */

import type { ListedJournal } from '../manifest.js';
import type { JournalStatistics } from './journal-types.js';

const TELL_INTERVAL_MS = 1000;

export class JournalMeter {
  #closedBytes = 0;
  #closedCount = 0;
  #segment: { readonly bytes: number } | undefined;
  #frames = 0;
  #recordBytes = 0;
  #fileBytes = 0;
  #syncs = 0;
  #lastSyncMs = 0;
  #syncMsMax = 0;
  #toldMs = 0;
  #isChanged = true;

  begin(closed: readonly ListedJournal[], segment: { readonly bytes: number } | undefined): void {
    this.rotated(closed, segment);
    this.#fileBytes = 0;
  }

  rotated(closed: readonly ListedJournal[], segment: { readonly bytes: number } | undefined): void {
    this.#closedCount = closed.length;
    this.#closedBytes = closed.reduce((sum, { bytes = 0 }) => sum + bytes, 0);
    this.#segment = segment;
    this.#isChanged = true;
  }

  wrote(frameBytes: number, recordBytes: number): void {
    this.#frames++;
    this.#fileBytes += frameBytes;
    this.#recordBytes += recordBytes;
    this.#isChanged = true;
  }

  synced(elapsedMs: number): void {
    this.#syncs++;
    this.#lastSyncMs = elapsedMs;
    if (elapsedMs > this.#syncMsMax) this.#syncMsMax = elapsedMs;
    this.#isChanged = true;
  }

  /** Something changed, and it is time to tell. */
  isDue(nowMs: number): boolean {
    if (!this.#isChanged || nowMs - this.#toldMs < TELL_INTERVAL_MS) return false;
    this.#toldMs = nowMs;
    this.#isChanged = false;
    return true;
  }

  read(): JournalStatistics {
    return {
      segments: this.#closedCount + (this.#segment === undefined ? 0 : 1),
      bytes: this.#closedBytes + (this.#segment?.bytes ?? 0),
      frames: this.#frames,
      recordBytes: this.#recordBytes,
      fileBytes: this.#fileBytes,
      syncs: this.#syncs,
      lastSyncMs: this.#lastSyncMs,
      syncMsMax: this.#syncMsMax,
    };
  }
}
