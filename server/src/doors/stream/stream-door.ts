/**
 * The TCP port without its sockets: all connections, their turns, what the journal releases, and who may do what.
 * It knows no protocol: the first bytes of a connection choose one of the doors it was given.
 *
 * A turn is everything that one round of the event loop brings, whichever connections that is from. Each read sets the
 * engine's clock; after the last one the journal is flushed once.
 */

import { ByteWriter } from '@anoadb/protocol';
import type { TransportCrypto } from '@anoadb/transport';
import type { AccessKeySet } from '../../access/access-key.js';
import type { Engine } from '../../engine/engine.js';
import { StreamAccess } from './stream-access.js';
import { type StreamLimits, streamLimitsDefault } from './stream-limits.js';
import type { StreamStatistics } from './stream-services.js';
import type { StreamConnection, StreamProtocol, StreamProtocolDoor } from './stream-session.js';
import type { StreamAcceptor, StreamSocket, StreamSocketListener } from './stream-socket.js';
import { type ConnectionSurroundings, TcpConnection } from './tcp-connection.js';

/** When to call back; of the event loop, or of a test's clock. */
export interface StreamTimers {
  /** In this round of the event loop, when everything that it brought was handled. */
  later(run: () => void): void;
  after(delayMs: number, run: () => void): () => void;
}

export interface StreamDoorOptions {
  readonly engine: Engine;
  readonly wallNowMs: () => number;
  readonly monotonicMs: () => number;
  readonly timers: StreamTimers;
  readonly keys: AccessKeySet;
  readonly crypto: TransportCrypto;
  readonly limits?: Partial<StreamLimits>;
  /** A request met a defect of ours and changed nothing; its connection was closed. */
  readonly onDefect: (error: unknown) => void;
  /** A turn is over: the journal can be flushed. */
  readonly onTurnEnd: () => void;
}

const SWEEP_INTERVAL_MS = 1_000;
const WRITER_BYTES = 16 * 1024;
/** A writer that had a larger answer in it is not kept. */
const WRITER_BYTES_KEPT_MAX = 256 * 1024;
const WRITERS_KEPT_MAX = 64;
/** Connections whose answers wait for the end of a turn; with one more they leave. */
const FLUSHES_MAX = 64;

/** What Redis says too: the clients that come in such numbers are its. */
const TOO_MANY = new TextEncoder().encode('-ERR max number of clients reached\r\n');

export class StreamDoor implements ConnectionSurroundings, StreamAcceptor {
  readonly engine: Engine;
  readonly access: StreamAccess;
  readonly limits: StreamLimits;
  readonly monotonicMs: () => number;
  releasedPosition = 0;
  unsentBytesMax: number;
  waitingBytes = 0;
  isStopping = false;
  readonly statistics = new StreamCounters();
  readonly #options: StreamDoorOptions;
  #doors: Partial<Record<StreamProtocol, StreamProtocolDoor>> = {};
  readonly #connections = new Set<TcpConnection>();
  /** Sockets, those included whose connection has left and that wait for their peer's end. */
  #socketCount = 0;
  #lastId = 0;
  readonly #writers: ByteWriter[] = [];
  #flushQueue: TcpConnection[] = [];
  #readQueue: TcpConnection[] = [];
  #holding = new Set<TcpConnection>();
  #stalled = new Set<TcpConnection>();
  #awaiting: { readonly position: number; readonly run: () => void }[] = [];
  #isTurnEndQueued = false;
  #isSweeping = false;
  readonly #endTurn = (): void => this.#onTurnEnd();

  constructor(options: StreamDoorOptions) {
    this.#options = options;
    this.engine = options.engine;
    this.monotonicMs = options.monotonicMs;
    this.limits = { ...streamLimitsDefault, ...options.limits };
    this.unsentBytesMax = this.limits.unsentBytesMax;
    this.access = new StreamAccess(options.keys, options.crypto);
  }

  /** What the protocols lead to. A protocol without a door is refused as unknown bytes are. */
  serve(doors: Partial<Record<StreamProtocol, StreamProtocolDoor>>): void {
    this.#doors = doors;
  }

  get connections(): Iterable<StreamConnection> {
    return this.#connections;
  }

  /** Takes a connection on. */
  accept(socket: StreamSocket): StreamSocketListener | undefined {
    if (this.isStopping) {
      socket.destroy();
      return undefined;
    }
    if (this.#socketCount >= this.limits.connectionsMax) {
      this.statistics.rejected++;
      socket.write(TOO_MANY, 0, TOO_MANY.length);
      // At once, as Redis: who waited for such a peer would have one connection too many all the while.
      socket.destroy();
      return undefined;
    }
    this.engine.nowMs = this.#options.wallNowMs();
    const connection = new TcpConnection(++this.#lastId, socket, this);
    this.#socketCount++;
    this.#connections.add(connection);
    this.statistics.accepted++;
    this.statistics.open++;
    this.#sweepLater();
    return connection;
  }

  /** The journal has released this position: answers that wait for it, or one below, leave. */
  release(position: number): void {
    this.releasedPosition = position;
    const holding = this.#holding;
    if (holding.size > 0) {
      this.#holding = new Set();
      for (const connection of holding) connection.release(position);
    }
    if (this.#awaiting.length > 0) this.#runAwaiting(position);
    this.#reconsiderStalled();
  }

  /** See StreamServices. */
  whenReleased(position: number, then: () => void): void {
    if (position <= this.releasedPosition) this.#run(then);
    else this.#awaiting.push({ position, run: then });
  }

  /** See StreamServices. */
  schedule(atMonotonicMs: number, run: () => void): () => void {
    return this.#options.timers.after(Math.max(0, atMonotonicMs - this.monotonicMs()), () => {
      this.beginTurn();
      this.#run(run);
    });
  }

