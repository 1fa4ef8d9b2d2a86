/**
 * One client's connection: the transport's endpoint, its socket and one timer.
 *
 * It owns when things happen (arrival, timer, flush) and nothing of what they mean: requests belong to the
 * call queue, sessions and retransmission to the endpoint. The timer is armed lazily: it may ring early and
 * is then set again, so that a call costs no setTimeout of its own.
 */

import {
  ClientEndpoint,
  type ClientListener,
  type FatalCode,
  type RandomBytes,
  type SealCrypto,
  type TransportCrypto,
} from '@anoadb/transport';
import type { DatagramSocket } from '@anoadb/udp';
import { CallQueue, type QueueLimits, type RequestLink } from './call-queue.js';
import type { Alarm, Clock } from './clock.js';
import { AnoaConnectionError, AnoaTimeoutError } from './errors.js';
import type { EventHub } from './events.js';

export interface ConnectionOptions {
  readonly socket: DatagramSocket;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly peer: string;
  readonly limits: QueueLimits;
  readonly events: EventHub;
  /** Sealed with this key; undefined: open. */
  readonly access?: SealedAccess | undefined;
}

/** An access key and what works with it. Held in a private field: nothing that inspects a client prints it. */
export interface SealedAccess {
  readonly psk: Uint8Array;
  readonly crypto?: TransportCrypto;
  readonly sealCrypto?: SealCrypto;
}

/** After a refusal that ends the endpoint (a full server, say) a client that once was connected tries again. */
const RECONNECT_DELAY_MS = 1000;
const AUTH_HINT =
  '. Was it revoked, or is it of another server? "anoa key list" on the server shows which it knows.';

