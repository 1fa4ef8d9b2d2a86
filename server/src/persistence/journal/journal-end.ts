/**
 * The end of the journal, where a crash may have torn it. The rule decides between a tail that nobody was promised and
 * damage of what was: let D be the highest LSN that is known to have been synced, by MANIFEST, by closed segments and
 * by what every sealed frame anywhere in the last segment says of those before it; let the first bad byte belong to x.
 *
 *   sealed by somebody else, or altered with care  -> refuse: no crash does that
 *   x <= D                                         -> refuse: damage of durable data
 *   x > D                                          -> torn tail: the prefix stays, the rest goes to quarantine/,
 *                                                     whatever it looks like (later sectors may have been written first)
 *   under `always`, a tail of more than one batch  -> refuse: one write is on its way at a time
 *
 * Changes nothing. What is found is put in order by the start (journal-opening.ts).
 */

import { damaged, type PersistenceError } from '../persistence-error.js';
import { toHex } from '../text-forms.js';
import { FRAME_BYTES_MAX, SEGMENT_HEADER_BYTES } from './journal-format.js';
import { BATCH_HEAD_BYTES, type SyncPolicy } from './journal-types.js';
import type { SegmentReader } from './segment-reader.js';

/** What recovery found behind the closed segments: everything that the next start has to put in order. */
export interface JournalEnd {
  /** The segment that was open when the process ended. */
  readonly name: string;
  /** Bytes of it whose sync is proven: they stay. */
  readonly durableBytes: number;
  readonly durableLsn: number;
  /** Tag of the last frame within them, hexadecimal; that of the segment before where there is none. */
  readonly durableTag: string;
  /** Behind them to here: whole frames that were never proven synced; journalled anew. */
  readonly soundBytes: number;
  /** How many of those have records. */
  readonly unsyncedFrames: number;
  readonly lastLsn: number;
  /** Length of the file; what lies behind soundBytes is the torn tail and goes to quarantine/. */
  readonly fileBytes: number;
  /** What is wrong at soundBytes; undefined where the file ends with a whole frame. */
  readonly flaw: string | undefined;
  /** Database clock in the last frame, 0 where there is none. */
  readonly dbNowMs: number;
}

/** Reads an open segment to its end and judges that. Throws PersistenceError 65 where the rule says refuse. */
export function examineEnd(
  reader: SegmentReader,
  known: { readonly name: string; readonly durableLsn: number; readonly policy: SyncPolicy },
): JournalEnd {
  let durableLsn = known.durableLsn;
  // Of every frame: where it is, and its last LSN where it has effects (0: a later sync proves nothing of it).
  const starts: number[] = [];
  const ends: number[] = [];
  const lsns: number[] = [];
  const hasRecords: boolean[] = [];
  let lsnBefore = reader.lastLsn;
  let dbNowMs = 0;
  const tagBefore = reader.lastTag;
  while (reader.next()) {
    const { head } = reader;
    durableLsn = Math.max(durableLsn, head.durableLsn);
    dbNowMs = Math.max(dbNowMs, head.dbNowMs);
    starts.push(reader.frameStart);
    ends.push(reader.frameEnd);
    lsns.push(head.lastLsn > lsnBefore ? head.lastLsn : 0);
    hasRecords.push(reader.plain.length > BATCH_HEAD_BYTES);
    lsnBefore = head.lastLsn;
  }
  const { lastLsn } = reader;
  const soundBytes = reader.frameEnd;
  // Under `always` the file is made longer by zeros ahead of its frames: where nothing else follows, it ends here.
  const isAllocated = known.policy === 'always' && !reader.hasContent(soundBytes, reader.fileBytes);
  const flaw = isAllocated ? undefined : reader.flaw;
  if (flaw !== undefined) {
    if (flaw.isAltered) throw damaged(reader.path, flaw.offset, `${flaw.what}.`, repairHelp());
    for (let end = reader.findBeyond(soundBytes + 1); end > 0; end = reader.findBeyond(end)) {
      durableLsn = Math.max(durableLsn, reader.head.durableLsn);
    }
    if (durableLsn > lastLsn) throw damageOfDurable(reader.path, flaw.offset, flaw.what, lastLsn, durableLsn);
    if (known.policy === 'always' && isLongerThanOneBatch(reader, soundBytes))
      throw damaged(
        reader.path,
        flaw.offset,
        `${flaw.what} (LSN ${lastLsn + 1}), and more follows than one write can have left under the policy always.`,
        repairHelp(),
      );
  } else if (durableLsn > lastLsn) {
    throw damageOfDurable(reader.path, soundBytes, 'the journal ends here', lastLsn, durableLsn);
  }
  let durable = lsns.length;
  while (durable > 0 && (lsns[durable - 1] === 0 || lsns[durable - 1] > durableLsn)) durable--;
  return {
    name: known.name,
    durableBytes: durable === 0 ? SEGMENT_HEADER_BYTES : ends[durable - 1],
    durableLsn: durable === 0 ? reader.header.startLsn - 1 : lsns[durable - 1],
    durableTag: toHex(durable === 0 ? tagBefore : reader.tagAt(starts[durable - 1])),
    soundBytes,
    unsyncedFrames: hasRecords.slice(durable).filter((has) => has).length,
    lastLsn,
    fileBytes: isAllocated ? soundBytes : reader.fileBytes,
    flaw: flaw?.what,
    dbNowMs,
  };
}

/** A closed segment, or one in the middle: anything wrong in it is damage. */
export function damageOf(reader: SegmentReader): PersistenceError {
  const { flaw, lastLsn, path } = reader;
  return damaged(
    path,
    flaw?.offset ?? reader.frameEnd,
    `${flaw?.what ?? 'the segment ends here, too early'}; LSN ${lastLsn + 1} and what follows was promised.`,
    repairHelp(),
  );
}

export function repairHelp(): string {
  return 'Nothing was changed. Bring the file back from a backup, or see what would be lost: anoa repair.';
}

function damageOfDurable(
  file: string,
  offset: number,
  what: string,
  lastLsn: number,
  durableLsn: number,
): PersistenceError {
  return damaged(
    file,
    offset,
    `${what}, but LSN ${lastLsn + 1} to ${durableLsn} had been synced: this is damage, not the torn end of a crash.`,
    repairHelp(),
  );
}

function isLongerThanOneBatch(reader: SegmentReader, from: number): boolean {
  const { fileBytes } = reader;
  // Where the head itself is torn nobody knows how long the batch was: then the largest one is allowed.
  const end = reader.frameEndAt(from) ?? from + FRAME_BYTES_MAX;
  return end < fileBytes && reader.hasContent(end, fileBytes);
}
