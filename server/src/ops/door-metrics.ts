/**
 * What each stream door counts. Redis's commands stand under the names of redis_exporter, memcached's under that of
 * memcached_exporter; how long they took, which that one does not tell, under one of ours.
 */

import type { MemcachedStatistics } from '../doors/memcached/memcached-statistics.js';
import type { RedisServer } from '../doors/redis/redis-server.js';
import { bucketBoundUs, type CommandStatistics, LATENCY_BUCKETS } from './command-statistics.js';
import type { PrometheusText } from './prometheus-text.js';

/** Below 1, 2, 4, … 2^20 microseconds. */
const BUCKETS_SHOWN = 21;

export function writeRedis(text: PrometheusText, server: RedisServer): void {
  const { commands, statistics, blocked, slowLog, clients } = server;
  text.one('gauge', 'redis_connected_clients', 'Open connections of Redis clients.', clients.size);
  text.one('gauge', 'redis_blocked_clients', 'Clients that wait for an element of a list.', blocked.count);
  text.one('gauge', 'redis_slowlog_length', 'Commands in the slow log.', slowLog.entries.length);
  text.one('counter', 'redis_commands_processed_total', 'Redis commands executed.', commands.totalCalls);
  text.family('counter', 'redis_errors_total', 'Error replies to Redis clients by their first word.');
  for (const [err, count] of statistics.errors) text.sample(count, { err });
  writeCommands(text, 'redis_commands', 'Redis commands', commands);
}

export function writeMemcached(text: PrometheusText, counts: MemcachedStatistics): void {
  const rows: [string, string, number][] = [
    ['get', 'hit', counts.getHits],
    ['get', 'miss', counts.getMisses],
    // A cas is counted as a set too.
    ['set', 'hit', counts.sets - counts.casHits - counts.casMisses - counts.casBadValues],
    ['cas', 'hit', counts.casHits],
    ['cas', 'miss', counts.casMisses],
    ['cas', 'badval', counts.casBadValues],
    ['delete', 'hit', counts.deleteHits],
    ['delete', 'miss', counts.deleteMisses],
    ['incr', 'hit', counts.incrHits],
    ['incr', 'miss', counts.incrMisses],
    ['decr', 'hit', counts.decrHits],
    ['decr', 'miss', counts.decrMisses],
    ['touch', 'hit', counts.touchHits],
    ['touch', 'miss', counts.touchMisses],
    ['flush', 'hit', counts.flushes],
  ];
  text.family('counter', 'memcached_commands_total', 'Commands of memcached clients by how they ended.');
  for (const [command, status, count] of rows) text.sample(count, { command, status });
  writeCommands(text, 'anoa_memcached_commands', 'memcached commands', counts.commands);
}

/** Of commands that were called, or refused, at least once. */
export function writeCommands(
  text: PrometheusText,
  prefix: string,
  what: string,
  statistics: CommandStatistics,
): void {
  const { names, calls, failed, rejected, totalUs } = statistics;
  const shown = names.flatMap((cmd, index) => (calls[index] + rejected[index] > 0 ? [{ cmd, index }] : []));
  text.family('counter', `${prefix}_total`, `${what} executed.`);
  for (const { cmd, index } of shown) text.sample(calls[index], { cmd });
  text.family('counter', `${prefix}_failed_calls_total`, `${what} answered with an error.`);
  for (const { cmd, index } of shown) text.sample(failed[index], { cmd });
  text.family('counter', `${prefix}_rejected_calls_total`, `${what} refused before they were executed.`);
  for (const { cmd, index } of shown) text.sample(rejected[index], { cmd });
  text.family('counter', `${prefix}_duration_seconds_total`, `Time that ${what} took.`);
  for (const { cmd, index } of shown) text.sample(totalUs[index] / 1e6, { cmd });
  text.family('histogram', `${prefix}_latencies_usec`, `Microseconds that ${what} took.`);
  for (const { cmd, index } of shown) writeHistogram(text, cmd, statistics, index);
}

/** Always the same buckets, up to a second: rates are taken between two looks at one bucket. */
function writeHistogram(
  text: PrometheusText,
  cmd: string,
  { buckets, totalUs }: CommandStatistics,
  index: number,
): void {
  const first = index * LATENCY_BUCKETS;
  const counts = buckets.subarray(first, first + LATENCY_BUCKETS);
  let total = 0;
  for (let bucket = 0; bucket < BUCKETS_SHOWN; bucket++) {
    total += counts[bucket];
    text.sample(total, { cmd, le: String(bucketBoundUs(bucket)) }, '_bucket');
  }
  const all = counts.reduce((sum, count) => sum + count, 0);
  text.sample(all, { cmd, le: '+Inf' }, '_bucket');
  text.sample(totalUs[index], { cmd }, '_sum');
  text.sample(all, { cmd }, '_count');
}
