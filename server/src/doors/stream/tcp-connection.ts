/**
 * One TCP connection between its socket and its session: input that waits for the rest of a request, output that waits
 * for the journal or for the peer, and the deadlines of both.
 *
 *   socket -> received -> session.read -> out -> flush -> [held until released] -> socket
 *
 * Invariants: answers leave in the order of their requests. Nothing is read while `mustYield`. What it holds for a peer
 * that is slow, or means no good, is bounded by StreamLimits.
 */

import type { ByteWriter } from '@anoadb/protocol';
import type { AccessGrant } from '@anoadb/transport';
import { ALL_PERMISSIONS, type Engine, NO_PREFIX } from '../../engine/engine.js';
import { HeldOutput } from './held-output.js';
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
export interface ConnectionSurroundings {
  readonly engine: Engine;
  readonly access: StreamAccess;
  readonly limits: StreamLimits;
  readonly monotonicMs: () => number;
  /** Up to where the journal has released. */
  readonly releasedPosition: number;
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
  takeWriter(): ByteWriter;
  giveWriter(writer: ByteWriter): void;
  /** `readOn` is to be called in the next turn. */
  queueRead(connection: TcpConnection): void;
  /** It holds answers: `release` is to be called. */
  holding(connection: TcpConnection): void;
  /** It has stopped reading: `reconsider` is to be called when the journal has room again. */
  stalled(connection: TcpConnection): void;
  detected(connection: TcpConnection): void;
  countIn(byteCount: number): void;
  countOut(byteCount: number): void;
  countWaiting(byteCount: number): void;
  countProtocolError(): void;
  countTimeout(): void;
  /** Its session has ended: no list shows it any more. */
  left(connection: TcpConnection): void;
  /** So has its socket. */
  closed(connection: TcpConnection): void;
}

/** Output at least so large is given to the socket with its buffer, not copied. */
const GIVEN_AWAY_BYTES_MIN = 16 * 1024;

export class TcpConnection implements StreamConnection, StreamSocketListener {
  readonly id: number;
  readonly openedAtMs: number;
  lastActiveMs: number;
  bytesIn = 0;
  bytesOut = 0;
  readonly #around: ConnectionSurroundings;
  readonly #socket: StreamSocket;
  readonly #input = new InputBuffer();
  readonly #held = new HeldOutput();
  #session: StreamSession | undefined;
  #protocol: StreamProtocol | undefined;
  #out: ByteWriter | undefined;
  /** What is in `#out` may leave once this is released. */
  #holdPosition = 0;
  #grant: AccessGrant | undefined;
  /** Monotonic: since when a request is incomplete; 0: none is. */
  #requestSinceMs = 0;
  /** Monotonic: since when the peer has taken nothing of what is sent; and how much it had taken then. */
  #unsentSinceMs = 0;
  #takenBytes = 0;
  readonly #openedSinceMs: number;
  #isSuspended = false;
  #isPaused = false;
  #isQueued = false;
  /** Inside of `session.read`: what it writes leaves after it. */
  #isReading = false;
  /** The peer has ended its side. */
  #isEnded = false;
  #isClosing = false;
  /** The session is gone. */
  #hasLeft = false;
  /** The socket has bytes that the system has not taken. */
  #isSending = false;
  readonly #send = (bytes: Uint8Array): void => this.#write(bytes, 0, bytes.length);