  /** These keys are good from now on: connections of others end at once, after the first key those without. */
  useKeys(set: AccessKeySet): void {
    const { revoked, isNewlySealed } = this.access.use(set);
    const gone = [...this.#connections].filter(
      (connection) =>
        (isNewlySealed && connection.isOf(undefined)) || revoked.some((key) => connection.isOf(key)),
    );
    for (const connection of gone) connection.destroy();
  }

  /** No more connections and requests; answers that are held still leave. */
  stopReading(): void {
    this.isStopping = true;
  }

  /** Every connection ends once what was written has left. */
  close(): void {
    for (const connection of [...this.#connections]) connection.close();
  }

  // ---- for the connections

  beginTurn(): void {
    this.engine.nowMs = this.#options.wallNowMs();
    if (this.#isTurnEndQueued) return;
    this.#isTurnEndQueued = true;
    this.#options.timers.later(this.#endTurn);
  }

  doorOf(protocol: StreamProtocol): StreamProtocolDoor | undefined {
    return this.#doors[protocol];
  }

  defect(error: unknown): void {
    // Out of here: the process ends before anything of that request reaches the disk.
    if (!this.engine.abandonRequest()) throw error;
    this.#options.onDefect(error);
  }

  takeWriter(): ByteWriter {
    return this.#writers.pop() ?? new ByteWriter(WRITER_BYTES);
  }

  giveWriter(writer: ByteWriter): void {
    const capacity = writer.bytes.length;
    const isKept = capacity >= WRITER_BYTES && capacity <= WRITER_BYTES_KEPT_MAX;
    if (!isKept || this.#writers.length === WRITERS_KEPT_MAX) return;
    writer.reset();
    this.#writers.push(writer);
  }

  queueFlush(connection: TcpConnection): void {
    this.#flushQueue.push(connection);
    if (this.#flushQueue.length >= FLUSHES_MAX) this.#flushAll();
  }

  queueRead(connection: TcpConnection): void {
    this.#readQueue.push(connection);
    this.beginTurn();
  }

  holding(connection: TcpConnection): void {
    this.#holding.add(connection);
  }

  stalled(connection: TcpConnection): void {
    this.#stalled.add(connection);
  }

  detected(connection: TcpConnection): void {
    this.statistics.countProtocol(connection.protocol, 1);
  }

  countIn(byteCount: number): void {
    this.statistics.bytesIn += byteCount;
  }

  countOut(byteCount: number): void {
    this.statistics.bytesOut += byteCount;
  }

  countWaiting(byteCount: number): void {
    this.waitingBytes += byteCount;
  }

  countProtocolError(): void {
    this.statistics.protocolErrors++;
  }

  countTimeout(): void {
    this.statistics.timedOut++;
  }

  left(connection: TcpConnection): void {
    this.#connections.delete(connection);
    this.#holding.delete(connection);
    this.#stalled.delete(connection);
    this.statistics.open--;
    this.statistics.countProtocol(connection.protocol, -1);
  }

  closed(): void {
    this.#socketCount--;
  }

  // ---- by itself

  #flushAll(): void {
    const queue = this.#flushQueue;
    for (let i = 0; i < queue.length; i++) queue[i].flush();
    queue.length = 0;
  }

  #onTurnEnd(): void {
    this.#flushAll();
    const queue = this.#readQueue;
    if (queue.length > 0) {
      // What these queue again is the next turn's, so that sockets have theirs in between.
      this.#readQueue = [];
      this.#isTurnEndQueued = true;
      for (const connection of queue) connection.readOn();
      this.#flushAll();
    }
    this.#isTurnEndQueued = false;
    if (this.#readQueue.length > 0) this.beginTurn();
    this.#options.onTurnEnd();
  }

  #reconsiderStalled(): void {
    if (this.#stalled.size === 0 || this.engine.isBusy) return;
    const stalled = this.#stalled;
    this.#stalled = new Set();
    for (const connection of stalled) connection.reconsider();
  }

  #runAwaiting(position: number): void {
    const awaiting = this.#awaiting;
    this.#awaiting = [];
    for (const one of awaiting) {
      if (one.position <= position) this.#run(one.run);
      else this.#awaiting.push(one);
    }
  }

  /** What a door wanted done later. */
  #run(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.defect(error);
    }
  }

  #sweepLater(): void {
    if (this.#isSweeping) return;
    this.#isSweeping = true;
    this.#options.timers.after(SWEEP_INTERVAL_MS, () => {
      this.#isSweeping = false;
      this.#sweep();
    });
  }

  /** Deadlines, and how much all connections together have unsent. */
  #sweep(): void {
    const nowMs = this.monotonicMs();
    const { limits } = this;
    let unsentBytes = 0;
    for (const connection of this.#connections) {
      connection.checkDeadlines(nowMs);
      unsentBytes += connection.unsentBytes;
    }
    const isMuch = unsentBytes > limits.unsentBytesTotalMax;
    this.unsentBytesMax = isMuch ? limits.unsentBytesShare : limits.unsentBytesMax;
    this.#reconsiderStalled();
    if (this.#connections.size > 0) this.#sweepLater();
  }
}

class StreamCounters implements StreamStatistics {
  accepted = 0;
  rejected = 0;
  open = 0;
  openRedis = 0;
  openMemcached = 0;
  openHttp = 0;
  bytesIn = 0;
  bytesOut = 0;
  protocolErrors = 0;
  timedOut = 0;

  countProtocol(protocol: StreamProtocol | undefined, count: number): void {
    if (protocol === 'redis') this.openRedis += count;
    else if (protocol === 'memcached') this.openMemcached += count;
    else if (protocol === 'http') this.openHttp += count;
  }
}
