/** /metrics: strictly the text format 0.0.4, and the numbers are those that the engine has. */

import assert from 'node:assert/strict';
import { test } from 'uvu';
import { CommandStatistics } from '../src/ops/command-statistics.js';
import { writeCommands } from '../src/ops/door-metrics.js';
import { PrometheusText } from '../src/ops/prometheus-text.js';
import { AllDoors } from './support/all-doors.js';
import { HttpClient } from './support/http-client.js';

interface Family {
  readonly kind: string;
  readonly help: string;
  /** By name with suffix and labels, as they stood there. */
  readonly samples: Map<string, number>;
}

/** The format letter by letter; refuses what Prometheus refuses, and a family whose samples do not stand together. */
function parse(text: string): Map<string, Family> {
  assert.ok(text.endsWith('\n'), 'ends with a line feed');
  const families = new Map<string, Family>();
  let current: { name: string; family: Family } | undefined;
  let help: { name: string; text: string } | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    const helpLine = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (helpLine !== null) {
      help = { name: helpLine[1], text: helpLine[2] };
      continue;
    }
    const typeLine = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$/.exec(line);
    if (typeLine !== null) {
      const [, name, kind] = typeLine;
      assert.equal(help?.name, name, 'HELP stands before TYPE');
      assert.ok(!families.has(name), `${name} stands there once`);
      current = { name, family: { kind, help: help!.text, samples: new Map() } };
      families.set(name, current.family);
      continue;
    }
    const label = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*"`;
    const sample = new RegExp(
      String.raw`^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{${label}(?:,${label})*\})? (NaN|[+-]Inf|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$`,
    ).exec(line);
    assert.ok(sample !== null, `a line of the format: ${line}`);
    const [, name, labels = '', value] = sample;
    assert.ok(current !== undefined, 'a sample has a family');
    const suffixes = current.family.kind === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
    assert.ok(
      suffixes.some((suffix) => name === current!.name + suffix),
      `${name} is of ${current.name}`,
    );
    assert.ok(!current.family.samples.has(name + labels), `${line} stands there once`);
    if (current.family.kind === 'counter') assert.match(current.name, /_total$/);
    current.family.samples.set(name + labels, value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value));
  }
  return families;
}

function sampleOf(families: Map<string, Family>, sample: string): number {
  for (const { samples } of families.values()) if (samples.has(sample)) return samples.get(sample)!;
  throw new Error(`no sample ${sample}`);
}

test('what the server says can be parsed, and is what the engine counted', async () => {
  const http = new HttpClient();
  await http.ask('GET /put?a=1&b=2');
  await http.ask('PUT /v1/keys/c?ttl=1000', { body: '3' });
  await http.ask('GET /get/a');
  await http.ask('GET /get/none');
  await http.batch([
    { op: 'get', key: 'a' },
    { op: 'incr', key: 'a' },
  ]);
  const { headers, body } = await http.ask('GET /metrics');
  assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  const families = parse(body);
  const { engine } = http;
  const expected: [string, number][] = [
    ['redis_up', 1],
    ['redis_db_keys{db="db0"}', 3],
    ['redis_db_keys_expiring{db="db0"}', 1],
    ['redis_keyspace_hits_total', engine.hits],
    ['redis_keyspace_misses_total', engine.misses],
    ['redis_memory_used_bytes', engine.store.memory().usedBytes],
    ['anoa_ops_total{op="set"}', 3],
    ['anoa_ops_total{op="incr"}', 1],
    ['anoa_last_version', engine.lastLsn],
    ['anoa_http_requests_total{cmd="simplePut"}', 1],
    ['anoa_http_requests_total{cmd="simpleGet"}', 2],
    ['anoa_http_requests_failed_calls_total{cmd="simpleGet"}', 1],
    ['anoa_http_requests_latencies_usec_count{cmd="simpleGet"}', 2],
    ['anoa_http_requests_latencies_usec_bucket{cmd="simpleGet",le="+Inf"}', 2],
    ['redis_aof_enabled', 1],
  ];
  assert.deepEqual([engine.hits, engine.misses], [2, 1]);
  for (const [sample, value] of expected) assert.equal(sampleOf(families, sample), value, sample);
});

