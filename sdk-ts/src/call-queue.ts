/**
 * Every call between its promise and the transport: what waits, what is in flight, what is asked again.
 *
 * Calls of one tick are encoded one behind the other and leave together in one microtask, a large burst of them
 * in parts before that; their answers are matched by position. It never reads a clock: `now` comes from its link.
 *
 * Invariant: a call is settled exactly once, and `inFlight` counts those that are not.
 */

import {
  ByteReader,
  type ByteWriter,
  FRAME_HEADER_BYTES,
  FrameBodyBytes,
  Limits,
  Result,
  readResult,
  Status,
} from '@anoadb/protocol';
import { AbortGroups } from './abort-groups.js';
import { type AtomicParts, Call, type Command, type InFlightRequest } from './call.js';
import {
  abandoned,
  madeWithinAnother,
  overloaded,
  protocolError,
  refusedRequest,
  type Unanswered,
} from './call-errors.js';
import { rereadCommand, rereadOps } from './commands/reread.js';
import { Deadlines } from './deadlines.js';
import { durationMs } from './duration.js';
import { AnoaError } from './errors.js';
import type { Key } from './key.js';
import type { CallOptions } from './options.js';
import { Outbox } from './outbox.js';

/** What the queue needs of a connection. */
export interface RequestLink {
  /** Where the server is, for messages. */
  readonly peer: string;
  /** Why nothing can be sent now, or undefined where it can. */
  readonly obstacle: unknown;
  readonly requestBytesMax: number;
  readonly messageBytesMax: number;
  nowMs(): number;
  canSubmit(): boolean;
  submit(ops: Uint8Array, options: { mutates: boolean; isAtomic: boolean }): number;
  /** Sends what was submitted. */
  flush(): void;
  /** True where any of it was ever sent. */
  cancel(rid: number): boolean;
  /** A deadline came nearer: look at `nextDeadlineAtMs` again. */
  rearm(): void;
  /** The first call came, or the last one was answered. */
  busyChanged(isBusy: boolean): void;
}

export interface QueueLimits {
  readonly timeoutMs: number;
  readonly maxInFlight: number;
  readonly maxInFlightBytes: number;
}

/** Answers that cut a read out twice in a row are a server's fault; without this bound the two would go on for ever. */
const REREADS_MAX = 4;

/**
 * A burst of calls leaves in parts, each as soon as it is encoded and while the caller makes the next: the server
 * works meanwhile. What fits a datagram of any network is never parted; parts smaller than these cost more in waking
 * the other side than they gain (bench, sdk rows: 256 calls in parts of 64 are as fast as in one, of 128 1.4 times).
 */
const PART_BYTES_MIN = Limits.framesBytesMax - FRAME_HEADER_BYTES - FrameBodyBytes.REQ;
const PART_OPS_MIN = 128;

const NOTHING = new Uint8Array(0);

// The executor of every promise here: one function for all, instead of a closure per call.
let resolveOfNew: (answer: unknown) => void;
let rejectOfNew: (error: unknown) => void;
type PromiseExecutor<Answer> = ConstructorParameters<typeof Promise<Answer>>[0];
const capture = (resolve: (answer: unknown) => void, reject: (error: unknown) => void): void => {
  resolveOfNew = resolve;
  rejectOfNew = reject;
};

