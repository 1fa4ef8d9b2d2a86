/**
 * The server's end of the datagram protocol, sans I/O: batches in, batches out, time as a parameter.
 *
 * A datagram's way: admission by (type, length), session by sid, replay window, opening, frames, executor.
 */
import {
  CloseCode,
  DATA_HEADER_BYTES,
  DatagramBytes,
  DatagramType,
  DataHeaderAt,
  FRAME_HEADER_BYTES,
  FrameBodyBytes,
  FrameType,
  Limits,
  MAGIC_BYTE,
  NoSessionAt,
  ReqFragFrameAt,
  ReqFrameAt,
  RequestFlag,
  SKIPPABLE_FRAMES_FROM,
  Status,
} from '@anoadb/protocol';
import type { AccessLookup } from '../access.js';
import { isSameAddress, latin1 } from '../address.js';
import { Admission } from '../admission.js';
import { tweetnaclCrypto } from '../crypto.js';
import { ADDRESS_BYTES, type DatagramBatch } from '../datagram-batch.js';
import { type DropReason, newDropCounters } from '../drop-reasons.js';
import { ACK_OF_REPLY, bodyBytesMin, writeClose, writePath, writePong } from '../frames.js';
import { type ByteBudget, FragmentOutcome } from '../incoming-transfers.js';
import { SERVER_LIMITS, type ServerLimits } from '../limits.js';
import { copyBytes, readU16, readU32, readU48 } from '../little-endian.js';
import { Outgoing } from '../outgoing.js';
import { tweetnaclSealCrypto } from '../seal-crypto.js';
import { dataTypesOf, typeOffsetOf } from '../sealing.js';
import { TimerHeap } from '../timer-heap.js';
import { TokenBucketTable } from '../token-bucket.js';
import { type HistoryTarget, tellMark, tellSession } from './client-history.js';
import { ClientRestorer } from './client-restorer.js';
import { type ExpectedRequests, expectedRequestsFor } from './expected-requests.js';
import { RequestExecutor } from './request-executor.js';
import { Roaming } from './roaming.js';
import { ServerHandshake } from './server-handshake.js';
import type { ServerCounters, ServerEndpointOptions } from './server-options.js';
import type { ServerSession } from './server-session.js';
import { SessionTable } from './session-table.js';

/** Timers served by one call of `tick`, so that its time is bounded. */
const TIMERS_PER_TICK = 256;
/** A session ends with so many counters to spare: replies and a CLOSE may already be on their way. */
const COUNTERS_SPARE = 65_536;
const NO_SOURCE = new Uint8Array(1);

export class ServerEndpoint {
  readonly #limits: ServerLimits;
  readonly #outgoing: Outgoing;
  readonly #admission: Admission;
  readonly #handshake: ServerHandshake;
  readonly #sessions: SessionTable;
  readonly #executor: RequestExecutor;
  readonly #timers: TimerHeap;
  readonly #hints: TokenBucketTable;
  readonly #hintsTotal: TokenBucketTable;
  readonly #reassemblyBudget: ByteBudget;
  readonly #outgoingBudget: ByteBudget;
  readonly #dropped = newDropCounters();
  readonly #helloType: number;
  readonly #authType: number;
  readonly #typeOffset: number;
  readonly #roaming: Roaming;
  /** Undefined where the ops are sealed, or the handler does not want to know. */
  readonly #expected: ExpectedRequests | undefined;
  readonly #history: HistoryTarget | undefined;
  readonly #access: AccessLookup | undefined;
  readonly #onLargeReply = (session: ServerSession): void => this.#schedule(session);
  /** Where the datagram in hand came from. */
  #from: Uint8Array = NO_SOURCE;
  #fromAt = 0;
  #sessionsOpened = 0;
  #datagramsIn = 0;
  #bytesIn = 0;
  #retransmits = 0;
  #defects = 0;

