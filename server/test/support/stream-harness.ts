/**
 * The TCP doors in tests, two ways.
 *
 * Without sockets, in virtual time, for a door's own tests:
 *
 *   const harness = new StreamHarness((services) => ({ redis: createRedisDoor(services) }));
 *   const client = harness.connect();
 *   assert.equal(client.ask('PING\r\n'), '+PONG\r\n');       // sends, runs the turn, takes what came back
 *   client.send('*1\r\n$4\r\nPI'); client.send('NG\r\n');     // any cut
 *   harness.pass(1000);                                       // time: both clocks, timers, expiry
 *   client.received() / client.receivedBytes() / client.isClosed
 *
 * With `journal: new HeldJournal()` answers of writes wait until `harness.release()`. With `keys` the server is sealed.
 *
 * With sockets, a whole server in this process on a free port with a directory of its own:
 *
 *   const server = await startStreamServer();
 *   const socket = await server.connect();   await socket.ask('PING\r\n', '+PONG\r\n');   await server.stop();
 */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@anoadb/testkit';
import { tweetnaclCrypto } from '@anoadb/transport';
import { type AccessKeySet, NO_ACCESS_KEYS } from '../../src/access/access-key.js';
import { loadSettings } from '../../src/config/load-settings.js';
import { StreamDoor } from '../../src/doors/stream/stream-door.js';
import type { StreamLimits } from '../../src/doors/stream/stream-limits.js';
import type { ServerInfo, SnapshotService, StreamServices } from '../../src/doors/stream/stream-services.js';
import type {
  StreamConnection,
  StreamProtocol,
  StreamProtocolDoor,
} from '../../src/doors/stream/stream-session.js';
import type { StreamSocket, StreamSocketListener } from '../../src/doors/stream/stream-socket.js';
import { Engine } from '../../src/engine/engine.js';
import { type Journal, VolatileJournal } from '../../src/engine/journal.js';
import { openLog } from '../../src/ops/log.js';
import { type RunningServer, startServer } from '../../src/server.js';
import { type EvictionPolicy, Store } from '../../src/store/index.js';

export type StreamDoors = Partial<Record<StreamProtocol, StreamProtocolDoor>>;

export interface StreamHarnessOptions {
  readonly maxMemoryBytes?: number;
  readonly eviction?: EvictionPolicy;
  readonly valueBytesMax?: number;
  readonly journal?: Journal;
  readonly keys?: AccessKeySet;
  readonly limits?: Partial<StreamLimits>;
}

const TICK_MS = 100;
const STORE_BUDGET = 1_000;

export class StreamHarness {
  readonly clock = new VirtualClock();
  readonly engine: Engine;
  readonly door: StreamDoor;
  readonly services: StreamServices;
  /** What sessions threw. */
  readonly defects: unknown[] = [];
  /** `withSnapshot` of each SHUTDOWN. */
  readonly shutdowns: boolean[] = [];
  /** Set it to have the server load. */
  loadingPercent: number | undefined;
  /** What `snapshot.take()` gives. */
  snapshotTaken: () => Promise<unknown> = () => Promise.resolve({ generation: 1 });
  readonly journal: Journal;
  #port = 40_000;

  constructor(doors: (services: StreamServices) => StreamDoors, options: StreamHarnessOptions = {}) {
    const { maxMemoryBytes, eviction, limits } = options;
    this.journal = options.journal ?? new VolatileJournal();
    this.engine = new Engine({
      createStore: (onRemoved) =>
        new Store({
          hashSeed: 42,
          onRemoved,
          ...(maxMemoryBytes === undefined ? {} : { maxMemoryBytes }),
          ...(eviction === undefined ? {} : { eviction }),
        }),
      journal: this.journal,
      valueBytesMax: options.valueBytesMax ?? 1_048_576,
      services: {
        stats: () => ({ keys: this.engine.store.count }),
        snapshot: async () => ({ generation: 1 }),
        onFailure: () => {},
      },
    });
    this.engine.nowMs = this.clock.wallNowMs;
    this.door = new StreamDoor({
      engine: this.engine,
      wallNowMs: () => this.clock.wallNowMs,
      monotonicMs: () => this.clock.nowMs,
      timers: {
        later: (run) => void this.clock.after(0, run),
        after: (delayMs, run) => {
          const timer = this.clock.after(delayMs, run);
          return () => timer.cancel();
        },
      },
      keys: options.keys ?? NO_ACCESS_KEYS,
      crypto: tweetnaclCrypto,
      ...(limits === undefined ? {} : { limits }),
      onDefect: (error) => void this.defects.push(error),
      onTurnEnd: () => {},
    });
    this.services = this.#services();
    this.door.serve(doors(this.services));
    this.#tick();
  }

