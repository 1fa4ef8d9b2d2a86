/**
 * What /metrics answers. What Redis has too is named as redis_exporter names it, with the same meaning, so that
 * dashboards and alerts made for it go on working; everything else begins with `anoa_`.
 */

import { commandTable } from '@anoadb/protocol';
import type { MemcachedStatistics } from '../doors/memcached/memcached-statistics.js';
import type { RedisServer } from '../doors/redis/redis-server.js';
import { REDIS_VERSION } from '../doors/redis/redis-version.js';
import type { StreamServices } from '../doors/stream/stream-services.js';
import type { CommandStatistics } from './command-statistics.js';
import { writeCommands, writeMemcached, writeRedis } from './door-metrics.js';
import { PrometheusText } from './prometheus-text.js';

/** What the stream doors count; undefined for a door that is not there. */
export interface DoorStatistics {
  readonly redis: RedisServer | undefined;
  readonly memcached: MemcachedStatistics | undefined;
  readonly http: CommandStatistics;
}

export function metricsText(services: StreamServices, doors: DoorStatistics): string {
  const text = new PrometheusText();
  writeInstance(text, services);
  writeMemory(text, services);
  writeTraffic(text, services);
  writeKeys(text, services);
  writeSnapshots(text, services);
  writeJournal(text, services);
  writeEngine(text, services);
  if (doors.redis !== undefined) writeRedis(text, doors.redis);
  if (doors.memcached !== undefined) writeMemcached(text, doors.memcached);
  writeCommands(text, 'anoa_http_requests', 'HTTP requests', doors.http);
  return text.toString();
}

function writeInstance(
  text: PrometheusText,
  { serverInfo, wallNowMs, loadingPercent }: StreamServices,
): void {
  const info = serverInfo();
  text.one('gauge', 'redis_up', 'The server answers.', 1);
  text.family('gauge', 'redis_instance_info', 'Facts about the server that do not change while it runs.');
  text.sample(1, {
    role: 'master',
    redis_version: REDIS_VERSION,
    redis_mode: 'standalone',
    os: info.operatingSystem,
    maxmemory_policy: info.settings.eviction === 'refuse' ? 'noeviction' : info.settings.eviction,
    tcp_port: String(info.port),
    process_id: String(info.processId),
  });
  text.family(
    'gauge',
    'anoa_instance_info',
    'Version of the server, of Node, and whether access keys are needed.',
  );
  text.sample(1, { version: info.version, node_version: info.nodeVersion, mode: info.mode });
  text.one('gauge', 'redis_process_id', 'Process id.', info.processId);
  text.one('gauge', 'redis_start_time_seconds', 'Unix time of the start.', info.startedAtMs / 1000);
  text.one(
    'gauge',
    'redis_uptime_in_seconds',
    'Seconds since the start.',
    Math.floor((wallNowMs() - info.startedAtMs) / 1000),
  );
  text.one('counter', 'redis_cpu_user_seconds_total', 'Processor time in user mode.', info.cpuUserSeconds);
  text.one('counter', 'redis_cpu_sys_seconds_total', 'Processor time in the system.', info.cpuSystemSeconds);
  const percent = loadingPercent();
  text.one('gauge', 'redis_loading_dump_file', 'The server reads its files.', percent === undefined ? 0 : 1);
  text.one('gauge', 'anoa_loading_ratio', 'How much of its files it has read.', (percent ?? 100) / 100);
  text.one('gauge', 'anoa_access_keys', 'Access keys in use.', info.accessKeyCount);
  text.family('gauge', 'anoa_event_loop_delay_seconds', 'How late timers came, since the start.');
  text.sample(info.eventLoop.meanMs / 1000, { quantile: 'mean' });
  text.sample(info.eventLoop.p99Ms / 1000, { quantile: '0.99' });
  text.sample(info.eventLoop.maxMs / 1000, { quantile: '1' });
}

function writeMemory(text: PrometheusText, { engine, serverInfo }: StreamServices): void {
  const memory = engine.store.memory();
  const info = serverInfo();
  text.one('gauge', 'redis_memory_used_bytes', 'Memory of keys, values and index.', memory.usedBytes);
  text.one('gauge', 'redis_memory_used_peak_bytes', 'The most it has been.', memory.peakBytes);
  text.one('gauge', 'redis_memory_used_dataset_bytes', 'Of it what entries use.', memory.liveBytes);
  text.one('gauge', 'redis_memory_used_rss_bytes', 'Memory of the process.', info.residentBytes);
  text.one('gauge', 'redis_memory_max_bytes', 'The memory limit; 0 = none.', info.settings.maxMemoryBytes);
  text.one(
    'gauge',
    'redis_mem_fragmentation_ratio',
    'Memory of the process over that of keys, values and index.',
    info.residentBytes / memory.usedBytes,
  );
  text.one('gauge', 'redis_total_system_memory_bytes', 'Memory of the machine.', info.systemMemoryBytes);
  text.one('gauge', 'anoa_memory_index_bytes', 'Memory of the index of keys.', memory.indexBytes);
  text.one('gauge', 'anoa_memory_heap_bytes', 'Memory of the JavaScript heap.', info.heapBytes);
}

