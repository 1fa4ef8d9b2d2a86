/**
 * Datagrams on their way out, in the sink's batch.
 *
 * Every channel has at most one datagram open: frames written between two flushes share it until it is
 * full, also where requests of several sessions come in turn. Headers are written when a datagram is
 * opened, sealing happens at the flush, in place.
 *
 * Invariant: a slot of this round is either a handshake message (complete) or belongs to one channel.
 */
import { Limits, MAGIC_BYTE } from '@anoadb/protocol';
import type { Channel } from './channel.js';
import type { DatagramBatch, DatagramSink } from './datagram-batch.js';
import { writeU32, writeU48 } from './little-endian.js';

/** Shorter datagrams would not be answered by a NO_SESSION hint, so none is shorter. */
const DATAGRAM_BYTES_MIN = Limits.noSessionDatagramBytesMin;

export class Outgoing {
  readonly #sink: DatagramSink;
  readonly #dataType: number;
  readonly #channels: (Channel | null)[];
  readonly #plaintextBytes: Int32Array;
  readonly #retired: Channel[] = [];
  #round = 0;
  datagrams = 0;
  byteCount = 0;

  constructor(sink: DatagramSink, dataType: number) {
    this.#sink = sink;
    this.#dataType = dataType;
    this.#channels = new Array(sink.batch.capacity).fill(null);
    this.#plaintextBytes = new Int32Array(sink.batch.capacity);
  }

  /** Where frames are written, at the offsets that `reserve` and `openMessage` return. */
  get bytes(): Uint8Array {
    return this.#sink.batch.bytes;
  }

  /** Room for `byteCount` bytes of frames to that channel's peer; returns their offset. They must all be written. */
  reserve(channel: Channel, byteCount: number): number {
    const batch = this.#sink.batch;
    if (channel.openRound === this.#round) {
      const used = this.#plaintextBytes[channel.openSlot];
      if (used + byteCount <= channel.plaintextBytesMax) {
        this.#plaintextBytes[channel.openSlot] = used + byteCount;
        return batch.startOf(channel.openSlot) + channel.sealing.overheadBytes + used;
      }
    }
    const start = this.#open(channel, byteCount, channel.address, 0);
    channel.openSlot = batch.count - 1;
    channel.openRound = this.#round;
    return start;
  }

  /** The same in a datagram of its own, to an address that is not (yet) the channel's. */
  reserveTo(channel: Channel, byteCount: number, to: Uint8Array, toAt: number): number {
    return this.#open(channel, byteCount, to, toAt);
  }

  /** The channel has ended: its keys are wiped as soon as what is already written for it, a CLOSE, was sealed. */
  retire(channel: Channel): void {
    this.#retired.push(channel);
  }

  #open(channel: Channel, byteCount: number, to: Uint8Array, toAt: number): number {
    const batch = this.#sink.batch;
    if (batch.isFull) this.flush();
    const slot = batch.count;
    const start = batch.startOf(slot);
    const bytes = batch.bytes;
    bytes[start] = MAGIC_BYTE;
    bytes[start + 1] = this.#dataType;
    writeU32(bytes, start + 2, channel.sid);
    writeU48(bytes, start + 6, channel.sendCounter++);
    batch.commit(0, to, toAt);
    this.#channels[slot] = channel;
    this.#plaintextBytes[slot] = byteCount;
    return start + channel.sealing.overheadBytes;
  }

  /** Zeroed room for one handshake message of exactly `byteCount` bytes; returns its offset. */
  openMessage(byteCount: number, to: Uint8Array, toAt: number): number {
    const batch = this.#sink.batch;
    if (batch.isFull) this.flush();
    const start = batch.startOf(batch.count);
    this.#channels[batch.count] = null;
    batch.bytes.fill(0, start, start + byteCount);
    batch.commit(byteCount, to, toAt);
    return start;
  }

  flush(): void {
    const batch = this.#sink.batch;
    if (batch.count > 0) this.#send(batch);
    if (this.#retired.length > 0) for (const channel of this.#retired.splice(0)) channel.sealing.wipe();
  }

  #send(batch: DatagramBatch): void {
    for (let slot = 0; slot < batch.count; slot++) {
      const channel = this.#channels[slot];
      if (channel !== null) batch.lengths[slot] = this.#seal(slot, channel);
      this.#channels[slot] = null;
      this.byteCount += batch.lengths[slot];
    }
    this.datagrams += batch.count;
    this.#round++;
    this.#sink.flush();
  }

  #seal(slot: number, channel: Channel): number {
    const batch = this.#sink.batch;
    const start = batch.startOf(slot);
    const overhead = channel.sealing.overheadBytes;
    let plaintextBytes = this.#plaintextBytes[slot];
    if (overhead + plaintextBytes < DATAGRAM_BYTES_MIN) {
      batch.bytes.fill(0, start + overhead + plaintextBytes, start + DATAGRAM_BYTES_MIN);
      plaintextBytes = DATAGRAM_BYTES_MIN - overhead;
    }
    return channel.sealing.seal(batch.bytes, start, plaintextBytes);
  }
}
