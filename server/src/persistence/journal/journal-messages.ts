/** What the main thread and the journal worker say to each other. Buffers are transferred, never copied. */

import type { Keyring } from '../keyring.js';
import type { ListedSnapshot, Manifest } from '../manifest.js';
import type { PlainError } from '../persistence-error.js';
import type { JournalEnd } from './journal-end.js';
import type { JournalStatistics, SyncPolicy } from './journal-types.js';

export type ToJournal =
  /**
   * The first message. Puts what recovery found in order (torn tail to quarantine/, unsynced tail journalled anew),
   * begins a segment and publishes MANIFEST. Answered by `opened` or `failed`.
   */
  | {
      readonly do: 'open';
      readonly directory: string;
      readonly keyring: Keyring;
      /** The MANIFEST in force; from here on it is the worker's. */
      readonly manifest: Manifest;
      /** What the load found at the end of the journal; undefined where there was none. */
      readonly end: JournalEnd | undefined;
      /** False: no segment is begun, append must not come. */
      readonly isOn: boolean;
      readonly policy: SyncPolicy;
      readonly segmentBytesMax: number;
      readonly reserveBytesMax: number;
      readonly lastLsn: number;
      readonly dbNowMs: number;
    }
  /** One batch (journal-types.ts); answered by `appended` with its buffer, once it was written. */
  | {
      readonly do: 'append';
      readonly buffer: ArrayBuffer;
      readonly byteEnd: number;
      readonly firstLsn: number;
      readonly lastLsn: number;
      readonly requestCount: number;
      readonly dbNowMs: number;
    }
  /** Syncs the segment and begins the next, where that is possible; answered by `rotated`. */
  | { readonly do: 'rotate'; readonly nextLsn: number }
  /** Syncs; answered by `progress`. */
  | { readonly do: 'sync' }
  /** A complete, verified, named snapshot; answered by `snapshot-published` or `snapshot-refused`. */
  | {
      readonly do: 'publish-snapshot';
      readonly generation: number;
      readonly snapshot: ListedSnapshot;
      readonly dbNowMs: number;
      /** Nothing is appended behind it: the journal ends here, and the stop is clean. */
      readonly isFinal: boolean;
    }
  /** The standing snapshot is the state, only the flag is missing; answered by `snapshot-published`. */
  | { readonly do: 'publish-clean-stop'; readonly generation: number; readonly dbNowMs: number }
  /** Syncs, marks the stop as clean, ends; answered by `closed`. */
  | { readonly do: 'close' };

export type FromJournal =
  | {
      readonly did: 'opened';
      readonly manifest: Manifest;
      /** Names of files that MANIFEST listed before and does not list now. */
      readonly replaced: readonly string[];
      /** Where the torn tail was copied to; undefined: there was none. */
      readonly quarantined: string | undefined;
      /** Frames that were journalled anew. */
      readonly renewedFrames: number;
    }
  | {
      readonly did: 'appended';
      readonly buffer: ArrayBuffer;
      readonly byteEnd: number;
      readonly writtenLsn: number;
      readonly durableLsn: number;
    }
  /** A sync ended, or what was held back may go. */
  | { readonly did: 'progress'; readonly writtenLsn: number; readonly durableLsn: number }
  | { readonly did: 'rotated' }
  | { readonly did: 'full' }
  | { readonly did: 'room' }
  | {
      readonly did: 'snapshot-published';
      readonly generation: number;
      readonly manifest: Manifest;
      /** Names of files that MANIFEST listed before and does not list now: to be removed. */
      readonly replaced: readonly string[];
    }
  /** Only that snapshot failed: there is no room for MANIFEST. */
  | { readonly did: 'snapshot-refused'; readonly generation: number; readonly error: PlainError }
  | { readonly did: 'statistics'; readonly statistics: JournalStatistics }
  /** Fatal: nothing is written any more. */
  | { readonly did: 'failed'; readonly error: PlainError }
  | { readonly did: 'closed' }
  /** The worker itself broke. */
  | { readonly did: 'died'; readonly error: PlainError };

/** The main thread's end of the worker. */
export interface JournalWorkerPort {
  post(message: ToJournal, transfer?: ArrayBuffer[]): void;
  /** One listener; replaced by the next. */
  listen(listener: (message: FromJournal) => void): void;
  readonly isDead: boolean;
  /** Ends the thread without a further word to it; resolves when it is gone. Never rejects. */
  end(): Promise<void>;
}
