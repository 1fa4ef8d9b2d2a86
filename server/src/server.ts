/**
 * One server, put together: settings in, a running server out. Composition only; what each part does is said
 * where the part is.
 *
 * Order: refuse what must not run, open the files and their lock, take the port, load and verify everything while
 * clients are told to wait, then serve. A start that is refused has changed no file but the key file of a first start.
 */

import { createHash, randomFillSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Limits } from '@anoadb/protocol';
import type { Continuity, Mode, ServerLimits } from '@anoadb/transport';
import { type CryptoNames, choosePlatformCrypto } from '@anoadb/transport/node-crypto';
import { hasAccessFile } from './access/node-access-directory.js';
import { AccessWatch } from './access/node-access-watch.js';
import type { Settings } from './config/load-settings.js';
import { refuseBeyondLoopbackWithoutKey } from './config/loopback.js';
import { DatagramPort } from './doors/datagram/datagram-port.js';
import { openProtocolDoors } from './doors/protocol-doors.js';
import { nodeStreamTimers } from './doors/stream/node-stream-listener.js';
import { TlsFiles } from './doors/stream/node-tls-files.js';
import { StreamDoor } from './doors/stream/stream-door.js';
import { Engine } from './engine/engine.js';
import { WallClock } from './engine/wall-clock.js';
import { EventLoopDelay } from './ops/event-loop-delay.js';
import { LoadingStore } from './ops/loading-store.js';
import type { Logger } from './ops/log.js';
import { connectionsWithinOpenFiles } from './ops/open-files.js';
import { serverInfo } from './ops/server-info.js';
import { SnapshotSchedule } from './ops/snapshot-schedule.js';
import { statistics } from './ops/statistics.js';
import { StoreWalk } from './ops/store-walk.js';
import { TickLoop } from './ops/tick-loop.js';
import {
  type Database,
  ExitCode,
  GroupCommit,
  isFatal,
  type LoadReport,
  type MarkTarget,
  openNodeDatabase,
  PersistenceError,
  type PersistenceEvent,
  type SecretSource,
  type SnapshotSource,
} from './persistence/index.js';
import { type Ports, takePorts } from './ports.js';
import { Store } from './store/index.js';

export interface RunningServer {
  readonly host: string;
  /** Of UDP and TCP. */
  readonly port: number;
  readonly udpKind: string;
  /** How the TCP doors are open. */
  readonly tcpKind: 'off' | 'plain' | 'tls';
  readonly cryptoNames: CryptoNames;
  /** Sealed from the first access key on, also where that comes while it runs. */
  readonly mode: Mode;
  readonly accessKeyCount: number;
  readonly loaded: LoadReport;
  /** Stops accepting, takes the final snapshot, closes. Rejects where that snapshot fails. */
  stop(options?: StopOptions): Promise<void>;
}

export interface StopOptions {
  /** False: the journal alone has what changed since the last one. */
  readonly withSnapshot: boolean;
}

export interface ServerSurroundings {
  readonly log: Logger;
  /** Something happened after which the process must not go on (a disk that refuses to sync). */
  readonly onFatal: (error: unknown) => void;
  /** A client that may has asked the process to stop. Without it nobody can. */
  readonly onShutdown?: (options: StopOptions) => void;
}

/** Room in the largest message beside the largest value: key, headers, and results of other ops. */
const MESSAGE_OVERHEAD_BYTES = Limits.messageBytesMax - Limits.valueBytesMaxDefault;
const PROGRESS_INTERVAL_MS = 1_000;
/** At a stop, for answers that still wait for the disk. */
const DRAIN_MS_MAX = 3_000;
/** And after that for TCP clients to take theirs. */
const CLOSE_MS_MAX = 500;
const TCP_CLOSED =
  'the TCP port stays closed: beyond this machine Redis, memcached and HTTP clients would send access keys and data in ' +
  'clear. Give it a certificate (ANOA_TLS_CERT and ANOA_TLS_KEY), or say --tcp plain where the network itself is safe';
/** A passphrase takes half a second to become a KEYRING. */
const NEW_DATABASE_WAIT_MS = 5_000;
const NEW_DATABASE_RETRY_MS = 30;

export const serverVersion: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version;

