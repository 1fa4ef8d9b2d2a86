/** What a client endpoint is given, and what it counts. */
import type { RandomBytes, TransportCrypto } from '../crypto.js';
import type { DatagramSink } from '../datagram-batch.js';
import type { DropCounters } from '../drop-reasons.js';
import type { ClientLimits } from '../limits.js';
import type { SealCrypto } from '../seal-crypto.js';
import type { Mode } from '../sealing.js';
import type { ClientListener } from './client-listener.js';

export type ClientState = 'idle' | 'connecting' | 'ready' | 'closed';

export interface ClientEndpointOptions {
  random: RandomBytes;
  /** Hashes of sealed mode, default: the tweetnacl reference. */
  crypto?: TransportCrypto;
  /** Boxes and X25519 of sealed mode, default: the tweetnacl reference. */
  sealCrypto?: SealCrypto;
  /** The access key, 32 bytes: required in sealed mode, refused in open mode. Copied, and wiped with `close`. */
  psk?: Uint8Array;
  /** Both ends on this machine: larger datagrams may be agreed. */
  isLoopback: boolean;
  /** Filled and flushed by the endpoint alone; its socket is connected to the server. */
  sink: DatagramSink;
  listener: ClientListener;
  /** Requests in flight at once, at most 256; default 128. */
  windowMax?: number;
  limits?: Partial<ClientLimits>;
  mode: Mode;
  /** TLVs behind the params of AUTH, for what later versions define; version 1 knows none and steps over them. */
  tlvs?: Uint8Array;
}

export interface SubmitOptions {
  /** Does any op change something? Decides what a lost session means for it. */
  mutates: boolean;
  isAtomic: boolean;
}

export interface ClientCounters {
  datagramsOut: number;
  bytesOut: number;
  datagramsIn: number;
  bytesIn: number;
  retransmits: number;
  repliesFromCache: number;
  sessions: number;
  smoothedRttMs: number;
  congestionWindowBytes: number;
  /** Sent and neither answered nor given up as lost. */
  inFlightBytes: number;
  dropped: DropCounters;
}
