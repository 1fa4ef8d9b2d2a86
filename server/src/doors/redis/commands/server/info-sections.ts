/** What INFO tells, section by section. A name of Redis means what it means there; ours begin with `anoadb_`. */

import {
  bucketBoundUs,
  type CommandStatistics,
  LATENCY_BUCKETS,
} from '../../../../ops/command-statistics.js';
import type { RedisServer } from '../../redis-server.js';
import { REDIS_VERSION } from '../../redis-version.js';
import { humanBytes } from './human-bytes.js';

export type Facts = readonly (readonly [name: string, value: string | number])[];

export interface InfoSection {
  readonly title: string;
  readonly facts: (server: RedisServer) => Facts;
}

export const infoSections: readonly InfoSection[] = [
  { title: 'Server', facts: serverFacts },
  { title: 'Clients', facts: clientFacts },
  { title: 'Memory', facts: memoryFacts },
  { title: 'Persistence', facts: persistenceFacts },
  { title: 'Stats', facts: statisticsFacts },
  { title: 'Replication', facts: replicationFacts },
  { title: 'CPU', facts: processorFacts },
  { title: 'Commandstats', facts: commandFacts },
  { title: 'Errorstats', facts: errorFacts },
  { title: 'Latencystats', facts: latencyFacts },
  { title: 'Cluster', facts: () => [['cluster_enabled', 0]] },
  { title: 'Keyspace', facts: keyspaceFacts },
];

function serverFacts({ services }: RedisServer): Facts {
  const info = services.serverInfo();
  const nowMs = services.wallNowMs();
  const uptimeSeconds = Math.floor((nowMs - info.startedAtMs) / 1000);
  return [
    ['redis_version', REDIS_VERSION],
    ['redis_mode', 'standalone'],
    ['anoadb_version', info.version],
    ['anoadb_mode', info.mode],
    ['anoadb_access_keys', info.accessKeyCount],
    ['node_version', info.nodeVersion],
    ['os', info.operatingSystem],
    ['arch_bits', 64],
    ['process_id', info.processId],
    // As Redis's: 40 hexadecimal digits. This one stays with the database, not with the process.
    ['run_id', info.databaseUuid.replaceAll('-', '').padEnd(40, '0')],
    ['tcp_port', info.port],
    ['server_time_usec', nowMs * 1000],
    ['uptime_in_seconds', uptimeSeconds],
    ['uptime_in_days', Math.floor(uptimeSeconds / 86_400)],
    ['executable', info.executable],
    ['config_file', ''],
  ];
}

function clientFacts(server: RedisServer): Facts {
  const info = server.services.serverInfo();
  return [
    ['connected_clients', server.clients.size],
    ['anoadb_connections', server.services.streamStatistics.open],
    ['anoadb_datagram_sessions', info.datagrams.sessions],
    ['cluster_connections', 0],
    ['maxclients', info.settings.maxClients],
    ['blocked_clients', server.blocked.count],
    ['tracking_clients', 0],
  ];
}

function memoryFacts({ engine, services }: RedisServer): Facts {
  const memory = engine.store.memory();
  const info = services.serverInfo();
  const { settings } = info;
  return [
    ...withHumanForm('used_memory', memory.usedBytes),
    ...withHumanForm('used_memory_rss', info.residentBytes),
    ...withHumanForm('used_memory_peak', memory.peakBytes),
    ['used_memory_peak_perc', percent(memory.usedBytes, memory.peakBytes)],
    ['used_memory_overhead', memory.usedBytes - memory.liveBytes],
    ['used_memory_dataset', memory.liveBytes],
    ['used_memory_dataset_perc', percent(memory.liveBytes, memory.usedBytes)],
    ['allocator_allocated', memory.liveBytes],
    ['allocator_active', memory.arenaBytes],
    ['allocator_frag_ratio', memory.fragmentationRatio.toFixed(2)],
    ['allocator_frag_bytes', memory.arenaBytes - memory.liveBytes],
    ['anoadb_heap', info.heapBytes],
    ...withHumanForm('total_system_memory', info.systemMemoryBytes),
    ...withHumanForm('maxmemory', settings.maxMemoryBytes),
    ['maxmemory_policy', settings.eviction === 'refuse' ? 'noeviction' : settings.eviction],
    ['mem_fragmentation_ratio', (info.residentBytes / memory.usedBytes).toFixed(2)],
    ['mem_fragmentation_bytes', info.residentBytes - memory.usedBytes],
    ['mem_aof_buffer', info.journal.queuedBytes],
    ...NO_SUCH_MEMORY,
    ['mem_allocator', 'anoadb-segments'],
    ['lazyfree_pending_objects', 0],
    ['lazyfreed_objects', 0],
  ];
}

