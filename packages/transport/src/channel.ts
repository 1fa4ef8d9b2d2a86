/** What both ends know of one session as a way to send and receive datagrams. */
import { Limits } from '@anoadb/protocol';
import { ADDRESS_BYTES } from './datagram-batch.js';
import { MESSAGE_OVERHEAD_BYTES } from './frames.js';
import { ReplayWindow } from './replay-window.js';
import { RESERVED_BYTES, type Sealing } from './sealing.js';

export class Channel {
  readonly sid: number;
  readonly sealing: Sealing;
  readonly maxDatagram: number;
  /** The peer. */
  readonly address = new Uint8Array(ADDRESS_BYTES);
  readonly received = new ReplayWindow();
  /** Counter of the next datagram to leave; never reused, also not for a retransmission. */
  sendCounter = 0;
  /** Slot of the datagram being filled, valid while `openRound` is the round of Outgoing. */
  openSlot = 0;
  openRound = -1;

  constructor(sid: number, sealing: Sealing, maxDatagram: number) {
    this.sid = sid;
    this.sealing = sealing;
    this.maxDatagram = maxDatagram;
  }

  get plaintextBytesMax(): number {
    return this.maxDatagram - RESERVED_BYTES;
  }

  /** Ops of a request, or results of a reply, that fit one datagram. */
  get payloadBytesMax(): number {
    return this.maxDatagram - RESERVED_BYTES - MESSAGE_OVERHEAD_BYTES;
  }

  get fragmentBytes(): number {
    return this.maxDatagram - Limits.fragmentOverheadBytes;
  }
}
