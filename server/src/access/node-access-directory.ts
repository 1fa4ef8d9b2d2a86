/**
 * The access keys of a data directory on this machine's disk, read and changed beside a running server or without
 * one. Readers need no lock, since ACCESS is replaced whole; writers exclude each other by a lock of their own, so
 * the server's need not be free.
 *
 * Where there is no database yet, its key file and KEYRING are made here as the server makes them, under the
 * server's lock: of a server and an `anoa key create` that start at the same moment only one makes them.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { ACCESS_NAME } from '../persistence/data-directory.js';
import {
  type OpeningOptions,
  openOrCreateKeyring,
  refuseKeyFileInside,
  restrictDirectory,
} from '../persistence/database-opening.js';
import type { PersistenceEvent } from '../persistence/database-types.js';
import type { HeldLock } from '../persistence/directory-lock.js';
import { DIRECTORY_MODE, pathIn } from '../persistence/file-system.js';
import { KEYRING_NAME, type Keyring } from '../persistence/keyring.js';
import { nodeDirectoryLock } from '../persistence/node-directory-lock.js';
import { nodeFileSystem } from '../persistence/node-file-system.js';
import { nodeStorageCrypto } from '../persistence/node-storage-crypto.js';
import { ExitCode, PersistenceError } from '../persistence/persistence-error.js';
import { attempt, makeDurableDirectory } from '../persistence/whole-file.js';
import { publishAccess, readAccess } from './access-file.js';
import { type AccessKeySet, NO_ACCESS_KEYS } from './access-key.js';

/** Holds the lock of the writers, in a directory of its own so that it is apart from the server's. */
const LOCK_DIRECTORY_NAME = 'access-lock';
/** A change takes milliseconds; a queue of many takes this long only where the disk is very slow. */
const LOCK_WAIT_MS = 15_000;
const LOCK_RETRY_MS = 5;

export interface AccessDirectoryOptions extends Pick<OpeningOptions, 'directory' | 'secret'> {
  readonly log?: ((event: PersistenceEvent) => void) | undefined;
}

const fs = nodeFileSystem();

/** Whether there is a file of access keys; what is in it only its key tells. Changes nothing. */
export function hasAccessFile(directory: string): boolean {
  // Where the path is no directory, whoever opens it says so.
  if (attempt(directory, 'look at it', () => fs.stat(directory))?.kind !== 'directory') return false;
  const file = pathIn(directory, ACCESS_NAME);
  return attempt(file, 'look at it', () => fs.stat(file)) !== undefined;
}

/** The keys there are; makes and changes nothing. @throws PersistenceError */
export async function readAccessDirectory(options: AccessDirectoryOptions): Promise<AccessKeySet> {
  const { directory } = options;
  if (!hasAccessFile(directory)) return NO_ACCESS_KEYS;
  const crypto = nodeStorageCrypto();
  return readAccess(fs, crypto, openKeyring(options), directory);
}

/** The keys of a damaged directory whose keyring is known; `isLost` where there are some that cannot be read. */
export function readAccessWith(keyring: Keyring, directory: string): AccessKeySet & { isLost: boolean } {
  try {
    return { ...readAccess(fs, nodeStorageCrypto(), keyring, directory), isLost: false };
  } catch (error) {
    if (!(error instanceof PersistenceError) || error.exitCode !== ExitCode.DAMAGED) throw error;
    return { ...NO_ACCESS_KEYS, isSealed: true, isLost: true };
  }
}

/**
 * Reads the keys, lets `change` make new ones of them, and publishes these; two changes never overlap. What
 * `change` throws leaves the keys as they were; directory, key file and KEYRING are made where they are missing.
 * @throws PersistenceError
 */
export async function changeAccessDirectory<T>(
  options: AccessDirectoryOptions,
  change: (before: AccessKeySet) => { readonly after: AccessKeySet; readonly result: T },
): Promise<T> {
  const { directory } = options;
  const keyring = await openOrCreateDatabaseKeys(options);
  const lockDirectory = pathIn(directory, LOCK_DIRECTORY_NAME);
  makeDirectoryTogether(lockDirectory);
  const lock = await waitForLock(lockDirectory);
  if (lock === undefined) {
    throw new PersistenceError('another process has been changing the access keys all the time.', {
      exitCode: ExitCode.LOCKED,
      file: directory,
      help: 'Try again when it is done.',
    });
  }
  try {
    const crypto = nodeStorageCrypto();
    const { after, result } = change(readAccess(fs, crypto, keyring, directory));
    lock.confirm();
    publishAccess(fs, crypto, keyring, directory, after);
    return result;
  } finally {
    await lock.release();
  }
}

async function openOrCreateDatabaseKeys(options: AccessDirectoryOptions): Promise<Keyring> {
  const { directory } = options;
  const log = options.log ?? (() => undefined);
  refuseKeyFileInside(options);
  const existing = attempt(directory, 'look at it', () => fs.stat(directory));
  if (existing === undefined) {
    makeDirectoryTogether(directory);
  } else if (existing.kind !== 'directory') {
    throw new PersistenceError('this is not a directory.', {
      exitCode: ExitCode.IO,
      file: directory,
      help: 'Give another data directory.',
    });
  } else if ((existing.mode & 0o077) !== 0) {
    restrictDirectory(fs, directory, existing.mode, log);
  }
  const keyringFile = pathIn(directory, KEYRING_NAME);
  const hasKeyring = () => attempt(keyringFile, 'look at it', () => fs.stat(keyringFile)) !== undefined;
  if (hasKeyring()) return openKeyring(options);
  const lock = await waitForLock(directory, hasKeyring);
  try {
    return openKeyring(options);
  } finally {
    await lock?.release();
  }
}

/** With KEYRING there it is opened, else made; whoever calls it then holds the lock of the directory. */
function openKeyring(options: AccessDirectoryOptions): Keyring {
  const adapters = { fs, crypto: nodeStorageCrypto(), nowMs: Date.now };
  return openOrCreateKeyring(adapters, options, options.log ?? (() => undefined));
}

/** The lock, or undefined where `isNeedless` came true or the time ran out before it was free. */
async function waitForLock(directory: string, isNeedless = () => false): Promise<HeldLock | undefined> {
  const deadlineMs = performance.now() + LOCK_WAIT_MS;
  for (;;) {
    try {
      return await nodeDirectoryLock().acquire(directory);
    } catch (error) {
      const isTaken = error instanceof PersistenceError && error.exitCode === ExitCode.LOCKED;
      if (!isTaken) throw error;
      if (isNeedless() || performance.now() > deadlineMs) return undefined;
    }
    // Of many that wait no two should come back at the same moment.
    await sleep(LOCK_RETRY_MS * (1 + 3 * Math.random()));
  }
}

/** Several processes may make the same directory at the same time: that it is there is what counts. */
function makeDirectoryTogether(directory: string): void {
  for (;;) {
    try {
      makeDurableDirectory(fs, directory, DIRECTORY_MODE);
      return;
    } catch (error) {
      if (!(error instanceof PersistenceError) || error.systemCode !== 'EEXIST') throw error;
    }
  }
}
