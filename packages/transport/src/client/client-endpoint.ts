/**
 * The client's end of the datagram protocol, sans I/O: sessions come and go here, requests stay.
 *
 * A session is given up on a WELCOME only; hints and silence merely begin a new handshake beside it.
 */
import {
  CloseCode,
  DatagramType,
  DataHeaderAt,
  Dedup,
  FRAME_HEADER_BYTES,
  FrameBodyBytes,
  FrameType,
  Limits,
  NoSessionAt,
  RejectAt,
  SKIPPABLE_FRAMES_FROM,
} from '@anoadb/protocol';
import { Admission, isVersionsClean } from '../admission.js';
import type { DatagramBatch } from '../datagram-batch.js';
import { type DropReason, newDropCounters } from '../drop-reasons.js';
import { ACK_OF_REQUEST, bodyBytesMin } from '../frames.js';
import { type ClientParams, isSoundGrant } from '../handshake-messages.js';
import { CLIENT_LIMITS, type ClientLimits } from '../limits.js';
import { readU16, readU32, readU48 } from '../little-endian.js';
import { Outgoing } from '../outgoing.js';
import { Jitter, RttEstimator } from '../rtt-estimator.js';
import { dataTypesOf, typeOffsetOf } from '../sealing.js';
import { TimerHeap } from '../timer-heap.js';
import { ClientControl } from './client-control.js';
import { ClientHandshake } from './client-handshake.js';
import { ClientIdentity } from './client-identity.js';
import type { ClientListener } from './client-listener.js';
import type { ClientCounters, ClientEndpointOptions, ClientState, SubmitOptions } from './client-options.js';
import { ClientRequests, PACE_TIMER } from './client-requests.js';
import { type ClientSealedHandshake, sealedHandshakeOf } from './client-sealed-handshake.js';
import { ClientSession } from './client-session.js';
import {
  type Fatal,
  fatalOfReject,
  fatalOfVersions,
  KEY_REVOKED,
  loadingPercentOf,
  PATH_TOO_NARROW,
} from './fatal.js';
import { RING } from './request-window.js';

const HANDSHAKE_TIMER = PACE_TIMER + 1;
const TRANSFER_TIMER = PACE_TIMER + 2;
const FLOOR_TIMER = PACE_TIMER + 3;
const REKEY_TIMER = PACE_TIMER + 4;
const TIMERS = PACE_TIMER + 5;
const TIMERS_PER_TICK = 512;
/** Unanswered for this long, a server is asked for a new session beside the old one. */
const SILENCE_MS = 3000;
/** A quiet client tells once that the server may forget its replies. */
const FLOOR_PING_MS = 1000;
const RECONNECT_DELAY_MS = 50;
/** After a rekey that was refused. */
const REKEY_RETRY_MS = 10_000;

export class ClientEndpoint {
  readonly #limits: ClientLimits;
  readonly #listener: ClientListener;
  readonly #windowMax: number;
  readonly #maxDatagramWanted: number;
  readonly #outgoing: Outgoing;
  readonly #control: ClientControl;
  readonly #admission: Admission;
  readonly #typeOffset: number;
  readonly #timers = new TimerHeap(TIMERS);
  readonly #sealed: ClientSealedHandshake | undefined;
  readonly #handshake: ClientHandshake;
  readonly #requests: ClientRequests;
  readonly #identity: ClientIdentity;
  readonly #dropped = newDropCounters();
  #session: ClientSession | null = null;
  /** The running handshake replaces a session that works. */
  #isRekeying = false;
  #noRekeyBeforeMs = 0;
  #isClosed = false;
  #isStarted = false;
  #sessionCount = 0;
  #lastHeardMs = 0;
  /** Since when something has been outstanding without a break. */
  #busySinceMs = 0;
  #datagramsIn = 0;
  #bytesIn = 0;

