/**
 * Runs transport endpoints on MemoryNetwork sockets and the virtual clock, as the SDK and the server's main run
 * them on real ones. Everything happens inside the clock's steps, so a run is reproducible to the byte.
 */

import {
  ClientEndpoint,
  type ClientEndpointOptions,
  type ClientListener,
  type DatagramBatch,
} from '@anoadb/transport';
import type { DatagramSocket } from '@anoadb/udp';
import type { SeededRandom } from './seeded-random.js';
import type { Timer, VirtualClock } from './virtual-clock.js';

/** What both endpoints have in common. */
export interface TickingEndpoint {
  handleBatch(batch: DatagramBatch, nowMs: number): void;
  tick(nowMs: number): void;
  nextTickAtMs(): number;
}

/** What a driver needs of a DatagramSocket. */
export interface StartableSocket {
  start(handlers: { onBatch(batch: DatagramBatch): void; onError(error: Error): void }): void;
}

/** Starts `socket` and calls the endpoint when something arrives or its timer is due. */
export class EndpointDriver {
  readonly #clock: VirtualClock;
  readonly #endpoint: TickingEndpoint;
  #timer: Timer | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;
  #isStopped = false;

  constructor(options: {
    socket: StartableSocket;
    clock: VirtualClock;
    endpoint: TickingEndpoint;
    /** After a batch was handled. */
    onHandled?: () => void;
    onError?: (error: Error) => void;
  }) {
    const { socket, clock, endpoint } = options;
    this.#clock = clock;
    this.#endpoint = endpoint;
    socket.start({
      onBatch: (batch) => {
        if (this.#isStopped) return;
        endpoint.handleBatch(batch, clock.nowMs);
        options.onHandled?.();
        this.rearm();
      },
      onError: (error) => options.onError?.(error),
    });
  }

  /** Call after anything that may have moved the endpoint's next tick. */
  rearm(): void {
    const atMs = this.#endpoint.nextTickAtMs();
    if (this.#isStopped || atMs >= this.#timerAtMs) return;
    this.#timer?.cancel();
    this.#timerAtMs = atMs;
    this.#timer = this.#clock.at(atMs, () => {
      this.#timerAtMs = Number.POSITIVE_INFINITY;
      this.#endpoint.tick(this.#clock.nowMs);
      this.rearm();
    });
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Like a process that died: nothing arrives, no timer rings. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }
}

export interface Answer {
  /** A status of the specification, or OUTCOME_UNKNOWN. */
  readonly status: number;
  /** The results, a copy. */
  readonly results: Uint8Array;
}

/** Status of an answer that never came for a write that may have happened. Not a number of the wire. */
export const OUTCOME_UNKNOWN = -1;

interface WaitingRequest {
  readonly ops: Uint8Array;
  readonly mutates: boolean;
  readonly isAtomic: boolean;
  readonly onAnswer: (answer: Answer) => void;
}

/** A client of the transport with callbacks: requests wait here while the window is full. */
export class SimulatedClient implements ClientListener {
  readonly endpoint: ClientEndpoint;
  readonly driver: EndpointDriver;
  readonly events: string[] = [];
  readonly #clock: VirtualClock;
  readonly #waiting: WaitingRequest[] = [];
  readonly #inFlight = new Map<number, WaitingRequest>();
  #isFlushDue = false;

  constructor(options: {
    socket: DatagramSocket;
    clock: VirtualClock;
    random: SeededRandom;
    limits?: NonNullable<ClientEndpointOptions['limits']>;
    windowMax?: number;
  }) {
    const { socket, clock, random, limits, windowMax } = options;
    this.#clock = clock;
    this.endpoint = new ClientEndpoint({
      random: random.source,
      isLoopback: socket.isLoopback,
      sink: socket,
      listener: this,
      mode: 'open',
      ...(limits === undefined ? {} : { limits }),
      ...(windowMax === undefined ? {} : { windowMax }),
    });
    this.driver = new EndpointDriver({
      socket,
      clock,
      endpoint: this.endpoint,
      onHandled: () => this.#submitWaiting(),
      onError: () => this.endpoint.hintRefused(clock.nowMs),
    });
    this.endpoint.start(clock.nowMs);
    this.driver.rearm();
  }

  /** Requests without an answer yet. */
  get unanswered(): number {
    return this.#waiting.length + this.#inFlight.size;
  }

  /** Sends one request; `onAnswer` comes once, from within a step of the clock. `ops` is copied. */
  send(
    ops: Uint8Array,
    options: { mutates: boolean; isAtomic?: boolean },
    onAnswer: (answer: Answer) => void,
  ): void {
    this.#waiting.push({
      ops: ops.slice(),
      mutates: options.mutates,
      isAtomic: options.isAtomic ?? false,
      onAnswer,
    });
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    this.#clock.after(0, () => {
      this.#isFlushDue = false;
      this.#submitWaiting();
      this.driver.rearm();
    });
  }

  /** As {@link send}, for code that drives the clock with `driveUntilDone`. */
  request(ops: Uint8Array, options: { mutates: boolean; isAtomic?: boolean }): Promise<Answer> {
    return new Promise((resolve) => this.send(ops, options, resolve));
  }

  close(): void {
    this.endpoint.close(this.#clock.nowMs);
    this.driver.stop();
  }

  onReady(): void {
    this.events.push('ready');
    // Not from within the endpoint's own call: it may still be handling the datagram that made it ready.
    this.#clock.after(0, () => {
      this.#submitWaiting();
      this.driver.rearm();
    });
  }

  onReply(rid: number, status: number, bytes: Uint8Array, start: number, end: number): void {
    this.#settle(rid, { status, results: bytes.slice(start, end) });
  }

  onOutcomeUnknown(rid: number): void {
    this.#settle(rid, { status: OUTCOME_UNKNOWN, results: new Uint8Array(0) });
  }

  onDisconnected(reason: string): void {
    this.events.push(`disconnected: ${reason}`);
  }

  onFatal(code: string, message: string): void {
    this.events.push(`fatal ${code}: ${message}`);
  }

  #settle(rid: number, answer: Answer): void {
    const request = this.#inFlight.get(rid);
    if (request === undefined) throw new Error(`an answer to request ${rid}, which is not in flight`);
    this.#inFlight.delete(rid);
    request.onAnswer(answer);
  }

  #submitWaiting(): void {
    const { nowMs } = this.#clock;
    while (this.#waiting.length > 0 && this.endpoint.canSubmit()) {
      const request = this.#waiting.shift()!;
      const { ops, mutates, isAtomic } = request;
      this.#inFlight.set(this.endpoint.submit(ops, { mutates, isAtomic }, nowMs), request);
    }
    this.endpoint.flush(nowMs);
  }
}
