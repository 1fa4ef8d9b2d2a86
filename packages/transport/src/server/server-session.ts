/** One session at the server: a channel, its client record, and the large messages on their way. */
import { FrameType, Permission } from '@anoadb/protocol';
import type { AccessGrant } from '../access.js';
import { Channel } from '../channel.js';
import { Congestion } from '../congestion.js';
import { ACK_OF_REQUEST } from '../frames.js';
import { type ByteBudget, IncomingTransfers } from '../incoming-transfers.js';
import type { ServerLimits } from '../limits.js';
import type { Outgoing } from '../outgoing.js';
import { OutgoingTransfers } from '../outgoing-transfers.js';
import { RttEstimator } from '../rtt-estimator.js';
import type { Sealing } from '../sealing.js';
import type { CandidatePath } from './candidate-path.js';
import type { ClientRecord } from './client-record.js';

/** A reply nobody acknowledges any more is dropped after this; the client asks again if it lives. */
const REPLY_GIVE_UP_MS = 10_000;

export const ALL_PERMISSIONS = Permission.READ | Permission.WRITE | Permission.ADMIN;

export interface SessionOptions {
  sid: number;
  /** Timer id. */
  index: number;
  sealing: Sealing;
  maxDatagram: number;
  address: Uint8Array;
  addressAt: number;
  sourceKey: string;
  record: ClientRecord;
  grant: AccessGrant | undefined;
  outgoing: Outgoing;
  limits: ServerLimits;
  outgoingBudget: ByteBudget;
  nowMs: number;
}

export class ServerSession extends Channel {
  readonly index: number;
  /** Changes where the peer proves a new address. */
  sourceKey: string;
  readonly record: ClientRecord;
  /** The access key behind it; undefined in open mode. */
  readonly grant: AccessGrant | undefined;
  readonly permissions: number;
  readonly createdMs: number;
  readonly rtt = new RttEstimator();
  readonly congestion: Congestion;
  /** Requests coming in, replies going out. */
  readonly incoming: IncomingTransfers;
  readonly outgoing: OutgoingTransfers;
  lastSeenMs: number;
  /** A valid DATA was seen. */
  isConfirmed = false;
  isClosed = false;
  /** A new address that has not proven itself. */
  candidate: CandidatePath | null = null;
  /** When a superseded session stops receiving. */
  endsAtMs = Number.POSITIVE_INFINITY;

  constructor(options: SessionOptions) {
    super(options.sid, options.sealing, options.maxDatagram);
    for (let i = 0; i < this.address.length; i++) this.address[i] = options.address[options.addressAt + i];
    this.index = options.index;
    this.sourceKey = options.sourceKey;
    this.record = options.record;
    this.grant = options.grant;
    this.permissions = options.grant?.permissions ?? ALL_PERMISSIONS;
    this.createdMs = options.nowMs;
    this.lastSeenMs = options.nowMs;
    this.congestion = new Congestion(this.rtt, options.maxDatagram);
    const { limits, outgoing } = options;
    const reassemblyLimits = {
      messagesMax: limits.reassemblyMessagesPerSession,
      bytesMax: limits.reassemblyBytesPerSession,
      messageBytesMax: limits.maxMessageBytes,
    };
    this.incoming = new IncomingTransfers(
      this,
      outgoing,
      ACK_OF_REQUEST,
      reassemblyLimits,
      options.record.usage.reassembly,
    );
    this.outgoing = new OutgoingTransfers(
      this,
      outgoing,
      FrameType.RSP_FRAG,
      this.rtt,
      this.congestion,
      options.outgoingBudget,
      REPLY_GIVE_UP_MS,
    );
  }

  /** When this session ends if nothing more arrives. */
  endMs(limits: ServerLimits): number {
    const silentMs = this.isConfirmed
      ? this.lastSeenMs + limits.idleMs
      : this.createdMs + limits.unconfirmedMs;
    return Math.min(silentMs, this.createdMs + limits.sessionAgeMsMax, this.endsAtMs);
  }

  deadlineMs(limits: ServerLimits): number {
    return Math.min(this.endMs(limits), this.incoming.deadlineMs, this.outgoing.deadlineMs);
  }
}
