/**
 * What happens to the requests of a client: sending, answers, timeouts, loss, refusals, and what a lost
 * session means for them.
 *
 * Invariant: a request is answered to the listener at most once, and only after its slot is free again, so
 * that the listener may submit the next one from within the call.
 */
import {
  FrameType,
  Limits,
  ReplyFlag,
  RequestFlag,
  RspFragFrameAt,
  RspFrameAt,
  Status,
  Timings,
} from '@anoadb/protocol';
import { MESSAGE_OVERHEAD_BYTES, writeMessageHead } from '../frames.js';
import { FragmentOutcome } from '../incoming-transfers.js';
import { copyBytes, readU16, readU32 } from '../little-endian.js';
import type { Outgoing } from '../outgoing.js';
import type { Jitter } from '../rtt-estimator.js';
import type { TimerHeap } from '../timer-heap.js';
import type { ClientListener } from './client-listener.js';
import type { ClientSession } from './client-session.js';
import { OvertakenRequests } from './overtaken-requests.js';
import { RequestState, RequestWindow, RING } from './request-window.js';

const REFUSED_MS_FIRST = 10;
/** How long fragments of a reply may fail to come before the request is sent again. */
const RECEIVING_MS_MIN = 400;
/** Timeouts in a row of one request that say the path itself has stalled. */
const STALLED_DOUBLINGS = 3;
/** Timer ids below are slots of the ring. */
export const PACE_TIMER = RING;
const NOTHING = new Uint8Array(0);

export class ClientRequests {
  readonly window = new RequestWindow();
  readonly #overtaken = new OvertakenRequests();
  readonly #outgoing: Outgoing;
  readonly #timers: TimerHeap;
  readonly #jitter: Jitter;
  readonly #listener: ClientListener;
  #session: ClientSession | null = null;
  /** Requests that may be outstanding at once in this session. */
  windowMax: number;
  /** The session may be dead: what never left stays here, or a write that could wait would be of unknown outcome. */
  isSuspect = false;
  /** No QUEUED request has a lower id. */
  #queuedFrom = 1;
  #queuedCount = 0;
  /** Writes left since the server was last told a floor above them all. */
  #hasUntoldWrites = false;
  retransmits = 0;
  repliesFromCache = 0;

  constructor(
    outgoing: Outgoing,
    timers: TimerHeap,
    jitter: Jitter,
    listener: ClientListener,
    windowMax: number,
  ) {
    this.#outgoing = outgoing;
    this.#timers = timers;
    this.#jitter = jitter;
    this.#listener = listener;
    this.windowMax = windowMax;
  }

  get hasQueued(): boolean {
    return this.#queuedCount > 0;
  }

  /** Are there replies at the server that it may forget, if only it knew? */
  get shouldTellFloor(): boolean {
    return this.#hasUntoldWrites && this.window.outstanding === 0;
  }

  onFloorTold(): void {
    if (this.window.outstanding === 0) this.#hasUntoldWrites = false;
  }

