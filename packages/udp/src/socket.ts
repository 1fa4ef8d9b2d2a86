/**
 * A datagram socket that delivers and takes batches in shared buffers: by recvmmsg and sendmmsg in an addon,
 * over node:dgram, or in memory.
 */

import type { DatagramBatch, DatagramSink } from '@anoadb/transport';
import type { HostAddress } from './socket-address.js';

export interface SocketHandlers {
  /** Datagrams that came in one turn of the event loop. `batch` is valid only during the call. */
  onBatch(batch: DatagramBatch): void;
  /**
   * Something the owner may act on: ECONNREFUSED and unreachable peers of a connected socket (hints only:
   * anyone on the path can forge them), failures of the socket itself. Always has a `code`.
   */
  onError(error: SocketError): void;
}

export interface SocketCounters {
  datagramsIn: number;
  bytesIn: number;
  batchesIn: number;
  datagramsOut: number;
  bytesOut: number;
  /** Arrived longer than a slot, dropped. */
  oversized: number;
  /** Arrived from a source that no reply can reach (port 0, unreadable address), dropped. */
  unanswerable: number;
  /** Lost in the kernel because nobody read in time and its buffer was full; 0 where unknown. */
  kernelDrops: number;
  /** Not sent because the kernel's queue and ours were full, dropped. */
  sendQueueFull: number;
  sendErrors: number;
  receiveErrors: number;
  /** Errors of both directions by code, e.g. `{ ECONNREFUSED: 3 }`. */
  errorsByCode: Record<string, number>;
  /** What the kernel granted, which may be less than was asked; 0 where unknown. */
  receiveBufferBytes: number;
  sendBufferBytes: number;
}

export interface DatagramSocket extends DatagramSink {
  /** What carries it: see the README. */
  readonly kind: 'recvmmsg' | 'node:dgram' | 'memory';
  readonly local: HostAddress;
  /** The peer of a connected socket. */
  readonly remote: HostAddress | undefined;
  /** Both ends are on this machine as far as the socket can know: bound (and connected) to loopback. */
  readonly isLoopback: boolean;
  /** What should leave. Always the same object; a connected socket ignores its addresses. */
  readonly batch: DatagramBatch;
  /** Begins to deliver. Once only. */
  start(handlers: SocketHandlers): void;
  /** Sends `batch` and empties it. Its slots may be written again at once. Never throws; after close it discards. */
  flush(): void;
  counters(): SocketCounters;
  /** Whether an idle socket keeps the process alive (it does unless told otherwise). */
  ref(): void;
  unref(): void;
  /** Idempotent, never rejects. Nothing is delivered once it has been called. */
  close(): Promise<void>;
}

export interface SocketOptions {
  /** Datagrams in one batch. */
  readonly batchCapacity?: number;
  /** Longest datagram taken; longer ones are dropped and counted. */
  readonly slotBytes?: number;
  /** Several sockets on one port (SO_REUSEPORT): the kernel spreads the peers over them. */
  readonly reusePort?: boolean;
}

/** An operational failure of a socket; `code` is the system's (`EADDRINUSE`, `ECONNREFUSED`, `ENOTFOUND`). */
export class SocketError extends Error {
  override readonly name = 'SocketError';
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

export const BATCH_CAPACITY = 64;
/** Asked of the kernel for each direction; it grants what net.core.rmem_max and wmem_max allow. */
export const KERNEL_BUFFER_BYTES = 4 * 1024 * 1024;
/** Peer-caused errors the owner of a connected socket may act on. */
export const HINT_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** The system's code of a thrown value. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'UNKNOWN';
}

export function emptyCounters(): SocketCounters {
  return {
    datagramsIn: 0,
    bytesIn: 0,
    batchesIn: 0,
    datagramsOut: 0,
    bytesOut: 0,
    oversized: 0,
    unanswerable: 0,
    kernelDrops: 0,
    sendQueueFull: 0,
    sendErrors: 0,
    receiveErrors: 0,
    errorsByCode: {},
    receiveBufferBytes: 0,
    sendBufferBytes: 0,
  };
}