/** What there is none of here, for tools that add it up or draw it. */
const NO_SUCH_MEMORY: Facts = [
  ['mem_not_counted_for_evict', 0],
  ['mem_replication_backlog', 0],
  ['mem_total_replication_buffers', 0],
  ['mem_clients_slaves', 0],
  ['mem_cluster_links', 0],
  ['used_memory_lua', 0],
  ['used_memory_lua_human', '0B'],
  ['used_memory_scripts', 0],
  ['used_memory_scripts_human', '0B'],
  ['number_of_cached_scripts', 0],
  ['number_of_functions', 0],
  ['number_of_libraries', 0],
];

function persistenceFacts({ engine, services }: RedisServer): Facts {
  const { snapshot } = services;
  const info = services.serverInfo();
  const loading = services.loadingPercent();
  return [
    ['loading', loading === undefined ? 0 : 1],
    ...(loading === undefined ? [] : ([['loading_loaded_perc', loading.toFixed(2)]] as const)),
    ['async_loading', 0],
    ['rdb_changes_since_last_save', snapshot.changesSince],
    ['rdb_bgsave_in_progress', snapshot.isRunning ? 1 : 0],
    ['rdb_last_save_time', Math.floor((snapshot.lastSaveMs || info.startedAtMs) / 1000)],
    ['rdb_last_bgsave_status', snapshot.lastOk ? 'ok' : 'err'],
    // A snapshot is a walk, not a fork that copies pages.
    ['rdb_last_cow_size', 0],
    ['rdb_saves', snapshot.taken],
    ['anoadb_save_failures', snapshot.failed],
    ['rdb_last_load_keys_loaded', info.loadedEntries],
    ['aof_enabled', info.journal.isOn ? 1 : 0],
    ['aof_rewrite_in_progress', snapshot.isRunning ? 1 : 0],
    ['aof_rewrite_scheduled', 0],
    ['aof_last_bgrewrite_status', snapshot.lastOk ? 'ok' : 'err'],
    ['aof_last_cow_size', 0],
    ['aof_last_write_status', info.journal.isFull ? 'err' : 'ok'],
    ['aof_current_size', info.journal.fileBytes],
    ['aof_buffer_length', info.journal.queuedBytes],
    ['anoadb_journal_syncs', info.journal.syncs],
    ['anoadb_last_version', engine.lastLsn],
    ['anoadb_released_version', info.journal.releasedLsn],
  ];
}

function statisticsFacts(server: RedisServer): Facts {
  const { engine, services, commands } = server;
  const { streamStatistics: streams } = services;
  const { counters } = engine.store;
  const total = commands.totalCalls;
  return [
    ['total_connections_received', streams.accepted],
    ['total_commands_processed', total],
    ['instantaneous_ops_per_sec', Math.round(server.commandRate.perSecond(total))],
    ['total_net_input_bytes', streams.bytesIn],
    ['total_net_output_bytes', streams.bytesOut],
    ['total_net_repl_input_bytes', 0],
    ['total_net_repl_output_bytes', 0],
    ['instantaneous_input_kbps', (server.inputRate.perSecond(streams.bytesIn) / 1024).toFixed(2)],
    ['instantaneous_output_kbps', (server.outputRate.perSecond(streams.bytesOut) / 1024).toFixed(2)],
    ['instantaneous_input_repl_kbps', '0.00'],
    ['instantaneous_output_repl_kbps', '0.00'],
    ['rejected_connections', streams.rejected],
    ['sync_full', 0],
    ['sync_partial_ok', 0],
    ['sync_partial_err', 0],
    ['expired_keys', counters.expired],
    ['evicted_keys', counters.evicted],
    ['evicted_clients', 0],
    ['anoadb_refused_writes', counters.refused],
    ['keyspace_hits', engine.hits],
    ['keyspace_misses', engine.misses],
    ['pubsub_channels', 0],
    ['pubsub_patterns', 0],
    ['pubsubshard_channels', 0],
    ['latest_fork_usec', 0],
    ['total_forks', 0],
    ['migrate_cached_sockets', 0],
    ['slave_expires_tracked_keys', 0],
    ['tracking_total_keys', 0],
    ['tracking_total_items', 0],
    ['tracking_total_prefixes', 0],
    ['unexpected_error_replies', 0],
    ['total_error_replies', server.statistics.errorReplies],
    ['anoadb_protocol_errors', streams.protocolErrors],
  ];
}