function writeTraffic(text: PrometheusText, { streamStatistics, serverInfo }: StreamServices): void {
  const { datagrams, settings } = serverInfo();
  const tcp = streamStatistics;
  text.one(
    'gauge',
    'redis_config_maxclients',
    'Connections that may be open at a time.',
    settings.maxClients,
  );
  text.one('counter', 'redis_connections_received_total', 'TCP connections accepted.', tcp.accepted);
  text.one(
    'counter',
    'redis_rejected_connections_total',
    'TCP connections turned away: too many.',
    tcp.rejected,
  );
  text.one('counter', 'redis_net_input_bytes_total', 'Bytes that came on TCP.', tcp.bytesIn);
  text.one('counter', 'redis_net_output_bytes_total', 'Bytes sent on TCP.', tcp.bytesOut);
  text.family(
    'gauge',
    'anoa_connections',
    'Open TCP connections by protocol; those that have said nothing yet are in none.',
  );
  text.sample(tcp.openRedis, { protocol: 'redis' });
  text.sample(tcp.openMemcached, { protocol: 'memcached' });
  text.sample(tcp.openHttp, { protocol: 'http' });
  text.one(
    'counter',
    'anoa_protocol_errors_total',
    'TCP connections closed because of what they sent.',
    tcp.protocolErrors,
  );
  text.one(
    'counter',
    'anoa_timed_out_connections_total',
    'TCP connections closed for being too slow.',
    tcp.timedOut,
  );
  text.one('gauge', 'anoa_datagram_sessions', 'Open sessions over UDP.', datagrams.sessions);
  text.one(
    'counter',
    'anoa_datagram_sessions_opened_total',
    'Sessions opened over UDP.',
    datagrams.sessionsOpened,
  );
  text.one('counter', 'anoa_datagram_input_bytes_total', 'Bytes that came over UDP.', datagrams.bytesIn);
  text.one('counter', 'anoa_datagram_output_bytes_total', 'Bytes sent over UDP.', datagrams.bytesOut);
}

function writeKeys(text: PrometheusText, { engine }: StreamServices): void {
  const { store } = engine;
  const { expired, evicted, refused } = store.counters;
  const db = { db: 'db0' };
  text.family('gauge', 'redis_db_keys', 'Keys in the database.');
  text.sample(store.count, db);
  text.family('gauge', 'redis_db_keys_expiring', 'Of them those that will expire.');
  text.sample(store.memory().withTtl, db);
  text.one('counter', 'redis_keyspace_hits_total', 'Reads that found their key.', engine.hits);
  text.one('counter', 'redis_keyspace_misses_total', 'Reads that did not.', engine.misses);
  text.one('counter', 'redis_expired_keys_total', 'Keys that expired.', expired);
  text.one('counter', 'redis_evicted_keys_total', 'Keys that were evicted for room.', evicted);
  text.one('counter', 'anoa_refused_writes_total', 'Writes refused for want of memory.', refused);
}

function writeSnapshots(text: PrometheusText, { snapshot, serverInfo }: StreamServices): void {
  text.one(
    'gauge',
    'redis_rdb_bgsave_in_progress',
    'A snapshot is being written.',
    snapshot.isRunning ? 1 : 0,
  );
  text.one(
    'gauge',
    'redis_rdb_changes_since_last_save',
    'Changes since the last snapshot.',
    snapshot.changesSince,
  );
  text.one(
    'gauge',
    'redis_rdb_last_save_timestamp_seconds',
    'Unix time of the last snapshot; of the start where there was none.',
    Math.floor((snapshot.lastSaveMs || serverInfo().startedAtMs) / 1000),
  );
  text.one(
    'gauge',
    'redis_rdb_last_bgsave_status',
    'The last snapshot was complete.',
    snapshot.lastOk ? 1 : 0,
  );
  text.one('counter', 'anoa_snapshots_total', 'Snapshots written since the start.', snapshot.taken);
  text.one(
    'counter',
    'anoa_snapshot_failures_total',
    'Snapshots that failed since the start.',
    snapshot.failed,
  );
}

function writeJournal(text: PrometheusText, { engine, serverInfo }: StreamServices): void {
  const { journal } = serverInfo();
  text.one('gauge', 'redis_aof_enabled', 'There is a journal.', journal.isOn ? 1 : 0);
  text.one('gauge', 'redis_aof_last_write_status', 'The journal has room.', journal.isFull ? 0 : 1);
  text.one(
    'gauge',
    'redis_aof_current_size_bytes',
    'Bytes in the segments of the journal.',
    journal.fileBytes,
  );
  text.one('gauge', 'redis_aof_buffer_length', 'Bytes on their way to the journal.', journal.queuedBytes);
  text.one('counter', 'anoa_journal_syncs_total', 'Times the journal was synced to the disk.', journal.syncs);
  text.one('gauge', 'anoa_last_version', 'Version of the last change.', engine.lastLsn);
  text.one(
    'gauge',
    'anoa_journal_released_version',
    'Version up to which changes are as safe as the policy promises.',
    journal.releasedLsn,
  );
}

/** Ops of the engine, whichever door they came through: of those that were called at least once. */
function writeEngine(text: PrometheusText, { engine }: StreamServices): void {
  const called = commandTable.filter(({ opcode }) => engine.calls[opcode] > 0);
  text.family('counter', 'anoa_ops_total', 'Ops executed by the engine, whichever door they came through.');
  for (const { identifier, opcode } of called) text.sample(engine.calls[opcode], { op: identifier });
  text.family('counter', 'anoa_ops_failed_total', 'Of them those that were refused.');
  for (const { identifier, opcode } of called) text.sample(engine.errors[opcode], { op: identifier });
}
