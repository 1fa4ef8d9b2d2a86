/** Opens a data directory with the adapters of this machine. Composition only. */

import type { Database, PersistenceEvent, SecretSource } from './database-types.js';
import type { VerifyReport } from './offline.js';

export interface NodeDatabaseOptions {
  /** Made with mode 0700 where it is absent. */
  readonly directory: string;
  readonly secret: SecretSource;
  readonly log?: (event: PersistenceEvent) => void;
  /** Wall clock; default Date.now. */
  readonly nowMs?: () => number;
  /** Clock of the walk's slices; default performance.now. */
  readonly monotonicMs?: () => number;
  /** A snapshot file is closed and the next begun here; default 64 MiB. */
  readonly segmentBytesMax?: number;
  /** Upper bound of RESERVE; 0 = none. Default 64 MiB. */
  readonly reserveBytesMax?: number;
}

/**
 * Takes the lock, opens the secret, KEYRING and MANIFEST. Refuses with PersistenceError (exit 65, 66, 74, 75)
 * before anything is changed. Order of calls: open, load, start, snapshot..., close.
 */
export async function openNodeDatabase(_options: NodeDatabaseOptions): Promise<Database> {
  throw new Error('not built yet');
}

export interface OfflineOptions {
  /** A data directory (its published snapshot), or one snapshot file, whose following segments are found beside it. */
  readonly path: string;
  /** `createIfAbsent` is ignored: offline reading never makes a key. */
  readonly secret: SecretSource;
}

/** Writes a snapshot as JSON lines. `write` is awaited, so a pipe's back-pressure holds. Works beside a running server. */
export async function catSnapshot(
  _options: OfflineOptions & { readonly write: (lines: Uint8Array) => Promise<void> | void },
): Promise<VerifyReport> {
  throw new Error('not built yet');
}

/** Reads a snapshot whole and proves every byte of it. Works beside a running server. */
export async function verifySnapshot(_options: OfflineOptions): Promise<VerifyReport> {
  throw new Error('not built yet');
}