export class CallQueue {
  readonly #link: RequestLink;
  readonly #limits: QueueLimits;
  readonly #outbox = new Outbox();
  readonly #askAgain: Call[] = [];
  readonly #requests = new Map<number, InFlightRequest>();
  readonly #deadlines = new Deadlines();
  readonly #abortGroups: AbortGroups;
  readonly #reader = new ByteReader(NOTHING);
  readonly #result = new Result();
  #inFlight = 0;
  #inFlightBytes = 0;
  #closedBy: AnoaError | undefined = undefined;
  #isFlushScheduled = false;
  /** Encoded since requests were last handed over. */
  #partBytes = 0;
  #partOps = 0;
  #lastOpBytes = 0;
  /** Between `open` and `enqueue` or `discard`, while code of the caller's (a toJSON, a getter) may run. */
  #isEncoding = false;
  #tickNowMs = 0;
  readonly #flushTick = (): void => {
    this.#isFlushScheduled = false;
    this.flush();
  };

  constructor(link: RequestLink, limits: QueueLimits) {
    this.#link = link;
    this.#limits = limits;
    this.#abortGroups = new AbortGroups((calls, reason) => this.#abandon(calls, { why: 'aborted', reason }));
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get maxInFlight(): number {
    return this.#limits.maxInFlight;
  }

  /** When `sweep` must be called next, at the latest. */
  get nextAtMs(): number {
    return this.#deadlines.nextAtMs;
  }

  /** Where the next call's op is to be encoded; throws where no call may be made. `enqueue` or `discard` follows. */
  open(name: string, key: Key | undefined): ByteWriter {
    if (this.#closedBy !== undefined) throw this.#closedBy;
    // Its op would be written into the middle of the other's.
    if (this.#isEncoding) throw madeWithinAnother(name, key);
    if (this.#inFlight >= this.#limits.maxInFlight) {
      throw overloaded(name, key, `${this.#inFlight} calls are in flight, maxInFlight`);
    }
    if (this.#inFlightBytes >= this.#limits.maxInFlightBytes) {
      throw overloaded(name, key, `${this.#inFlightBytes} bytes are in flight, maxInFlightBytes`);
    }
    if (this.#isPartFull()) this.flush();
    this.#outbox.peek();
    this.#isEncoding = true;
    return this.#outbox.writer;
  }

  /** Makes the op encoded since `start` a call. It leaves with all others of this tick. */
  enqueue<Answer>(
    command: Command<Answer>,
    key: Key | undefined,
    start: number,
    options: CallOptions | undefined,
    atomic?: AtomicParts,
  ): Promise<Answer> {
    this.#isEncoding = false;
    const end = this.#outbox.writer.at;
    const signal = options?.signal;
    try {
      signal?.throwIfAborted();
      const timeoutMs =
        options?.timeout === undefined ? this.#limits.timeoutMs : durationMs(options.timeout, 'timeout');
      this.#checkSize(command, key, end - start);
      const nowMs = this.#scheduleFlush();
      const answer = new Promise<Answer>(capture as PromiseExecutor<Answer>);
      const call = new Call(
        command,
        key,
        timeoutMs,
        nowMs + timeoutMs,
        start,
        end,
        resolveOfNew,
        rejectOfNew,
      );
      call.atomic = atomic;
      this.#enter(call, signal);
      this.#lastOpBytes = end - start;
      this.#partBytes += end - start;
      this.#partOps += 1;
      return answer;
    } catch (error) {
      return this.discard(start, error);
    }
  }

  /** Takes back what was encoded since `start` and rejects with what went wrong. */
  discard(start: number, error: unknown): Promise<never> {
    if (start >= 0) {
      this.#isEncoding = false;
      this.#outbox.writer.at = start;
    }
    return Promise.reject(error);
  }

  /** Hands the transport as many requests as its window takes. */
  flush(): void {
    const link = this.#link;
    const outbox = this.#outbox;
    this.#partBytes = 0;
    this.#partOps = 0;
    let isAnySubmitted = false;
    while (link.canSubmit()) {
      const again = this.#takeAskedAgain();
      if (again !== undefined) this.#submit([again], again.ownOps!);
      else {
        const run = outbox.takeRun(link.requestBytesMax, Limits.opsPerRequestMax);
        if (run.length === 0) break;
        const start = run[0].start;
        const ops = outbox.writer.bytes.slice(start, run[run.length - 1].end);
        for (const call of run) {
          call.start -= start;
          call.end -= start;
        }
        this.#submit(run, ops);
      }
      isAnySubmitted = true;
    }
    outbox.compact();
    if (isAnySubmitted) link.flush();
  }

  /** Rejects the calls whose deadline has passed. */
  sweep(nowMs: number): void {
    if (this.#deadlines.nextAtMs > nowMs) return;
    this.#abandon(this.#deadlines.sweep(nowMs), { why: 'deadline', reason: this.#link.obstacle });
  }

  /** The reply to request `rid`: `[start, end)` of `bytes` are its results, lent for this call. */
  handleReply(rid: number, status: number, bytes: Uint8Array, start: number, end: number): void {
    const request = this.#takeRequest(rid);
    if (request === undefined) return;
    if (status === Status.OK) {
      this.#reader.reset(bytes, start, end);
      for (const call of request.calls) this.#answer(call, request);
      this.#reader.reset(NOTHING, 0, 0);
    } else this.#refuse(request, status);
  }

  /** Nobody can find out any more whether request `rid` was executed. Reads are asked again. */
  handleOutcomeUnknown(rid: number, reason: unknown): void {
    const request = this.#takeRequest(rid);
    if (request === undefined) return;
    const writes: Call[] = [];
    for (const call of request.calls) {
      if (call.isSettled) continue;
      if (call.command.mutates && !call.wasExecuted) writes.push(call);
      else this.#askAgainAlone(call, request);
    }
    this.#abandon(writes, { why: 'outcome-unknown', reason });
  }

  /** Every request in flight is lost with the endpoint that had it; what never left waits for the next one. */
  handleEndpointLost(reason: unknown): void {
    for (const [rid, request] of [...this.#requests]) {
      if (this.#link.cancel(rid)) this.handleOutcomeUnknown(rid, reason);
      else {
        this.#takeRequest(rid);
        for (const call of request.calls) {
          if (call.isSettled) continue;
          call.wasSubmitted = false;
          this.#askAgainAlone(call, request);
        }
      }
    }
  }

  /** No call can be made any more: `error` is what each is rejected with. Those in flight go on. */
  refuse(error: AnoaError): void {
    this.#closedBy ??= error;
  }

  /** As {@link refuse}, and those in flight are rejected too. */
  close(error: AnoaError): void {
    this.refuse(error);
    this.#abandon(this.#deadlines.all(), { why: 'closed', reason: error });
  }

  /** Judged before the next op is encoded, taking it to be as long as the last. */
  #isPartFull(): boolean {
    const nextBytes = this.#partBytes + this.#lastOpBytes;
    if (nextBytes <= PART_BYTES_MIN) return false;
    return this.#partOps >= PART_OPS_MIN || nextBytes > this.#link.requestBytesMax;
  }

  #scheduleFlush(): number {
    if (!this.#isFlushScheduled) {
      this.#isFlushScheduled = true;
      this.#tickNowMs = this.#link.nowMs();
      queueMicrotask(this.#flushTick);
    }
    return this.#tickNowMs;
  }

  #checkSize(command: Command, key: Key | undefined, sizeBytes: number): void {
    if (sizeBytes > this.#link.messageBytesMax) {
      throw refusedRequest(Status.MESSAGE_TOO_LARGE, { command, key }, `it has ${sizeBytes} bytes`);
    }
    // A lone call is let through whatever its size, or a small maxInFlightBytes would refuse it for ever.
    if (this.#inFlight > 0 && this.#inFlightBytes + sizeBytes > this.#limits.maxInFlightBytes) {
      throw overloaded(command.name, key, `${this.#inFlightBytes} bytes are in flight, maxInFlightBytes`);
    }
  }

  #enter(call: Call, signal: AbortSignal | undefined): void {
    this.#outbox.push(call);
    this.#inFlightBytes += call.sizeBytes;
    this.#inFlight += 1;
    if (this.#inFlight === 1) this.#link.busyChanged(true);
    if (signal !== undefined) {
      call.signal = signal;
      this.#abortGroups.add(signal, call);
    }
    const before = this.#deadlines.nextAtMs;
    this.#deadlines.add(call);
    if (this.#deadlines.nextAtMs < before) this.#link.rearm();
  }

  /** Ends the waiting of `call`; true where it was waiting. Its promise is the caller's to settle. */
  #leave(call: Call): boolean {
    if (call.isSettled) return false;
    call.isSettled = true;
    this.#deadlines.remove(call);
    if (call.signal !== undefined) this.#abortGroups.remove(call.signal, call);
    this.#inFlightBytes -= call.sizeBytes;
    this.#inFlight -= 1;
    if (this.#inFlight === 0) this.#link.busyChanged(false);
    return true;
  }

  #submit(calls: Call[], ops: Uint8Array): void {
    let mutates = false;
    for (const call of calls) mutates ||= call.command.mutates;
    const request: InFlightRequest = { rid: 0, ops, calls, waiting: calls.length };
    for (const call of calls) {
      call.request = request;
      call.wasSubmitted = true;
    }
    request.rid = this.#link.submit(ops, { mutates, isAtomic: calls[0].atomic !== undefined });
    this.#requests.set(request.rid, request);
  }

  #takeRequest(rid: number): InFlightRequest | undefined {
    const request = this.#requests.get(rid);
    if (request === undefined) return undefined;
    this.#requests.delete(rid);
    for (const call of request.calls) call.request = undefined;
    return request;
  }

  /** Reads the next result, or results, of the reply and settles `call` with it. */
  #answer(call: Call, request: InFlightRequest): void {
    const result = this.#nextResult();
    if (call.isSettled) return;
    if (result === undefined) {
      if (this.#leave(call)) call.reject(protocolError(call, this.#link.peer));
      return;
    }
    const isCut = result.status === Status.READ_NOT_REPLAYED || result.status === Status.REPLY_TOO_LARGE;
    if (isCut && call.atomic === undefined && call.rereads < REREADS_MAX) {
      call.rereads += 1;
      if (result.status === Status.READ_NOT_REPLAYED && call.command.mutates) call.wasExecuted = true;
      this.#askAgainAlone(call, request);
      return;
    }
    this.#settle(call, result);
  }

  #settle(call: Call, first: Result): void {
    let answer: unknown;
    try {
      if (call.atomic !== undefined) {
        let pending: Result | undefined = first;
        answer = call.atomic.answer(() => {
          const result = pending ?? this.#nextResult();
          pending = undefined;
          return result;
        }, call);
      } else answer = (call.wasExecuted ? rereadCommand : call.command).answer(first, call);
    } catch (error) {
      const isKnown = error instanceof AnoaError;
      if (this.#leave(call)) call.reject(isKnown ? error : protocolError(call, this.#link.peer, error));
      return;
    }
    if (this.#leave(call)) call.resolve(answer);
  }

  #nextResult(): Result | undefined {
    return readResult(this.#reader, this.#result) ? this.#result : undefined;
  }

  /** The whole request was refused with one status; those that ask for patience the transport has dealt with. */
  #refuse(request: InFlightRequest, status: number): void {
    for (const call of request.calls) {
      if (call.isSettled) continue;
      // What shared a request that was too much for the server may well pass on its own.
      const isShared = request.calls.length > 1;
      const isTooMuch = status === Status.MESSAGE_TOO_LARGE || status === Status.REPLY_TOO_LARGE;
      if (isShared && isTooMuch) this.#askAgainAlone(call, request);
      else if (this.#leave(call)) call.reject(refusedRequest(status, call));
    }
  }

  #askAgainAlone(call: Call, request: InFlightRequest): void {
    call.ownOps = call.wasExecuted ? rereadOps(call.key!) : request.ops.subarray(call.start, call.end);
    call.start = 0;
    call.end = call.ownOps.length;
    this.#askAgain.push(call);
  }

  #takeAskedAgain(): Call | undefined {
    while (this.#askAgain.length > 0) {
      const call = this.#askAgain.shift()!;
      if (!call.isSettled) return call;
    }
    return undefined;
  }

  /** Gives `calls` up; what each is rejected with depends on whether it can have been executed. */
  #abandon(calls: Call[], cause: Unanswered): void {
    for (const call of calls) {
      if (this.#leave(call) && call.request !== undefined) call.request.waiting -= 1;
    }
    for (const call of calls) {
      const request = call.request;
      let wasSent = call.wasSubmitted;
      if (request !== undefined && request.waiting === 0 && this.#requests.delete(request.rid)) {
        // One answer of the transport serves every call of the request.
        wasSent = this.#link.cancel(request.rid);
        for (const sibling of request.calls) sibling.wasSubmitted = wasSent;
      }
      call.request = undefined;
      call.reject(abandoned(call, wasSent, cause, this.#link.peer));
    }
  }
}
