/** /metrics: strictly the text format 0.0.4, and the numbers are those that the engine has. */

import assert from 'node:assert/strict';
import { test } from 'uvu';
import { CommandStatistics } from '../src/ops/command-statistics.js';
import { metricsText } from '../src/ops/metrics.js';
import { PrometheusText } from '../src/ops/prometheus-text.js';
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
    ['anoa_commands_total{door="http",cmd="simplePut"}', 1],
    ['anoa_commands_total{door="http",cmd="simpleGet"}', 2],
    ['anoa_commands_failed_calls_total{door="http",cmd="simpleGet"}', 1],
    ['anoa_commands_latencies_usec_count{door="http",cmd="simpleGet"}', 2],
    ['anoa_commands_latencies_usec_bucket{door="http",cmd="simpleGet",le="+Inf"}', 2],
    ['redis_connected_clients', 0],
    ['redis_aof_enabled', 1],
  ];
  assert.deepEqual([engine.hits, engine.misses], [2, 1]);
  for (const [sample, value] of expected) assert.equal(sampleOf(families, sample), value, sample);
});

test('commands of Redis stand under the names of redis_exporter, as histograms that add up', () => {
  const http = new HttpClient();
  const redis = new CommandStatistics(['get', 'set', 'lpush']);
  for (const elapsedMs of [0.0005, 0.001, 0.002, 0.5, 3000, 300_000]) redis.record(0, elapsedMs);
  redis.failed[0] = 2;
  redis.rejected[1] = 1;
  const families = parse(metricsText(http.harness.services, new Map([['redis', redis]])));
  assert.equal(sampleOf(families, 'redis_commands_total{cmd="get"}'), 6);
  assert.equal(sampleOf(families, 'redis_commands_failed_calls_total{cmd="get"}'), 2);
  assert.equal(sampleOf(families, 'redis_commands_rejected_calls_total{cmd="set"}'), 1);
  assert.equal(sampleOf(families, 'redis_commands_processed_total'), 6);
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
  assert.ok(![...samples.keys()].some((name) => name.includes('lpush')), 'what was never called is left out');
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
