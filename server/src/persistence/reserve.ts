/**
 * RESERVE: real bytes (random ones, for a file system that compresses or leaves holes) that are given back when
 * the disk is full, so that the last snapshot and its MANIFEST fit. Its only content is its size.
 */

import { FILE_MODE, type FileSystem, pathIn } from './file-system.js';
import { isFatal, PersistenceError } from './persistence-error.js';
import type { StorageCrypto } from './storage-crypto.js';
import { attempt, closeQuietly, removeQuietly, syncDirectory, writeFully } from './whole-file.js';

export const RESERVE_NAME = 'RESERVE';
const RESERVE_BYTES_MIN = 1024 * 1024;
export const RESERVE_BYTES_MAX = 64 * 1024 * 1024;
const BLOCK_BYTES = 256 * 1024;

/**
 * Makes RESERVE a quarter larger than the snapshot that it has to make room for, within bounds; a large enough one
 * is left alone. False where the disk has no room for it, which is no error.
 */
export function fitReserve(
  fs: FileSystem,
  crypto: StorageCrypto,
  directory: string,
  snapshotBytes: number,
  bytesMax: number,
): boolean {
  const wanted = Math.min(bytesMax, Math.max(RESERVE_BYTES_MIN, Math.ceil(snapshotBytes * 1.25)));
  if (wanted <= 0) return true;
  const file = pathIn(directory, RESERVE_NAME);
  const stat = attempt(file, 'look at it', () => fs.stat(file));
  if (stat !== undefined) {
    if (stat.bytes >= wanted) return true;
    attempt(file, 'remove it to make a larger one', () => fs.remove(file));
  }
  try {
    writeReserve(fs, crypto, file, wanted);
    syncDirectory(fs, directory);
    return true;
  } catch (error) {
    if (isFatal(error)) throw error;
    return false;
  }
}

/** Is there room for RESERVE again? Makes it; where none is wanted, tries and removes it. */
export function hasRoom(
  fs: FileSystem,
  crypto: StorageCrypto,
  directory: string,
  snapshotBytes: number,
  bytesMax: number,
): boolean {
  if (!fitReserve(fs, crypto, directory, snapshotBytes, Math.max(bytesMax, RESERVE_BYTES_MIN))) return false;
  if (bytesMax <= 0) releaseReserve(fs, directory);
  return true;
}

/** Gives its bytes back; false where there were none. */
export function releaseReserve(fs: FileSystem, directory: string): boolean {
  try {
    fs.remove(pathIn(directory, RESERVE_NAME));
    return true;
  } catch {
    return false;
  }
}

/** Runs `write`; where the disk is full, once more in the room that RESERVE held. For the last writes of a process. */
export function writeInReserve(fs: FileSystem, directory: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const isFull = error instanceof PersistenceError && error.isDiskFull;
    if (!isFull || !releaseReserve(fs, directory)) throw error;
    write();
  }
}

function writeReserve(fs: FileSystem, crypto: StorageCrypto, file: string, byteCount: number): void {
  const block = new Uint8Array(Math.min(byteCount, BLOCK_BYTES));
  crypto.random(block);
  const handle = attempt(file, 'create it', () => fs.createToWrite(file, FILE_MODE));
  try {
    for (let at = 0; at < byteCount; at += block.length) {
      writeFully(fs, file, handle, block, 0, Math.min(block.length, byteCount - at), at);
    }
    attempt(file, 'sync it', () => fs.sync(handle));
  } catch (error) {
    closeQuietly(fs, handle);
    removeQuietly(fs, file);
    throw error;
  }
  attempt(file, 'close it', () => fs.close(handle));
}