  constructor(id: number, socket: StreamSocket, around: ConnectionSurroundings) {
    this.id = id;
    this.#socket = socket;
    this.#around = around;
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

  get out(): ByteWriter {
    return (this.#out ??= this.#around.takeWriter());
  }

  hold(position: number): void {
    if (position > this.#holdPosition) this.#holdPosition = position;
  }

  get unsentBytes(): number {
    const unsent = this.#held.byteCount + (this.#isSending ? this.#socket.unsentBytes : 0);
    return this.#out === undefined ? unsent : unsent + this.#out.at;
  }

  get mustYield(): boolean {
    return (
      this.#isSuspended ||
      this.#isClosing ||
      this.#hasLeft ||
      this.#around.isStopping ||
      this.unsentBytes > this.#around.unsentBytesMax ||
      this.#around.engine.isBusy
    );
  }

  flush(): void {
    const out = this.#out;
    if (out === undefined) return;
    this.#out = undefined;
    const position = this.#holdPosition;
    this.#holdPosition = 0;
    if (out.at > 0 && !this.#hasLeft) {
      if (position > this.#around.releasedPosition || !this.#held.isEmpty) this.#hold(out, position);
      else this.#writeOut(out);
    }
    this.#around.giveWriter(out);
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
    this.#isSending = false;
    if (this.#hasLeft) return;
    this.#around.beginTurn();
    this.#tell(() => this.#session?.drained?.());
    this.#endIfSent();
    this.reconsider();
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
    this.#held.release(position, this.#send);
    if (!this.#held.isEmpty) this.#around.holding(this);
    this.#endIfSent();
    this.reconsider();
  }

  /** What kept it from reading may be over. */
  reconsider(): void {
    if (!this.#isPaused || this.#hasLeft) return;
    if (this.mustYield) this.#around.stalled(this);
    else this.#queueRead();
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
    const isStuck = this.#isSending && this.#isStuck(nowMs);
    if (!isLate && !isSilent && !isStuck) return;
    this.#around.countTimeout();
    this.destroy();
  }

  #isStuck(nowMs: number): boolean {
    const takenBytes = this.bytesOut - this.#socket.unsentBytes;
    if (takenBytes !== this.#takenBytes) {
      this.#takenBytes = takenBytes;
      this.#unsentSinceMs = nowMs;
    }
    return nowMs - this.#unsentSinceMs > this.#around.limits.writeTimeoutMs;
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
    this.flush();
    this.#endIfSent();
    if (this.#hasLeft || this.#isClosing) return;
    if (mustYield) this.#stall();
    else if (this.#input.length === 0) this.#requestSinceMs = 0;
    else this.#awaitRest();
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

  // ---- output

  #hold(out: ByteWriter, position: number): void {
    this.#held.add(isWorthGiving(out) ? giveAway(out) : out.written().slice(), position);
    this.#around.holding(this);
  }

  #writeOut(out: ByteWriter): void {
    this.#count(out.at);
    // Where it has to wait anyway, behind others or for its encryption, a copy costs less than the whole buffer.
    const isCopied = (this.#isSending || this.#socket.isEncrypted) && !isWorthGiving(out);
    const bytes = isCopied ? out.written().slice() : out.bytes;
    if (this.#socket.write(bytes, 0, out.at)) return;
    if (!isCopied) giveAway(out);
    this.#sending();
  }

  #write(bytes: Uint8Array, start: number, end: number): void {
    this.#count(end - start);
    if (!this.#socket.write(bytes, start, end)) this.#sending();
  }

  #count(byteCount: number): void {
    this.bytesOut += byteCount;
    this.#around.countOut(byteCount);
  }

  #sending(): void {
    if (this.#isSending) return;
    this.#isSending = true;
    this.#unsentSinceMs = this.#around.monotonicMs();
  }

  #endIfSent(): void {
    if (!this.#isClosing || this.#hasLeft) return;
    if (this.#out !== undefined || !this.#held.isEmpty || this.#isSending) return;
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
    this.#held.clear();
    this.flush();
    this.#around.left(this);
    this.#tell(() => this.#session?.closed());
  }
}

function isWorthGiving(out: ByteWriter): boolean {
  return out.at >= GIVEN_AWAY_BYTES_MIN && out.at >= out.bytes.length / 2;
}

/** What was written, with its buffer; the writer gets another when it is needed. */
function giveAway(out: ByteWriter): Uint8Array {
  const written = out.written();
  out.bytes = new Uint8Array(0);
  out.at = 0;
  return written;
}
