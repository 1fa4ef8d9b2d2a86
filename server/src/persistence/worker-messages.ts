/** What the main thread and the file worker say to each other. Buffers are transferred, never copied. */

import type { JournalEnd } from './journal/journal-end.js';
import type { Keyring } from './keyring.js';
import type { ListedSnapshot, Manifest } from './manifest.js';
import type { PlainError } from './persistence-error.js';

export type ToWorker =
  | {
      readonly do: 'begin-snapshot';
      readonly directory: string;
      readonly keyring: Keyring;
      /** Names the attempt in all messages about it, so that what arrives late from one is not taken for the next. */
      readonly generation: number;
      readonly createdMs: number;
      readonly beginVersion: number;
      readonly segmentBytesMax: number;
      readonly isFinal: boolean;
    }
  /** Entry records, answered by `records-taken` with the same buffer. */
  | {
      readonly do: 'take-records';
      readonly generation: number;
      readonly buffer: ArrayBuffer;
      readonly byteCount: number;
    }
  /** Ends the files, verifies them and gives them their names; answered by `snapshot-ready` or `snapshot-failed`. */
  | {
      readonly do: 'finish-snapshot';
      readonly generation: number;
      readonly endVersion: number;
      readonly dbNowMs: number;
    }
  /** It is published: removes what it replaced, makes RESERVE fit; answered by `snapshot-settled` or `snapshot-failed`. */
  | {
      readonly do: 'settle-snapshot';
      readonly generation: number;
      readonly replaced: readonly string[];
      /** 0: RESERVE stays as it is. */
      readonly reserveBytesMax: number;
    }
  /** Gives the attempt up and cleans up; answered by `snapshot-abandoned`. */
  | { readonly do: 'abandon-snapshot'; readonly generation: number }
  /** Answered by `records-read` as long as there are buffers, then `load-finished` or `load-failed`. */
  | {
      readonly do: 'begin-load';
      readonly directory: string;
      readonly keyring: Keyring;
      readonly manifest: Manifest;
      readonly nowMs: number;
    }
  /** A buffer to fill with records that were read. */
  | { readonly do: 'fill-buffer'; readonly buffer: ArrayBuffer }
  /** Proves what MANIFEST lists, slowly and again and again, until a snapshot replaces it. */
  | {
      readonly do: 'scrub';
      readonly directory: string;
      readonly keyring: Keyring;
      readonly manifest: Manifest;
    }
  | { readonly do: 'close' };

export type FromWorker =
  | { readonly did: 'records-taken'; readonly generation: number; readonly buffer: ArrayBuffer }
  /** The attempt is over; its files are gone where that was possible. More records may still arrive and are ignored. */
  | { readonly did: 'snapshot-failed'; readonly generation: number; readonly error: PlainError }
  | { readonly did: 'snapshot-abandoned'; readonly generation: number }
  /** Complete, synced, verified, named. It does not count before MANIFEST lists it. */
  | { readonly did: 'snapshot-ready'; readonly generation: number; readonly snapshot: ListedSnapshot }
  | { readonly did: 'snapshot-settled'; readonly generation: number }
  | {
      readonly did: 'records-read';
      readonly buffer: ArrayBuffer;
      readonly byteCount: number;
      readonly bytesRead: number;
      /** Entries in all buffers so far. */
      readonly entries: number;
    }
  | {
      readonly did: 'load-finished';
      readonly entries: number;
      readonly expired: number;
      readonly bytesRead: number;
      /** Of the journal: what was read, and what its open segment ends with. */
      readonly journalFrames: number;
      readonly lastLsn: number;
      readonly dbNowMs: number;
      readonly journalEnd: JournalEnd | undefined;
    }
  | { readonly did: 'load-failed'; readonly error: PlainError }
  /** A file that was sound is not any more. */
  | { readonly did: 'scrub-damage'; readonly error: PlainError }
  /** The worker itself broke. */
  | { readonly did: 'died'; readonly error: PlainError };

/** The main thread's end of the worker. */
export interface FileWorkerPort {
  post(message: ToWorker, transfer?: ArrayBuffer[]): void;
  /** One listener; replaced by the next. */
  listen(listener: (message: FromWorker) => void): void;
  /** It said `died` and will say nothing more. */
  readonly isDead: boolean;
  /** Ends the thread; resolves when it is gone. Never rejects. */
  close(): Promise<void>;
}

/** Buffers that may be on their way at once, in each direction. */
export const BUFFERS_IN_FLIGHT_MAX = 4;
/** Size of such a buffer; one with a larger record is larger. */
export const RECORD_BUFFER_BYTES = 256 * 1024;
