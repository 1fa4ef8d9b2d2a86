/**
 * What the journal's thread does: batches to frames, syncs by the policy, segments, MANIFEST. Pure: file system,
 * cryptography, clock and the way back are parameters; node-journal-worker-thread.ts is the thread.
 *
 * Invariants: a position is told as written only when write() has returned for all of it, as durable only when a sync
 * that began after that has returned; after any error but a want of room nothing is told and nothing is tried again.
 */

import type { FileSystem } from '../file-system.js';
import type { ListedJournal } from '../manifest.js';
import { ManifestOwner } from '../manifest-owner.js';
import { ExitCode, isFatal, PersistenceError, toPlainError } from '../persistence-error.js';
import { hasRoom, releaseReserve } from '../reserve.js';
import type { StorageCrypto } from '../storage-crypto.js';
import { fromHex } from '../text-forms.js';
import { removeQuietly } from '../whole-file.js';
import type { FromJournal, ToJournal } from './journal-messages.js';
import { JournalMeter } from './journal-meter.js';
import { closedList, quarantineTail, renewTail } from './journal-opening.js';
import { BATCH_HEAD_BYTES } from './journal-types.js';
import { SegmentWriter } from './segment-writer.js';

type Open = Extract<ToJournal, { do: 'open' }>;
type Append = Omit<Extract<ToJournal, { do: 'append' }>, 'do'>;
type PublishCleanStop = Extract<ToJournal, { do: 'publish-clean-stop' }>;
type PublishSnapshot = Extract<ToJournal, { do: 'publish-snapshot' }>;

interface Listing {
  readonly journal: ListedJournal[];
  readonly journalFrom: number;
}

export interface JournalWorkerAdapters {
  readonly fs: FileSystem;
  readonly crypto: StorageCrypto;
  /** Never goes back; not the database clock. */
  readonly monotonicMs: () => number;
  readonly reply: (message: FromJournal, transfer?: ArrayBuffer[]) => void;
  /**
   * Syncs a file's data beside this thread, which goes on writing meanwhile, and calls back in a later turn. Absent:
   * writes wait for the sync.
   */
  readonly syncBeside?: ((handle: number, done: (error: unknown) => void) => void) | undefined;
}

/** everysec: a sync begins so long after the one before. */
const SYNC_INTERVAL_MS = 1000;
/** everysec: written data that waited longer for its sync holds up the answers. */
const SYNC_LAG_MS_MAX = 2000;
/** A full disk is looked at so often; so is a segment that could not be begun. */
const PROBE_INTERVAL_MS = 1000;
/** always: a segment with so many frames will have more, and is made longer ahead of them. */
const FRAMES_BEFORE_ALLOCATION = 16;
/** Nothing written for so long: what is durable is written down. */
const IDLE_MS = 1000;

export class JournalWorker {
  readonly #adapters: JournalWorkerAdapters;
  readonly #meter = new JournalMeter();
  #open: Open | undefined;
  #owner: ManifestOwner | undefined;
  /** Closed segments that MANIFEST lists. */
  #closed: readonly ListedJournal[] = [];
  #segment: SegmentWriter | undefined;
  /** Batches that the disk had no room for; the first may stand in the segment in part. */
  readonly #waiting: Append[] = [];
  #isFull = false;
  #isFailed = false;
  #dbNowMs = 0;
  #writtenLsn = 0;
  #durableLsn = 0;
  /** Up to here answers may go: what is written, unless its sync is late. */
  #releasedLsn = 0;
  #segmentNumber = 0;

  // Syncs. Dirty: written since the last sync began, and since when.
  #isDirty = false;
  #dirtySinceMs = 0;
  #lastSyncMs = 0;
  #lastWriteMs = 0;
  /** The sync that runs beside this thread. */
  #beside: { readonly lsn: number; readonly startedMs: number } | undefined;
  /** What came meanwhile, batches excepted: of two syncs of one file at once only one may be told of an error. */
  readonly #deferred: ToJournal[] = [];
  #lastProbeMs = 0;
  #rotateFromMs = 0;