/** @throws SettingsError, PersistenceError or PortError, each with an `exitCode`. */
export async function startServer(settings: Settings, around: ServerSurroundings): Promise<RunningServer> {
  if (!hasAccessFile(settings.dataDir)) refuseBeyondLoopbackWithoutKey(settings.host);
  const { log } = around;
  const tls = tlsFilesOf(settings);
  let replaceDamaged = (): void => {};
  const database = await open(settings, log, () => replaceDamaged());
  let ports: Ports | undefined;
  try {
    const monotonicMs = (): number => performance.now();
    const wallClock = new WallClock(Date.now, database.dbNowMs, monotonicMs);
    const accessWatch = new AccessWatch({
      directory: settings.dataDir,
      keyring: database.keyring,
      nowMs: () => wallClock.now(),
    });
    const hasKey = accessWatch.usable.keys.length > 0;
    if (!hasKey) refuseBeyondLoopbackWithoutKey(settings.host);
    const groupCommit = new GroupCommit({
      nowMs: () => wallClock.now(),
      onReleased: (lsn) => {
        port.release(lsn);
        stream.release(lsn);
        ticks.reconsider();
      },
      onFull: (isFull) => {
        engine.refusesWrites = isFull;
      },
      onFatal: around.onFatal,
    });
    const engine: Engine = new Engine({
      createStore: (onRemoved) =>
        new Store({
          ...(settings.maxMemoryBytes === 0 ? {} : { maxMemoryBytes: settings.maxMemoryBytes }),
          eviction: settings.eviction,
          hashSeed: database.hashSeed,
          onRemoved,
        }),
      journal: groupCommit,
      valueBytesMax: settings.maxValueBytes,
      services: {
        stats: () => statistics(sources),
        snapshot: async () => {
          const { generation, entries, bytes, elapsedMs } = await snapshots.take();
          return { generation, entries, bytes, elapsedMs: Math.round(elapsedMs) };
        },
        onFailure: () => {},
      },
    });
    engine.nowMs = wallClock.now();

    const connectionsMax = connectionsWithinOpenFiles(settings.maxClients);
    ports = await takePorts(settings, hasKey, tls, connectionsMax);
    const { socket, listener } = ports;
    const tcpKind: RunningServer['tcpKind'] =
      listener === undefined ? 'off' : tls === undefined ? 'plain' : 'tls';
    const { crypto, sealCrypto, names: cryptoNames } = choosePlatformCrypto();
    const port = new DatagramPort({
      engine,
      socket,
      keys: accessWatch.usable,
      crypto,
      sealCrypto,
      random: (into) => void randomFillSync(into),
      limits: messageLimits(settings.maxValueBytes),
      monotonicMs,
      ...(settings.hasJournal ? { history: groupCommit, continuity: continuityOf(database) } : {}),
      onDefect: (error) => log.error({ err: error }, 'a defect of the server; please report this'),
      onCompleted: () => ticks.reconsider(),
    });
    if (listener !== undefined && connectionsMax < settings.maxClients) {
      log.warn(
        { connectionsMax, maxClients: settings.maxClients },
        'the system lets this process open fewer files than maxClients needs: raise its limit (ulimit -n), or lower --max-clients',
      );
    }
    const stream = new StreamDoor({
      engine,
      wallNowMs: () => wallClock.now(),
      monotonicMs,
      timers: nodeStreamTimers,
      keys: accessWatch.usable,
      crypto,
      limits: { connectionsMax },
      onDefect: (error) => log.error({ err: error }, 'a defect of the server; please report this'),
      onTurnEnd: () => groupCommit.flush(),
    });
    const ticks = new TickLoop({
      port,
      engine,
      wallClock,
      monotonicMs,
      flushJournal: () => groupCommit.flush(),
    });
    let isStopping = false;
    let loadingPercent: number | undefined = 0;
    const setLoading = (percent: number | undefined): void => {
      loadingPercent = percent;
      port.setLoading(percent);
    };
    setLoading(0);
    socket.start({
      onBatch: (batch) => {
        // What was executed is still answered; nothing more is taken on.
        if (isStopping) return;
        engine.nowMs = wallClock.now();
        port.handleBatch(batch);
        groupCommit.flush();
        ticks.reconsider();
      },
      onError: (error) => log.warn({ code: error.code }, `socket: ${error.message}`),
    });

    const eventLoopDelay = new EventLoopDelay();
    const facts = {
      settings,
      version: serverVersion,
      startedAtMs: wallClock.now(),
      engine,
      port,
      socket,
      database,
      groupCommit,
      eventLoopDelay,
    };
    let report: LoadReport | undefined;
    let schedule: SnapshotSchedule | undefined;
    openProtocolDoors(stream, {
      engine,
      wallNowMs: () => wallClock.now(),
      monotonicMs,
      loadingPercent: () => loadingPercent,
      serverInfo: () => serverInfo({ ...facts, loaded: report }),
      database,
      snapshots: () => schedule,
      shutdown: (withSnapshot) => around.onShutdown?.({ withSnapshot }),
    });
    listener?.serve(stream);
    if (listener === undefined && settings.tcp === 'on') log.warn(TCP_CLOSED);

    const loaded = await load(database, engine, port, settings, log, setLoading);
    report = loaded;
    wallClock.raiseTo(loaded.dbNowMs);
    engine.nowMs = wallClock.now();
    await database.start();
    groupCommit.bind(engine.store);
    groupCommit.open(database.journal, loaded.lastVersion);

    const source: SnapshotSource = {
      store: new StoreWalk(engine.store, () => wallClock.now()),
      lastVersion: () => groupCommit.lastLsn,
      nowMs: () => wallClock.now(),
      subscribe: (listener) => groupCommit.subscribe(listener),
      ...(settings.hasJournal
        ? {
            walkMarks: (target) => walkMarks(port, target, wallClock, groupCommit),
            flushBatch: () => groupCommit.flushAll(),
          }
        : {}),
    };
    const snapshots = new SnapshotSchedule({
      database,
      source,
      savedLsn: loaded.lastVersion,
      loaded,
      journalBytesMax: settings.journalSizeBytes,
      log,
      isFatal,
      onFatal: around.onFatal,
    });
    schedule = snapshots;
    replaceDamaged = () => void snapshots.take().catch(() => {});
    const sources = {
      ...facts,
      cryptoNames,
      wallNowMs: () => wallClock.now(),
      stream: stream.statistics,
      tcpKind,
      loaded,
      snapshots,
    };

    eventLoopDelay.start();
    accessWatch.start({
      onKeys: (keys) => {
        const { revoked, isNewlySealed } = port.useKeys(keys);
        stream.useKeys(keys);
        if (isNewlySealed) {
          log.info('first access key: open sessions were closed, from now on every datagram is sealed');
        }
        log.info({ accessKeys: port.accessKeyCount, revoked }, 'access keys changed');
      },
      onProblem: (message) => log.error(`the access keys stay as they are: ${message}`),
    });
    setLoading(undefined);
    tls?.watch({
      onReloaded: () => log.info('the TLS certificate was replaced: new connections get it'),
      onProblem: (message) => log.error(`the TLS certificate stays as it is: ${message}`),
    });
    ticks.start();
    snapshots.start(settings.snapshotIntervalMs);
    // Without a journal nothing else would keep what an earlier process journalled, or what the load evicted.
    const isAheadOfFiles = !settings.hasJournal && loaded.journalFrames > 0;
    if (isAheadOfFiles || loaded.usesOldKey || engine.store.counters.evicted > 0)
      snapshots.take().catch(() => {});

    let stopped: Promise<void> | undefined;
    const stop = async ({ withSnapshot }: StopOptions): Promise<void> => {
      snapshots.stop();
      accessWatch.stop();
      tls?.stop();
      ticks.stop();
      isStopping = true;
      stream.stopReading();
      await Promise.race([groupCommit.drained(), sleep(DRAIN_MS_MAX, undefined, { ref: false })]);
      stream.close();
      await listener?.close(CLOSE_MS_MAX);
      port.close();
      await socket.close();
      eventLoopDelay.stop();
      try {
        if (withSnapshot) await snapshots.take(true);
      } finally {
        await database.close();
      }
    };
    return {
      host: socket.local.host,
      port: socket.local.port,
      udpKind: socket.kind,
      tcpKind,
      cryptoNames,
      get mode() {
        return port.mode;
      },
      get accessKeyCount() {
        return port.accessKeyCount;
      },
      loaded,
      stop: (options = { withSnapshot: true }) => (stopped ??= stop(options)),
    };
  } catch (error) {
    await ports?.listener?.close(0);
    await ports?.socket.close();
    await database.close();
    throw error;
  }
}