function replicationFacts({ services }: RedisServer): Facts {
  return [
    ['role', 'master'],
    ['connected_slaves', 0],
    ['master_failover_state', 'no-failover'],
    ['master_replid', services.serverInfo().databaseUuid.replaceAll('-', '').padEnd(40, '0')],
    ['master_replid2', '0'.repeat(40)],
    ['master_repl_offset', 0],
    ['second_repl_offset', -1],
    ['repl_backlog_active', 0],
    ['repl_backlog_size', 0],
    ['repl_backlog_first_byte_offset', 0],
    ['repl_backlog_histlen', 0],
  ];
}

function processorFacts({ services }: RedisServer): Facts {
  const { cpuSystemSeconds, cpuUserSeconds } = services.serverInfo();
  return [
    ['used_cpu_sys', cpuSystemSeconds.toFixed(6)],
    ['used_cpu_user', cpuUserSeconds.toFixed(6)],
    ['used_cpu_sys_children', '0.000000'],
    ['used_cpu_user_children', '0.000000'],
  ];
}

function commandFacts({ commands }: RedisServer): Facts {
  const { calls, failed, rejected, totalUs } = commands;
  return seenCommands(commands).map((index) => {
    const perCall = calls[index] === 0 ? 0 : totalUs[index] / calls[index];
    return [
      `cmdstat_${commands.names[index]}`,
      `calls=${calls[index]},usec=${Math.round(totalUs[index])},usec_per_call=${perCall.toFixed(2)},rejected_calls=${rejected[index]},failed_calls=${failed[index]}`,
    ];
  });
}

function latencyFacts({ commands }: RedisServer): Facts {
  return seenCommands(commands)
    .filter((index) => commands.calls[index] > 0)
    .map((index) => {
      const shown = [50, 99, 99.9].map(
        (part) => `p${part}=${percentileUs(commands, index, part).toFixed(3)}`,
      );
      return [`latency_percentiles_usec_${commands.names[index]}`, shown.join(',')];
    });
}

/** The upper bound of the bucket in which that part of the calls is reached. */
function percentileUs({ buckets, calls }: CommandStatistics, index: number, part: number): number {
  const wanted = (calls[index] * part) / 100;
  let seen = 0;
  for (let bucket = 0; bucket < LATENCY_BUCKETS - 1; bucket++) {
    seen += buckets[index * LATENCY_BUCKETS + bucket];
    if (seen >= wanted) return bucketBoundUs(bucket);
  }
  return bucketBoundUs(LATENCY_BUCKETS - 2) * 2;
}

function seenCommands({ names, calls, rejected }: CommandStatistics): number[] {
  return names.map((_, index) => index).filter((index) => calls[index] + rejected[index] > 0);
}

function errorFacts({ statistics }: RedisServer): Facts {
  return [...statistics.errors].map(([code, count]) => [`errorstat_${code}`, `count=${count}`]);
}

function keyspaceFacts({ engine }: RedisServer): Facts {
  const { count } = engine.store;
  if (count === 0) return [];
  return [['db0', `keys=${count},expires=${engine.store.memory().withTtl},avg_ttl=0`]];
}

function withHumanForm(name: string, bytes: number): Facts {
  return [
    [name, bytes],
    [`${name}_human`, humanBytes(bytes)],
  ];
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(2)}%`;
}