  submit(ops: Uint8Array, mutates: boolean, isAtomic: boolean): number {
    const rid = this.window.add(ops, mutates, isAtomic ? RequestFlag.ATOMIC : 0);
    if (this.#queuedCount++ === 0) this.#queuedFrom = rid;
    return rid;
  }

  /** True if any of it was ever sent. */
  cancel(rid: number): boolean {
    const slot = this.window.find(rid);
    if (slot < 0) return false;
    const wasSent = this.window.everSent[slot] === 1;
    this.#remove(slot);
    return wasSent;
  }

  /** Sends what window and pace allow. */
  send(nowMs: number): void {
    const session = this.#session;
    if (session === null) return;
    session.noteTime(nowMs);
    const { window } = this;
    let rid = Math.max(this.#queuedFrom, window.floor);
    this.#queuedFrom = Number.POSITIVE_INFINITY; // lowered again by what gets lost meanwhile
    for (; this.#queuedCount > 0 && rid < window.nextRid; rid++) {
      const slot = window.find(rid);
      if (slot < 0 || window.states[slot] !== RequestState.QUEUED) continue;
      if (rid - window.floor >= this.windowMax) break;
      if (this.isSuspect && window.everSent[slot] === 0) {
        this.#queuedFrom = Math.min(this.#queuedFrom, rid);
        continue;
      }
      const byteCount = window.lengths[slot];
      if (byteCount > session.payloadBytesMax) {
        if (!this.#startTransfer(session, slot, rid, nowMs))
          this.#queuedFrom = Math.min(this.#queuedFrom, rid);
        continue;
      }
      const frameBytes = MESSAGE_OVERHEAD_BYTES + byteCount;
      if (session.outgoing.isEmpty) {
        if (!session.congestion.hasRoom(frameBytes)) break;
        const paceMs = session.congestion.paceAtMs(nowMs);
        if (paceMs > nowMs) {
          this.#timers.set(PACE_TIMER, paceMs);
          break;
        }
      } else if (!session.congestion.hasRoomAhead(frameBytes)) break;
      this.#sendWhole(session, slot, rid, nowMs);
    }
    this.#queuedFrom = Math.min(this.#queuedFrom, rid);
    if (!session.outgoing.isEmpty) session.outgoing.pump(nowMs);
  }

  /** A RSP frame. */
  handleReply(bytes: Uint8Array, body: number, end: number, nowMs: number): void {
    const slot = this.window.find(readU32(bytes, body));
    if (slot < 0) return; // answered or given up before
    const flags = bytes[body + RspFrameAt.flags];
    this.#onHeardOf(slot, flags, nowMs);
    this.#answer(slot, bytes[body + RspFrameAt.status], bytes, body + RspFrameAt.results, end, nowMs);
  }

  /** A RSP_FRAG frame. False: it contradicts those before it. */
  handleFragment(bytes: Uint8Array, body: number, end: number, counter: number, nowMs: number): boolean {
    const session = this.#session!;
    const rid = readU32(bytes, body);
    const total = readU32(bytes, body + RspFragFrameAt.total);
    const slot = this.window.find(rid);
    if (slot < 0) {
      session.incoming.acknowledgeWhole(rid, total, counter);
      return true;
    }
    const flags = bytes[body + RspFragFrameAt.flags];
    const status = bytes[body + RspFragFrameAt.status];
    const identity = flags | (status << 8);
    // Another attempt is another execution: its fragments must not mix with those of the one before.
    const known = session.incoming.find(rid);
    if (known !== undefined && known.identity !== identity) {
      const isOlder = ((flags - known.identity) & ReplyFlag.ATTEMPT_MASK) >= 8;
      if (isOlder) return true;
      session.incoming.drop(rid);
    }
    const outcome = session.incoming.accept(
      rid,
      identity,
      total,
      readU16(bytes, body + RspFragFrameAt.index),
      bytes,
      body + RspFragFrameAt.data,
      end,
      counter,
      nowMs,
    );
    if (outcome === FragmentOutcome.CONFLICT) return false;
    this.#onHeardOf(slot, flags, nowMs);
    if (outcome === FragmentOutcome.COMPLETE) {
      const message = session.incoming.take(rid);
      this.#answer(slot, status, message, 0, message.length, nowMs);
    } else if (outcome === FragmentOutcome.PARTIAL) {
      if (this.window.states[slot] === RequestState.QUEUED) this.#queuedCount--;
      this.window.states[slot] = RequestState.RECEIVING;
      this.#arm(slot, nowMs, Math.max(RECEIVING_MS_MIN, 2 * session.rtt.timeoutMs(1)));
    } else this.#answer(slot, Status.REPLY_TOO_LARGE, NOTHING, 0, 0, nowMs);
    return true;
  }

  /** A WORKING frame: received and executing, so there is no hurry to ask again. */
  handleWorking(bytes: Uint8Array, body: number, nowMs: number): void {
    const slot = this.window.find(readU32(bytes, body));
    if (slot < 0) return;
    const { window } = this;
    if (window.states[slot] !== RequestState.IN_FLIGHT) return;
    this.#leaveFlight(slot);
    this.#session!.outgoing.drop(window.ridOf(slot));
    window.states[slot] = RequestState.WORKING;
    window.doublings[slot] = 0;
    this.#arm(slot, nowMs, Timings.retransmitMsMax);
  }

  /** A FRAG_ACK of a request. */
  handleFragAck(bytes: Uint8Array, body: number, counter: number, nowMs: number): void {
    const session = this.#session!;
    const sender = session.outgoing.handleAck(bytes, body, counter, nowMs);
    if (sender === undefined) return;
    const slot = this.window.find(sender.rid);
    if (slot >= 0) {
      if (sender.hasArrived) this.window.doublings[slot] = 0;
      this.#arm(slot, nowMs, sender.hasArrived ? session.rtt.timeoutMs(0) : Timings.retransmitMsMax);
    }
    session.outgoing.pump(nowMs);
  }

  /** The timer of a slot fired. */
  onTimer(slot: number, nowMs: number): void {
    const { window } = this;
    const session = this.#session;
    if (session === null || window.states[slot] === RequestState.FREE) return;
    const sender = session.outgoing.find(window.ridOf(slot));
    if (sender !== undefined) {
      // All of it arrived and still no answer: ask with one fragment. Until then its own timeout cares.
      if (sender.hasArrived) {
        sender.second = window.requestFlags[slot] | window.nextAttempt(slot, session.sendCounter, nowMs);
        sender.probe(session.congestion);
        window.doublings[slot]++;
        this.retransmits++;
        session.outgoing.pump(nowMs);
      }
      this.#arm(slot, nowMs, session.rtt.timeoutMs(window.doublings[slot]));
      return;
    }
    if (window.states[slot] === RequestState.IN_FLIGHT) {
      this.#lose(session, slot, nowMs);
      return;
    }
    // What arrived of a reply stays: only a newer execution of the request makes it worthless.
    this.#queue(slot);
  }

  /** A session stands: everything unanswered leaves again, but writes the server knows nothing of. */
  attach(session: ClientSession, isFresh: boolean, windowMax: number): void {
    this.detach();
    this.#session = session;
    this.windowMax = windowMax;
    if (isFresh) this.giveUpSentWrites();
  }

  /** The session is gone: what was on its way is queued again. */
  detach(): void {
    const { window } = this;
    this.#session?.outgoing.dropAll();
    this.#session?.incoming.dropAll();
    this.#session = null;
    this.#overtaken.clear();
    this.#timers.clear(PACE_TIMER);
    for (let rid = window.floor; rid < window.nextRid; rid++) {
      const slot = window.find(rid);
      if (slot < 0) continue;
      this.#timers.clear(slot);
      window.inFlightBytes[slot] = 0;
      window.doublings[slot] = 0;
      if (window.states[slot] !== RequestState.QUEUED) this.#queue(slot);
    }
  }

  /** Writes that left and that no server can account for. */
  giveUpSentWrites(): void {
    const { window } = this;
    const unknown: number[] = [];
    for (let rid = window.floor; rid < window.nextRid; rid++) {
      const slot = window.find(rid);
      if (slot >= 0 && window.mutates[slot] === 1 && window.everSent[slot] === 1) unknown.push(rid);
    }
    for (const rid of unknown) {
      const slot = window.find(rid);
      if (slot < 0) continue; // cancelled by the listener meanwhile
      this.#remove(slot);
      this.#listener.onOutcomeUnknown(rid);
    }
  }

  /** A new clientId: request ids start over. */
  restart(): void {
    this.window.restart();
    this.#queuedFrom = 1;
    this.#hasUntoldWrites = false;
  }

  #sendWhole(session: ClientSession, slot: number, rid: number, nowMs: number): void {
    const { window } = this;
    const byteCount = window.lengths[slot];
    const frameBytes = MESSAGE_OVERHEAD_BYTES + byteCount;
    const at = this.#outgoing.reserve(session, frameBytes);
    const counter = session.sendCounter - 1;
    if (window.attempts[slot] > 0) this.retransmits++;
    const flags = window.requestFlags[slot] | window.nextAttempt(slot, counter, nowMs);
    const bytes = this.#outgoing.bytes;
    const opsAt = writeMessageHead(bytes, at, FrameType.REQ, rid, rid - window.floor, flags, byteCount);
    copyBytes(bytes, opsAt, window.opsOf(slot), 0, byteCount);
    this.#noteSent(slot);
    window.inFlightBytes[slot] = frameBytes;
    session.congestion.onSent(frameBytes, nowMs);
    this.#overtaken.onSent(rid, counter);
    this.#arm(slot, nowMs, session.rtt.timeoutMs(window.doublings[slot]));
  }

  /** False: as many large requests are on their way as the server reassembles. */
  #startTransfer(session: ClientSession, slot: number, rid: number, nowMs: number): boolean {
    const { window } = this;
    const byteCount = window.lengths[slot];
    if (byteCount > session.params.maxMessage) {
      this.#answer(slot, Status.MESSAGE_TOO_LARGE, NOTHING, 0, 0, nowMs);
      return true;
    }
    const { count, queuedBytes } = session.outgoing;
    if (count >= Math.max(1, session.params.maxReassembly)) return false;
    if (count > 0 && queuedBytes + byteCount > Limits.reassemblyBytesPerSession) return false;
    if (window.attempts[slot] > 0) this.retransmits++;
    const flags = window.requestFlags[slot] | window.nextAttempt(slot, session.sendCounter, nowMs);
    const ops = window.opsOf(slot).subarray(0, byteCount);
    session.outgoing.start(rid, ops, rid - window.floor, flags, nowMs);
    this.#noteSent(slot);
    this.#arm(slot, nowMs, Timings.retransmitMsMax);
    return true;
  }

  #noteSent(slot: number): void {
    const { window } = this;
    window.states[slot] = RequestState.IN_FLIGHT;
    window.isOvertaken[slot] = 0;
    this.#queuedCount--;
    if (window.mutates[slot] === 1) this.#hasUntoldWrites = true;
  }

