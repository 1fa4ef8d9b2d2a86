/** Opens a data directory with the adapters of this machine. Composition only. */

import { resolve } from 'node:path';
import { type JournalOptions, openDatabase } from './database.js';
import type { Database, PersistenceEvent, SecretSource } from './database-types.js';
import { nodeDirectoryLock } from './node-directory-lock.js';
import { nodeFileSystem } from './node-file-system.js';
import { startNodeFileWorker } from './node-file-worker.js';
import { startNodeJournalWorker } from './node-journal-worker.js';
import { nodeStorageCrypto } from './node-storage-crypto.js';

export interface NodeDatabaseOptions {
  /** Made with mode 0700 where it is absent. */
  readonly directory: string;
  readonly secret: SecretSource;
  readonly log?: ((event: PersistenceEvent) => void) | undefined;
  /** Wall clock; default Date.now. */
  readonly nowMs?: (() => number) | undefined;
  /** Clock of the walk's slices; default performance.now. */
  readonly monotonicMs?: (() => number) | undefined;
  /** Default: on, everysec. Off: what an earlier process journalled is loaded, and no more is written. */
  readonly journal?: JournalOptions | undefined;
  /** A snapshot file is closed and the next begun here; default 64 MiB. */
  readonly segmentBytesMax?: number | undefined;
  /** A file was found damaged while everything is in memory: take a snapshot, which replaces it. */
  readonly onDamage?: (() => void) | undefined;
  /** Upper bound of RESERVE; 0 = none. Default 64 MiB. */
  readonly reserveBytesMax?: number | undefined;
}

/**
 * Takes the lock, opens the secret, KEYRING and MANIFEST. Refuses with PersistenceError (exit 65, 66, 74, 75)
 * before anything is changed. Order of calls: open, load, start, snapshot..., close.
 */
export async function openNodeDatabase(options: NodeDatabaseOptions): Promise<Database> {
  return openDatabase(
    {
      fs: nodeFileSystem(),
      crypto: nodeStorageCrypto(),
      lock: nodeDirectoryLock(),
      startWorker: startNodeFileWorker,
      startJournalWorker: startNodeJournalWorker,
      nowMs: options.nowMs ?? Date.now,
      monotonicMs: options.monotonicMs ?? (() => performance.now()),
      yieldToEventLoop: () => new Promise((done) => setImmediate(done)),
    },
    { ...options, directory: resolve(options.directory), secret: absoluteSecret(options.secret) },
  );
}

function absoluteSecret(secret: SecretSource): SecretSource {
  return secret.kind === 'key-file' ? { ...secret, path: resolve(secret.path) } : secret;
}
