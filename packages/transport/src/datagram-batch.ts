/**
 * A batch of datagrams in one shared buffer: what a socket delivers and takes in one call.
 *
 * Slot `i` is `bytes[i * slotBytes, i * slotBytes + lengths[i])`, its peer is the 18-byte address at
 * `addresses[i * ADDRESS_BYTES]`. Nothing is allocated per datagram; one N-API callback or one
 * system call can serve the whole batch.
 *
 * Invariant: `count <= capacity`, and every `lengths[i] <= slotBytes` for `i < count`.
 */
import { copyBytes } from '@anoadb/protocol';

/** Bytes of a peer address: 16 of IPv6 (IPv4 as ::ffff:a.b.c.d), then the port as u16 little-endian. */
export const ADDRESS_BYTES = 18;

/** Room for the largest datagram two loopback ends may agree on. */
export const SLOT_BYTES_MAX = 16_384;

export class DatagramBatch {
  readonly capacity: number;
  readonly slotBytes: number;
  readonly bytes: Uint8Array;
  readonly lengths: Uint16Array;
  readonly addresses: Uint8Array;
  count = 0;

  constructor(capacity: number, slotBytes: number = SLOT_BYTES_MAX) {
    this.capacity = capacity;
    this.slotBytes = slotBytes;
    this.bytes = new Uint8Array(capacity * slotBytes);
    this.lengths = new Uint16Array(capacity);
    this.addresses = new Uint8Array(capacity * ADDRESS_BYTES);
  }

  get isFull(): boolean {
    return this.count === this.capacity;
  }

  /** First byte of slot `index`. */
  startOf(index: number): number {
    return index * this.slotBytes;
  }

  /** Seals slot `count` at `length` bytes, addressed by 18 bytes copied from `from[at]`. */
  commit(length: number, from: Uint8Array, at: number): void {
    const index = this.count;
    this.lengths[index] = length;
    copyBytes(this.addresses, index * ADDRESS_BYTES, from, at, at + ADDRESS_BYTES);
    this.count = index + 1;
  }

  /** Copies one whole datagram in; for edges and tests, not for the hot path. */
  push(datagram: Uint8Array, address: Uint8Array): void {
    this.bytes.set(datagram, this.startOf(this.count));
    this.commit(datagram.length, address, 0);
  }

  clear(): void {
    this.count = 0;
  }
}

/** Where an endpoint puts what should leave: it writes into `batch` and calls `flush` when that is full or done. */
export interface DatagramSink {
  readonly batch: DatagramBatch;
  /** Sends every datagram of `batch` and empties it. Never throws for a peer's sake. */
  flush(): void;
}
