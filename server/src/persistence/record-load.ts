/** Loading, main-thread half: gives the worker buffers to fill and puts what comes back into its place. */

import { ByteReader } from '@anoadb/protocol';
import type { LoadProgress, LoadTarget } from './database-types.js';
import { RecordKind, RecordReader } from './entry-record.js';
import type { JournalEnd } from './journal/journal-end.js';
import type { Keyring } from './keyring.js';
import type { Manifest } from './manifest.js';
import { ExitCode, fromPlainError, PersistenceError } from './persistence-error.js';
import { BUFFERS_IN_FLIGHT_MAX, type FileWorkerPort, RECORD_BUFFER_BYTES } from './worker-messages.js';

export interface RecordTargetOptions {
  readonly directory: string;
  /** Entries that expired before are left out. */
  readonly nowMs: number;
  readonly target: LoadTarget;
}

export interface RecordLoadOptions extends RecordTargetOptions {
  readonly keyring: Keyring;
  readonly manifest: Manifest;
  /** Of the segment that was open when the process ended: MANIFEST cannot know. */
  readonly openBytes: number;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

export interface Loaded {
  readonly entries: number;
  readonly expired: number;
  readonly bytesRead: number;
  readonly journalFrames: number;
  readonly lastLsn: number;
  readonly dbNowMs: number;
  readonly journalEnd: JournalEnd | undefined;
}

export function loadRecords(worker: FileWorkerPort, options: RecordLoadOptions): Promise<Loaded> {
  const { directory, keyring, manifest, nowMs, onProgress } = options;
  const bytesTotal = bytesOf(options);
  const load = new RecordLoad(options);
  return new Promise((resolve, reject) => {
    worker.listen((message) => {
      switch (message.did) {
        case 'records-read':
          try {
            load.apply(new Uint8Array(message.buffer), 0, message.byteCount);
            onProgress?.({ entries: load.entries, bytesRead: message.bytesRead, bytesTotal });
          } catch (error) {
            worker.listen(() => undefined);
            reject(error);
            return;
          }
          worker.post({ do: 'fill-buffer', buffer: message.buffer }, [message.buffer]);
          return;
        case 'load-finished':
          resolve({
            ...message,
            entries: load.entries,
            expired: message.expired + load.expired,
          });
          return;
        case 'load-failed':
        case 'died':
          reject(fromPlainError(message.error));
          return;
        default:
          reject(new Error(`the file worker said ${message.did} during loading`));
      }
    });
    worker.post({ do: 'begin-load', directory, keyring, manifest, nowMs });
    for (let i = 0; i < BUFFERS_IN_FLIGHT_MAX; i++) {
      const buffer = new ArrayBuffer(RECORD_BUFFER_BYTES);
      worker.post({ do: 'fill-buffer', buffer }, [buffer]);
    }
  });
}

function bytesOf({ manifest, openBytes }: RecordLoadOptions): number {
  const snapshot = manifest.snapshot?.files.reduce((sum, file) => sum + file.bytes, 0) ?? 0;
  return manifest.journal.reduce((sum, { bytes = 0 }) => sum + bytes, snapshot + openBytes);
}

/** Puts records into their place. */
export class RecordLoad {
  /** Entries put. */
  entries = 0;
  /** Of those in the journal: had expired. */
  expired = 0;
  readonly #options: RecordTargetOptions;
  readonly #record = new RecordReader(new ByteReader());

  constructor(options: RecordTargetOptions) {
    this.#options = options;
  }

  apply(records: Uint8Array, start: number, end: number): void {
    const record = this.#record;
    const { target } = this.#options;
    record.reset(records, start, end);
    const { bytes } = record;
    while (record.next()) {
      const { kind, keyStart, keyEnd, valueStart, valueEnd, expiryMs, version } = record;
      if (kind === RecordKind.PUT) this.#put(bytes);
      else if (kind === RecordKind.REMOVE) target.remove(bytes, keyStart, keyEnd);
      else if (kind === RecordKind.CLEAR) target.clear();
      else if (kind === RecordKind.MARK)
        target.mark?.(bytes, keyStart, keyEnd, valueStart, valueEnd, expiryMs, version);
      else target.session?.(bytes, keyStart, keyEnd, valueStart, valueEnd, expiryMs, version);
    }
  }

  #put(bytes: Uint8Array): void {
    const { target, nowMs, directory } = this.#options;
    const { keyStart, keyEnd, type, valueStart, valueEnd, expiryMs, version } = this.#record;
    if (expiryMs !== 0 && expiryMs <= nowMs) {
      // Only from the journal, where an earlier record may have put the key.
      this.expired++;
      target.remove(bytes, keyStart, keyEnd);
      return;
    }
    this.entries++;
    if (!target.put(bytes, keyStart, keyEnd, type, bytes, valueStart, valueEnd, expiryMs, version, nowMs))
      throw noMemory(directory);
  }
}

function noMemory(directory: string): PersistenceError {
  return new PersistenceError('the data does not fit the memory limit.', {
    exitCode: ExitCode.IO,
    file: directory,
    help: 'Nothing was changed. Start with a higher limit (ANOA_MAX_MEMORY).',
  });
}
