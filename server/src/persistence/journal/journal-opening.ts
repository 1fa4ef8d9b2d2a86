/**
 * What a start does with the end that the crash before it left. No port is open yet, so nothing of what happens here
 * is promised to anyone; a crash in between finds the segments of before still listed, and begins anew.
 *
 *   1. the torn tail is copied to quarantine/ with a report: nothing that was cut off is ever deleted by us
 *   2. a segment is begun and listed as filling, beside those of before
 *   3. frames whose sync was never proven are journalled anew in it, and synced: what a failed sync left in the
 *      system's cache may be on no disk
 *   4. MANIFEST lists the old segment as closed where its proven part ends, and the new one
 */

import { ByteWriter } from '@anoadb/protocol';
import { DIRECTORY_MODE, type FileSystem, pathIn } from '../file-system.js';
import type { ListedJournal } from '../manifest.js';
import { attempt, closeQuietly, createWholeFile, readFully, syncDirectory } from '../whole-file.js';
import type { JournalEnd } from './journal-end.js';
import { SEGMENT_HEADER_BYTES } from './journal-format.js';
import { BATCH_HEAD_BYTES } from './journal-types.js';
import { SegmentReader, type SegmentReaderOptions } from './segment-reader.js';
import type { SegmentWriter } from './segment-writer.js';

const REPORT_SUFFIX = '.json';

/** The list without what an interrupted recovery was filling, and with the last segment closed behind its proven part. */
export function closedList(
  journal: readonly ListedJournal[],
  end: JournalEnd | undefined,
): readonly ListedJournal[] {
  return journal.flatMap((segment) => {
    if (segment.isFilling) return [];
    if (segment.bytes !== undefined) return [segment];
    if (end === undefined || end.durableBytes === SEGMENT_HEADER_BYTES) return [];
    const { name, number, startLsn, keyId } = segment;
    const { durableBytes: bytes, durableLsn: endLsn, durableTag: tag } = end;
    return [{ name, number, startLsn, keyId, bytes, endLsn, tag }];
  });
}

/** Seals the frames that lie between the proven part and the end once more, in the new segment. */
export function renewTail(
  options: Omit<SegmentReaderOptions, 'name' | 'bytes'>,
  end: JournalEnd,
  segment: SegmentWriter,
  whileRoom: (append: () => void) => void,
): void {
  const reader = new SegmentReader({ ...options, name: end.name, bytes: end.soundBytes });
  const batch = new ByteWriter(0);
  try {
    while (reader.next()) {
      const { head, plain, frameEnd } = reader;
      if (frameEnd <= end.durableBytes || plain.length === BATCH_HEAD_BYTES) continue;
      batch.reset();
      batch.copy(plain);
      const { firstLsn, lastLsn, requestCount, dbNowMs } = head;
      whileRoom(() => {
        if (segment.isUnfinished) segment.finish();
        else segment.append(batch.written(), firstLsn, lastLsn, requestCount, end.durableLsn, dbNowMs);
      });
    }
  } finally {
    reader.close();
  }
}

/** Copies what lies behind the last whole frame, byte by byte, and says beside it what it is. Returns its path. */
export function quarantineTail(fs: FileSystem, directory: string, end: JournalEnd, report: object): string {
  const aside = pathIn(directory, 'quarantine');
  if (attempt(aside, 'look at it', () => fs.stat(aside)) === undefined) {
    attempt(aside, 'make it', () => fs.makeDirectory(aside, DIRECTORY_MODE));
    syncDirectory(fs, directory);
  }
  const name = `${end.name}.tail-${end.soundBytes}`;
  // A crash may have left either of the two: both names have to be free.
  const isTaken = (path: string) => attempt(path, 'look at it', () => fs.stat(path)) !== undefined;
  let file = pathIn(aside, name);
  for (let copy = 2; isTaken(file) || isTaken(file + REPORT_SUFFIX); copy++)
    file = pathIn(aside, `${name}.${copy}`);
  createWholeFile(fs, file, readTail(fs, pathIn(directory, end.name), end));
  const text = JSON.stringify(
    { file: end.name, from: end.soundBytes, to: end.fileBytes, ...report },
    null,
    2,
  );
  createWholeFile(fs, file + REPORT_SUFFIX, new TextEncoder().encode(`${text}\n`));
  syncDirectory(fs, aside);
  return file;
}

function readTail(fs: FileSystem, path: string, end: JournalEnd): Uint8Array {
  const bytes = new Uint8Array(end.fileBytes - end.soundBytes);
  const handle = attempt(path, 'open it', () => fs.openToRead(path));
  try {
    const got = readFully(fs, path, handle, bytes, 0, bytes.length, end.soundBytes);
    return bytes.subarray(0, got);
  } finally {
    closeQuietly(fs, handle);
  }
}
