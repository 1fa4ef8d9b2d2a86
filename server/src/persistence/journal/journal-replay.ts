/**
 * All segments that MANIFEST lists, from files to records, in the order in which they were journalled; each byte
 * proven before it is handed on. Runs in the file worker behind the snapshot. Changes nothing.
 */

import type { ByteWriter } from '@anoadb/protocol';
import { copyClientRecords } from '../entry-record.js';
import { type FileSystem, pathIn } from '../file-system.js';
import type { Keyring } from '../keyring.js';
import type { ListedJournal, Manifest } from '../manifest.js';
import { damaged } from '../persistence-error.js';
import type { StorageCrypto } from '../storage-crypto.js';
import { toHex } from '../text-forms.js';
import { damageOf, examineEnd, type JournalEnd, repairHelp } from './journal-end.js';
import { RECORDS_AT, SegmentReader } from './segment-reader.js';

export interface JournalReplayOptions {
  readonly fs: FileSystem;
  readonly crypto: StorageCrypto;
  readonly directory: string;
  readonly keyring: Keyring;
  readonly manifest: Manifest;
}

/** A segment that was read to its end. */
export interface ReadSegment {
  readonly name: string;
  readonly startLsn: number;
  readonly lastLsn: number;
  readonly keyId: number;
  readonly frames: number;
  /** Bytes that count. */
  readonly bytes: number;
  /** Tag of its last frame, hexadecimal. */
  readonly tag: string;
  /** It had no end in MANIFEST: a server writes to it, or ended without closing it. */
  readonly isOpen: boolean;
}

export class JournalReplay {
  readonly #options: JournalReplayOptions;
  readonly #listed: readonly ListedJournal[];
  /** The snapshot has everything up to here. */
  readonly #fromLsn: number;
  #next = 0;
  #reader: SegmentReader | undefined;
  #previous: ReadSegment | undefined;
  readonly segments: ReadSegment[] = [];
  #closedBytes = 0;
  /** Of an open last segment, once it was reached. */
  end: JournalEnd | undefined;
  /** Highest LSN of all that was read. */
  lastLsn: number;
  dbNowMs: number;
  frames = 0;

  constructor(options: JournalReplayOptions) {
    const { manifest } = options;
    this.#options = options;
    // What recovery was filling when it was interrupted is still in the segments before: it begins anew.
    this.#listed = manifest.journal.filter((segment) => segment.isFilling === undefined);
    this.#fromLsn = manifest.snapshot?.endVersion ?? 0;
    this.lastLsn = Math.max(this.#fromLsn, manifest.lastVersion);
    this.dbNowMs = manifest.dbNowMs;
  }

  get bytesRead(): number {
    return this.#closedBytes + (this.#reader?.frameEnd ?? 0);
  }

  /** Appends the records of whole frames until there are `enough` bytes; false: the end, and all of it is proven. */
  fill(records: ByteWriter, enough: number): boolean {
    while (records.at < enough) {
      const reader = this.#reader ?? this.#openNext();
      if (reader === undefined) {
        this.#checkEnd();
        return records.at > 0;
      }
      if (!reader.next()) {
        this.#endSegment(reader);
        continue;
      }
      this.frames++;
      const { head, plain } = reader;
      this.dbNowMs = Math.max(this.dbNowMs, head.dbNowMs);
      this.lastLsn = Math.max(this.lastLsn, head.lastLsn);
      if (head.lastLsn > this.#fromLsn) records.copy(plain, RECORDS_AT, plain.length);
      // At the same LSN: sessions opened behind the snapshot, or its last effects, which change a list only once.
      else if (head.lastLsn === this.#fromLsn) copyClientRecords(records, plain, RECORDS_AT, plain.length);
    }
    return true;
  }

  close(): void {
    this.#reader?.close();
    this.#reader = undefined;
  }

  #openNext(): SegmentReader | undefined {
    const { directory, manifest } = this.#options;
    const listed = this.#listed[this.#next];
    if (listed === undefined) return undefined;
    const isOpen = listed.bytes === undefined;
    const path = pathIn(directory, listed.name);
    if (isOpen && (this.#next < this.#listed.length - 1 || manifest.isCleanStop))
      throw damaged(path, undefined, 'MANIFEST lists it as not closed, where only a closed segment can be.');
    const reader = new SegmentReader({ ...this.#options, name: listed.name, bytes: listed.bytes });
    try {
      this.#checkHeader(reader, listed);
      if (isOpen) {
        const { name, policy = 'everysec' } = listed;
        this.end = examineEnd(reader, { name, policy, durableLsn: this.#provenDurable() });
      }
    } catch (error) {
      reader.close();
      throw error;
    }
    this.#next++;
    this.#reader = reader;
    if (isOpen) {
      reader.close();
      this.#reader = new SegmentReader({ ...this.#options, name: listed.name, bytes: this.end!.soundBytes });
    }
    return this.#reader;
  }

  /** Synced for certain, without a look into the last segment. */
  #provenDurable(): number {
    return Math.max(this.#fromLsn, this.#previous?.lastLsn ?? 0);
  }

  #checkHeader(reader: SegmentReader, listed: ListedJournal): void {
    const { header, path } = reader;
    const isListed =
      header.number === listed.number && header.startLsn === listed.startLsn && header.keyId === listed.keyId;
    if (!isListed)
      throw damaged(path, 64, 'it is another segment than MANIFEST lists under this name.', repairHelp());
    const previous = this.#previous;
    const follows =
      previous === undefined
        ? header.startLsn <= this.#fromLsn + 1
        : toHex(header.previousTag) === previous.tag && header.startLsn > previous.lastLsn;
    if (!follows)
      throw damaged(
        path,
        64,
        previous === undefined
          ? `it begins at LSN ${header.startLsn}, but the snapshot ends at LSN ${this.#fromLsn}.`
          : 'it does not follow on the segment that is listed before it.',
        repairHelp(),
      );
  }

  #endSegment(reader: SegmentReader): void {
    const listed = this.#listed[this.#next - 1];
    const isSound =
      reader.flaw === undefined &&
      (listed.bytes === undefined ||
        (reader.lastLsn === listed.endLsn && toHex(reader.lastTag) === listed.tag));
    if (!isSound) throw damageOf(reader);
    const { header, lastLsn, frames, frameEnd: bytes, lastTag } = reader;
    const { startLsn, keyId } = header;
    const isOpen = listed.bytes === undefined;
    this.#previous = {
      name: listed.name,
      startLsn,
      lastLsn,
      keyId,
      frames,
      bytes,
      tag: toHex(lastTag),
      isOpen,
    };
    this.segments.push(this.#previous);
    this.#closedBytes += reader.frameEnd;
    this.close();
  }

  #checkEnd(): void {
    const { manifest, directory } = this.#options;
    const reached = this.#previous?.lastLsn ?? this.#fromLsn;
    if (!manifest.isCleanStop || manifest.lastVersion <= Math.max(reached, this.#fromLsn)) return;
    throw damaged(
      pathIn(directory, 'MANIFEST'),
      undefined,
      `it says that LSN ${manifest.lastVersion} was the last one at a clean stop; the files end at LSN ${reached}.`,
      repairHelp(),
    );
  }
}