  constructor(adapters: JournalWorkerAdapters) {
    this.#adapters = adapters;
  }

  /** Errors of files end in a `failed`; anything else it throws is a defect. */
  handle(message: ToJournal): void {
    if (this.#isFailed && message.do !== 'close') return;
    if (this.#beside !== undefined && message.do !== 'append') {
      this.#deferred.push(message);
      return;
    }
    try {
      this.#handle(message);
    } catch (error) {
      this.#fail(error);
      if (message.do === 'close') this.#adapters.reply({ did: 'closed' });
    }
  }

  /** Whatever time brings: call it about every 100 ms. */
  tick(): void {
    const segment = this.#segment;
    if (this.#isFailed || segment === undefined) return;
    const nowMs = this.#adapters.monotonicMs();
    try {
      if (this.#isFull && nowMs - this.#lastProbeMs >= PROBE_INTERVAL_MS) this.#probe(nowMs);
      if (this.#open!.policy === 'everysec') this.#syncEverySecond(nowMs);
      if (!this.#isFull && nowMs - this.#lastWriteMs >= IDLE_MS) this.#noteDurable(segment);
      if (this.#meter.isDue(nowMs)) this.#tellStatistics();
    } catch (error) {
      this.#fail(error);
    }
  }

  #handle(message: ToJournal): void {
    switch (message.do) {
      case 'open':
        this.#start(message);
        return;
      case 'append':
        this.#append(message);
        return;
      case 'rotate':
        this.#tryRotate(message.nextLsn);
        this.#adapters.reply({ did: 'rotated' });
        return;
      case 'sync':
        this.#syncAll();
        return;
      case 'publish-snapshot':
        this.#publishSnapshot(message);
        return;
      case 'publish-clean-stop':
        this.#standingIsFinal(message);
        return;
      default:
        this.#close();
    }
  }

  // ---- start

  #start(open: Open): void {
    const { fs, crypto } = this.#adapters;
    const { directory, keyring, manifest, end, lastLsn, dbNowMs } = open;
    this.#open = open;
    const owner = new ManifestOwner(fs, crypto, keyring, directory, manifest);
    this.#owner = owner;
    this.#closed = closedList(manifest.journal, end);
    this.#writtenLsn = this.#durableLsn = this.#releasedLsn = lastLsn;
    this.#dbNowMs = dbNowMs;
    this.#segmentNumber = Math.max(manifest.journalFrom ?? 0, manifest.journal.at(-1)?.number ?? 0);
    const quarantined =
      end !== undefined && end.fileBytes > end.soundBytes
        ? this.#roomFor(() =>
            quarantineTail(fs, directory, end, { what: end.flaw, lastLsn: end.lastLsn, dbNowMs }),
          )
        : undefined;
    const hasTail = end !== undefined && end.unsyncedFrames > 0;
    // Until the new segment holds them, what the old one has is the only copy: it stays listed as it was.
    const before = hasTail ? manifest.journal.filter((segment) => !segment.isFilling) : this.#closed;
    const proven = this.#closed.at(-1)?.endLsn ?? manifest.snapshot?.endVersion ?? 0;
    let segment: SegmentWriter | undefined;
    if (hasTail || open.isOn) {
      segment = this.#roomFor(() => this.#create((hasTail ? end.durableLsn : proven) + 1, this.#lastTag()));
      const listed = { ...segment.listed(), policy: open.policy };
      if (hasTail) {
        this.#roomFor(() => owner.publish({ journal: [...before, { ...listed, isFilling: true }] }));
        renewTail({ fs, crypto, directory, keyring }, end, segment, (append) => this.#roomFor(append));
        segment.sync();
      }
    }
    if (segment !== undefined && !open.isOn) {
      segment.close();
      this.#closed = [...this.#closed, segment.listedClosed()];
      segment = undefined;
    }
    this.#segment = segment;
    const listing = this.#listing();
    this.#roomFor(() => owner.publish({ ...listing, isCleanStop: false, dbNowMs }));
    this.#meter.begin(this.#closed, segment);
    this.#adapters.reply({
      did: 'opened',
      manifest: owner.manifest,
      replaced: namesGone(manifest.journal, listing.journal),
      quarantined,
      renewedFrames: end?.unsyncedFrames ?? 0,
    });
    if (this.#isFull) this.#adapters.reply({ did: 'full' });
  }

  #create(startLsn: number, previousTag: Uint8Array): SegmentWriter {
    const { fs, crypto } = this.#adapters;
    const { directory, keyring } = this.#open!;
    this.#segmentNumber = Math.max(this.#owner!.nextGeneration, this.#segmentNumber + 1);
    const createdMs = this.#dbNowMs;
    const number = this.#segmentNumber;
    return SegmentWriter.create({ fs, crypto, directory, keyring, startLsn, number, previousTag, createdMs });
  }

  #lastTag(): Uint8Array {
    const tag = this.#closed.at(-1)?.tag;
    return tag === undefined ? new Uint8Array(16) : fromHex(tag);
  }

  /** Runs a step of the start; on a full disk once more in the room that RESERVE held. */
  #roomFor<T>(step: () => T): T {
    try {
      return step();
    } catch (error) {
      const isFull = error instanceof PersistenceError && error.isDiskFull;
      if (!isFull || !releaseReserve(this.#adapters.fs, this.#open!.directory)) throw error;
      this.#isFull = true;
      return step();
    }
  }

  // ---- writing

  #append(append: Append): void {
    if (this.#waiting.length > 0) this.#waiting.push(append);
    else if (!this.#write(append)) this.#waiting.push(append);
  }

  /** False: no room, and the batch (or the frame it became) waits. */
  #write(append: Append): boolean {
    const { reply, monotonicMs } = this.#adapters;
    const open = this.#open!;
    const { buffer, byteEnd, firstLsn, lastLsn, requestCount, dbNowMs } = append;
    let segment = this.#segment;
    if (segment === undefined) throw new Error('journal: a batch, but no segment');
    const isBeyond = segment.bytes + segment.growthBy(byteEnd) > open.segmentBytesMax;
    if (isBeyond && !segment.isUnfinished) {
      this.#tryRotate(segment.lastLsn + 1);
      segment = this.#segment!;
    }
    if (open.policy === 'always' && segment.frames >= FRAMES_BEFORE_ALLOCATION && !segment.isUnfinished)
      segment.allocateAhead(byteEnd);
    const nowMs = monotonicMs();
    const frameBytes = segment.growthBy(byteEnd);
    const isWhole = this.#tryToWrite(segment, () => {
      if (segment.isUnfinished) segment.finish();
      else {
        const batch = new Uint8Array(buffer, 0, byteEnd);
        segment.append(batch, firstLsn, lastLsn, requestCount, this.#durableLsn, dbNowMs);
      }
    });
    if (!isWhole) return false;
    this.#writtenLsn = Math.max(this.#writtenLsn, lastLsn);
    this.#dbNowMs = Math.max(this.#dbNowMs, dbNowMs);
    this.#lastWriteMs = nowMs;
    this.#meter.wrote(frameBytes, byteEnd - BATCH_HEAD_BYTES);
    if (!this.#isDirty) this.#dirtySinceMs = nowMs;
    this.#isDirty = true;
    if (open.policy === 'always') this.#sync();
    this.#release(nowMs);
    // An empty frame is our own: nobody waits for it. A batch of sessions alone has no request, but records.
    if (byteEnd === BATCH_HEAD_BYTES) return true;
    reply({ did: 'appended', buffer, byteEnd, writtenLsn: this.#releasedLsn, durableLsn: this.#durableLsn }, [
      buffer,
    ]);
    return true;
  }

  /** Writes; on a full disk once more in the room that RESERVE held. False: there is none. */
  #tryToWrite(segment: SegmentWriter, write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      if (isFatal(error) || !(error instanceof PersistenceError)) throw error;
      if (!this.#becomeFull()) return false;
    }
    try {
      if (segment.isUnfinished) segment.finish();
      else write();
      return true;
    } catch (error) {
      if (isFatal(error) || !(error instanceof PersistenceError)) throw error;
      return false;
    }
  }

  /** True: RESERVE gave its room. */
  #becomeFull(): boolean {
    const { fs, reply, monotonicMs } = this.#adapters;
    if (!this.#isFull) {
      this.#isFull = true;
      this.#lastProbeMs = monotonicMs();
      reply({ did: 'full' });
    }
    return releaseReserve(fs, this.#open!.directory);
  }

  /** What waits goes first; then RESERVE is made anew, and only then may new writes come. */
  #probe(nowMs: number): void {
    this.#lastProbeMs = nowMs;
    const waiting = this.#waiting;
    while (waiting.length > 0) {
      if (!this.#write(waiting[0])) return;
      waiting.shift();
    }
    const { fs, crypto, reply } = this.#adapters;
    const { directory, reserveBytesMax } = this.#open!;
    const bytes = this.#owner!.manifest.snapshot?.files.reduce((sum, file) => sum + file.bytes, 0) ?? 0;
    if (!hasRoom(fs, crypto, directory, bytes, reserveBytesMax)) return;
    this.#isFull = false;
    reply({ did: 'room' });
  }

  /** Moves the position up to which answers may go. */
  #release(nowMs: number): void {
    const isLate = this.#open!.policy === 'everysec' && this.#isLateSince(this.#dirtySinceMs, nowMs);
    if (!isLate) this.#releasedLsn = this.#writtenLsn;
  }

