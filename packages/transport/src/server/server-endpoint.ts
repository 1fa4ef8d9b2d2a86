/** The server's end of the datagram protocol, sans I/O. (Signatures first; the body follows.) */
import type { RandomBytes, TransportCrypto } from '../crypto.js';
import type { DatagramBatch, DatagramSink } from '../datagram-batch.js';
import type { ServerLimits } from '../limits.js';
import type { RequestHandler } from './request-handler.js';

export interface ServerEndpointOptions {
  handler: RequestHandler;
  /** Filled and flushed by the endpoint alone. */
  sink: DatagramSink;
  /** Default: the tweetnacl reference. */
  crypto?: TransportCrypto;
  random: RandomBytes;
  limits?: Partial<ServerLimits>;
  mode: 'open';
}

/** A plain object for STATS. */
export interface ServerCounters {
  sessions: number;
  sessionsOpened: number;
  clientRecords: number;
  datagramsIn: number;
  datagramsOut: number;
  bytesIn: number;
  bytesOut: number;
  requests: number;
  replies: number;
  repliesFromCache: number;
  retransmits: number;
  pending: number;
  replyCacheBytes: number;
  reassemblyBytes: number;
  outgoingBytes: number;
  /** Datagrams dropped, by reason. */
  dropped: Record<string, number>;
}

export class ServerEndpoint {
  constructor(_options: ServerEndpointOptions) {}
  /** `nowMs` is monotonic. Replies are in the sink and flushed when this returns. */
  handleBatch(_batch: DatagramBatch, _nowMs: number): void {}
  tick(_nowMs: number): void {}
  /** When `tick` wants to be called; Infinity = not before something arrives. */
  nextTickAtMs(): number {
    return Number.POSITIVE_INFINITY;
  }
  /** Answers a request that was PENDING; a ticket that is not known any more is ignored. */
  complete(_ticket: number, _status: number, _results: Uint8Array, _nowMs: number): void {}
  /** CLOSE(SHUTDOWN) to every session. */
  close(_nowMs: number): void {}
  counters(): ServerCounters {
    throw new Error('not built yet');
  }
}
