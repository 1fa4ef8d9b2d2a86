/** Loading, main-thread half: gives the worker buffers to fill and puts what comes back into the store. */

import { ByteReader } from '@anoadb/protocol';
import type { LoadProgress, LoadTarget } from './database-types.js';
import { RecordKind, RecordReader } from './entry-record.js';
import type { Keyring } from './keyring.js';
import type { ListedFile } from './manifest.js';
import { ExitCode, fromPlainError, PersistenceError } from './persistence-error.js';
import { BUFFERS_IN_FLIGHT_MAX, type FileWorkerPort, RECORD_BUFFER_BYTES } from './worker-messages.js';

export interface SnapshotLoadOptions {
  readonly directory: string;
  readonly keyring: Keyring;
  readonly files: readonly ListedFile[];
  /** Entries that expired before are left out. */
  readonly nowMs: number;
  readonly target: LoadTarget;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

export interface Loaded {
  readonly entries: number;
  readonly expired: number;
  readonly bytesRead: number;
}

export function loadSnapshot(worker: FileWorkerPort, options: SnapshotLoadOptions): Promise<Loaded> {
  const { directory, keyring, files, nowMs, onProgress } = options;
  const bytesTotal = files.reduce((sum, file) => sum + file.bytes, 0);
  const record = new RecordReader(new ByteReader());
  return new Promise((resolve, reject) => {
    worker.listen((message) => {
      switch (message.did) {
        case 'records-read':
          try {
            record.reset(new Uint8Array(message.buffer), 0, message.byteCount);
            applyRecords(record, options);
            onProgress?.({ entries: message.entries, bytesRead: message.bytesRead, bytesTotal });
          } catch (error) {
            worker.listen(() => undefined);
            reject(error);
            return;
          }
          worker.post({ do: 'fill-buffer', buffer: message.buffer }, [message.buffer]);
          return;
        case 'load-finished':
          resolve(message);
          return;
        case 'load-failed':
        case 'died':
          reject(fromPlainError(message.error));
          return;
        default:
          reject(new Error(`the file worker said ${message.did} during loading`));
      }
    });
    worker.post({ do: 'begin-load', directory, keyring, files, nowMs });
    for (let i = 0; i < BUFFERS_IN_FLIGHT_MAX; i++) {
      const buffer = new ArrayBuffer(RECORD_BUFFER_BYTES);
      worker.post({ do: 'fill-buffer', buffer }, [buffer]);
    }
  });
}

function applyRecords(record: RecordReader, { target, nowMs, directory }: SnapshotLoadOptions): void {
  const { bytes } = record;
  while (record.next()) {
    if (record.kind === RecordKind.PUT) {
      const isPut = target.put(
        bytes,
        record.keyStart,
        record.keyEnd,
        record.type,
        bytes,
        record.valueStart,
        record.valueEnd,
        record.expiryMs,
        record.version,
        nowMs,
      );
      if (!isPut) throw noMemory(directory);
    } else if (record.kind === RecordKind.REMOVE) {
      target.remove(bytes, record.keyStart, record.keyEnd);
    } else {
      target.clear();
    }
  }
}

function noMemory(directory: string): PersistenceError {
  return new PersistenceError('the data does not fit the memory limit.', {
    exitCode: ExitCode.IO,
    file: directory,
    help: 'Nothing was changed. Start with a higher limit (ANOA_MAX_MEMORY).',
  });
}
