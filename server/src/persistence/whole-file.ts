/**
 * Whole small files, read and replaced so that after a crash at any call either the old or the new one is there:
 * temporary with O_EXCL, write all of it, fsync, read back and compare, rename, fsync the directory.
 */

import { FILE_MODE, type FileHandle, type FileSystem, pathIn } from './file-system.js';
import { damaged, ExitCode, PersistenceError } from './persistence-error.js';

const TEMPORARY_SUFFIX = '.new';

/** Where the next version of a file is written before it gets the file's name. */
export function temporaryOf(file: string): string {
  return file + TEMPORARY_SUFFIX;
}

export function isTemporaryName(name: string): boolean {
  return name.endsWith(TEMPORARY_SUFFIX);
}

/** Runs one step of I/O; what it throws becomes a PersistenceError 74 that names the file and the step. */
export function attempt<T>(file: string, step: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof PersistenceError ? error : ioError(file, step, error);
  }
}

export function ioError(file: string, step: string, cause: unknown): PersistenceError {
  const code = (cause as { code?: unknown } | null)?.code;
  const systemCode = typeof code === 'string' ? code : undefined;
  return new PersistenceError(`could not ${step} (${systemCode ?? String(cause)}).`, {
    exitCode: ExitCode.IO,
    file,
    systemCode,
    help: helpFor(systemCode),
    cause,
  });
}

function helpFor(systemCode: string | undefined): string {
  if (systemCode === 'ENOSPC' || systemCode === 'EDQUOT') return 'Make room on this disk.';
  if (systemCode === 'EACCES' || systemCode === 'EPERM') return 'Check owner and permissions.';
  if (systemCode === 'EROFS') return 'The file system is mounted read-only.';
  if (systemCode === 'ENOENT') return 'It is missing.';
  return 'Check the disk and the system log before starting again.';
}

/** The whole file, or undefined where there is none. Longer than `bytesMax`: refused as damaged, before allocation. */
export function readWholeFile(fs: FileSystem, file: string, bytesMax: number): Uint8Array | undefined {
  const stat = attempt(file, 'look at it', () => fs.stat(file));
  if (stat === undefined) return undefined;
  if (stat.kind !== 'file') throw damaged(file, undefined, 'this is not a regular file.');
  if (stat.bytes > bytesMax) throw damaged(file, bytesMax, `longer than the ${bytesMax} bytes it can have.`);
  const handle = attempt(file, 'open it', () => fs.openToRead(file));
  const bytes = new Uint8Array(stat.bytes);
  let got: number;
  try {
    got = readFully(fs, file, handle, bytes, 0, bytes.length, 0);
  } catch (error) {
    closeQuietly(fs, handle);
    throw error;
  }
  attempt(file, 'close it', () => fs.close(handle));
  return got === bytes.length ? bytes : bytes.slice(0, got);
}

/** Reads until `end` or the end of the file; bytes read. */
export function readFully(
  fs: FileSystem,
  file: string,
  handle: FileHandle,
  into: Uint8Array,
  start: number,
  end: number,
  position: number,
): number {
  let at = start;
  while (at < end) {
    const got = attempt(file, 'read it', () => fs.read(handle, into, at, end, position + at - start));
    if (got === 0) break;
    at += got;
  }
  return at - start;
}

/** Writes all of [start, end): a short write is no error, the rest is written next. */
export function writeFully(
  fs: FileSystem,
  file: string,
  handle: FileHandle,
  bytes: Uint8Array,
  start: number,
  end: number,
  position: number,
): void {
  let at = start;
  while (at < end) {
    const put = attempt(file, 'write it', () => fs.write(handle, bytes, at, end, position + at - start));
    if (put === 0) throw ioError(file, 'write it', new Error('the system took no bytes'));
    at += put;
  }
}

/** Makes a directory, and its parents, so that they are still there after a power cut. */
export function makeDurableDirectory(fs: FileSystem, path: string, mode: number): void {
  const parent = parentOf(path);
  if (attempt(path, 'look at it', () => fs.stat(path)) !== undefined) return;
  if (parent !== path) makeDurableDirectory(fs, parent, mode);
  attempt(path, 'make this directory', () => fs.makeDirectory(path, mode));
  syncDirectory(fs, parent);
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : slash === 0 ? '/' : path.slice(0, slash);
}

/** Puts `bytes` in the place of `name`, or leaves what was there. */
export function replaceFile(fs: FileSystem, directory: string, name: string, bytes: Uint8Array): void {
  const file = pathIn(directory, name);
  const temporary = temporaryOf(file);
  if (attempt(temporary, 'look at it', () => fs.stat(temporary)) !== undefined) {
    attempt(temporary, 'remove what a crash left', () => fs.remove(temporary));
  }
  createWholeFile(fs, temporary, bytes);
  try {
    const back = readWholeFile(fs, temporary, bytes.length + 1);
    if (back === undefined || !isEqual(back, bytes)) {
      throw ioError(temporary, 'read back what was just written', new Error('other bytes came back'));
    }
    attempt(file, 'rename the new version into place', () => fs.rename(temporary, file));
  } catch (error) {
    removeQuietly(fs, temporary);
    throw error;
  }
  syncDirectory(fs, directory);
}

/**
 * Creates a file whole or not at all, and never in the place of another: the name is given by link(), which fails
 * where it is taken.
 */
export function createFileOnce(fs: FileSystem, file: string, bytes: Uint8Array): void {
  const temporary = temporaryOf(file);
  if (attempt(temporary, 'look at it', () => fs.stat(temporary)) !== undefined) {
    attempt(temporary, 'remove what a crash left', () => fs.remove(temporary));
  }
  createWholeFile(fs, temporary, bytes);
  try {
    attempt(file, 'give it its name', () => fs.link(temporary, file));
  } finally {
    removeQuietly(fs, temporary);
  }
  syncDirectory(fs, parentOf(file));
}

/** Creates (never replaces) a file and syncs it; where that fails, no part of it is left behind. */
export function createWholeFile(fs: FileSystem, file: string, bytes: Uint8Array): void {
  const handle = attempt(file, 'create it', () => fs.createToWrite(file, FILE_MODE));
  try {
    writeFully(fs, file, handle, bytes, 0, bytes.length, 0);
    attempt(file, 'sync it', () => fs.sync(handle));
  } catch (error) {
    closeQuietly(fs, handle);
    removeQuietly(fs, file);
    throw error;
  }
  attempt(file, 'close it', () => fs.close(handle));
}

/** An error here leaves open which version a crash would show, so it is always fatal, also for a full disk. */
export function syncDirectory(fs: FileSystem, directory: string): void {
  try {
    fs.syncDirectory(directory);
  } catch (cause) {
    throw new PersistenceError(`could not sync the directory (${String((cause as Error).message)}).`, {
      exitCode: ExitCode.IO,
      file: directory,
      help: 'Check the disk and the system log before starting again.',
      cause,
    });
  }
}

/** For cleaning up after an error that is reported anyway. */
export function removeQuietly(fs: FileSystem, file: string): void {
  try {
    fs.remove(file);
  } catch {
    // What stays is found and handled at the next start.
  }
}

export function closeQuietly(fs: FileSystem, handle: FileHandle): void {
  try {
    fs.close(handle);
  } catch {
    // The error that led here is the one to report.
  }
}

export function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