  constructor(options: ClientEndpointOptions) {
    this.#limits = { ...CLIENT_LIMITS, ...options.limits };
    this.#listener = options.listener;
    this.#windowMax = Math.min(RING, options.windowMax ?? Limits.windowDefault);
    this.#maxDatagramWanted = options.isLoopback
      ? Math.min(this.#limits.maxDatagramLoopback, options.sink.batch.slotBytes)
      : Limits.datagramBytesMax;
    this.#typeOffset = typeOffsetOf(options.mode);
    this.#outgoing = new Outgoing(options.sink, dataTypesOf(options.mode).toServer);
    this.#control = new ClientControl(this.#outgoing);
    this.#admission = new Admission('client', options.mode, this.#maxDatagramWanted);
    const jitter = new Jitter(options.random);
    this.#sealed = sealedHandshakeOf(options);
    this.#handshake = new ClientHandshake({
      outgoing: this.#outgoing,
      random: options.random,
      jitter,
      mode: options.mode,
      sealed: this.#sealed,
      tlvs: options.tlvs,
    });
    this.#requests = new ClientRequests(
      this.#outgoing,
      this.#timers,
      jitter,
      options.listener,
      this.#windowMax,
    );
    this.#identity = new ClientIdentity(options.random);
  }

  get state(): ClientState {
    if (this.#isClosed) return 'closed';
    if (this.#handshake.isRunning && !this.#isRekeying) return 'connecting';
    return this.#session === null ? 'idle' : 'ready';
  }

  /** As agreed with the server; 1200 before. */
  get maxDatagram(): number {
    return this.#session?.maxDatagram ?? Limits.datagramBytesMax;
  }

  /** Bytes of ops that fit one datagram; more travel in fragments. */
  get requestBytesMax(): number {
    return this.#session?.payloadBytesMax ?? Limits.framesBytesMax - FRAME_HEADER_BYTES - FrameBodyBytes.REQ;
  }

  /** Bytes of ops that can be sent at all, as granted by the server. */
  get messageBytesMax(): number {
    return this.#session?.params.maxMessage ?? this.#limits.maxMessageBytes;
  }

  /** Requests submitted and not answered. */
  get outstanding(): number {
    return this.#requests.window.outstanding;
  }

  /** Begins the first handshake. */
  start(nowMs: number): void {
    if (this.#isStarted || this.#isClosed) return;
    this.#isStarted = true;
    this.#lastHeardMs = nowMs;
    this.#handshake.start(nowMs);
    this.#afterwards(nowMs);
  }

  handleBatch(batch: DatagramBatch, nowMs: number): void {
    for (let i = 0; i < batch.count && !this.#isClosed; i++) {
      const start = batch.startOf(i);
      this.#handleDatagram(batch.bytes, start, start + batch.lengths[i], nowMs);
    }
    this.#afterwards(nowMs);
  }

  /** Room in the window; also while connecting, when requests wait. */
  canSubmit(): boolean {
    if (this.#isClosed) return false;
    const { window } = this.#requests;
    return (
      window.nextRid - window.floor < this.#requests.windowMax && window.nextRid <= this.#limits.requestIdMax
    );
  }

  /**
   * Copies `ops`; nothing leaves before `flush`. Returns the request id.
   * @throws Error where `canSubmit()` is false, RangeError where `ops` exceed `messageBytesMax`.
   */
  submit(ops: Uint8Array, options: SubmitOptions, nowMs: number): number {
    if (!this.canSubmit()) throw new Error('no room in the request window: ask canSubmit() first');
    if (ops.length > this.messageBytesMax) {
      throw new RangeError(`a request of ${ops.length} bytes is above the limit of ${this.messageBytesMax}`);
    }
    if (this.outstanding === 0) this.#busySinceMs = nowMs;
    return this.#requests.submit(ops, options.mutates, options.isAtomic);
  }

  /** Sends what may leave now; call once per burst of submits. */
  flush(nowMs: number): void {
    this.#afterwards(nowMs);
  }

  /** Forgets a request; true if any of it was ever sent (a write's outcome is then unknown). */
  cancel(rid: number, nowMs: number): boolean {
    const wasSent = this.#requests.cancel(rid);
    this.#renewIfExhausted(nowMs);
    return wasSent;
  }

  /** The socket said that nobody listens there: a hint, since anyone can forge it. */
  hintRefused(nowMs: number): void {
    if (this.#session === null || this.#handshake.isRunning || this.outstanding === 0) return;
    this.#reconnect('nobody listens at the server’s port', RECONNECT_DELAY_MS, nowMs);
    this.#afterwards(nowMs);
  }

  /** Serves the timers that are due, a bounded number per call. */
  tick(nowMs: number): void {
    for (let i = 0; i < TIMERS_PER_TICK && !this.#isClosed; i++) {
      const id = this.#timers.takeDue(nowMs);
      if (id < 0) break;
      if (id < PACE_TIMER) this.#requests.onTimer(id, nowMs);
      else this.#onTimer(id, nowMs);
    }
    if (!this.#isClosed) this.#checkSilence(nowMs);
    this.#afterwards(nowMs);
  }

  /** When `tick` wants to be called; Infinity = not before something happens. */
  nextTickAtMs(): number {
    return this.#timers.nextMs;
  }

  /** Says goodbye, best effort. Unanswered requests get no other call. */
  close(_nowMs: number): void {
    if (this.#isClosed) return;
    if (this.#session !== null) this.#control.close(this.#session, CloseCode.NORMAL);
    this.#shut();
    this.#outgoing.flush();
  }

  counters(): ClientCounters {
    return {
      datagramsOut: this.#outgoing.datagrams,
      bytesOut: this.#outgoing.byteCount,
      datagramsIn: this.#datagramsIn,
      bytesIn: this.#bytesIn,
      retransmits: this.#requests.retransmits + (this.#session?.outgoing.retransmits ?? 0),
      repliesFromCache: this.#requests.repliesFromCache,
      sessions: this.#sessionCount,
      smoothedRttMs: this.#session?.rtt.smoothedMs ?? 0,
      congestionWindowBytes: this.#session?.congestion.windowBytes ?? 0,
      inFlightBytes: this.#session?.congestion.inFlightBytes ?? 0,
      dropped: { ...this.#dropped },
    };
  }

  #handleDatagram(bytes: Uint8Array, start: number, end: number, nowMs: number): void {
    this.#datagramsIn++;
    this.#bytesIn += end - start;
    const refusal = this.#admission.refuse(bytes, start, end);
    if (refusal !== undefined) {
      this.#drop(refusal);
      return;
    }
    switch (bytes[start + 1] - this.#typeOffset) {
      case DatagramType.CHALLENGE:
        if (!this.#handshake.handleChallenge(bytes, start, this.#clientParams(), nowMs))
          this.#drop('unexpected-handshake');
        break;
      case DatagramType.WELCOME:
        this.#handleWelcome(bytes, start, nowMs);
        break;
      case DatagramType.VERSIONS:
        this.#handleVersions(bytes, start, nowMs);
        break;
      case DatagramType.REJECT:
        this.#handleReject(bytes, start, nowMs);
        break;
      case DatagramType.NO_SESSION:
        this.#handleNoSession(bytes, start, nowMs);
        break;
      default:
        this.#handleData(bytes, start, end, nowMs);
    }
  }

  #handleData(bytes: Uint8Array, start: number, end: number, nowMs: number): void {
    const session = this.#session;
    if (session === null || readU32(bytes, start + DataHeaderAt.sid) !== session.sid) {
      this.#drop('unknown-session');
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
    session.received.mark(counter);
    session.lastHeardMs = nowMs;
    this.#lastHeardMs = nowMs;
    if (this.#handshake.isRunning && !this.#isRekeying) {
      // It was only silent for a while.
      this.#handshake.stop();
      this.#listener.onReady();
    }
    this.#handleFrames(session, bytes, plaintextAt, end, counter, nowMs);
  }

  #handleFrames(
    session: ClientSession,
    bytes: Uint8Array,
    start: number,
    end: number,
    counter: number,
    nowMs: number,
  ): void {
    let at = start;
    while (at < end && this.#session === session && bytes[at] !== FrameType.PADDING) {
      const type = bytes[at];
      const body = at + FRAME_HEADER_BYTES;
      at = body <= end ? body + readU16(bytes, body - 2) : end + 1;
      if (at > end) {
        this.#drop('bad-frame');
        return;
      }
      if (type >= SKIPPABLE_FRAMES_FROM) continue;
      const bytesMin = bodyBytesMin(type);
      if (bytesMin < 0 || type === FrameType.REQ || type === FrameType.REQ_FRAG) {
        this.#control.close(session, CloseCode.UNSUPPORTED_FRAME);
        this.#loseSession('the server sent a frame that this client does not know', nowMs);
      } else if (at - body < bytesMin) this.#drop('bad-frame');
      else this.#handleFrame(session, type, bytes, body, at, counter, nowMs);
    }
  }

  #handleFrame(
    session: ClientSession,
    type: number,
    bytes: Uint8Array,
    body: number,
    end: number,
    counter: number,
    nowMs: number,
  ): void {
    switch (type) {
      case FrameType.RSP:
        this.#requests.handleReply(bytes, body, end, nowMs);
        break;
      case FrameType.RSP_FRAG:
        if (!this.#requests.handleFragment(bytes, body, end, counter, nowMs)) this.#drop('bad-fragment');
        break;
      case FrameType.FRAG_ACK:
        if (bytes[body + 4] === ACK_OF_REQUEST) this.#requests.handleFragAck(bytes, body, counter, nowMs);
        break;
      case FrameType.WORKING:
        this.#requests.handleWorking(bytes, body, nowMs);
        break;
      case FrameType.PING:
        this.#control.pong(session, bytes, body);
        break;
      case FrameType.PATH_CHALLENGE:
        this.#control.pathResponse(session, bytes, body);
        break;
      case FrameType.CLOSE:
        if (readU16(bytes, body) === CloseCode.KEY_REVOKED && this.#sealed !== undefined) {
          this.#fail(KEY_REVOKED);
          break;
        }
        this.#loseSession(`the server closed the session (code ${readU16(bytes, body)})`, nowMs);
        break;
      default: // PONG and PATH_RESPONSE: being heard is all there is to them
        break;
    }
  }

  #handleWelcome(bytes: Uint8Array, at: number, nowMs: number): void {
    const welcome = this.#handshake.handleWelcome(bytes, at);
    if (typeof welcome === 'string') {
      this.#drop(welcome);
      return;
    }
    const { params, sealing } = welcome;
    if (!isSoundGrant(params, this.#maxDatagramWanted)) {
      sealing.wipe();
      this.#drop('bad-params');
      return;
    }
    const rtt = new RttEstimator();
    const roundTripMs = this.#handshake.roundTripMs(nowMs);
    if (roundTripMs >= 0) rtt.sample(roundTripMs);
    const wasRekeying = this.#isRekeying;
    this.#handshake.stop();
    this.#isRekeying = false;
    this.#sessionCount++;
    this.#lastHeardMs = nowMs;
    const session = new ClientSession(params, sealing, this.#outgoing, rtt, nowMs);
    this.#retire();
    this.#session = session;
    this.#identity.noteSession(params);
    this.#timers.set(REKEY_TIMER, nowMs + this.#limits.rekeyMs);
    this.#requests.attach(session, params.dedup === Dedup.FRESH, Math.min(this.#windowMax, params.window));
    if (!wasRekeying) this.#listener.onReady();
  }

  #handleVersions(bytes: Uint8Array, at: number, nowMs: number): void {
    if (!isVersionsClean(bytes, at)) this.#drop('reserved-bits');
    else if (!this.#handshake.isVersionsAnswer(bytes, at)) this.#drop('unexpected-handshake');
    else if (this.#isRekeying) this.#postponeRekey(nowMs);
    else this.#fail(fatalOfVersions(bytes, at));
  }

  #handleReject(bytes: Uint8Array, at: number, nowMs: number): void {
    if (!this.#handshake.isRefusal(bytes, at)) {
      this.#drop('unexpected-handshake');
      return;
    }
    // Nothing authenticates a REJECT: while a session works, none may end it.
    if (this.#isRekeying) {
      this.#postponeRekey(nowMs);
      return;
    }
    const reason = bytes[at + RejectAt.reason];
    const percent = loadingPercentOf(reason);
    if (percent !== undefined) {
      // It lives, and what it knows of this client may still come: nothing is given up meanwhile.
      this.#lastHeardMs = nowMs;
      this.#listener.onLoading?.(percent);
    }
    const fatal = fatalOfReject(reason, this.#sessionCount === 0);
    if (fatal !== undefined) this.#fail(fatal);
    else this.#handshake.start(nowMs, Math.min(10_000, readU32(bytes, at + RejectAt.retryAfterMs)));
  }

  /** A hint: believed only about what was really sent lately, and then it merely begins a handshake. */
  #handleNoSession(bytes: Uint8Array, at: number, nowMs: number): void {
    const session = this.#session;
    const isAboutUs =
      session !== null &&
      readU32(bytes, at + NoSessionAt.sid) === session.sid &&
      session.wasSentLately(readU48(bytes, at + NoSessionAt.counter), nowMs);
    if (!isAboutUs) this.#drop('bad-hint');
    else if (!this.#handshake.isRunning || this.#isRekeying)
      this.#reconnect('the server does not know the session any more', 0, nowMs);
  }

  #onTimer(id: number, nowMs: number): void {
    const session = this.#session;
    switch (id) {
      case TRANSFER_TIMER:
        session?.incoming.tick(nowMs);
        session?.outgoing.tick(nowMs);
        break;
      case FLOOR_TIMER:
        if (session !== null && this.#requests.shouldTellFloor) this.#ping(session);
        break;
      case REKEY_TIMER:
        this.#rekey(nowMs);
        break;
      default: // HANDSHAKE_TIMER and PACE_TIMER: #afterwards serves both
        break;
    }
  }

  /** A new session for the same client, beside the old one until its WELCOME comes. */
  #rekey(nowMs: number): void {
    if (this.#session === null || this.#handshake.isRunning || nowMs < this.#noRekeyBeforeMs) return;
    this.#isRekeying = true;
    this.#handshake.start(nowMs);
  }

  /** The server does not want a new session now, or somebody says so in its name: the one that works goes on. */
  #postponeRekey(nowMs: number): void {
    this.#isRekeying = false;
    this.#handshake.stop();
    this.#noRekeyBeforeMs = nowMs + REKEY_RETRY_MS;
    this.#timers.set(REKEY_TIMER, this.#noRekeyBeforeMs);
  }

  /** Nothing heard although something is outstanding: the server may be gone, or only its memory of us. */
  #checkSilence(nowMs: number): void {
    if (this.outstanding === 0) return;
    const quietMs = nowMs - Math.max(this.#lastHeardMs, this.#busySinceMs);
    if (quietMs >= this.#limits.noContactMs) this.#requests.giveUpSentWrites();
    if (this.#session === null || (this.#handshake.isRunning && !this.#isRekeying)) return;
    if (quietMs >= SILENCE_MS) this.#reconnect('no answer from the server', 0, nowMs);
  }

  /** The session is over for good. */
  #loseSession(reason: string, nowMs: number): void {
    this.#retire();
    this.#requests.detach();
    this.#timers.clear(REKEY_TIMER);
    if (this.outstanding > 0) this.#handshake.start(nowMs, RECONNECT_DELAY_MS);
    else this.#handshake.stop();
    this.#isRekeying = false;
    this.#listener.onDisconnected(reason);
  }

  /** Asks for a new session beside the old one, which goes on if it turns out to live. */
  #reconnect(reason: string, delayMs: number, nowMs: number): void {
    this.#isRekeying = false;
    this.#handshake.start(nowMs, delayMs);
    this.#listener.onDisconnected(reason);
  }

  /** Request ids must not wrap: the last one answered, this becomes a new client. */
  #renewIfExhausted(nowMs: number): void {
    const { window } = this.#requests;
    if (window.nextRid <= this.#limits.requestIdMax || window.outstanding > 0 || this.#isClosed) return;
    if (this.#session !== null) this.#control.close(this.#session, CloseCode.NORMAL);
    this.#retire();
    this.#requests.detach();
    this.#requests.restart();
    this.#identity.renew();
    this.#isRekeying = false;
    this.#handshake.start(nowMs);
  }

  /** What follows every call: requests leave, timers are set, the batch is flushed. */
  #afterwards(nowMs: number): void {
    if (!this.#isClosed) {
      this.#renewIfExhausted(nowMs);
      if (this.#session !== null && this.#session.sendCounter >= this.#limits.datagramsPerSessionMax)
        this.#rekey(nowMs);
      this.#tickHandshake(nowMs);
    }
    if (!this.#isClosed) {
      const session = this.#session;
      this.#requests.isSuspect = this.#handshake.isRunning && !this.#isRekeying;
      if (this.#requests.hasQueued || (session !== null && !session.outgoing.isEmpty))
        this.#requests.send(nowMs);
      // Says at once that the WELCOME came, where no request does: the server drops sessions it never hears of.
      if (session !== null && session.sendCounter === 0) this.#ping(session);
      if (session !== null)
        this.#timers.set(TRANSFER_TIMER, Math.min(session.incoming.deadlineMs, session.outgoing.deadlineMs));
      if (session === null) this.#timers.clear(TRANSFER_TIMER);
      if (session === null || !this.#requests.shouldTellFloor) this.#timers.clear(FLOOR_TIMER);
      else if (!this.#timers.isSet(FLOOR_TIMER)) this.#timers.set(FLOOR_TIMER, nowMs + FLOOR_PING_MS);
    }
    this.#outgoing.flush();
  }

  #tickHandshake(nowMs: number): void {
    const handshake = this.#handshake;
    // A client that lost its session while idle comes back when it has something to say.
    if (!handshake.isRunning && this.#session === null && this.#isStarted && this.outstanding > 0)
      handshake.start(nowMs);
    handshake.tick(nowMs, this.outstanding === 0);
    if (handshake.isFruitless && this.#sessionCount === 0) {
      this.#fail(PATH_TOO_NARROW);
      return;
    }
    this.#timers.set(HANDSHAKE_TIMER, handshake.nextAtMs);
  }

  #fail({ code, message }: Fatal): void {
    this.#shut();
    this.#listener.onFatal(code, message);
  }

  #shut(): void {
    this.#isClosed = true;
    this.#retire();
    this.#requests.detach();
    this.#handshake.stop();
    this.#sealed?.wipe();
    for (let id = 0; id < TIMERS; id++) this.#timers.clear(id);
  }

  /** The session is over; its keys are wiped once what was written for it has left. */
  #retire(): void {
    if (this.#session !== null) this.#outgoing.retire(this.#session);
    this.#session = null;
  }

  #ping(session: ClientSession): void {
    this.#control.ping(session, this.#requests.window.floor);
    this.#requests.onFloorTold();
  }

  #clientParams(): ClientParams {
    return this.#identity.params({
      floor: this.#requests.window.floor,
      maxDatagram: this.#maxDatagramWanted,
      window: this.#windowMax,
    });
  }

  #drop(reason: DropReason): void {
    this.#dropped[reason]++;
  }
}