/** The same on every start of one database; the epoch tells nobody anything of its keys. */
function continuityOf(database: Database): Continuity {
  const epoch = createHash('sha256').update(`anoadb epoch ${database.uuid}`).digest().subarray(0, 8);
  return { epoch, fingerprintSeed: (database.hashSeed ^ 0x2545f491) >>> 0 };
}

/** What clients must find again, for a snapshot: the journal that had it goes. */
function walkMarks(
  port: DatagramPort,
  target: MarkTarget,
  wallClock: WallClock,
  groupCommit: GroupCommit,
): () => boolean {
  return port.endpoint.walkHistory({
    mark: (bytes, start, end, payloadStart, payloadEnd) =>
      target.mark(bytes, start, end, payloadStart, payloadEnd, wallClock.now(), groupCommit.lastLsn),
    session: (bytes, start, end, payloadStart, payloadEnd) =>
      target.session(bytes, start, end, payloadStart, payloadEnd, wallClock.now(), groupCommit.lastLsn),
  });
}

/**
 * Opens the data directory. While a new one has no KEYRING, an `anoa key create` may have it for a moment, to make
 * that: a server that starts at the same time waits.
 */
async function open(settings: Settings, log: Logger, onDamage: () => void): Promise<Database> {
  const deadlineMs = performance.now() + NEW_DATABASE_WAIT_MS;
  for (;;) {
    const isNew = !existsSync(join(settings.dataDir, 'KEYRING'));
    try {
      return await openNodeDatabase({
        directory: settings.dataDir,
        secret: secretOf(settings),
        journal: { isOn: settings.hasJournal, policy: settings.fsync },
        log: (event) => logPersistence(log, event),
        onDamage,
      });
    } catch (error) {
      const isLocked = error instanceof PersistenceError && error.exitCode === ExitCode.LOCKED;
      if (!isLocked || !isNew || performance.now() > deadlineMs) throw error;
    }
    await sleep(NEW_DATABASE_RETRY_MS);
  }
}

