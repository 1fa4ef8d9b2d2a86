/**
 * What STATS answers, put together from everybody's counters. A name that Redis INFO has for the same thing is
 * used as Redis has it; names are only added, never changed.
 */

import { commandTable, type JsonValue } from '@anoadb/protocol';
import type { CryptoNames } from '@anoadb/transport/node-crypto';
import type { DatagramSocket } from '@anoadb/udp';
import type { Settings } from '../config/load-settings.js';
import type { DatagramPort } from '../doors/datagram/datagram-port.js';
import type { StreamStatistics } from '../doors/stream/stream-services.js';
import type { Engine } from '../engine/engine.js';
import type { Database, GroupCommit, LoadReport } from '../persistence/index.js';
import type { EventLoopDelay } from './event-loop-delay.js';
import type { SnapshotSchedule } from './snapshot-schedule.js';

export interface StatisticsSources {
  readonly settings: Settings;
  readonly version: string;
  readonly cryptoNames: CryptoNames;
  readonly startedAtMs: number;
  readonly wallNowMs: () => number;
  readonly engine: Engine;
  readonly port: DatagramPort;
  readonly socket: DatagramSocket;
  /** The TCP side. */
  readonly stream: StreamStatistics;
  readonly tcpKind: 'off' | 'plain' | 'tls';
  readonly database: Database;
  readonly groupCommit: GroupCommit;
  readonly loaded: LoadReport;
  readonly snapshots: SnapshotSchedule;
  readonly eventLoopDelay: EventLoopDelay;
}

export function statistics(sources: StatisticsSources): JsonValue {
  const { engine, settings } = sources;
  const memory = engine.store.memory();
  const transport = sources.port.endpoint.counters();
  const socket = sources.socket.counters();
  const resident = process.memoryUsage();
  return {
    server: {
      anoadb_version: sources.version,
      mode: sources.port.mode,
      access_keys: sources.port.accessKeyCount,
      udp: sources.socket.kind,
      crypto: { ...sources.cryptoNames },
      storage_crypto: sources.database.cipherImplementation,
      host: sources.socket.local.host,
      udp_port: sources.socket.local.port,
      process_id: process.pid,
      node_version: process.versions.node,
      uptime_in_seconds: Math.floor((sources.wallNowMs() - sources.startedAtMs) / 1000),
      database_uuid: sources.database.uuid,
    },
    clients: { connected_clients: transport.sessions, client_records: transport.clientRecords },
    memory: {
      used_memory: memory.usedBytes,
      used_memory_dataset: memory.liveBytes,
      used_memory_arena: memory.arenaBytes,
      used_memory_index: memory.indexBytes,
      used_memory_rss: resident.rss,
      used_memory_heap: resident.heapUsed,
      maxmemory: settings.maxMemoryBytes,
      maxmemory_policy: settings.eviction,
      // As Redis means it: what the process holds over what the entries were given.
      mem_fragmentation_ratio: resident.rss / memory.usedBytes,
      max_value: settings.maxValueBytes,
    },
    stats: {
      total_commands_processed: sum(engine.calls),
      total_error_replies: sum(engine.errors),
      total_connections_received: transport.sessionsOpened,
      total_net_input_bytes: socket.bytesIn,
      total_net_output_bytes: socket.bytesOut,
      keyspace_hits: engine.hits,
      keyspace_misses: engine.misses,
      expired_keys: engine.store.counters.expired,
      evicted_keys: engine.store.counters.evicted,
      refused_writes: engine.store.counters.refused,
    },
    keyspace: { keys: engine.store.count, expires: memory.withTtl, last_version: engine.lastLsn },
    persistence: { ...snapshotState(sources), ...journalState(sources) },
    commands: commandCounters(engine),
    tcp: tcpState(sources),
    datagrams: { socket: { ...socket }, transport: { ...transport } },
    event_loop: { ...sources.eventLoopDelay.summary() },
  };
}

function snapshotState({ database, snapshots, loaded }: StatisticsSources): { [name: string]: JsonValue } {
  const report = snapshots.lastReport;
  return {
    loading: false,
    rdb_bgsave_in_progress: database.isSnapshotRunning,
    rdb_changes_since_last_save: snapshots.changesSinceLast,
    rdb_last_save_time: Math.floor(database.lastSnapshotAtMs / 1000),
    rdb_last_bgsave_status: database.lastSnapshotError === undefined ? 'ok' : 'err',
    rdb_saves: snapshots.taken,
    rdb_save_failures: snapshots.failed,
    generation: report?.generation ?? loaded.generation,
    last_snapshot_entries: report?.entries ?? 0,
    last_snapshot_bytes: report?.bytes ?? 0,
    last_snapshot_ms: report === undefined ? 0 : Math.round(report.elapsedMs),
    last_snapshot_slice_ms_max: report?.sliceMsMax ?? 0,
    loaded_entries: loaded.entries,
    loaded_in_ms: Math.round(loaded.elapsedMs),
    was_clean_stop: loaded.wasCleanStop,
  };
}

function journalState({ database, engine, groupCommit, loaded, port, settings }: StatisticsSources): {
  [name: string]: JsonValue;
} {
  const { journal } = database;
  const { statistics } = journal;
  return {
    aof_enabled: journal.isOn,
    aof_fsync: settings.fsync,
    aof_last_write_status: journal.isFull ? 'err' : 'ok',
    aof_current_size: statistics.bytes,
    aof_buffer_length: groupCommit.queuedBytes,
    aof_segments: statistics.segments,
    aof_frames: statistics.frames,
    aof_record_bytes: statistics.recordBytes,
    aof_file_bytes: statistics.fileBytes,
    aof_syncs: statistics.syncs,
    aof_last_sync_ms: statistics.lastSyncMs,
    aof_sync_ms_max: statistics.syncMsMax,
    disk_full: engine.refusesWrites,
    written_version: journal.isOn ? journal.writtenLsn : 0,
    durable_version: journal.isOn ? journal.durableLsn : 0,
    released_version: groupCommit.releasedLsn,
    held_replies: port.endpoint.counters().held,
    loaded_journal_frames: loaded.journalFrames,
  };
}

function tcpState({ stream, tcpKind }: StatisticsSources): { [name: string]: JsonValue } {
  return {
    port: tcpKind,
    connected_clients: stream.open,
    connected_redis: stream.openRedis,
    connected_memcached: stream.openMemcached,
    connected_http: stream.openHttp,
    total_connections_received: stream.accepted,
    rejected_connections: stream.rejected,
    protocol_errors: stream.protocolErrors,
    timed_out_connections: stream.timedOut,
    total_net_input_bytes: stream.bytesIn,
    total_net_output_bytes: stream.bytesOut,
  };
}

/** Of commands that were called at least once. */
function commandCounters(engine: Engine): JsonValue {
  const counters: { [name: string]: JsonValue } = {};
  for (const { name, opcode } of commandTable) {
    if (engine.calls[opcode] === 0) continue;
    counters[name] = { calls: engine.calls[opcode], failed_calls: engine.errors[opcode] };
  }
  return counters;
}

function sum(counts: Float64Array): number {
  return counts.reduce((total, count) => total + count, 0);
}