  #isLateSince(dirtySinceMs: number, nowMs: number): boolean {
    const sinceMs = this.#beside?.startedMs ?? dirtySinceMs;
    return (this.#isDirty || this.#beside !== undefined) && nowMs - sinceMs > SYNC_LAG_MS_MAX;
  }

  // ---- syncing

  #syncEverySecond(nowMs: number): void {
    const { syncBeside, monotonicMs } = this.#adapters;
    const segment = this.#segment!;
    if (!this.#isDirty || this.#beside !== undefined || nowMs - this.#lastSyncMs < SYNC_INTERVAL_MS) return;
    if (syncBeside === undefined) {
      this.#syncAll();
      return;
    }
    this.#lastSyncMs = nowMs;
    this.#isDirty = false;
    this.#beside = { lsn: segment.lastLsn, startedMs: nowMs };
    syncBeside(segment.handle, (error) => {
      const { lsn, startedMs } = this.#beside!;
      this.#beside = undefined;
      const doneMs = monotonicMs();
      try {
        if (error) throw syncError(segment.path, error);
        this.#meter.synced(doneMs - startedMs);
        this.#durableLsn = Math.max(this.#durableLsn, lsn);
        this.#release(doneMs);
        if (!this.#isFailed) this.#tellProgress();
      } catch (failure) {
        this.#fail(failure);
      }
      for (const message of this.#deferred.splice(0)) this.handle(message);
    });
  }

  #syncAll(): void {
    if (this.#isDirty) this.#sync();
    this.#release(this.#adapters.monotonicMs());
    this.#tellProgress();
  }

  /** Any error of it is the end, also for want of room: what was to be kept may be dropped already. */
  #sync(): void {
    const segment = this.#segment!;
    const startedMs = this.#adapters.monotonicMs();
    try {
      segment.sync();
    } catch (error) {
      throw syncError(segment.path, error);
    }
    this.#lastSyncMs = this.#adapters.monotonicMs();
    this.#meter.synced(this.#lastSyncMs - startedMs);
    this.#isDirty = false;
    this.#durableLsn = Math.max(this.#durableLsn, segment.lastLsn);
  }

  #tellProgress(): void {
    this.#adapters.reply({ did: 'progress', writtenLsn: this.#releasedLsn, durableLsn: this.#durableLsn });
  }

