/**
 * Section 6 of the protocol: what happens to a complete request, in exactly its steps.
 *
 * Invariant: a mutating request at or above its client's floor is executed at most once while the client's
 * record lives, whatever the network repeats, reorders or loses.
 */
import {
  ByteWriter,
  FRAME_HEADER_BYTES,
  FrameBodyBytes,
  FrameType,
  ReplyFlag,
  RequestFlag,
  Status,
} from '@anoadb/protocol';
import { MESSAGE_OVERHEAD_BYTES, writeMessageHead, writeWorking } from '../frames.js';
import type { ByteBudget } from '../incoming-transfers.js';
import type { ServerLimits } from '../limits.js';
import { copyBytes } from '../little-endian.js';
import type { Outgoing } from '../outgoing.js';
import { tellMark } from './client-history.js';
import type { ClientRecord } from './client-record.js';
import { fingerprintOf } from './fingerprint.js';
import { HeldReplies } from './held-replies.js';
import type { Fingerprint, ReplyBudget } from './reply-cache.js';
import { type IncomingRequest, PENDING, type RequestHandler, RequestKind } from './request-handler.js';
import type { ServerSession } from './server-session.js';

const NOTHING = new Uint8Array(0);
/**
 * What a write is expected to answer with when room for its reply is looked for. A whole window of pending
 * writes fits 64 KiB with it; a request may exceed it by one stored reply.
 */
const EXPECTED_REPLY_BYTES = 512;

interface PendingRequest {
  readonly record: ClientRecord;
  readonly session: ServerSession;
  readonly rid: number;
  readonly attempt: number;
  readonly mutates: boolean;
  readonly ops: Uint8Array;
}

export interface RequestExecutorOptions {
  handler: RequestHandler;
  limits: ServerLimits;
  outgoing: Outgoing;
  replyBudget: ReplyBudget;
  outgoingBudget: ByteBudget;
  /** Seeds the fingerprints. */
  seed: number;
  /** The handler threw: its own defect. */
  onDefect: (error: unknown) => void;
}

export class RequestExecutor {
  readonly #handler: RequestHandler;
  readonly #limits: ServerLimits;
  readonly #outgoing: Outgoing;
  readonly #replyBudget: ReplyBudget;
  readonly #outgoingBudget: ByteBudget;
  readonly #seed: number;
  readonly #onDefect: (error: unknown) => void;
  readonly #results = new ByteWriter(64 * 1024);
  readonly #fingerprint: Fingerprint = { low: 0, high: 0 };
  readonly #pending = new Map<number, PendingRequest>();
  #nextTicket = 1;
  readonly #request: IncomingRequest;
  readonly #held: HeldReplies;
  /** Answers up to this position may leave. */
  #released = 0;
  requests = 0;
  replies = 0;
  repliesFromCache = 0;

