/** What needs the files and the secret but no server, with the adapters of this machine. Composition only. */

import { resolve } from 'node:path';
import type { SecretSource } from './database-types.js';
import { nodeDirectoryLock } from './node-directory-lock.js';
import { nodeFileSystem } from './node-file-system.js';
import { nodeStorageCrypto } from './node-storage-crypto.js';
import { type CopyOptions, type CopyReport, copyDirectory, refuseTaken } from './offline/directory-copy.js';
import { type JournalReport, readJournal } from './offline/journal-reading.js';
import { type SalvageOptions, type SalvageReport, salvage } from './offline/salvage.js';
import { type RotationOptions, type RotationReport, rotateKeys } from './offline/secret-rotation.js';
import { readSnapshot, type VerifyReport } from './offline/snapshot-reading.js';

export interface OfflineOptions {
  /** A data directory, or one file in it. */
  readonly path: string;
  /** `createIfAbsent` is ignored: offline reading never makes a key. */
  readonly secret: SecretSource;
}

export interface OfflineWriteOptions extends OfflineOptions {
  /** Gets JSON lines, in runs. It is awaited, so a pipe's back-pressure holds. */
  readonly write: (lines: Uint8Array) => Promise<void> | void;
}

/** Writes a snapshot as JSON lines. Works beside a running server. */
export function catSnapshot(options: OfflineWriteOptions): Promise<VerifyReport> {
  return readSnapshot(nodeFileSystem(), nodeStorageCrypto(), { ...absolute(options), write: options.write });
}

/** Reads a snapshot whole and proves every byte of it. Works beside a running server. */
export function verifySnapshot(options: OfflineOptions): Promise<VerifyReport> {
  return readSnapshot(nodeFileSystem(), nodeStorageCrypto(), absolute(options));
}

/** Writes what the journal has behind the snapshot as JSON lines. Works beside a running server. */
export function catJournal(options: OfflineWriteOptions): Promise<JournalReport> {
  return readJournal(nodeFileSystem(), nodeStorageCrypto(), { ...absolute(options), write: options.write });
}

/** Reads the journal as a start would, and proves every byte of it. Works beside a running server. */
export function verifyJournal(options: OfflineOptions): Promise<JournalReport> {
  return readJournal(nodeFileSystem(), nodeStorageCrypto(), absolute(options));
}

/** Copies a whole database into a new directory and proves the copy. Works beside a running server. */
export function copyDatabase(
  options: Pick<CopyOptions, 'from' | 'to' | 'secret' | 'onProgress'>,
): Promise<CopyReport> {
  return copyDirectory(nodeFileSystem(), nodeStorageCrypto(), {
    ...options,
    from: resolve(options.from),
    to: resolve(options.to),
    secret: absoluteSecret(options.secret),
    nowMs: Date.now(),
    yieldToEventLoop: () => new Promise((done) => setImmediate(done)),
  });
}

/** @throws PersistenceError where something is there and it is not an empty directory. */
export function refuseTakenDirectory(directory: string): void {
  refuseTaken(nodeFileSystem(), resolve(directory));
}

/** Reads what can be read of a damaged directory, which no server may have meanwhile. */
export async function salvageDatabase(
  options: Pick<SalvageOptions, 'directory' | 'secret' | 'target' | 'stopsAtHole'>,
): Promise<SalvageReport> {
  const directory = resolve(options.directory);
  const lock = await nodeDirectoryLock().acquire(directory);
  try {
    return salvage(nodeFileSystem(), nodeStorageCrypto(), {
      ...options,
      directory,
      secret: absoluteSecret(options.secret),
      nowMs: Date.now(),
    });
  } finally {
    await lock.release();
  }
}

/** Other keys for a directory, which no server may have meanwhile. */
export async function rotateDatabaseKeys(
  options: Pick<RotationOptions, 'directory' | 'secret' | 'newSecret' | 'hasNewDataKey'>,
): Promise<RotationReport> {
  const directory = resolve(options.directory);
  const lock = await nodeDirectoryLock().acquire(directory);
  try {
    const { newSecret } = options;
    return rotateKeys(nodeFileSystem(), nodeStorageCrypto(), {
      ...options,
      directory,
      secret: absoluteSecret(options.secret),
      newSecret: newSecret && absoluteSecret(newSecret),
      nowMs: Date.now(),
    }).report;
  } finally {
    await lock.release();
  }
}

function absolute({ path, secret }: OfflineOptions): OfflineOptions {
  return { path: resolve(path), secret: absoluteSecret(secret) };
}

function absoluteSecret(secret: SecretSource): SecretSource {
  return secret.kind === 'key-file' ? { ...secret, path: resolve(secret.path) } : secret;
}