test("the numbers are those of INFO and of memcached's stats", async () => {
  const doors = new AllDoors();
  doors.redis('SET', 'a', '1');
  doors.redis('GET', 'a');
  doors.redis('GET', 'none');
  doors.redis('LPUSH', 'a', '1');
  doors.redis('NOPE');
  doors.redis('GET');
  doors.redis('SET', 'b', '1', 'PX', '1');
  doors.http.harness.pass(1_000);
  doors.memcachedSet('m', '41');
  doors.memcached('incr m 1');
  doors.memcached('incr none 1');
  doors.memcachedGet('m');
  const info = infoOf(doors.redis('INFO', 'everything'));
  const families = parse((await doors.http.ask('GET /metrics')).body);
  const same: [string, string][] = [
    ['redis_connected_clients', 'connected_clients'],
    ['redis_blocked_clients', 'blocked_clients'],
    ['redis_config_maxclients', 'maxclients'],
    ['redis_memory_used_bytes', 'used_memory'],
    ['redis_memory_used_peak_bytes', 'used_memory_peak'],
    ['redis_memory_used_dataset_bytes', 'used_memory_dataset'],
    ['redis_memory_used_rss_bytes', 'used_memory_rss'],
    ['redis_memory_max_bytes', 'maxmemory'],
    ['redis_keyspace_hits_total', 'keyspace_hits'],
    ['redis_expired_keys_total', 'expired_keys'],
    ['redis_evicted_keys_total', 'evicted_keys'],
    ['redis_connections_received_total', 'total_connections_received'],
    ['redis_rdb_changes_since_last_save', 'rdb_changes_since_last_save'],
    ['redis_rdb_last_save_timestamp_seconds', 'rdb_last_save_time'],
    ['redis_aof_enabled', 'aof_enabled'],
    ['redis_aof_current_size_bytes', 'aof_current_size'],
    ['redis_loading_dump_file', 'loading'],
    ['redis_uptime_in_seconds', 'uptime_in_seconds'],
    ['redis_process_id', 'process_id'],
  ];
  for (const [sample, field] of same)
    assert.equal(sampleOf(families, sample), Number(info.get(field)), sample);
  assert.equal(info.get('expired_keys'), '1');
  for (const cmd of ['set', 'get', 'lpush']) {
    const [, calls, usec, rejected, failed] =
      /^calls=(\d+),usec=(\d+),usec_per_call=[\d.]+,rejected_calls=(\d+),failed_calls=(\d+)$/.exec(
        info.get(`cmdstat_${cmd}`) ?? '',
      ) ?? assert.fail(`cmdstat_${cmd}: ${info.get(`cmdstat_${cmd}`)}`);
    assert.equal(sampleOf(families, `redis_commands_total{cmd="${cmd}"}`), Number(calls));
    assert.equal(sampleOf(families, `redis_commands_rejected_calls_total{cmd="${cmd}"}`), Number(rejected));
    assert.equal(sampleOf(families, `redis_commands_failed_calls_total{cmd="${cmd}"}`), Number(failed));
    assert.equal(sampleOf(families, `redis_commands_latencies_usec_count{cmd="${cmd}"}`), Number(calls));
    assert.ok(
      Math.abs(
        sampleOf(families, `redis_commands_duration_seconds_total{cmd="${cmd}"}`) * 1e6 - Number(usec),
      ) <= 1,
    );
  }
  for (const err of ['WRONGTYPE', 'ERR'])
    assert.equal(
      `count=${sampleOf(families, `redis_errors_total{err="${err}"}`)}`,
      info.get(`errorstat_${err}`),
    );
  const stats = doors.memcached('stats');
  for (const [command, status, field] of [
    ['get', 'hit', 'get_hits'],
    ['incr', 'hit', 'incr_hits'],
    ['incr', 'miss', 'incr_misses'],
    ['set', 'hit', 'cmd_set'],
  ])
    assert.match(
      stats,
      new RegExp(
        `STAT ${field} ${sampleOf(families, `memcached_commands_total{command="${command}",status="${status}"}`)}\r`,
      ),
      field,
    );
});