  /** An answer of any kind: a round-trip sample, room in the congestion window, news about the order. */
  #onHeardOf(slot: number, flags: number, nowMs: number): void {
    const { window } = this;
    const session = this.#session!;
    if ((flags & ReplyFlag.FROM_CACHE) !== 0) this.repliesFromCache++;
    if (window.states[slot] !== RequestState.IN_FLIGHT) return;
    const echoed = flags & ReplyFlag.ATTEMPT_MASK;
    const sentMs = window.sentMsOf(slot, echoed);
    if (sentMs >= 0) {
      // A large request's answer says little about the time that one datagram takes.
      if (session.outgoing.find(window.ridOf(slot)) === undefined) session.rtt.sample(nowMs - sentMs);
      session.congestion.onAnswered(window.inFlightBytes[slot], sentMs);
      window.inFlightBytes[slot] = 0;
      this.#overtaken.onAnswered(window.counterOf(slot, echoed));
    }
    this.#leaveFlight(slot);
    session.outgoing.drop(window.ridOf(slot));
  }

  #answer(slot: number, status: number, bytes: Uint8Array, start: number, end: number, nowMs: number): void {
    const { window } = this;
    switch (status) {
      case Status.BUSY:
      case Status.REASSEMBLY_LIMIT:
      case Status.WINDOW_EXCEEDED:
        this.#wait(slot, nowMs);
        break;
      default: {
        const rid = window.ridOf(slot);
        // Below the server's floor and yet unanswered: it was given up there, executed or not.
        const isUnknown =
          status === Status.STALE_RID && window.mutates[slot] === 1 && window.attempts[slot] > 1;
        this.#remove(slot);
        if (isUnknown) this.#listener.onOutcomeUnknown(rid);
        else this.#listener.onReply(rid, status, bytes, start, end);
      }
    }
    this.#detectLoss(nowMs);
  }

  /** Refused without being executed: the same request id again, later. */
  #wait(slot: number, nowMs: number): void {
    const { window } = this;
    if (window.states[slot] === RequestState.QUEUED) this.#queuedCount--;
    this.#session?.outgoing.drop(window.ridOf(slot));
    window.states[slot] = RequestState.WAITING;
    const delayMs = Math.min(Timings.retransmitMsMax, REFUSED_MS_FIRST * 2 ** window.refusals[slot]);
    if (window.refusals[slot] < 8) window.refusals[slot]++;
    this.#arm(slot, nowMs, delayMs);
  }

  /** Requests overtaken by three later answers, 9/8 srtt after they left, are lost. */
  #detectLoss(nowMs: number): void {
    const session = this.#session;
    if (session === null) return;
    const { window } = this;
    for (let rid = this.#overtaken.front(); rid >= 0; rid = this.#overtaken.front()) {
      const slot = window.find(rid);
      const attempt = slot < 0 ? 0 : window.lastAttemptOf(slot);
      const isLive =
        slot >= 0 &&
        window.states[slot] === RequestState.IN_FLIGHT &&
        window.counterOf(slot, attempt) === this.#overtaken.frontCounter;
      if (isLive) {
        const lostAtMs = window.sentMsOf(slot, attempt) + session.rtt.reorderMs;
        if (lostAtMs > nowMs) {
          window.isOvertaken[slot] = 1;
          this.#timers.set(slot, lostAtMs);
          return;
        }
        window.isOvertaken[slot] = 1;
        this.#lose(session, slot, nowMs);
      }
      this.#overtaken.dropFront();
    }
  }

  /** What was on its way counts as lost; it leaves again with the next `send`. */
  #lose(session: ClientSession, slot: number, nowMs: number): void {
    const { window } = this;
    const sentMs = window.sentMsOf(slot, window.lastAttemptOf(slot));
    session.congestion.onLost(window.inFlightBytes[slot], sentMs, nowMs);
    window.inFlightBytes[slot] = 0;
    if (window.isOvertaken[slot] === 0 && window.doublings[slot] < 15) {
      if (++window.doublings[slot] === STALLED_DOUBLINGS) session.congestion.onStalled(nowMs);
    }
    window.isOvertaken[slot] = 0;
    this.#timers.clear(slot);
    this.#queue(slot);
  }

  #leaveFlight(slot: number): void {
    const { window } = this;
    this.#session?.congestion.onForgotten(window.inFlightBytes[slot]);
    window.inFlightBytes[slot] = 0;
    window.isOvertaken[slot] = 0;
  }

  #queue(slot: number): void {
    const { window } = this;
    window.states[slot] = RequestState.QUEUED;
    const rid = window.ridOf(slot);
    if (this.#queuedCount++ === 0 || rid < this.#queuedFrom) this.#queuedFrom = rid;
  }

  #remove(slot: number): void {
    const { window } = this;
    const rid = window.ridOf(slot);
    if (window.states[slot] === RequestState.QUEUED) this.#queuedCount--;
    this.#leaveFlight(slot);
    this.#timers.clear(slot);
    this.#session?.outgoing.drop(rid);
    this.#session?.incoming.drop(rid);
    window.remove(slot);
  }

  #arm(slot: number, nowMs: number, delayMs: number): void {
    this.#timers.set(slot, nowMs + this.#jitter.spread(delayMs));
  }
}