  /** A new connection, as the listener makes one. */
  connect(
    more: Partial<Pick<StreamSocket, 'remoteAddress' | 'isLoopback' | 'isEncrypted'>> = {},
  ): MemoryClient {
    const client = new MemoryClient(this, ++this.#port, more);
    client.listener = this.door.accept(client);
    return client;
  }

  /** Runs what this moment has to do: the ends of turns, nothing that time has to pass for. */
  settle(): void {
    this.clock.runFor(0);
  }

  /** Lets so many milliseconds pass. */
  pass(ms: number): void {
    this.clock.runFor(ms);
  }

  /** A HeldJournal has released everything. */
  release(): void {
    assert.ok(this.journal instanceof HeldJournal, 'the harness was made with another journal');
    this.door.release(this.journal.releaseAll());
    this.settle();
  }

  #tick(): void {
    this.engine.nowMs = this.clock.wallNowMs;
    this.engine.store.tick(this.engine.nowMs, STORE_BUDGET);
    this.engine.commit();
    this.clock.after(TICK_MS, () => this.#tick());
  }

  #services(): StreamServices {
    const harness = this;
    const snapshot: SnapshotService = {
      take: () => this.snapshotTaken(),
      isRunning: false,
      lastSaveMs: 0,
      lastOk: true,
      get changesSince() {
        return harness.engine.lastLsn;
      },
      taken: 0,
      failed: 0,
    };
    return {
      engine: this.engine,
      wallNowMs: () => this.clock.wallNowMs,
      monotonicMs: () => this.clock.nowMs,
      loadingPercent: () => this.loadingPercent,
      connections: this.door.connections,
      streamStatistics: this.door.statistics,
      whenReleased: (position, then) => this.door.whenReleased(position, then),
      schedule: (atMonotonicMs, run) => this.door.schedule(atMonotonicMs, run),
      beginTurn: () => this.door.beginTurn(),
      serverInfo: () => testServerInfo,
      snapshot,
      shutdown: (withSnapshot) => void this.shutdowns.push(withSnapshot),
    };
  }
}

/** A journal that releases when it is told to. */
export class HeldJournal extends VolatileJournal {
  #releasedLsn = 0;
  /** Set it to have requests wait for room. */
  isFull = false;

  override get releasedLsn(): number {
    return this.#releasedLsn;
  }

  override get isBusy(): boolean {
    return this.isFull;
  }

  /** Everything so far; returns how far that is. */
  releaseAll(): number {
    this.#releasedLsn = this.lastLsn;
    return this.#releasedLsn;
  }
}

/** The peer's end of a connection without sockets. */
export class MemoryClient implements StreamSocket {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress = '127.0.0.1';
  readonly localPort = 2662;
  readonly isLoopback: boolean;
  readonly isEncrypted: boolean;
  listener: StreamSocketListener | undefined;
  /** False: it takes nothing more, as a peer that does not read. */
  isReading = true;
  /** The server has ended its side, or all. */
  isClosed = false;
  /** The server reads nothing more for now. */
  isPaused = false;
  readonly #harness: StreamHarness;
  #received: Uint8Array[] = [];
  #unsent: Uint8Array[] = [];
  #waiting: Uint8Array[] = [];
  #isGone = false;

  constructor(
    harness: StreamHarness,
    remotePort: number,
    more: Partial<Pick<StreamSocket, 'remoteAddress' | 'isLoopback' | 'isEncrypted'>>,
  ) {
    this.#harness = harness;
    this.remotePort = remotePort;
    this.remoteAddress = more.remoteAddress ?? '127.0.0.1';
    this.isLoopback = more.isLoopback ?? true;
    this.isEncrypted = more.isEncrypted ?? false;
  }

