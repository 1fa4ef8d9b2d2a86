/** What every stream door is given to answer from: the engine, the clocks, the other connections, the server. */

import type { Settings } from '../../config/load-settings.js';
import type { Engine } from '../../engine/engine.js';
import type { StreamConnection } from './stream-session.js';

export interface StreamServices {
  readonly engine: Engine;
  /** The database clock. `engine.nowMs` is set from it for each turn already. */
  readonly wallNowMs: () => number;
  /** With a fraction: for latencies. */
  readonly monotonicMs: () => number;
  /** Undefined: the server serves. Else how many percent are loaded: nothing of the data may be read or written. */
  readonly loadingPercent: () => number | undefined;
  /** All that are open. */
  readonly connections: Iterable<StreamConnection>;
  readonly streamStatistics: StreamStatistics;
  /** Calls `then` once the journal has released `position`; at once where it has. */
  whenReleased(position: number, then: () => void): void;
  /**
   * Calls `run` in a later turn, at `atMonotonicMs` or soon after it, with `engine.nowMs` set; what it changes is
   * journalled. Returns what cancels it.
   */
  schedule(atMonotonicMs: number, run: () => void): () => void;
  /**
   * For whoever runs the engine outside of `read` and `schedule`: sets `engine.nowMs`; what changes in this round of the
   * event loop is journalled.
   */
  beginTurn(): void;
  readonly serverInfo: () => ServerInfo;
  readonly snapshot: SnapshotService;
  /** Asks the process to stop, as SIGTERM does, with or without the last snapshot. Answers sent before still leave. */
  readonly shutdown: (withSnapshot: boolean) => void;
}

/** Counters of the TCP port since the start. */
export interface StreamStatistics {
  readonly accepted: number;
  /** Turned away: too many connections. */
  readonly rejected: number;
  readonly open: number;
  readonly openRedis: number;
  readonly openMemcached: number;
  readonly openHttp: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Closed because what they sent was nothing of a protocol, too large, or half a request for too long. */
  readonly protocolErrors: number;
  /** Closed for a request that was not complete in time. */
  readonly timedOut: number;
}

export interface SnapshotService {
  /** Rejects where it fails; joins one that runs. */
  take(): Promise<unknown>;
  readonly isRunning: boolean;
  /** Wall clock of the last that was complete, be it of an earlier process; 0: never. */
  readonly lastSaveMs: number;
  readonly lastOk: boolean;
  /** Effects since. */
  readonly changesSince: number;
  /** Taken and failed since the start. */
  readonly taken: number;
  readonly failed: number;
}

/** Facts for INFO, stats and metrics that are not the engine's or the store's. */
export interface ServerInfo {
  readonly version: string;
  readonly mode: 'open' | 'sealed';
  readonly processId: number;
  readonly nodeVersion: string;
  /** `Linux 6.1.0 x64`. */
  readonly operatingSystem: string;
  readonly executable: string;
  /** Wall clock. */
  readonly startedAtMs: number;
  readonly databaseUuid: string;
  readonly host: string;
  readonly port: number;
  readonly accessKeyCount: number;
  /** Without the secrets. */
  readonly settings: Omit<Settings, 'passphrase'>;
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly systemMemoryBytes: number;
  /** Processor time of the process. */
  readonly cpuUserSeconds: number;
  readonly cpuSystemSeconds: number;
  readonly journal: JournalInfo;
  readonly datagrams: DatagramInfo;
  readonly eventLoop: { readonly meanMs: number; readonly p99Ms: number; readonly maxMs: number };
  /** Entries the start loaded, and how long that took. */
  readonly loadedEntries: number;
  readonly loadedInMs: number;
}

export interface JournalInfo {
  readonly isOn: boolean;
  /** The disk is full: writes are refused. */
  readonly isFull: boolean;
  readonly fileBytes: number;
  readonly queuedBytes: number;
  readonly syncs: number;
  readonly releasedLsn: number;
}

/** The UDP side: sessions of the SDKs. */
export interface DatagramInfo {
  readonly sessions: number;
  readonly sessionsOpened: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}
