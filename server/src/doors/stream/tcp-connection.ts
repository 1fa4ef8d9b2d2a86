/**
 * One TCP connection between its socket and its session: input that waits for the rest of a request, who it is, its
 * deadlines and its end. What its session writes is in `connection-output.ts`.
 *
 *   socket -> received -> session.read -> out -> flush -> [held until released] -> socket
 *
 * Invariants: nothing is read while `mustYield`. What it holds for a peer that is slow, or means no good, is bounded by
 * StreamLimits.
 */

import type { ByteWriter } from '@anoadb/protocol';
import type { AccessGrant } from '@anoadb/transport';
import { ALL_PERMISSIONS, type Engine, NO_PREFIX } from '../../engine/engine.js';
import { ConnectionOutput, type OutputSurroundings } from './connection-output.js';
import { InputBuffer } from './input-buffer.js';
import { detectProtocol } from './protocol-detection.js';
import { DEFAULT_USER, type StreamAccess } from './stream-access.js';
import type { StreamLimits } from './stream-limits.js';
import type {
  StreamConnection,
  StreamProtocol,
  StreamProtocolDoor,
  StreamSession,
} from './stream-session.js';
import type { StreamSocket, StreamSocketListener } from './stream-socket.js';

/** What all connections have in common: the StreamDoor. */
export interface ConnectionSurroundings extends OutputSurroundings {
  readonly engine: Engine;
  readonly access: StreamAccess;
  readonly limits: StreamLimits;
  /** Answers that a connection may have unsent, now. */
  readonly unsentBytesMax: number;
  /** The server is about to end: no further request is read. */
  readonly isStopping: boolean;
  /** Of requests that wait in all connections. */
  readonly waitingBytes: number;
  /** Sets the engine's clock; after all that this turn of the event loop brings, the journal is flushed. */
  beginTurn(): void;
  doorOf(protocol: StreamProtocol): StreamProtocolDoor | undefined;
  /** A session threw. Throws on where what is in memory may be half of something. */
  defect(error: unknown): void;
  /** `flush` is to be called at the end of the turn, or before. */
  queueFlush(connection: TcpConnection): void;
  /** `readOn` is to be called in the next turn. */
  queueRead(connection: TcpConnection): void;
  /** It holds answers: `release` is to be called. */
  holding(connection: TcpConnection): void;
  /** It has stopped reading: `reconsider` is to be called when the journal has room again. */
  stalled(connection: TcpConnection): void;
  detected(connection: TcpConnection): void;
  countIn(byteCount: number): void;
  countWaiting(byteCount: number): void;
  countProtocolError(): void;
  countTimeout(): void;
  /** Its session has ended: no list shows it any more. */
  left(connection: TcpConnection): void;
  /** So has its socket. */
  closed(connection: TcpConnection): void;
}

export class TcpConnection implements StreamConnection, StreamSocketListener {
  readonly id: number;
  readonly openedAtMs: number;
  lastActiveMs: number;
  bytesIn = 0;
  readonly #around: ConnectionSurroundings;
  readonly #socket: StreamSocket;
  readonly #input = new InputBuffer();
  readonly #output: ConnectionOutput;
  #session: StreamSession | undefined;
  #protocol: StreamProtocol | undefined;
  #grant: AccessGrant | undefined;
  /** Monotonic: since when a request is incomplete; 0: none is. */
  #requestSinceMs = 0;
  readonly #openedSinceMs: number;
  #isSuspended = false;
  #isPaused = false;
  #isQueued = false;
  /** `queueFlush` was called for what it has written. */
  #isFlushQueued = false;
  /** Inside of `session.read`: what it writes leaves after it. */
  #isReading = false;
  /** The peer has ended its side. */
  #isEnded = false;
  #isClosing = false;
  /** The session is gone. */
  #hasLeft = false;

  constructor(id: number, socket: StreamSocket, around: ConnectionSurroundings) {
    this.id = id;
    this.#socket = socket;
    this.#around = around;
    this.#output = new ConnectionOutput(socket, around);
    this.openedAtMs = around.engine.nowMs;
    this.lastActiveMs = this.openedAtMs;
    this.#openedSinceMs = around.monotonicMs();
  }

  // ---- for the session

  get protocol(): StreamProtocol | undefined {
    return this.#protocol;
  }
  get remoteAddress(): string {
    return this.#socket.remoteAddress;
  }
  get remotePort(): number {
    return this.#socket.remotePort;
  }
  get localAddress(): string {
    return this.#socket.localAddress;
  }
  get localPort(): number {
    return this.#socket.localPort;
  }
  get isLoopback(): boolean {
    return this.#socket.isLoopback;
  }
  get isEncrypted(): boolean {
    return this.#socket.isEncrypted;
  }

  get bytesOut(): number {
    return this.#output.bytesOut;
  }
  get out(): ByteWriter {
    return this.#output.out;
  }
  get unsentBytes(): number {
    return this.#output.unsentBytes;
  }