export class Connection implements RequestLink, ClientListener {
  readonly peer: string;
  readonly queue: CallQueue;
  readonly #socket: DatagramSocket;
  readonly #clock: Clock;
  readonly #random: RandomBytes;
  readonly #events: EventHub;
  readonly #access: SealedAccess | undefined;
  #endpoint: ClientEndpoint;
  #alarm: Alarm | undefined = undefined;
  #alarmAtMs = Number.POSITIVE_INFINITY;
  #restartAtMs = Number.POSITIVE_INFINITY;
  #wasReady = false;
  #isOpen = true;
  #isBusy = false;
  #isUnreferenced = false;
  #downSinceMs = 0;
  #obstacle: Error | undefined;
  #onFirstReady: () => void = () => {};
  #onIdle: () => void = () => {};
  #onFirstFailure: (error: Error) => void = () => {};
  readonly #ring = (): void => {
    this.#alarmAtMs = Number.POSITIVE_INFINITY;
    this.#tick(this.nowMs());
  };

  constructor(options: ConnectionOptions) {
    this.peer = options.peer;
    this.#socket = options.socket;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#events = options.events;
    this.#access = options.access;
    this.#endpoint = this.#newEndpoint();
    this.queue = new CallQueue(this, options.limits);
    this.#socket.start({
      onBatch: (batch) => {
        if (!this.#isOpen) return;
        this.#endpoint.handleBatch(batch, this.nowMs());
        this.queue.flush();
        this.rearm();
      },
      onError: (error) => this.#handleSocketError(error),
    });
  }

  /** Begins, and resolves when a session stands; rejects where none can, or not within `timeoutMs`. */
  ready(timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let alarm: Alarm | undefined;
      if (timeoutMs !== Number.POSITIVE_INFINITY) {
        alarm = this.#clock.after(timeoutMs, () =>
          reject(this.#obstacle ?? connectTimedOut(this.peer, timeoutMs, this.#access !== undefined)),
        );
      }
      this.#onFirstReady = () => {
        alarm?.cancel();
        resolve();
      };
      this.#onFirstFailure = (error) => {
        alarm?.cancel();
        reject(error);
      };
      this.#endpoint.start(this.nowMs());
      this.rearm();
    });
  }

  // What the call queue asks for.

  get obstacle(): unknown {
    return this.#obstacle;
  }

  get requestBytesMax(): number {
    return this.#endpoint.requestBytesMax;
  }

  get messageBytesMax(): number {
    return this.#endpoint.messageBytesMax;
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  /**
   * While no session stands one request is handed over, which makes the endpoint look for the server; all others
   * wait here, where they are surely not executed.
   */
  canSubmit(): boolean {
    const endpoint = this.#endpoint;
    if (!this.#isOpen || !endpoint.canSubmit()) return false;
    return endpoint.state === 'ready' || endpoint.outstanding === 0;
  }

  submit(ops: Uint8Array, options: { mutates: boolean; isAtomic: boolean }): number {
    return this.#endpoint.submit(ops, options, this.nowMs());
  }

  flush(): void {
    this.#endpoint.flush(this.nowMs());
    this.rearm();
  }

  cancel(rid: number): boolean {
    return this.#endpoint.cancel(rid, this.nowMs());
  }

  rearm(): void {
    if (!this.#isOpen) return;
    const atMs = Math.min(this.#endpoint.nextTickAtMs(), this.queue.nextAtMs, this.#restartAtMs);
    if (atMs >= this.#alarmAtMs || atMs === Number.POSITIVE_INFINITY) return;
    this.#alarm?.cancel();
    this.#alarmAtMs = atMs;
    this.#alarm = this.#clock.after(Math.max(0, Math.ceil(atMs - this.nowMs())), this.#ring);
    if (this.#isUnreferenced && !this.#isBusy) this.#alarm.unref();
  }

  busyChanged(isBusy: boolean): void {
    this.#isBusy = isBusy;
    if (!isBusy) this.#onIdle();
    if (this.#isUnreferenced) this.#hold(isBusy);
  }

  // What the endpoint tells.

  onReady(): void {
    this.#obstacle = undefined;
    if (this.#wasReady) {
      this.#events.emit('reconnected', { downMs: Math.round(this.nowMs() - this.#downSinceMs) });
    } else {
      this.#wasReady = true;
      this.#onFirstReady();
    }
  }

  onReply(rid: number, status: number, bytes: Uint8Array, start: number, end: number): void {
    this.queue.handleReply(rid, status, bytes, start, end);
  }

  onOutcomeUnknown(rid: number): void {
    this.queue.handleOutcomeUnknown(rid, this.#obstacle);
  }

  onDisconnected(reason: string): void {
    if (this.#obstacle === undefined) this.#downSinceMs = this.nowMs();
    this.#obstacle = new AnoaConnectionError(`${this.peer} is out of reach (${reason}); reconnecting`, {
      code: 'DISCONNECTED',
    });
    this.#events.emit('disconnected', { reason });
  }

  onLoading(percent: number): void {
    if (this.#obstacle === undefined && this.#wasReady) this.#downSinceMs = this.nowMs();
    this.#obstacle = new AnoaConnectionError(`the server at ${this.peer} is loading (${percent} %)`, {
      code: 'LOADING',
    });
  }

  onFatal(code: FatalCode, message: string): void {
    const hint = code === 'AUTH_FAILED' ? AUTH_HINT : '';
    const error = new AnoaConnectionError(`Cannot connect to ${this.peer}: ${message}${hint}`, { code });
    if (!this.#wasReady) {
      this.#onFirstFailure(error);
      return;
    }
    if (this.#obstacle === undefined) this.#downSinceMs = this.nowMs();
    this.#obstacle = error;
    this.#events.emit('disconnected', { reason: message });
    if (code === 'AUTH_FAILED') {
      // Trying again with this key helps nobody; every call says at once what is the matter.
      this.queue.close(error);
      return;
    }
    this.queue.handleEndpointLost(error);
    this.#restartAtMs = this.nowMs() + RECONNECT_DELAY_MS;
  }

  // The owner's own.

  /** Lets the process end while no call is in flight. */
  unref(): void {
    this.#isUnreferenced = true;
    if (!this.#isBusy) this.#hold(false);
  }

  ref(): void {
    this.#isUnreferenced = false;
    this.#hold(true);
  }

  /** Resolves when no call is in flight, or after `waitMs`. */
  idle(waitMs: number): Promise<void> {
    // With the server out of reach nothing is to be waited for.
    if (!this.#isBusy || this.#obstacle !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const alarm = this.#clock.after(waitMs, resolve);
      this.#onIdle = () => {
        alarm.cancel();
        resolve();
      };
    });
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#alarm?.cancel();
    this.#endpoint.close(this.nowMs());
    await this.#socket.close();
  }

  #newEndpoint(): ClientEndpoint {
    return new ClientEndpoint({
      ...(this.#access === undefined ? { mode: 'open' } : { mode: 'sealed', ...this.#access }),
      random: this.#random,
      isLoopback: this.#socket.isLoopback,
      sink: this.#socket,
      listener: this,
    });
  }

  #tick(nowMs: number): void {
    if (!this.#isOpen) return;
    if (this.#restartAtMs <= nowMs) {
      this.#restartAtMs = Number.POSITIVE_INFINITY;
      this.#endpoint = this.#newEndpoint();
      this.#endpoint.start(nowMs);
    }
    this.#endpoint.tick(nowMs);
    this.queue.sweep(nowMs);
    this.queue.flush();
    this.rearm();
  }

  #handleSocketError(error: Error & { readonly code?: string }): void {
    if (!this.#isOpen) return;
    const isRefused = error.code === 'ECONNREFUSED';
    if (this.#wasReady) {
      if (isRefused) this.#endpoint.hintRefused(this.nowMs());
      this.rearm();
    } else if (isRefused) this.#onFirstFailure(connectRefused(this.peer, error));
    else if (isUnreachable(error.code)) this.#onFirstFailure(unreachable(this.peer, error));
  }

  #hold(isHeld: boolean): void {
    if (isHeld) {
      this.#socket.ref();
      this.#alarm?.ref();
    } else {
      this.#socket.unref();
      this.#alarm?.unref();
    }
  }
}

function isUnreachable(code: string | undefined): boolean {
  return code === 'ENETUNREACH' || code === 'EHOSTUNREACH' || code === 'EACCES';
}

function connectRefused(peer: string, cause: Error): AnoaConnectionError {
  return new AnoaConnectionError(
    `Nothing listens on ${peer} (UDP). Start a server with "npx anoa serve", or say where it is: connect('anoa://host:port') or ANOA_URL.`,
    { code: 'CONNECTION_REFUSED', cause },
  );
}

function unreachable(peer: string, cause: Error): AnoaConnectionError {
  return new AnoaConnectionError(
    `${peer} cannot be reached: ${cause.message}. Look at the host in the URL and at this machine's network.`,
    { code: 'UNREACHABLE', cause },
  );
}

function connectTimedOut(peer: string, timeoutMs: number, isSealed: boolean): AnoaTimeoutError {
  const keyHint = isSealed
    ? 'A server without access keys does not answer a client that has one.'
    : 'A server with access keys does not answer a client without one: anoa://KEY@host, or ANOA_KEY names a file that holds it.';
  return new AnoaTimeoutError(
    `No answer from ${peer} within ${timeoutMs} ms. Is an AnoaDB server there, and does a firewall let UDP through both ways? ${keyHint} connectTimeout waits longer.`,
    { code: 'CONNECT_TIMEOUT' },
  );
}
