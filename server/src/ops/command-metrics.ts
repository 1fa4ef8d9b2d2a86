/** Calls, failures and latencies of each door's commands: for Redis's under the names of redis_exporter. */

import { bucketBoundUs, type CommandStatistics, LATENCY_BUCKETS } from './command-statistics.js';
import type { DoorStatistics } from './metrics.js';
import type { Labels, PrometheusText } from './prometheus-text.js';

/** Below 1, 2, 4, … 2^20 microseconds. */
const BUCKETS_SHOWN = 21;

interface Row {
  readonly labels: Labels;
  readonly statistics: CommandStatistics;
  readonly index: number;
}

export function writeCommandMetrics(text: PrometheusText, doors: DoorStatistics): void {
  const redis = doors.get('redis');
  const processed = [...doors.values()].reduce((total, { totalCalls }) => total + totalCalls, 0);
  text.one('counter', 'redis_commands_processed_total', 'Commands and requests executed on TCP.', processed);
  if (redis !== undefined) writeRows(text, 'redis_commands', 'Redis commands', rowsOf(redis, {}));
  const others = [...doors].filter(([door]) => door !== 'redis');
  const rows = others.flatMap(([door, statistics]) => rowsOf(statistics, { door }));
  writeRows(text, 'anoa_commands', 'Commands and requests of the other doors', rows);
}

/** Of commands that were called, or refused, at least once. */
function rowsOf(statistics: CommandStatistics, labels: Labels): Row[] {
  return statistics.names.flatMap((name, index) =>
    statistics.calls[index] + statistics.rejected[index] === 0
      ? []
      : [{ labels: { ...labels, cmd: name }, statistics, index }],
  );
}

function writeRows(text: PrometheusText, prefix: string, what: string, rows: readonly Row[]): void {
  text.family('counter', `${prefix}_total`, `${what} executed.`);
  for (const { labels, statistics, index } of rows) text.sample(statistics.calls[index], labels);
  text.family('counter', `${prefix}_failed_calls_total`, `${what} answered with an error.`);
  for (const { labels, statistics, index } of rows) text.sample(statistics.failed[index], labels);
  text.family('counter', `${prefix}_rejected_calls_total`, `${what} refused before they were executed.`);
  for (const { labels, statistics, index } of rows) text.sample(statistics.rejected[index], labels);
  text.family('counter', `${prefix}_duration_seconds_total`, `Time that ${what.toLowerCase()} took.`);
  for (const { labels, statistics, index } of rows) text.sample(statistics.totalUs[index] / 1e6, labels);
  text.family('histogram', `${prefix}_latencies_usec`, `Microseconds that ${what.toLowerCase()} took.`);
  for (const row of rows) writeHistogram(text, row);
}

/** Always the same buckets, up to a second: rates are taken between two looks at one bucket. */
function writeHistogram(text: PrometheusText, { labels, statistics, index }: Row): void {
  const first = index * LATENCY_BUCKETS;
  const counts = statistics.buckets.subarray(first, first + LATENCY_BUCKETS);
  let total = 0;
  for (let bucket = 0; bucket < BUCKETS_SHOWN; bucket++) {
    total += counts[bucket];
    text.sample(total, { ...labels, le: String(bucketBoundUs(bucket)) }, '_bucket');
  }
  const all = counts.reduce((sum, count) => sum + count, 0);
  text.sample(all, { ...labels, le: '+Inf' }, '_bucket');
  text.sample(statistics.totalUs[index], labels, '_sum');
  text.sample(all, labels, '_count');
}