  constructor(options: ServerEndpointOptions) {
    const limits = { ...SERVER_LIMITS, ...options.limits };
    limits.maxDatagramLoopback = Math.min(limits.maxDatagramLoopback, options.sink.batch.slotBytes);
    const seedBytes = new Uint8Array(4);
    options.random(seedBytes);
    const seed = readU32(seedBytes, 0);
    this.#limits = limits;
    this.#history = options.handler.history;
    this.#access = options.mode === 'sealed' ? options.access : undefined;
    this.#typeOffset = typeOffsetOf(options.mode);
    this.#helloType = DatagramType.HELLO + this.#typeOffset;
    this.#authType = DatagramType.AUTH + this.#typeOffset;
    this.#outgoing = new Outgoing(options.sink, dataTypesOf(options.mode).toClient);
    this.#admission = new Admission('server', options.mode, limits.maxDatagramLoopback);
    this.#timers = new TimerHeap(limits.sessionsMax);
    this.#hints = new TokenBucketTable(limits.noSession, seed + 2);
    this.#hintsTotal = new TokenBucketTable(limits.noSessionTotal, seed, 1);
    this.#reassemblyBudget = { usedBytes: 0, maxBytes: limits.reassemblyBytesTotal };
    this.#outgoingBudget = { usedBytes: 0, maxBytes: limits.outgoingBytesTotal };
    this.#sessions = new SessionTable({
      limits,
      random: options.random,
      reassembly: this.#reassemblyBudget,
      worker: options.worker ?? 0,
      onEvicted: (session, nowMs) => this.#end(session, nowMs),
    });
    this.#expected = options.mode === 'open' ? expectedRequestsFor(options.handler) : undefined;
    this.#roaming = new Roaming({
      mode: options.mode,
      outgoing: this.#outgoing,
      sessions: this.#sessions,
      random: options.random,
    });
    this.#executor = new RequestExecutor({
      handler: options.handler,
      limits,
      outgoing: this.#outgoing,
      replyBudget: this.#sessions.replyBudget,
      outgoingBudget: this.#outgoingBudget,
      seed: options.continuity?.fingerprintSeed ?? seed ^ 0x5bd1e995,
      onDefect: (error) => {
        this.#defects++;
        options.onDefect?.(error);
      },
    });
    this.#handshake = new ServerHandshake(
      {
        crypto: options.crypto ?? tweetnaclCrypto,
        random: options.random,
        limits,
        mode: options.mode,
        access: options.access,
        sealCrypto: options.sealCrypto ?? tweetnaclSealCrypto(),
        outgoing: this.#outgoing,
        sessions: this.#sessions,
        outgoingBudget: this.#outgoingBudget,
        drop: (reason) => this.#drop(reason),
        onOpened: (session) => {
          this.#sessionsOpened++;
          this.#schedule(session);
        },
        onReplaced: (session, nowMs) => this.#end(session, nowMs),
      },
      seed,
      options.continuity?.epoch,
    );
  }

  /** `nowMs` is monotonic. Whatever is answered has been flushed to the sink when this returns. */
  handleBatch(batch: DatagramBatch, nowMs: number): void {
    if (batch.count > 1 && this.#expected !== undefined) this.#expected.tell(batch);
    for (let i = 0; i < batch.count; i++) {
      const start = batch.startOf(i);
      this.#handleDatagram(
        batch.bytes,
        start,
        start + batch.lengths[i],
        batch.addresses,
        i * ADDRESS_BYTES,
        nowMs,
      );
    }
    this.#outgoing.flush();
  }

  /** Serves the timers that are due, a bounded number per call. */
  tick(nowMs: number): void {
    for (let i = 0; i < TIMERS_PER_TICK; i++) {
      const index = this.#timers.takeDue(nowMs);
      if (index < 0) break;
      const session = this.#sessions.byIndex(index);
      if (session !== undefined) this.#tickSession(session, nowMs);
    }
    this.#outgoing.flush();
  }

  /** When `tick` wants to be called; Infinity = not before something arrives. */
  nextTickAtMs(): number {
    return this.#timers.nextMs;
  }

  /** Answers a request that was PENDING. A ticket that is not known (any more) is ignored. */
  complete(ticket: number, status: number, results: Uint8Array, nowMs: number): void {
    const session = this.#executor.complete(ticket, status, results, nowMs);
    // A large reply has timers of its own from now on.
    if (session !== undefined && !session.outgoing.isEmpty) this.#schedule(session);
    this.#outgoing.flush();
  }

  /**
   * Answers whose `releasePosition` is not above `position` may leave; those that waited leave now, in the order in
   * which they were executed. Positions only rise.
   */
  release(position: number, nowMs: number): void {
    this.#executor.release(position, nowMs, this.#onLargeReply);
    this.#outgoing.flush();
  }

  /**
   * While the server still loads, so many percent (0 to 100) done, a handshake ends in REJECT(LOADING); undefined: it
   * serves.
   */
  setLoading(percent: number | undefined, nowMs: number): void {
    this.#handshake.loadingPercent = percent;
    if (percent === undefined) for (const record of this.#sessions.records()) record.lastSeenMs = nowMs;
  }

  /** Takes what `RequestHandler.history` was told by the process before, in that order, while this one loads. */
  restorer(): HistoryTarget {
    return new ClientRestorer({ sessions: this.#sessions, limits: this.#limits, access: this.#access });
  }

  /**
   * Begins a walk over all client records: each call of the returned function tells `target` one of them, false where
   * there are no more. What changes meanwhile is told to `RequestHandler.history`.
   */
  walkHistory(target: HistoryTarget): () => boolean {
    const records = this.#sessions.records()[Symbol.iterator]();
    return () => {
      const next = records.next();
      if (next.done === true) return false;
      const record = next.value;
      for (const sid of record.sids) tellSession(target, record, sid);
      for (const slot of record.replies.repliedSlots()) tellMark(target, record, record.lastSid, slot);
      return true;
    };
  }

  /** CLOSE(SHUTDOWN) to every session; the endpoint may be dropped afterwards. */
  close(nowMs: number): void {
    for (const session of [...this.#sessions.sessions()]) this.#close(session, CloseCode.SHUTDOWN, nowMs);
    this.#outgoing.flush();
  }

  /** The key was revoked: CLOSE(KEY_REVOKED) to its sessions at once; they and their clients' records are forgotten. */
  revoke(keyId: Uint8Array, nowMs: number): void {
    const id = latin1(keyId, 0, keyId.length);
    for (const session of [...this.#sessions.sessions()]) {
      if (session.record.usage.id === id) this.#close(session, CloseCode.KEY_REVOKED, nowMs);
    }
    this.#sessions.forgetKey(id);
    this.#outgoing.flush();
  }

  counters(): ServerCounters {
    let retransmits = this.#retransmits;
    for (const session of this.#sessions.sessions()) retransmits += session.outgoing.retransmits;
    return {
      sessions: this.#sessions.sessionCount,
      sessionsOpened: this.#sessionsOpened,
      clientRecords: this.#sessions.recordCount,
      pathsMoved: this.#roaming.moves,
      datagramsIn: this.#datagramsIn,
      datagramsOut: this.#outgoing.datagrams,
      bytesIn: this.#bytesIn,
      bytesOut: this.#outgoing.byteCount,
      requests: this.#executor.requests,
      replies: this.#executor.replies,
      repliesFromCache: this.#executor.repliesFromCache,
      retransmits,
      pending: this.#executor.pendingCount,
      held: this.#executor.heldCount,
      replyCacheBytes: this.#sessions.replyBudget.usedBytes,
      reassemblyBytes: this.#reassemblyBudget.usedBytes,
      outgoingBytes: this.#outgoingBudget.usedBytes,
      defects: this.#defects,
      dropped: { ...this.#dropped },
    };
  }

  #handleDatagram(
    bytes: Uint8Array,
    start: number,
    end: number,
    from: Uint8Array,
    fromAt: number,
    nowMs: number,
  ): void {
    this.#datagramsIn++;
    this.#from = from;
    this.#fromAt = fromAt;
    this.#bytesIn += end - start;
    const refusal = this.#admission.refuse(bytes, start, end);
    if (refusal !== undefined) {
      this.#drop(refusal);
      return;
    }
    const type = bytes[start + 1];
    if (type === this.#helloType) this.#handshake.handleHello(bytes, start, from, fromAt, nowMs);
    else if (type === this.#authType) this.#handshake.handleAuth(bytes, start, from, fromAt, nowMs);
    else this.#handleData(bytes, start, end, from, fromAt, nowMs);
  }

  #handleData(
    bytes: Uint8Array,
    start: number,
    end: number,
    from: Uint8Array,
    fromAt: number,
    nowMs: number,
  ): void {
    const session = this.#sessions.bySid(readU32(bytes, start + DataHeaderAt.sid));
    if (session === undefined) {
      this.#hint(bytes, start, end, from, fromAt, nowMs);
      return;
    }
    if (end - start > session.maxDatagram) {
      this.#drop('bad-length');
      return;
    }
    const isElsewhere = !isSameAddress(session.address, 0, from, fromAt);
    if (isElsewhere && !this.#roaming.mayComeFrom(session, from, fromAt)) {
      this.#drop('other-address');
      return;
    }
    const counter = readU48(bytes, start + DataHeaderAt.counter);
    const verdict = session.received.check(counter);
    if (verdict !== 'fresh') {
      this.#drop(verdict);
      return;
    }
    const plaintextAt = session.sealing.open(bytes, start, end);
    if (plaintextAt < 0) {
      this.#drop('bad-tag');
      return;
    }
    const isNewest = counter > session.received.highest;
    session.received.mark(counter);
    session.lastSeenMs = nowMs;
    session.record.lastSeenMs = nowMs;
    if (!session.isConfirmed) this.#confirm(session, nowMs);
    if (this.#isTooOld(session, counter, nowMs)) {
      this.#close(session, CloseCode.AGE, nowMs);
      return;
    }
    if (isElsewhere && isNewest) this.#roaming.noteElsewhere(session, from, fromAt, end - start);
    this.#handleFrames(session, bytes, plaintextAt, end, counter, nowMs);
    if (session.isClosed) return;
    if (session.candidate !== null) this.#roaming.challenge(session, from, fromAt, nowMs);
    if (!session.incoming.isEmpty || !session.outgoing.isEmpty) this.#schedule(session);
  }

  /** Refused also where the timer that ends it has not come round yet. Some counters are left for what is on its way. */
  #isTooOld(session: ServerSession, counter: number, nowMs: number): boolean {
    const { datagramsPerSessionMax, sessionAgeMsMax } = this.#limits;
    return (
      counter >= datagramsPerSessionMax ||
      session.sendCounter >= Limits.counterMaxServer - COUNTERS_SPARE ||
      nowMs - session.createdMs >= sessionAgeMsMax
    );
  }

  /** First valid DATA: the session becomes current, the one before it may still receive for 3 s. */
  #confirm(session: ServerSession, nowMs: number): void {
    session.isConfirmed = true;
    const { record } = session;
    const before = record.current;
    record.current = session;
    if (this.#history !== undefined) tellSession(this.#history, record, session.sid);
    if (before !== null) {
      before.endsAtMs = nowMs + this.#limits.supersededMs;
      this.#schedule(before);
    }
  }

  #handleFrames(
    session: ServerSession,
    bytes: Uint8Array,
    start: number,
    end: number,
    counter: number,
    nowMs: number,
  ): void {
    let at = start;
    while (at < end && !session.isClosed && bytes[at] !== FrameType.PADDING) {
      const type = bytes[at];
      const body = at + FRAME_HEADER_BYTES;
      at = body <= end ? body + readU16(bytes, body - 2) : end + 1;
      if (at > end) {
        this.#drop('bad-frame');
        return;
      }
      if (type >= SKIPPABLE_FRAMES_FROM) continue;
      const bytesMin = bodyBytesMin(type);
      if (bytesMin < 0 || !isForServer(type)) this.#close(session, CloseCode.UNSUPPORTED_FRAME, nowMs);
      else if (at - body < bytesMin) this.#drop('bad-frame');
      else this.#handleFrame(session, type, bytes, body, at, counter, nowMs);
    }
  }

  #handleFrame(
    session: ServerSession,
    type: number,
    bytes: Uint8Array,
    body: number,
    end: number,
    counter: number,
    nowMs: number,
  ): void {
    switch (type) {
      case FrameType.REQ:
        this.#handleRequest(session, bytes, body, end, nowMs);
        break;
      case FrameType.REQ_FRAG:
        this.#handleFragment(session, bytes, body, end, counter, nowMs);
        break;
      case FrameType.FRAG_ACK:
        this.#handleFragAck(session, bytes, body, counter, nowMs);
        break;
      case FrameType.PING: {
        session.record.replies.advance(readU32(bytes, body));
        const at = this.#outgoing.reserve(session, FRAME_HEADER_BYTES + FrameBodyBytes.PONG);
        writePong(this.#outgoing.bytes, at, readU32(bytes, body + 4));
        break;
      }
      case FrameType.PATH_CHALLENGE: {
        const at = this.#outgoing.reserve(session, FRAME_HEADER_BYTES + FrameBodyBytes.PATH_RESPONSE);
        writePath(this.#outgoing.bytes, at, FrameType.PATH_RESPONSE, bytes, body);
        break;
      }
      case FrameType.CLOSE:
        this.#handleClose(session, readU16(bytes, body), nowMs);
        break;
      case FrameType.PATH_RESPONSE:
        this.#roaming.handleResponse(session, bytes, body, this.#from, this.#fromAt);
        break;
      default: // PONG: this end does not ask
        break;
    }
  }

  #handleRequest(session: ServerSession, bytes: Uint8Array, body: number, end: number, nowMs: number): void {
    const rid = readU32(bytes, body);
    if (end - body <= FrameBodyBytes.REQ) {
      this.#executor.refuse(session, rid, 0, Status.MALFORMED);
      return;
    }
    const flags = bytes[body + ReqFrameAt.flags];
    if (!this.#executor.admit(session, rid, bytes[body + ReqFrameAt.delta], flags)) return;
    this.#executor.execute(session, rid, flags, bytes, body + ReqFrameAt.ops, end, nowMs);
  }

  #handleFragment(
    session: ServerSession,
    bytes: Uint8Array,
    body: number,
    end: number,
    counter: number,
    nowMs: number,
  ): void {
    const rid = readU32(bytes, body);
    const flags = bytes[body + ReqFragFrameAt.flags];
    if (!this.#executor.admit(session, rid, bytes[body + ReqFragFrameAt.delta], flags)) return;
    const total = readU32(bytes, body + ReqFragFrameAt.total);
    if (this.#executor.repeat(session, rid, flags, nowMs)) {
      session.incoming.drop(rid);
      session.incoming.acknowledgeWhole(rid, total, counter);
      return;
    }
    // A large reply to this read is on its way: the request arrived, and must not run again yet.
    if (session.outgoing.find(rid) !== undefined) {
      session.incoming.acknowledgeWhole(rid, total, counter);
      return;
    }
    const outcome = session.incoming.accept(
      rid,
      flags & RequestFlag.ATOMIC,
      total,
      readU16(bytes, body + ReqFragFrameAt.index),
      bytes,
      body + ReqFragFrameAt.data,
      end,
      counter,
      nowMs,
    );
    if (outcome === FragmentOutcome.COMPLETE) {
      const ops = session.incoming.take(rid);
      this.#executor.execute(session, rid, flags, ops, 0, ops.length, nowMs);
    } else if (outcome === FragmentOutcome.CONFLICT) this.#drop('bad-fragment');
    else if (outcome === FragmentOutcome.TOO_LARGE) {
      this.#executor.refuse(session, rid, flags, Status.MESSAGE_TOO_LARGE);
    } else if (outcome === FragmentOutcome.OVER_LIMIT) {
      this.#executor.refuse(session, rid, flags, Status.REASSEMBLY_LIMIT);
    }
  }

  #handleFragAck(
    session: ServerSession,
    bytes: Uint8Array,
    body: number,
    counter: number,
    nowMs: number,
  ): void {
    if (bytes[body + 4] !== ACK_OF_REPLY || session.outgoing.isEmpty) return;
    const sender = session.outgoing.handleAck(bytes, body, counter, nowMs);
    if (sender?.hasArrived) session.outgoing.drop(sender.rid);
    session.outgoing.pump(nowMs);
  }

  /** The client said goodbye: with its last session its record goes too, or short-lived clients would fill the table. */
  #handleClose(session: ServerSession, code: number, nowMs: number): void {
    const { record } = session;
    this.#end(session, nowMs);
    if (code !== CloseCode.NORMAL || record.sessions.length > 0) return;
    this.#sessions.forget(record);
    if (this.#history !== undefined) tellSession(this.#history, record, 0);
  }

  #tickSession(session: ServerSession, nowMs: number): void {
    if (session.endMs(this.#limits) <= nowMs) {
      if (nowMs - session.createdMs >= this.#limits.sessionAgeMsMax)
        this.#close(session, CloseCode.AGE, nowMs);
      else this.#end(session, nowMs);
      return;
    }
    session.incoming.tick(nowMs);
    session.outgoing.tick(nowMs);
    this.#schedule(session);
  }

  #schedule(session: ServerSession): void {
    this.#timers.set(session.index, session.deadlineMs(this.#limits));
  }

  #close(session: ServerSession, code: number, nowMs: number): void {
    const at = this.#outgoing.reserve(session, FRAME_HEADER_BYTES + FrameBodyBytes.CLOSE);
    writeClose(this.#outgoing.bytes, at, code);
    this.#end(session, nowMs);
  }

  #end(session: ServerSession, nowMs: number): void {
    this.#retransmits += session.outgoing.retransmits;
    this.#timers.clear(session.index);
    this.#sessions.remove(session, nowMs);
    this.#outgoing.retire(session);
  }

  /** NO_SESSION: a hint, rate-limited, never longer than half of what it answers. */
  #hint(
    bytes: Uint8Array,
    start: number,
    end: number,
    from: Uint8Array,
    fromAt: number,
    nowMs: number,
  ): void {
    if (end - start < Limits.noSessionDatagramBytesMin) {
      this.#drop('unknown-session');
      return;
    }
    const mayHint =
      this.#hints.take(from, fromAt, fromAt + ADDRESS_BYTES, nowMs) &&
      this.#hintsTotal.take(NO_SOURCE, 0, 1, nowMs);
    this.#drop(mayHint ? 'unknown-session' : 'hint-rate');
    if (!mayHint) return;
    const at = this.#outgoing.openMessage(DatagramBytes.NO_SESSION, from, fromAt);
    const out = this.#outgoing.bytes;
    out[at] = MAGIC_BYTE;
    out[at + 1] = DatagramType.NO_SESSION + this.#typeOffset;
    copyBytes(out, at + NoSessionAt.sid, bytes, start + DataHeaderAt.sid, start + DATA_HEADER_BYTES);
  }

  #drop(reason: DropReason): void {
    this.#dropped[reason]++;
  }
}

/** Frame types that a client may send. */
function isForServer(type: number): boolean {
  return type !== FrameType.RSP && type !== FrameType.RSP_FRAG && type !== FrameType.WORKING;
}