/** @throws TlsFilesError */
function tlsFilesOf({ tlsCertFile, tlsKeyFile }: Settings): TlsFiles | undefined {
  if (tlsCertFile === undefined || tlsKeyFile === undefined) return undefined;
  return new TlsFiles({ certFile: tlsCertFile, keyFile: tlsKeyFile });
}

function secretOf(settings: Settings): SecretSource {
  return settings.passphrase === undefined
    ? { kind: 'key-file', path: settings.keyFile, createIfAbsent: true }
    : { kind: 'passphrase', passphrase: settings.passphrase };
}

async function load(
  database: Database,
  engine: Engine,
  port: DatagramPort,
  settings: Settings,
  log: Logger,
  setLoading: (percent: number) => void,
): Promise<LoadReport> {
  const startedMs = performance.now();
  let shownMs = startedMs;
  const target = new LoadingStore(engine.store, settings.hasJournal ? port.endpoint.restorer() : undefined);
  const report = await database.load(target, (progress) => {
    const nowMs = performance.now();
    const percent = progress.bytesTotal === 0 ? 100 : (100 * progress.bytesRead) / progress.bytesTotal;
    setLoading(percent);
    if (nowMs - shownMs < PROGRESS_INTERVAL_MS) return;
    shownMs = nowMs;
    const perSecond = Math.round(progress.entries / ((nowMs - startedMs) / 1000));
    log.info({ entries: progress.entries, perSecond }, `loading: ${percent.toFixed(0)} %`);
  });
  if (target.entriesAboveLimit > 0) {
    log.warn(
      { entriesAboveLimit: target.entriesAboveLimit },
      'the data takes more than maxMemory: everything was loaded, new entries are refused or evict others',
    );
  }
  return report;
}

/** A value of any allowed size must fit one message, and a session must be able to hold one both ways. */
function messageLimits(valueBytesMax: number): Partial<ServerLimits> {
  const maxMessageBytes = Math.max(Limits.messageBytesMax, valueBytesMax + MESSAGE_OVERHEAD_BYTES);
  if (maxMessageBytes === Limits.messageBytesMax) return { maxMessageBytes };
  return {
    maxMessageBytes,
    reassemblyBytesPerSession: Math.max(Limits.reassemblyBytesPerSession, 2 * maxMessageBytes),
    outgoingBytesPerSession: Math.max(Limits.reassemblyBytesPerSession, 2 * maxMessageBytes),
  };
}

function logPersistence(log: Logger, event: PersistenceEvent): void {
  log[event.level]({ event: event.event, file: event.file }, event.message);
}
