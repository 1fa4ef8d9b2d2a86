/**
 * What `stats` answers, group by group, under memcached's names where there is something to say under them. There is
 * one slab class: the store has one arena.
 */

import type { MemcachedDoor } from './memcached-door.js';
import { KEY_BYTES_MAX, PROTOCOL_VERSION } from './memcached-limits.js';

export type StatisticTaker = (name: string, value: string | number) => void;

/** False: there is no such group. The empty name is the general one. */
export function reportStatistics(door: MemcachedDoor, group: string, take: StatisticTaker): boolean {
  const report = reports.get(group);
  report?.(door, take);
  return report !== undefined;
}

/** Groups that can be asked for, `reset` apart. */
export const statisticGroups: readonly string[] = ['settings', 'items', 'slabs', 'sizes', 'conns'];

const reports = new Map<string, (door: MemcachedDoor, take: StatisticTaker) => void>([
  ['', reportGeneral],
  ['settings', reportSettings],
  ['items', reportItems],
  ['slabs', reportSlabs],
  ['sizes', (_, take) => take('sizes_status', 'disabled')],
  ['conns', reportConnections],
]);

function reportGeneral(door: MemcachedDoor, take: StatisticTaker): void {
  const { services, engine, statistics: counted } = door;
  const info = services.serverInfo();
  const { streamStatistics: streams } = services;
  const memory = engine.store.memory();
  const nowMs = services.wallNowMs();
  take('pid', info.processId);
  take('uptime', Math.floor((nowMs - info.startedAtMs) / 1000));
  take('time', Math.floor(nowMs / 1000));
  take('version', PROTOCOL_VERSION);
  take('anoadb_version', info.version);
  take('pointer_size', 64);
  take('rusage_user', info.cpuUserSeconds.toFixed(6));
  take('rusage_system', info.cpuSystemSeconds.toFixed(6));
  take('max_connections', info.settings.maxClients);
  take('curr_connections', streams.open);
  take('total_connections', streams.accepted);
  take('rejected_connections', streams.rejected);
  take('cmd_get', counted.gets);
  take('cmd_set', counted.sets);
  take('cmd_flush', counted.flushes);
  take('cmd_touch', counted.touches);
  take('cmd_meta', counted.metas);
  take('get_hits', counted.getHits);
  take('get_misses', counted.getMisses);
  take('delete_misses', counted.deleteMisses);
  take('delete_hits', counted.deleteHits);
  take('incr_misses', counted.incrMisses);
  take('incr_hits', counted.incrHits);
  take('decr_misses', counted.decrMisses);
  take('decr_hits', counted.decrHits);
  take('cas_misses', counted.casMisses);
  take('cas_hits', counted.casHits);
  take('cas_badval', counted.casBadValues);
  take('touch_hits', counted.touchHits);
  take('touch_misses', counted.touchMisses);
  take('store_too_large', counted.tooLarge);
  take('store_no_memory', counted.noMemory);
  take('auth_cmds', counted.authentications);
  take('auth_errors', counted.authenticationErrors);
  take('bytes_read', streams.bytesIn);
  take('bytes_written', streams.bytesOut);
  take('limit_maxbytes', limitOf(memory.limitBytes));
  take('accepting_conns', 1);
  take('threads', 1);
  take('hash_bytes', memory.indexBytes);
  take('bytes', memory.liveBytes);
  take('curr_items', memory.entries);
  take('total_items', counted.sets);
  take('evictions', engine.store.counters.evicted);
  take('reclaimed', engine.store.counters.expired);
}

function reportSettings(door: MemcachedDoor, take: StatisticTaker): void {
  const { settings, host, port, mode } = door.services.serverInfo();
  take('maxbytes', limitOf(door.engine.store.memory().limitBytes));
  take('maxconns', settings.maxClients);
  take('tcpport', port);
  take('udpport', 0);
  take('inter', host);
  take('verbosity', 0);
  take('evictions', settings.eviction === 'refuse' ? 'off' : 'on');
  take('num_threads', 1);
  take('key_size_max', KEY_BYTES_MAX);
  take('cas_enabled', 'yes');
  take('binding_protocol', 'auto-negotiate');
  take('auth_enabled_sasl', mode === 'sealed' ? 'yes' : 'no');
  take('auth_enabled_ascii', mode === 'sealed' ? 'yes' : 'no');
  take('item_size_max', door.engine.valueBytesMax);
  take('flush_enabled', 'yes');
}

function reportItems(door: MemcachedDoor, take: StatisticTaker): void {
  const { store } = door.engine;
  const { entries, liveBytes } = store.memory();
  if (entries === 0) return;
  take('items:1:number', entries);
  take('items:1:mem_requested', liveBytes);
  take('items:1:evicted', store.counters.evicted);
  take('items:1:outofmemory', store.counters.refused);
  take('items:1:reclaimed', store.counters.expired);
}

function reportSlabs(door: MemcachedDoor, take: StatisticTaker): void {
  const { statistics: counted, engine } = door;
  const { entries, arenaBytes } = engine.store.memory();
  if (entries > 0) {
    take('1:used_chunks', entries);
    take('1:get_hits', counted.getHits);
    take('1:cmd_set', counted.sets);
    take('1:delete_hits', counted.deleteHits);
    take('1:incr_hits', counted.incrHits);
    take('1:decr_hits', counted.decrHits);
    take('1:cas_hits', counted.casHits);
    take('1:cas_badval', counted.casBadValues);
    take('1:touch_hits', counted.touchHits);
  }
  take('active_slabs', entries > 0 ? 1 : 0);
  take('total_malloced', arenaBytes);
}

/** Of all protocols: they share the port. */
function reportConnections(door: MemcachedDoor, take: StatisticTaker): void {
  const nowMs = door.services.wallNowMs();
  for (const connection of door.services.connections) {
    const { id } = connection;
    take(`${id}:addr`, `tcp:${connection.remoteAddress}:${connection.remotePort}`);
    take(`${id}:listen_addr`, `tcp:${connection.localAddress}:${connection.localPort}`);
    take(`${id}:state`, 'conn_read');
    take(`${id}:secs_since_last_cmd`, Math.floor((nowMs - connection.lastActiveMs) / 1000));
  }
}

/** memcached's word for no limit would be 0, which its clients take for full. */
function limitOf(limitBytes: number): number {
  return Number.isFinite(limitBytes) ? limitBytes : Number.MAX_SAFE_INTEGER;
}
