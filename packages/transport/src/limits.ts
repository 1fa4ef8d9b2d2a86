/**
 * The limits of both ends that are ours to choose; those fixed by the protocol are `Limits` of @anoadb/protocol.
 * Every one is an option, so that tests reach its edge quickly.
 */
import { Limits, Timings } from '@anoadb/protocol';

export interface RateLimit {
  /** Tokens gained per second and source. */
  readonly perSecond: number;
  /** Tokens a source may have saved up. */
  readonly burst: number;
}

export interface ServerLimits {
  /** Largest datagram agreed with a loopback peer; every other peer gets 1200. */
  maxDatagramLoopback: number;
  /** Largest request or reply in bytes, all fragments together. */
  readonly maxMessageBytes: number;
  readonly windowMax: number;
  readonly sessionsMax: number;
  /** Sessions of one source (an IPv4 address or an IPv6 /64); loopback counts only against `sessionsMax`. */
  readonly sessionsPerSourceMax: number;
  /** The same of one access key. */
  readonly sessionsPerKeyMax: number;
  readonly clientRecordsPerKeyMax: number;
  readonly reassemblyBytesPerKey: number;
  readonly idleMs: number;
  /** A session of which no DATA was ever seen is closed this soon. */
  readonly unconfirmedMs: number;
  /** How long a superseded session still receives. */
  readonly supersededMs: number;
  readonly sessionAgeMsMax: number;
  /** Datagrams of one direction after which a session is refused. */
  readonly datagramsPerSessionMax: number;
  readonly clientRecordsMax: number;
  readonly clientRecordSilentMs: number;
  readonly replyBytesPerClientMax: number;
  readonly replyBytesTotalMax: number;
  readonly storedReplyBytesMax: number;
  readonly reassemblyMessagesPerSession: number;
  readonly reassemblyBytesPerSession: number;
  readonly reassemblyBytesTotal: number;
  readonly outgoingBytesPerSession: number;
  readonly outgoingBytesTotal: number;
  readonly pendingRequestsMax: number;
  /** Results that wait for the journal, beside those in reply caches. */
  readonly heldReplyBytesMax: number;
  /**
   * Forged floods die here. A burst of 200 lets a machine's worth of short-lived clients behind one address
   * connect at once; loopback sources, which a remote attacker cannot forge, get 100 times rate and burst.
   */
  readonly hello: RateLimit;
  readonly auth: RateLimit;
  /** AUTHs worked on per access key, from all sources together. */
  readonly authPerKey: RateLimit;
  /** Per address and port: clients of one machine that lose their server together must each hear of it. */
  readonly noSession: RateLimit;
  readonly noSessionTotal: RateLimit;
  readonly seenAuthMax: number;
}

export interface ClientLimits {
  readonly maxDatagramLoopback: number;
  readonly maxMessageBytes: number;
  /** Highest request id; beyond it the client becomes a new client (fresh clientId) instead of wrapping. */
  readonly requestIdMax: number;
  /** Without any contact for this long, sent writes are given up as OUTCOME_UNKNOWN. */
  readonly noContactMs: number;
  /** Age at which a session is replaced by a new one. */
  readonly rekeyMs: number;
  /** The same by datagrams sent. */
  readonly datagramsPerSessionMax: number;
}

export const SERVER_LIMITS: ServerLimits = {
  maxDatagramLoopback: Limits.datagramBytesMaxLoopback,
  maxMessageBytes: Limits.messageBytesMax,
  windowMax: Limits.windowMax,
  sessionsMax: Limits.sessionsMax,
  sessionsPerSourceMax: Limits.sessionsPerSourceMax,
  sessionsPerKeyMax: Limits.sessionsPerKeyMax,
  clientRecordsPerKeyMax: Limits.clientRecordsPerKeyMax,
  reassemblyBytesPerKey: Limits.reassemblyBytesPerKey,
  idleMs: Timings.idleMs,
  unconfirmedMs: 30_000,
  supersededMs: Timings.takeoverMs,
  sessionAgeMsMax: Timings.sessionAgeMsMax,
  datagramsPerSessionMax: Limits.counterMaxServer,
  clientRecordsMax: Limits.clientRecordsMax,
  clientRecordSilentMs: Timings.clientRecordIdleMs,
  replyBytesPerClientMax: Limits.storedRepliesBytesPerClientMax,
  replyBytesTotalMax: 64 * 1024 * 1024,
  storedReplyBytesMax: Limits.storedReplyBytesMax,
  reassemblyMessagesPerSession: Limits.reassemblyMessagesPerSession,
  reassemblyBytesPerSession: Limits.reassemblyBytesPerSession,
  reassemblyBytesTotal: Limits.reassemblyBytesMax,
  outgoingBytesPerSession: 8 * 1024 * 1024,
  outgoingBytesTotal: 128 * 1024 * 1024,
  pendingRequestsMax: 65_536,
  heldReplyBytesMax: 16 * 1024 * 1024,
  hello: { perSecond: Limits.hellosPerSecondPerSource, burst: 200 },
  auth: { perSecond: Limits.authsPerSecondPerKey, burst: 200 },
  authPerKey: { perSecond: Limits.authsPerSecondPerKey, burst: 200 },
  noSession: { perSecond: Limits.noSessionPerSecondPerSource, burst: 2 },
  noSessionTotal: { perSecond: Limits.noSessionPerSecond, burst: Limits.noSessionPerSecond },
  seenAuthMax: Limits.seenAuthsMax,
};

export const CLIENT_LIMITS: ClientLimits = {
  maxDatagramLoopback: Limits.datagramBytesMaxLoopback,
  maxMessageBytes: Limits.messageBytesMax,
  requestIdMax: 0xffff_ffff,
  noContactMs: Timings.outcomeUnknownMs,
  rekeyMs: Timings.rekeyMs,
  datagramsPerSessionMax: Limits.counterMaxClient,
};
