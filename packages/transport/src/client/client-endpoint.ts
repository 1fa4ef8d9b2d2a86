/** The client's end of the datagram protocol, sans I/O. (Signatures first; the body follows.) */
import type { RandomBytes } from '../crypto.js';
import type { DatagramBatch, DatagramSink } from '../datagram-batch.js';
import type { ClientLimits } from '../limits.js';
import type { ClientListener } from './client-listener.js';

export type ClientState = 'idle' | 'connecting' | 'ready' | 'closed';

export interface ClientEndpointOptions {
  random: RandomBytes;
  /** Both ends on this machine: larger datagrams may be agreed. */
  isLoopback: boolean;
  sink: DatagramSink;
  listener: ClientListener;
  /** Requests in flight at once, at most 256; default 128. */
  windowMax?: number;
  limits?: Partial<ClientLimits>;
  mode: 'open';
}

export interface SubmitOptions {
  /** Does any op change something? Decides what a lost session means for it. */
  mutates: boolean;
  isAtomic: boolean;
}

export class ClientEndpoint {
  constructor(_options: ClientEndpointOptions) {}
  get state(): ClientState {
    return 'idle';
  }
  get maxDatagram(): number {
    return 1200;
  }
  /** Bytes of ops that fit one datagram; more travel in fragments. */
  get requestBytesMax(): number {
    return 1163;
  }
  /** Bytes of ops that can be sent at all. */
  get messageBytesMax(): number {
    return 1_048_576;
  }
  start(_nowMs: number): void {}
  handleBatch(_batch: DatagramBatch, _nowMs: number): void {}
  canSubmit(): boolean {
    return false;
  }
  /** Copies `ops`; nothing leaves before `flush`. Returns the request id. Throws where `canSubmit()` is false. */
  submit(_ops: Uint8Array, _options: SubmitOptions, _nowMs: number): number {
    return 0;
  }
  flush(_nowMs: number): void {}
  /** Forgets a request; true if any of it was ever sent (a write's outcome is then unknown). */
  cancel(_rid: number, _nowMs: number): boolean {
    return false;
  }
  /** The socket said that nobody listens there: a hint, since anyone can forge it. */
  hintRefused(_nowMs: number): void {}
  tick(_nowMs: number): void {}
  nextTickAtMs(): number {
    return Number.POSITIVE_INFINITY;
  }
  close(_nowMs: number): void {}
}
