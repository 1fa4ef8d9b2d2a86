/** Loading, main-thread half: gives the worker buffers to fill and puts what comes back into its place. */

import { ByteReader, ByteWriter, ValueType } from '@anoadb/protocol';
import type { LoadProgress, LoadTarget } from './database-types.js';
import { copyClientRecords, RecordKind, RecordReader } from './entry-record.js';
import { pathIn } from './file-system.js';
import { type JournalEnd, repairHelp } from './journal/journal-end.js';
import type { Keyring } from './keyring.js';
import { REMOVE_EQUAL_HEAD_BYTES, SPLICE_HEAD_BYTES } from './list-record.js';
import type { Manifest } from './manifest.js';
import { damaged, ExitCode, fromPlainError, PersistenceError } from './persistence-error.js';
import { BUFFERS_IN_FLIGHT_MAX, type FileWorkerPort, RECORD_BUFFER_BYTES } from './worker-messages.js';

export interface RecordTargetOptions {
  readonly directory: string;
  /** Entries that expired before are left out. */
  readonly nowMs: number;
  readonly target: LoadTarget;
  /** A change of a list does not fit what is there: something before it is missing. Throws, or notes it and goes on. */
  readonly onUnfit: (lsn: number) => void;
}

export interface RecordLoadOptions extends Omit<RecordTargetOptions, 'onUnfit'> {
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
  const onUnfit = (lsn: number): never => {
    throw unfit(directory, manifest, lsn);
  };
  const load = new RecordLoad({ ...options, onUnfit });
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
  readonly #head = new ByteReader();

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
      else if (kind === RecordKind.SESSION)
        target.session?.(bytes, keyStart, keyEnd, valueStart, valueEnd, expiryMs, version);
      else if (!this.#changeList(bytes)) this.#options.onUnfit(version);
    }
  }

  /** `apply` without the effects: for records of which the snapshot has those already. */
  applyClients(records: Uint8Array, start: number, end: number): void {
    const clients = new ByteWriter(0);
    copyClientRecords(clients, records, start, end);
    this.apply(clients.bytes, 0, clients.at);
  }

  /** False: it does not fit the list that it stands on. */
  #changeList(bytes: Uint8Array): boolean {
    const { target, nowMs } = this.#options;
    const { kind, keyStart, keyEnd, valueStart, valueEnd, expiryMs, version } = this.#record;
    const head = this.#head.reset(bytes, valueStart, valueEnd);
    switch (kind) {
      case RecordKind.SPLICE: {
        const lengthBefore = head.u32();
        const at = head.u32();
        const removed = head.u32();
        return target.splice(
          bytes,
          keyStart,
          keyEnd,
          lengthBefore,
          at,
          removed,
          valueStart + SPLICE_HEAD_BYTES,
          valueEnd,
          expiryMs,
          version,
        );
      }
      case RecordKind.REMOVE_EQUAL: {
        const lengthBefore = head.u32();
        const removed = head.u32();
        const isBackward = head.u8() === 1;
        const start = valueStart + REMOVE_EQUAL_HEAD_BYTES;
        return target.removeEqual(
          bytes,
          keyStart,
          keyEnd,
          lengthBefore,
          removed,
          isBackward,
          start,
          valueEnd,
          version,
        );
      }
      case RecordKind.COPY:
        return target.copy(bytes, keyStart, keyEnd, valueStart, valueEnd, expiryMs, version, nowMs);
      default:
        throw new Error(`entry record: there is no kind ${kind}`);
    }
  }

  #put(bytes: Uint8Array): void {
    const { target, nowMs, directory } = this.#options;
    const { keyStart, keyEnd, type, valueStart, valueEnd, expiryMs, version, clientFlags } = this.#record;
    // A list comes in all the same: what follows may be changes of it, the next of them PERSIST.
    if (expiryMs !== 0 && expiryMs <= nowMs && type !== ValueType.LIST) {
      // Only from the journal, where an earlier record may have put the key.
      this.expired++;
      target.remove(bytes, keyStart, keyEnd);
      return;
    }
    this.entries++;
    const isPut = target.put(
      bytes,
      keyStart,
      keyEnd,
      type,
      bytes,
      valueStart,
      valueEnd,
      expiryMs,
      version,
      nowMs,
      clientFlags,
    );
    if (!isPut) throw noMemory(directory);
  }
}

/** Every byte was proven, so this is not the disk's doing; which file it is in follows from its LSN. */
function unfit(directory: string, { snapshot, journal }: Manifest, lsn: number): PersistenceError {
  const isInSnapshot = snapshot !== null && lsn <= snapshot.endVersion;
  const file = isInSnapshot
    ? snapshot.files[0].name
    : journal.findLast(({ startLsn, isFilling }) => startLsn <= lsn && !isFilling)?.name;
  return damaged(
    file === undefined ? directory : pathIn(directory, file),
    undefined,
    `the change with LSN ${lsn} is of a list that is not as that change found it: something before it is missing.`,
    repairHelp(),
  );
}

function noMemory(directory: string): PersistenceError {
  return new PersistenceError('the data does not fit the memory limit.', {
    exitCode: ExitCode.IO,
    file: directory,
    help: 'Nothing was changed. Start with a higher limit (ANOA_MAX_MEMORY).',
  });
}