  constructor(options: RequestExecutorOptions) {
    this.#handler = options.handler;
    this.#limits = options.limits;
    this.#outgoing = options.outgoing;
    this.#replyBudget = options.replyBudget;
    this.#outgoingBudget = options.outgoingBudget;
    this.#seed = options.seed;
    this.#onDefect = options.onDefect;
    this.#request = {
      bytes: NOTHING,
      start: 0,
      end: 0,
      isAtomic: false,
      permissions: 0,
      grant: undefined,
      nowMs: 0,
      ticket: 0,
      maxReplyBytes: options.limits.maxMessageBytes,
      releasePosition: 0,
      hasEffects: false,
    };
    this.#held = new HeldReplies({
      countMax: options.limits.pendingRequestsMax,
      bytesMax: options.limits.heldReplyBytesMax,
    });
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Executed requests whose answers wait for a position. */
  get heldCount(): number {
    return this.#held.count;
  }

  /** Answers up to `position` may leave: those that waited do. `onLargeReply`: its session has timers of its own now. */
  release(position: number, nowMs: number, onLargeReply: (session: ServerSession) => void): void {
    if (position > this.#released) this.#released = position;
    const held = this.#held;
    while (held.count > 0 && held.position <= this.#released) {
      this.#answerHeld(nowMs, onLargeReply);
      held.shift();
    }
  }

  /** Steps 1 to 3, which need only the head of a request. False: it was answered or is to be ignored. */
  admit(session: ServerSession, rid: number, delta: number, flags: number): boolean {
    const { replies } = session.record;
    if (rid <= delta) {
      this.refuse(session, rid, flags, Status.MALFORMED);
      return false;
    }
    replies.advance(rid - delta);
    if (rid < replies.floor) {
      this.refuse(session, rid, flags, Status.STALE_RID);
      return false;
    }
    if (rid >= replies.floor + replies.window) {
      this.refuse(session, rid, flags, Status.WINDOW_EXCEEDED);
      return false;
    }
    return true;
  }

  /** Steps 4 to 7, for an admitted request whose ops are `bytes[start, end)`. */
  execute(
    session: ServerSession,
    rid: number,
    flags: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    nowMs: number,
  ): void {
    const { replies } = session.record;
    const known = replies.find(rid);
    if (known >= 0) {
      this.#fingerprintOf(bytes, start, end, flags);
      if (!replies.matches(known, this.#fingerprint)) this.refuse(session, rid, flags, Status.RID_REUSED);
      else this.repeat(session, rid, flags, nowMs);
      return;
    }
    // A read whose reply is still on its way must not run again: the fragments of two executions would mix.
    if (!session.outgoing.isEmpty && session.outgoing.find(rid) !== undefined) return;
    const kind = this.#handler.classify(bytes, start, end);
    if (kind === RequestKind.MALFORMED) {
      this.refuse(session, rid, flags, Status.MALFORMED);
      return;
    }
    if (kind === RequestKind.WRITE) this.#executeWrite(session, rid, flags, bytes, start, end, nowMs);
    else this.#executeRead(session, rid, flags, bytes, start, end, nowMs);
  }

  /** A request that is known, running or done, was asked for again. Returns whether there was one. */
  repeat(session: ServerSession, rid: number, flags: number, nowMs: number): boolean {
    const { replies } = session.record;
    const slot = replies.find(rid);
    if (slot < 0) return false;
    if (replies.isRunning(slot)) {
      const at = this.#outgoing.reserve(session, FRAME_HEADER_BYTES + FrameBodyBytes.WORKING);
      writeWorking(this.#outgoing.bytes, at, rid, flags & RequestFlag.ATTEMPT_MASK);
      return true;
    }
    if (session.outgoing.find(rid) === undefined) {
      this.repliesFromCache++;
      const attempt = (flags & RequestFlag.ATTEMPT_MASK) | ReplyFlag.FROM_CACHE;
      this.#sendStored(session, slot, rid, attempt, nowMs);
    }
    return true;
  }

  /** Answers without having executed anything. */
  refuse(session: ServerSession, rid: number, flags: number, status: number): void {
    this.#sendWhole(session, rid, flags & RequestFlag.ATTEMPT_MASK, status, NOTHING, 0, 0);
  }

  /** Returns the session the answer went to, if any. */
  complete(ticket: number, status: number, results: Uint8Array, nowMs: number): ServerSession | undefined {
    const pending = this.#pending.get(ticket);
    if (pending === undefined) return undefined;
    this.#pending.delete(ticket);
    const { record, rid, attempt, mutates } = pending;
    const slot = record.isForgotten ? -1 : record.replies.find(rid);
    if (slot < 0) return undefined; // the client gave it up
    const session = record.current ?? pending.session;
    if (mutates && status !== Status.BUSY) {
      this.#store(record, slot, status, pending.ops, results, 0, results.length);
      if (!session.isClosed)
        this.#sendWritten(session, slot, rid, attempt, status, results, 0, results.length, nowMs);
    } else {
      record.replies.remove(slot);
      if (!session.isClosed) this.#sendRead(session, rid, attempt, status, results, 0, results.length, nowMs);
    }
    return session.isClosed ? undefined : session;
  }

  #executeRead(
    session: ServerSession,
    rid: number,
    flags: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    nowMs: number,
  ): void {
    const status = this.#run(session, flags, bytes, start, end, nowMs);
    const attempt = flags & RequestFlag.ATTEMPT_MASK;
    if (status === PENDING) {
      this.#fingerprintOf(bytes, start, end, flags);
      session.record.replies.enter(rid, this.#fingerprint);
      this.#suspend(session, rid, attempt, false, bytes, start, end);
      return;
    }
    const results = this.#results;
    if (this.#request.releasePosition > this.#released) {
      this.#holdRead(session, rid, flags, status, bytes, start, end);
      return;
    }
    this.#sendRead(session, rid, attempt, status, results.bytes, 0, results.at, nowMs);
  }

  #executeWrite(
    session: ServerSession,
    rid: number,
    flags: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    nowMs: number,
  ): void {
    const { record } = session;
    // For the request at the floor there always is room: until it is answered the floor stays, and with it every
    // reply above. Refused for want of room that only it can make, it would keep the client waiting for ever.
    const hasRoom = rid === record.replies.floor || this.#hasRoomForReply(record);
    if (!hasRoom || this.#held.isFull || this.#pending.size >= this.#limits.pendingRequestsMax) {
      this.refuse(session, rid, flags, Status.BUSY);
      return;
    }
    this.#fingerprintOf(bytes, start, end, flags);
    const slot = record.replies.enter(rid, this.#fingerprint);
    const status = this.#run(session, flags, bytes, start, end, nowMs);
    const attempt = flags & RequestFlag.ATTEMPT_MASK;
    if (status === PENDING) {
      this.#suspend(session, rid, attempt, true, bytes, start, end);
      return;
    }
    if (status === Status.BUSY) {
      // Not executed: it must not be remembered as done, since the client sends it again.
      record.replies.remove(slot);
      this.refuse(session, rid, flags, Status.BUSY);
      return;
    }
    const results = this.#results;
    const resultBytes = results.at;
    if (resultBytes > this.#limits.storedReplyBytesMax) {
      const ops = bytes.subarray(start, end);
      this.#store(record, slot, status, ops, results.bytes, 0, resultBytes);
    } else record.replies.finish(slot, status, results.bytes, 0, resultBytes);
    const request = this.#request;
    if (request.hasEffects) {
      const { history } = this.#handler;
      if (history !== undefined) tellMark(history, record, session.sid, slot);
    }
    if (request.releasePosition > this.#released) {
      this.#hold(session, rid, attempt, status, true, slot);
      if (resultBytes > this.#limits.storedReplyBytesMax) this.#held.keepBytes(results.bytes, 0, resultBytes);
      return;
    }
    this.#sendWritten(session, slot, rid, attempt, status, results.bytes, 0, resultBytes, nowMs);
  }

  #run(
    session: ServerSession,
    flags: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    nowMs: number,
  ): number {
    const request = this.#request;
    request.bytes = bytes;
    request.start = start;
    request.end = end;
    request.isAtomic = (flags & RequestFlag.ATOMIC) !== 0;
    request.permissions = session.permissions;
    request.grant = session.grant;
    request.nowMs = nowMs;
    request.ticket = this.#nextTicket++;
    request.releasePosition = 0;
    request.hasEffects = false;
    this.#results.reset();
    this.requests++;
    try {
      return this.#handler.execute(request, this.#results);
    } catch (error) {
      this.#onDefect(error);
      this.#results.reset();
      return Status.INTERNAL;
    }
  }

  #holdRead(
    session: ServerSession,
    rid: number,
    flags: number,
    status: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const attempt = flags & RequestFlag.ATTEMPT_MASK;
    if (this.#held.isFull) {
      this.refuse(session, rid, attempt, Status.BUSY);
      return;
    }
    this.#fingerprintOf(bytes, start, end, flags);
    const slot = session.record.replies.enter(rid, this.#fingerprint);
    this.#hold(session, rid, attempt, status, false, slot);
    this.#held.keepBytes(this.#results.bytes, 0, this.#results.at);
  }

  #hold(
    session: ServerSession,
    rid: number,
    attempt: number,
    status: number,
    mutates: boolean,
    slot: number,
  ): void {
    const { record } = session;
    if (mutates) record.replies.hold(slot);
    this.#held.push(this.#request.releasePosition, record, session, rid, attempt, status, mutates);
  }

  /** The oldest of those that wait. */
  #answerHeld(nowMs: number, onLargeReply: (session: ServerSession) => void): void {
    const held = this.#held;
    const { record, rid, attempt, status, bytes, start, length } = held;
    const slot = record.isForgotten ? -1 : record.replies.find(rid);
    if (slot < 0) return; // the client gave it up
    const { replies } = record;
    const session = record.current ?? held.session;
    if (!held.mutates) replies.remove(slot);
    else replies.answered(slot);
    if (session.isClosed) return;
    if (!held.mutates) this.#sendRead(session, rid, attempt, status, bytes, start, start + length, nowMs);
    else if (held.hasBytes)
      this.#sendWritten(session, slot, rid, attempt, status, bytes, start, start + length, nowMs);
    else this.#sendStored(session, slot, rid, attempt, nowMs);
    if (!session.outgoing.isEmpty) onLargeReply(session);
  }

  #suspend(
    session: ServerSession,
    rid: number,
    attempt: number,
    mutates: boolean,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const ops = mutates ? bytes.slice(start, end) : NOTHING;
    this.#pending.set(this.#request.ticket, { record: session.record, session, rid, attempt, mutates, ops });
  }

  /** Checked before execution, the only moment at which refusing is harmless. */
  #hasRoomForReply(record: ClientRecord): boolean {
    const { usedBytes, runningCount } = record.replies;
    const neededBytes = (runningCount + 1) * EXPECTED_REPLY_BYTES;
    if (usedBytes + neededBytes > this.#limits.replyBytesPerClientMax) return false;
    return this.#replyBudget.usedBytes + EXPECTED_REPLY_BYTES <= this.#limits.replyBytesTotalMax;
  }

  #store(
    record: ClientRecord,
    slot: number,
    status: number,
    ops: Uint8Array,
    results: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (end - start <= this.#limits.storedReplyBytesMax) {
      record.replies.finish(slot, status, results, start, end);
      return;
    }
    const kept = this.#handler.summarize(ops, results.subarray(start, end));
    record.replies.finish(slot, status, kept, 0, kept.length);
  }

  #sendStored(session: ServerSession, slot: number, rid: number, flags: number, nowMs: number): void {
    const { replies } = session.record;
    const bytes = replies.bytesOf(slot);
    const start = replies.startOf(slot);
    const end = start + replies.lengthOf(slot);
    const status = replies.statusOf(slot);
    if (end - start <= session.payloadBytesMax)
      this.#sendWhole(session, rid, flags, status, bytes, start, end);
    else this.#sendFragments(session, rid, flags, status, bytes, start, end, nowMs);
  }

  #sendWritten(
    session: ServerSession,
    slot: number,
    rid: number,
    attempt: number,
    status: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    nowMs: number,
  ): void {
    if (end - start <= session.payloadBytesMax)
      this.#sendWhole(session, rid, attempt, status, bytes, start, end);
    else if (this.#hasRoomToSend(session, end - start)) {
      this.#sendFragments(session, rid, attempt, status, bytes, start, end, nowMs);
    } else this.#sendStored(session, slot, rid, attempt, nowMs);
  }

  #sendRead(
    session: ServerSession,
    rid: number,
    attempt: number,
    status: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    nowMs: number,
  ): void {
    const byteCount = end - start;
    if (byteCount <= session.payloadBytesMax)
      this.#sendWhole(session, rid, attempt, status, bytes, start, end);
    else if (byteCount > this.#limits.maxMessageBytes)
      this.refuse(session, rid, attempt, Status.REPLY_TOO_LARGE);
    else if (this.#hasRoomToSend(session, byteCount)) {
      this.#sendFragments(session, rid, attempt, status, bytes, start, end, nowMs);
    } else this.refuse(session, rid, attempt, Status.BUSY);
  }

  #hasRoomToSend(session: ServerSession, byteCount: number): boolean {
    const queued = session.outgoing.queuedBytes;
    if (queued > 0 && queued + byteCount > this.#limits.outgoingBytesPerSession) return false;
    return this.#outgoingBudget.usedBytes + byteCount <= this.#outgoingBudget.maxBytes;
  }

  #sendWhole(
    session: ServerSession,
    rid: number,
    flags: number,
    status: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    this.replies++;
    const at = this.#outgoing.reserve(session, MESSAGE_OVERHEAD_BYTES + end - start);
    const out = this.#outgoing.bytes;
    const resultsAt = writeMessageHead(out, at, FrameType.RSP, rid, flags, status, end - start);
    copyBytes(out, resultsAt, bytes, start, end);
  }

  #sendFragments(
    session: ServerSession,
    rid: number,
    flags: number,
    status: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    nowMs: number,
  ): void {
    this.replies++;
    session.outgoing.start(rid, bytes.slice(start, end), flags, status, nowMs);
    session.outgoing.pump(nowMs);
  }

  #fingerprintOf(bytes: Uint8Array, start: number, end: number, flags: number): void {
    fingerprintOf(bytes, start, end, flags & RequestFlag.ATOMIC, this.#seed, this.#fingerprint);
  }
}