  hold(position: number): void {
    this.#output.hold(position);
  }

  get mustYield(): boolean {
    return (
      this.#isSuspended ||
      this.#isClosing ||
      this.#hasLeft ||
      this.#around.isStopping ||
      this.#output.unsentBytes > this.#around.unsentBytesMax ||
      this.#around.engine.isBusy
    );
  }

  flush(): void {
    const output = this.#output;
    this.#isFlushQueued = false;
    if (this.#hasLeft) {
      output.discard();
      return;
    }
    output.flush();
    if (output.isHolding) this.#around.holding(this);
  }

  suspend(): void {
    this.#isSuspended = true;
  }

  resume(): void {
    if (!this.#isSuspended) return;
    this.#isSuspended = false;
    this.#queueRead();
  }

  close(): void {
    if (this.#isClosing || this.#hasLeft) return;
    this.#isClosing = true;
    if (!this.#isReading) this.flush();
    this.#forgetInput();
    this.#resumeSocket();
    this.#endIfSent();
  }

  destroy(): void {
    this.#leave();
    this.#socket.destroy();
  }

  get isAuthenticated(): boolean {
    return this.#grant !== undefined || !this.#around.access.isSealed;
  }

  get userName(): string {
    return this.#grant === undefined ? DEFAULT_USER : this.#around.access.nameOf(this.#grant);
  }

  get permissions(): number {
    if (this.#grant !== undefined) return this.#grant.permissions;
    return this.#around.access.isSealed ? 0 : ALL_PERMISSIONS;
  }

  get keyPrefix(): Uint8Array {
    return this.#grant?.prefix ?? NO_PREFIX;
  }

  authenticate(name: string | undefined, secret: string): boolean {
    const grant = this.#around.access.grantFor(name, secret);
    if (grant === undefined) return false;
    this.#grant = grant;
    this.#enterEngine();
    return true;
  }

  deauthenticate(): void {
    this.#grant = undefined;
    this.#enterEngine();
  }

  // ---- for the socket

  received(bytes: Uint8Array): void {
    const around = this.#around;
    around.beginTurn();
    this.bytesIn += bytes.length;
    around.countIn(bytes.length);
    if (this.#isClosing || this.#hasLeft) return;
    this.lastActiveMs = around.engine.nowMs;
    if (this.#input.length === 0 && !this.mustYield) {
      const at = this.#read(bytes, 0, bytes.length);
      if (at < bytes.length) this.#keep(bytes, at);
    } else {
      this.#keep(bytes, 0);
      if (!this.mustYield) this.#readInput();
    }
    this.#afterRead();
  }

  drained(): void {
    this.#output.drained();
    if (this.#hasLeft) return;
    this.#around.beginTurn();
    this.#hasRoom();
  }

  ended(): void {
    this.#isEnded = true;
    if (this.#hasLeft || this.#isClosing) return;
    this.#around.beginTurn();
    if (!this.#isPaused && !this.#isQueued) this.#finish();
  }

  closed(): void {
    this.#leave();
    this.#around.closed(this);
  }

  // ---- for the door

  /** Whether its rights come from that access key; undefined: from there being none. */
  isOf(grant: AccessGrant | undefined): boolean {
    return this.#grant === grant;
  }

  /** The journal has released that position. */
  release(position: number): void {
    this.#output.release(position);
    if (this.#output.isHolding) this.#around.holding(this);
    this.#hasRoom();
  }

  /** What kept it from reading may be over. */
  reconsider(): void {
    if (!this.#isPaused || this.#hasLeft) return;
    if (this.mustYield) this.#around.stalled(this);
    else this.#queueRead();
  }

  /** Some of the output has left. */
  #hasRoom(): void {
    if (this.#session?.drained !== undefined) this.#tell(() => this.#session?.drained?.());
    this.#endIfSent();
    this.reconsider();
  }

  /** Reads what waits, then the socket again. */
  readOn(): void {
    this.#isQueued = false;
    if (this.#hasLeft || this.#isClosing) return;
    if (!this.mustYield && this.#input.length > 0) this.#readInput();
    this.#afterRead();
    if (this.#hasLeft || this.#isQueued || this.mustYield) return;
    this.#resumeSocket();
    if (this.#isEnded) this.#finish();
  }

  /** To be called about each second: ends what has taken too long. */
  checkDeadlines(nowMs: number): void {
    const { limits } = this.#around;
    const isLate =
      this.#requestSinceMs !== 0 &&
      nowMs - this.#requestSinceMs >
        limits.requestTimeoutMs + (1000 * this.#input.length) / limits.requestBytesPerSecondMin;
    const isSilent = this.bytesIn === 0 && nowMs - this.#openedSinceMs > limits.silentTimeoutMs;
    const isStuck = this.#output.isStuck(nowMs, limits.writeTimeoutMs);
    if (!isLate && !isSilent && !isStuck) return;
    this.#around.countTimeout();
    this.destroy();
  }

  // ---- input

  /** Returns the offset of the first byte not consumed. */
  #read(bytes: Uint8Array, start: number, end: number): number {
    if (this.#session === undefined && !this.#detect(bytes, start, end)) return start;
    this.#enterEngine();
    this.#isReading = true;
    try {
      return this.#session!.read(bytes, start, end);
    } catch (error) {
      this.destroy();
      this.#around.defect(error);
      return end;
    } finally {
      this.#isReading = false;
    }
  }

  #readInput(): void {
    const input = this.#input;
    const before = input.length;
    const at = this.#read(input.bytes, input.start, input.end);
    // Closed meanwhile: what waited is counted out already.
    if (input.length === 0) return;
    input.consume(at);
    this.#around.countWaiting(input.length - before);
    // Another request is at the front now.
    if (input.length !== before) this.#requestSinceMs = 0;
  }

  /** For the rare calls of a session; `read` is guarded without a closure. */
  #tell(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.destroy();
      this.#around.defect(error);
    }
  }

  #keep(bytes: Uint8Array, from: number): void {
    if (this.#isClosing || this.#hasLeft) return;
    this.#input.append(bytes, from, bytes.length);
    this.#around.countWaiting(bytes.length - from);
  }

  /** Answers leave; then it waits for what it needs to go on. */
  #afterRead(): void {
    // Before the flush: so much at one go is a turn's worth, even where the system takes it all.
    const mustYield = this.mustYield;
    if (mustYield) {
      this.flush();
      this.#endIfSent();
    } else this.#flushLater();
    if (this.#hasLeft || this.#isClosing) return;
    if (mustYield) this.#stall();
    else if (this.#input.length === 0) this.#requestSinceMs = 0;
    else this.#awaitRest();
  }

  /** Together with those of other connections: who waits for several is woken once. */
  #flushLater(): void {
    if (this.#isFlushQueued) return;
    this.#isFlushQueued = true;
    this.#around.queueFlush(this);
  }

  #stall(): void {
    this.#requestSinceMs = 0;
    if (this.#isSuspended) {
      // Read on for a while: a client that waits for others may be gone meanwhile.
      if (this.#input.length > this.#around.limits.suspendedBytesMax) this.#pauseSocket();
      else if (this.#isEnded) this.#finish();
      return;
    }
    this.#pauseSocket();
    this.reconsider();
  }

  #awaitRest(): void {
    if (this.#requestSinceMs === 0) this.#requestSinceMs = this.#around.monotonicMs();
    if (this.#input.length <= this.#inputBytesMax()) return;
    this.#around.countProtocolError();
    this.destroy();
  }

  #inputBytesMax(): number {
    const { limits, waitingBytes } = this.#around;
    const own = this.#session?.inputBytesMax ?? limits.requestBytesMax;
    if (!this.isAuthenticated) return Math.min(own, limits.unauthenticatedBytesMax);
    return waitingBytes > limits.requestBytesTotalMax ? Math.min(own, limits.requestBytesShare) : own;
  }

  #detect(bytes: Uint8Array, start: number, end: number): boolean {
    const isTooLong = end - start > this.#around.limits.firstLineBytesMax;
    const protocol = detectProtocol(bytes, start, end, isTooLong);
    if (protocol === 'need-more') return false;
    const door = protocol === 'unknown' ? undefined : this.#around.doorOf(protocol);
    if (protocol === 'unknown' || door === undefined) {
      this.#around.countProtocolError();
      this.destroy();
      return false;
    }
    this.#protocol = protocol;
    this.#session = door.open(this);
    this.#around.detected(this);
    return true;
  }

  #enterEngine(): void {
    const { engine } = this.#around;
    engine.permissions = this.permissions;
    engine.keyPrefix = this.keyPrefix;
  }

  #queueRead(): void {
    if (this.#isQueued || this.#hasLeft) return;
    this.#isQueued = true;
    this.#around.queueRead(this);
  }

  #pauseSocket(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#socket.pause();
  }

  #resumeSocket(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#socket.resume();
  }

  /** The peer has said all it had to say, and the session has read it. */
  #finish(): void {
    if (this.#session?.ended !== undefined) {
      this.#tell(() => this.#session?.ended?.());
      this.flush();
    } else if (this.#isSuspended) this.destroy();
    else this.close();
  }

  // ---- the end

  #endIfSent(): void {
    if (!this.#isClosing || this.#hasLeft || !this.#output.isEmpty) return;
    this.#leave();
    this.#socket.end();
  }

  #forgetInput(): void {
    this.#around.countWaiting(-this.#input.length);
    this.#input.clear();
    this.#requestSinceMs = 0;
  }

  #leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#forgetInput();
    this.#output.discard();
    this.#around.left(this);
    this.#tell(() => this.#session?.closed());
  }
}
