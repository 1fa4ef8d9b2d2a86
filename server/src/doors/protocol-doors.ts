/** The doors behind the TCP port, and what they are given: composition only. */

import type { Engine } from '../engine/engine.js';
import type { SnapshotSchedule } from '../ops/snapshot-schedule.js';
import type { Database } from '../persistence/index.js';
import { createHttpDoor } from './http/node-http-bridge.js';
import { createMemcachedDoor } from './memcached/memcached-door.js';
import { createRedisDoor } from './redis/redis-door.js';
import type { StreamDoor } from './stream/stream-door.js';
import type { ServerInfo, StreamServices } from './stream/stream-services.js';
import type { StreamProtocol, StreamProtocolDoor } from './stream/stream-session.js';

export interface ProtocolDoorSources {
  readonly engine: Engine;
  readonly wallNowMs: () => number;
  readonly monotonicMs: () => number;
  readonly loadingPercent: () => number | undefined;
  readonly serverInfo: () => ServerInfo;
  readonly database: Database;
  /** Undefined while the server loads. */
  readonly snapshots: () => SnapshotSchedule | undefined;
  readonly shutdown: (withSnapshot: boolean) => void;
}

/** From here on connections find their doors. */
export function openProtocolDoors(stream: StreamDoor, sources: ProtocolDoorSources): void {
  stream.serve(protocolDoors(streamServices(stream, sources)));
}

/** Each door's factory, one line per protocol. */
export function protocolDoors(services: StreamServices): Record<StreamProtocol, StreamProtocolDoor> {
  const redis = createRedisDoor(services);
  const memcached = createMemcachedDoor(services);
  const http = createHttpDoor(services, { redis: redis.server, memcached: memcached.statistics });
  return { redis, memcached, http };
}

function streamServices(stream: StreamDoor, sources: ProtocolDoorSources): StreamServices {
  const { engine, wallNowMs, monotonicMs, loadingPercent, database, snapshots } = sources;
  return {
    engine,
    wallNowMs,
    monotonicMs,
    loadingPercent,
    connections: stream.connections,
    streamStatistics: stream.statistics,
    whenReleased: (position, then) => stream.whenReleased(position, then),
    schedule: (atMonotonicMs, run) => stream.schedule(atMonotonicMs, run),
    beginTurn: () => stream.beginTurn(),
    serverInfo: sources.serverInfo,
    snapshot: {
      take: async () => {
        const schedule = snapshots();
        if (schedule === undefined) throw new Error('the server is loading');
        return schedule.take();
      },
      get isRunning() {
        return database.isSnapshotRunning;
      },
      get lastSaveMs() {
        return database.lastSnapshotAtMs;
      },
      get lastOk() {
        return database.lastSnapshotError === undefined;
      },
      get changesSince() {
        return snapshots()?.changesSinceLast ?? 0;
      },
      get taken() {
        return snapshots()?.taken ?? 0;
      },
      get failed() {
        return snapshots()?.failed ?? 0;
      },
    },
    shutdown: sources.shutdown,
  };
}
