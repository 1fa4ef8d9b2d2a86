/**
 * What is in a data directory besides what MANIFEST lists, and what becomes of it. Nothing here runs before
 * everything listed was loaded and found sound.
 *
 * Leftovers of a crash, and why none of them holds the only copy of anything:
 *   *.new, *.part       never published, never complete        -> removed, logged
 *   LOCK.socket.*       a lock that nobody got                  -> removed, logged
 *   snap-* of an older  replaced by the listed snapshot, which  -> removed, logged
 *     generation          has just been verified
 *   snap-* of a newer   complete, but the crash came before it  -> quarantine/, logged, never deleted by us:
 *     generation          was published; or MANIFEST was put      someone may have restored an old MANIFEST
 *                         back by hand
 *   jour-* numbered     replaced by a snapshot or by a          -> removed, logged
 *     below the last      segment that is listed
 *   jour-* numbered     begun, not yet listed: no record in it  -> removed, logged
 *     above it          with records: an old MANIFEST was put   -> the start is refused (refuseUnlistedJournal)
 *                         back by hand
 */

import type { PersistenceEvent } from './database-types.js';
import { DIRECTORY_MODE, type FileSystem, pathIn } from './file-system.js';
import { parseSegmentFileName, SEGMENT_HEADER_BYTES } from './journal/journal-format.js';
import { KEYRING_NAME } from './keyring.js';
import { MANIFEST_NAME, type Manifest } from './manifest.js';
import { damaged } from './persistence-error.js';
import { PARTIAL_SUFFIX, parseSnapshotFileName } from './snapshot-format.js';
import { attempt, isTemporaryName, syncDirectory } from './whole-file.js';

export const QUARANTINE_NAME = 'quarantine';
/** The access keys, sealed; src/access/access-file.ts has its format. */
export const ACCESS_NAME = 'ACCESS';

/** Does the directory hold data files? Then MANIFEST has to be there. */
export function hasDataFiles(names: readonly string[]): boolean {
  return names.some((name) => parseSnapshotFileName(name) !== undefined || name.endsWith('.anoj'));
}

/** A segment that MANIFEST does not know, though there are records in it: then MANIFEST is not the newest. */
export function refuseUnlistedJournal(fs: FileSystem, directory: string, manifest: Manifest): void {
  const listed = new Set(manifest.journal.map((segment) => segment.name));
  for (const name of attempt(directory, 'list it', () => fs.list(directory)) ?? []) {
    const segment = parseSegmentFileName(name);
    if (segment === undefined || listed.has(name) || segment.number < journalFloor(manifest)) continue;
    const file = pathIn(directory, name);
    const bytes = attempt(file, 'look at it', () => fs.stat(file))?.bytes ?? 0;
    if (bytes <= SEGMENT_HEADER_BYTES) continue;
    throw damaged(
      file,
      undefined,
      'it is newer than MANIFEST, which does not list it, and there are records in it.',
      'Nothing was changed. Bring back the MANIFEST that belongs to it, or move this file away if it is not missed.',
    );
  }
}

/** Unlisted segments with lower numbers were replaced. */
function journalFloor(manifest: Manifest): number {
  return Math.max(manifest.journalFrom ?? 0, manifest.journal.at(-1)?.number ?? 0);
}

export function clearLeftovers(
  fs: FileSystem,
  directory: string,
  manifest: Manifest,
  log: (event: PersistenceEvent) => void,
): void {
  const listed = new Set([
    ...(manifest.snapshot?.files.map((file) => file.name) ?? []),
    ...manifest.journal.flatMap((segment) => (segment.isFilling ? [] : [segment.name])),
  ]);
  let isChanged = false;
  for (const name of attempt(directory, 'list it', () => fs.list(directory)) ?? []) {
    const file = pathIn(directory, name);
    const fate = listed.has(name) ? 'keep' : fateOf(name, manifest);
    if (fate === 'keep') continue;
    isChanged = true;
    if (fate === 'remove') {
      attempt(file, 'remove what a crash left', () => fs.remove(file));
      log({ level: 'info', event: 'leftover-removed', message: `removed ${name}, left by a crash`, file });
    } else {
      quarantine(fs, directory, name);
      log({
        level: 'warn',
        event: 'leftover-quarantined',
        message: `${name} is not listed in MANIFEST: moved to ${QUARANTINE_NAME}/; delete it if you do not miss anything`,
        file,
      });
    }
  }
  if (isChanged) syncDirectory(fs, directory);
}

function fateOf(name: string, manifest: Manifest): 'keep' | 'remove' | 'quarantine' {
  const isPartial = name.endsWith(PARTIAL_SUFFIX);
  const snapshot = parseSnapshotFileName(isPartial ? name.slice(0, -PARTIAL_SUFFIX.length) : name);
  if (snapshot !== undefined) {
    return isPartial || snapshot.generation < (manifest.snapshot?.generation ?? 0) ? 'remove' : 'quarantine';
  }
  if (parseSegmentFileName(name) !== undefined) return 'remove';
  if (name.startsWith('LOCK.socket.')) return 'remove';
  const isOurTemporary =
    isTemporaryName(name) && [KEYRING_NAME, MANIFEST_NAME].some((own) => name.startsWith(own));
  return isOurTemporary ? 'remove' : 'keep';
}

/** Removes files that MANIFEST does not list any more. */
export function removeReplaced(fs: FileSystem, directory: string, names: readonly string[]): void {
  for (const name of names) {
    const file = pathIn(directory, name);
    attempt(file, 'remove what was replaced', () => {
      // Somebody else may have removed it: what replaced it is published, nothing is lost, and no reason to end.
      if (fs.stat(file) !== undefined) fs.remove(file);
    });
  }
  if (names.length > 0) syncDirectory(fs, directory);
}

/** Moves a file aside under a name that is free. */
function quarantine(fs: FileSystem, directory: string, name: string): void {
  const aside = pathIn(directory, QUARANTINE_NAME);
  if (attempt(aside, 'look at it', () => fs.stat(aside)) === undefined) {
    attempt(aside, 'make it', () => fs.makeDirectory(aside, DIRECTORY_MODE));
  }
  const from = pathIn(directory, name);
  let to = pathIn(aside, name);
  for (let copy = 2; attempt(to, 'look at it', () => fs.stat(to)) !== undefined; copy++) {
    to = pathIn(aside, `${name}.${copy}`);
  }
  attempt(from, 'move it aside', () => fs.rename(from, to));
  syncDirectory(fs, aside);
}