  /**
   * Behind the last sync an empty frame says what is durable: else damage of the last frames before a quiet time would
   * look like the torn end of a crash.
   */
  #noteDurable(segment: SegmentWriter): void {
    const isKnown = segment.frames === 0 || this.#durableLsn < segment.lastLsn;
    if (this.#isDirty || segment.isUnfinished || isKnown || segment.statedDurableLsn >= segment.lastLsn)
      return;
    const { lastLsn } = segment;
    const buffer = new ArrayBuffer(BATCH_HEAD_BYTES);
    const place = { firstLsn: lastLsn, lastLsn, requestCount: 0, dbNowMs: this.#dbNowMs };
    this.#append({ buffer, byteEnd: BATCH_HEAD_BYTES, ...place });
  }

  // ---- segments and MANIFEST

  /** Begins the next segment; where there is no room for one, the present one grows on. */
  #tryRotate(nextLsn: number): void {
    const segment = this.#segment;
    const nowMs = this.#adapters.monotonicMs();
    const isPossible =
      segment !== undefined && segment.frames > 0 && !segment.isUnfinished && this.#beside === undefined;
    if (!isPossible || nowMs < this.#rotateFromMs) return;
    try {
      this.#rotate(segment, Math.max(nextLsn, segment.lastLsn + 1));
    } catch (error) {
      if (isFatal(error) || !(error instanceof PersistenceError)) throw error;
      this.#rotateFromMs = nowMs + PROBE_INTERVAL_MS;
      if (error.isDiskFull) this.#becomeFull();
    }
  }

  #rotate(segment: SegmentWriter, startLsn: number): void {
    this.#sync();
    const next = this.#create(startLsn, segment.lastTag);
    const closed = [...this.#closed, segment.listedClosed()];
    try {
      this.#owner!.publish({ ...this.#listing(closed, next), dbNowMs: this.#dbNowMs });
    } catch (error) {
      if (!isFatal(error)) {
        // Not listed and without records: nothing to be missed.
        next.close();
        removeQuietly(this.#adapters.fs, next.path);
      }
      throw error;
    }
    this.#closed = closed;
    this.#segment = next;
    this.#meter.rotated(closed, next);
    segment.close();
    this.#tellProgress();
  }

  #listing(
    closed: readonly ListedJournal[] = this.#closed,
    segment: SegmentWriter | undefined = this.#segment,
  ): Listing {
    const { policy } = this.#open!;
    const journal = [...closed, ...(segment === undefined ? [] : [{ ...segment.listed(), policy }])];
    return { journal, journalFrom: journal[0]?.number ?? this.#owner!.nextGeneration };
  }

  #publishSnapshot({ generation, snapshot, dbNowMs, isFinal }: PublishSnapshot): void {
    const { reply } = this.#adapters;
    const owner = this.#owner!;
    const { endVersion } = snapshot;
    const before = owner.manifest;
    let closed: readonly ListedJournal[];
    let listing: Listing;
    try {
      if (isFinal) this.#endSegment();
      closed = this.#closed.filter((segment) => segment.endLsn! > endVersion);
      listing = this.#listing(closed);
      owner.publish(
        {
          generation: Math.max(owner.nextGeneration, generation),
          snapshot,
          dbNowMs,
          lastVersion: Math.max(endVersion, closed.at(-1)?.endLsn ?? 0),
          isCleanStop: isFinal,
          ...listing,
        },
        isFinal,
      );
    } catch (error) {
      if (isFatal(error) || !(error instanceof PersistenceError)) throw error;
      reply({ did: 'snapshot-refused', generation, error: toPlainError(error) });
      return;
    }
    this.#closed = closed;
    this.#meter.rotated(closed, this.#segment);
    const replaced = [
      ...(before.snapshot?.files.map((file) => file.name) ?? []),
      ...namesGone(before.journal, listing.journal),
    ];
    reply({ did: 'snapshot-published', generation, manifest: owner.manifest, replaced });
    this.#tellStatistics();
  }

  /** The snapshot that stands has everything. */
  #standingIsFinal({ generation, dbNowMs }: PublishCleanStop): void {
    const { reply } = this.#adapters;
    try {
      const replaced = this.#publishCleanStop(dbNowMs, true);
      reply({ did: 'snapshot-published', generation, manifest: this.#owner!.manifest, replaced });
    } catch (error) {
      if (isFatal(error) || !(error instanceof PersistenceError)) throw error;
      reply({ did: 'snapshot-refused', generation, error: toPlainError(error) });
    }
  }

  /** No more will be written by this process: syncs the segment, closes it. */
  #endSegment(): void {
    const segment = this.#segment;
    if (segment === undefined) return;
    while (this.#waiting.length > 0 && this.#write(this.#waiting[0])) this.#waiting.shift();
    if (this.#waiting.length > 0) throw noRoomAtEnd(segment.path);
    if (this.#isDirty) this.#sync();
    this.#tellProgress();
    const last = this.#segment!;
    if (last.frames > 0) this.#closed = [...this.#closed, last.listedClosed()];
    last.close();
    this.#segment = undefined;
  }

  #publishCleanStop(dbNowMs: number, isReplaced: boolean): string[] {
    const before = this.#owner!.manifest.journal;
    this.#endSegment();
    const owner = this.#owner!;
    const endVersion = owner.manifest.snapshot?.endVersion ?? 0;
    const closed = isReplaced ? this.#closed.filter((segment) => segment.endLsn! > endVersion) : this.#closed;
    const lastVersion = Math.max(endVersion, closed.at(-1)?.endLsn ?? 0);
    const listing = this.#listing(closed, undefined);
    owner.publish({ ...listing, lastVersion, isCleanStop: true, dbNowMs }, true);
    this.#closed = closed;
    return namesGone(before, listing.journal);
  }

  #close(): void {
    const open = this.#open;
    // Without a journal only a final snapshot knows what there was.
    if (!this.#isFailed && open?.isOn && this.#owner?.manifest.isCleanStop === false) {
      try {
        this.#publishCleanStop(this.#owner.manifest.dbNowMs, false);
      } catch (error) {
        if (isFatal(error)) this.#fail(error);
      }
    }
    this.#adapters.reply({ did: 'closed' });
  }

  #tellStatistics(): void {
    this.#adapters.reply({ did: 'statistics', statistics: this.#meter.read() });
  }

  #fail(error: unknown): void {
    if (this.#isFailed) return;
    this.#isFailed = true;
    this.#waiting.length = 0;
    this.#adapters.reply({ did: 'failed', error: toPlainError(error) });
  }
}

function syncError(file: string, cause: unknown): PersistenceError {
  const what = cause instanceof PersistenceError ? cause.what : String((cause as Error).message);
  return new PersistenceError(
    `could not sync the journal (${what}); what was acknowledged stays, nothing more is.`,
    {
      exitCode: ExitCode.IO,
      file,
      help: 'Check the disk and the system log before starting again.',
      cause,
    },
  );
}

function noRoomAtEnd(file: string): PersistenceError {
  return new PersistenceError('the disk has no room for the last writes; none of them was acknowledged.', {
    exitCode: ExitCode.IO,
    file,
    systemCode: 'ENOSPC',
    help: 'Make room on this disk.',
  });
}

function namesGone(before: readonly ListedJournal[], after: readonly ListedJournal[]): string[] {
  const kept = new Set(after.map((segment) => segment.name));
  return before.map((segment) => segment.name).filter((name) => !kept.has(name));
}