  /** As the door sees it; undefined once it has left. */
  get connection(): StreamConnection | undefined {
    return [...this.#harness.door.connections].find(({ remotePort }) => remotePort === this.remotePort);
  }

  /** Sends and runs the turn; returns what has come back since the last look, as latin1. */
  ask(data: string | Uint8Array): string {
    this.send(data);
    return this.received();
  }

  send(data: string | Uint8Array): void {
    const bytes = typeof data === 'string' ? new Uint8Array(Buffer.from(data, 'latin1')) : data.slice();
    if (this.#isGone) return;
    if (this.isPaused) this.#waiting.push(bytes);
    else this.listener?.received(bytes);
    this.#harness.settle();
  }

  /** What has come since the last look. */
  received(): string {
    return Buffer.from(this.receivedBytes()).toString('latin1');
  }

  receivedBytes(): Uint8Array {
    const bytes = Buffer.concat(this.#received);
    this.#received = [];
    return bytes;
  }

  /** Reads again, what it has not taken first. */
  readAgain(): void {
    this.isReading = true;
    this.#received.push(...this.#unsent.splice(0));
    this.listener?.drained();
    this.#harness.settle();
  }

  /** Half-closes. */
  finish(): void {
    this.listener?.ended();
    this.#harness.settle();
  }

  /** Is gone from one moment to the next. */
  reset(): void {
    this.destroy();
    this.#harness.settle();
  }

  // ---- what the door calls

  get unsentBytes(): number {
    return this.#unsent.reduce((sum, { length }) => sum + length, 0);
  }

  write(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.isClosed) throw new Error('written after the end');
    const written = bytes.slice(start, end);
    (this.isReading ? this.#received : this.#unsent).push(written);
    return this.isReading;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.#harness.clock.after(0, () => {
      while (!this.isPaused && this.#waiting.length > 0 && !this.#isGone)
        this.listener?.received(this.#waiting.shift()!);
    });
  }

  end(): void {
    this.isClosed = true;
    this.destroy();
  }

  destroy(): void {
    this.isClosed = true;
    if (this.#isGone) return;
    this.#isGone = true;
    this.#harness.clock.after(0, () => this.listener?.closed());
  }
}

const testServerInfo: ServerInfo = {
  version: '0.0.0-test',
  mode: 'open',
  processId: 4242,
  nodeVersion: '20.0.0',
  operatingSystem: 'Linux 6.1.0 x86_64',
  executable: '/usr/bin/node',
  startedAtMs: 1_767_225_600_000,
  databaseUuid: '00000000-0000-4000-8000-000000000000',
  host: '127.0.0.1',
  port: 2662,
  accessKeyCount: 0,
  settings: {
    host: '127.0.0.1',
    port: 2662,
    tcp: 'on',
    maxClients: 10_000,
    tlsCertFile: undefined,
    tlsKeyFile: undefined,
    dataDir: '/var/lib/anoadb',
    keyFile: '/etc/anoadb/store.key',
    maxMemoryBytes: 0,
    eviction: 'refuse',
    maxValueBytes: 1_048_576,
    hasJournal: true,
    fsync: 'everysec',
    journalSizeBytes: 1_073_741_824,
    snapshotIntervalMs: 300_000,
    logLevel: 'info',
    logFormat: 'json',
  },
  residentBytes: 100_000_000,
  heapBytes: 20_000_000,
  systemMemoryBytes: 8_000_000_000,
  cpuUserSeconds: 1.5,
  cpuSystemSeconds: 0.5,
  journal: { isOn: true, isFull: false, fileBytes: 0, queuedBytes: 0, syncs: 0, releasedLsn: 0 },
  datagrams: { sessions: 0, sessionsOpened: 0, bytesIn: 0, bytesOut: 0 },
  eventLoop: { meanMs: 0, p99Ms: 0, maxMs: 0 },
  loadedEntries: 0,
  loadedInMs: 0,
};

/** A whole server with files and sockets in this process, gone with all it had at `stop`. */
export interface StreamServer {
  readonly server: RunningServer;
  readonly port: number;
  readonly dataDir: string;
  /** Log lines so far. */
  readonly log: readonly string[];
  connect(): Promise<SocketClient>;
  stop(): Promise<void>;
}

/** `more`: settings by name, as flags. */
export async function startStreamServer(more: Record<string, string> = {}): Promise<StreamServer> {
  const directory = mkdtempSync(join(tmpdir(), 'anoadb-stream-'));
  const dataDir = join(directory, 'data');
  const { settings } = await loadSettings({
    environment: {},
    flags: { port: '0', dataDir, keyFile: join(directory, 'store.key'), ...more },
  });
  const lines: string[] = [];
  const log = await openLog({ logLevel: 'debug', logFormat: 'json' }, { write: (line) => lines.push(line) });
  const clients: SocketClient[] = [];
  try {
    const server = await startServer(settings, { log, onFatal: (error) => assert.fail(String(error)) });
    return {
      server,
      port: server.port,
      dataDir,
      log: lines,
      connect: async () => {
        const client = await SocketClient.connect(server.port, server.host);
        clients.push(client);
        return client;
      },
      stop: async () => {
        for (const client of clients) client.destroy();
        await server.stop();
        rmSync(directory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

const ANSWER_WITHIN_MS = 10_000;

/** A plain TCP client that sends bytes and waits for bytes. */
export class SocketClient {
  readonly socket: Socket;
  isClosed = false;
  /** Joined only when somebody looks: answers come in thousands of pieces. */
  #pieces: Buffer[] = [];
  #byteCount = 0;
  #onChange: () => void = () => {};

  static connect(port: number, host = '127.0.0.1'): Promise<SocketClient> {
    const socket = connect({ port, host, noDelay: true, allowHalfOpen: true });
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('connect', () => resolve(new SocketClient(socket)));
    });
  }

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes) => {
      this.#pieces.push(bytes);
      this.#byteCount += bytes.length;
      this.#onChange();
    });
    const closed = (): void => {
      this.isClosed = true;
      this.#onChange();
    };
    socket.on('error', () => {});
    socket.on('end', closed);
    socket.on('close', closed);
  }

  send(data: string | Uint8Array): void {
    this.socket.write(typeof data === 'string' ? Buffer.from(data, 'latin1') : data);
  }

  /** Sends, and resolves when exactly `expected` has come back; rejects where something else has. */
  async ask(data: string | Uint8Array, expected: string): Promise<void> {
    this.send(data);
    assert.equal(await this.take(expected.length), expected);
  }

  /** The next `byteCount` bytes as latin1; fewer where the connection ends before. */
  async take(byteCount: number): Promise<string> {
    await this.#until(() => this.#byteCount >= byteCount || this.isClosed);
    const received = this.#received();
    const rest = received.subarray(byteCount);
    this.#pieces = [rest];
    this.#byteCount = rest.length;
    return received.subarray(0, byteCount).toString('latin1');
  }

  /** The next line without its end. */
  async takeLine(): Promise<string> {
    await this.#until(() => this.#received().includes('\r\n') || this.isClosed);
    const line = await this.take(this.#received().indexOf('\r\n') + 2);
    return line.slice(0, -2);
  }

  /** Everything up to the end of the connection. */
  async takeAll(): Promise<string> {
    await this.#until(() => this.isClosed);
    return this.take(this.#byteCount);
  }

  destroy(): void {
    this.socket.destroy();
  }

  #received(): Buffer {
    const received = this.#pieces.length === 1 ? this.#pieces[0] : Buffer.concat(this.#pieces);
    this.#pieces = [received];
    return received;
  }

  #until(isDone: () => boolean): Promise<void> {
    if (isDone()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(
        () =>
          reject(
            new Error(
              `nothing more came; so far: ${JSON.stringify(this.#received().toString('latin1').slice(-200))}`,
            ),
          ),
        ANSWER_WITHIN_MS,
      );
      this.#onChange = () => {
        if (!isDone()) return;
        clearTimeout(deadline);
        this.#onChange = () => {};
        resolve();
      };
    });
  }
}
