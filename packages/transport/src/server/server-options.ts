/** What a server endpoint is made of, and what it counts. */
import type { AccessLookup } from '../access.js';
import type { RandomBytes, TransportCrypto } from '../crypto.js';
import type { DatagramSink } from '../datagram-batch.js';
import type { DropCounters } from '../drop-reasons.js';
import type { ServerLimits } from '../limits.js';
import type { SealCrypto } from '../seal-crypto.js';
import type { Mode } from '../sealing.js';
import type { RequestHandler } from './request-handler.js';

export interface ServerEndpointOptions {
  handler: RequestHandler;
  /** Filled and flushed by the endpoint alone. */
  sink: DatagramSink;
  /** Default: the tweetnacl reference. */
  crypto?: TransportCrypto;
  random: RandomBytes;
  limits?: Partial<ServerLimits>;
  mode: Mode;
  /** The access keys: required in sealed mode. */
  access?: AccessLookup;
  /** Boxes and X25519 of sealed mode, default: the tweetnacl reference. */
  sealCrypto?: SealCrypto;
  /** Number of this worker, 0..63: the top 6 bits of its sids. Default 0. */
  worker?: number;
  /** Of a server whose client records survive a restart (`restorer`, `walkHistory`); undefined: random. */
  continuity?: Continuity;
  /** The handler threw. Its client gets INTERNAL; by default the error is only counted. */
  onDefect?: (error: unknown) => void;
}

/** The same at every start on the same data, or what was kept of clients is worth nothing. */
export interface Continuity {
  /** 8 bytes, told to every client. */
  readonly epoch: Uint8Array;
  /** Seeds the fingerprints of requests; secret. */
  readonly fingerprintSeed: number;
}

/** A plain object for STATS. */
export interface ServerCounters {
  sessions: number;
  sessionsOpened: number;
  clientRecords: number;
  /** Sessions whose peer proved a new address. */
  pathsMoved: number;
  datagramsIn: number;
  datagramsOut: number;
  bytesIn: number;
  bytesOut: number;
  requests: number;
  replies: number;
  repliesFromCache: number;
  /** Fragments of replies sent again. */
  retransmits: number;
  pending: number;
  /** Answers that wait for the journal. */
  held: number;
  replyCacheBytes: number;
  reassemblyBytes: number;
  outgoingBytes: number;
  defects: number;
  /** Datagrams, or rests of datagrams, dropped, by reason. */
  dropped: DropCounters;
}