test('commands of memcached clients have a histogram each, whichever of the protocols named them', async () => {
  const doors = new AllDoors();
  doors.memcachedSet('m', '41');
  doors.memcachedGet('m');
  doors.memcachedGet('none');
  doors.memcached('mg m v');
  doors.memcached('incr m 1');
  doors.memcachedSet('m', 'text');
  doors.memcached('incr m 1');
  doors.memcached('incr m');
  const families = parse((await doors.http.ask('GET /metrics')).body);
  assert.equal(families.get('anoa_memcached_commands_latencies_usec')!.kind, 'histogram');
  const expected: [string, number, number, number][] = [
    ['set', 2, 0, 0],
    ['get', 2, 0, 0],
    ['mg', 1, 0, 0],
    ['incr', 2, 1, 1],
  ];
  for (const [cmd, calls, failed, rejected] of expected) {
    const labels = `{cmd="${cmd}"}`;
    assert.equal(sampleOf(families, `anoa_memcached_commands_total${labels}`), calls, cmd);
    assert.equal(sampleOf(families, `anoa_memcached_commands_failed_calls_total${labels}`), failed, cmd);
    assert.equal(sampleOf(families, `anoa_memcached_commands_rejected_calls_total${labels}`), rejected, cmd);
    assert.equal(sampleOf(families, `anoa_memcached_commands_latencies_usec_count${labels}`), calls, cmd);
    assert.equal(
      sampleOf(families, `anoa_memcached_commands_latencies_usec_bucket{cmd="${cmd}",le="+Inf"}`),
      calls,
      cmd,
    );
  }
  assert.equal(families.get('anoa_memcached_commands_total')!.samples.size, expected.length);
});

/** The fields of INFO. */
function infoOf(reply: string): Map<string, string> {
  const lines = reply.split('\r\n').filter((line) => /^[a-z0-9_]+:/i.test(line));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

test('histograms add up, and what was never called is left out', () => {
  const statistics = new CommandStatistics(['get', 'set', 'lpush']);
  for (const elapsedMs of [0.0005, 0.001, 0.002, 0.5, 3000, 300_000]) statistics.record(0, elapsedMs);
  statistics.rejected[1] = 1;
  const text = new PrometheusText();
  writeCommands(text, 'redis_commands', 'Redis commands', statistics);
  const families = parse(text.toString());
  assert.equal(sampleOf(families, 'redis_commands_rejected_calls_total{cmd="set"}'), 1);
  const { kind, samples } = families.get('redis_commands_latencies_usec')!;
  assert.equal(kind, 'histogram');
  const buckets = [...samples].filter(([name]) => name.includes('_bucket{cmd="get"'));
  assert.equal(buckets.length, 22);
  let before = 0;
  for (const [name, count] of buckets) {
    assert.ok(count >= before, name);
    before = count;
  }
  assert.deepEqual([buckets[0][1], buckets.at(-2)![1], buckets.at(-1)![1]], [1, 4, 6]);
  assert.ok(
    Math.abs(sampleOf(families, 'redis_commands_duration_seconds_total{cmd="get"}') - 303.0005035) < 1e-6,
  );
  assert.ok(![...samples.keys()].some((name) => name.includes('lpush')));
});

test('labels and help are escaped, numbers have all their digits', () => {
  const text = new PrometheusText();
  text.family('gauge', 'a', 'one\\two\nthree');
  text.sample(2 ** 53, { name: 'quote " backslash \\ line\n' });
  text.sample(Number.POSITIVE_INFINITY, { name: 'b' });
  text.sample(Number.NaN);
  const { help, samples } = parse(text.toString()).get('a')!;
  assert.equal(help, 'one\\\\two\\nthree');
  assert.deepEqual([...samples.keys()], ['a{name="quote \\" backslash \\\\ line\\n"}', 'a{name="b"}', 'a']);
  assert.equal([...samples.values()][0], 2 ** 53);
  assert.throws(() => text.family('gauge', 'a', 'again'), /twice/);
});

test.run();
