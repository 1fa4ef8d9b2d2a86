import * as assert from 'node:assert/strict';
import { test } from 'uvu';
import { KEY_BYTES, VALUE_BYTES, writeKey, writeValue } from '../src/entries.js';
import { describeMachine } from '../src/machine.js';
import { alternate, median, percentile } from '../src/measurement.js';
import { type BenchReport, markdownText, numberText, tableText } from '../src/report.js';

const REPORT: BenchReport = {
  machine: { cpu: 'Test CPU', cores: 2, memoryGiB: 8, kernel: 'Linux 1', node: 'v20', loadBefore: 0.1 },
  redis: '7.0.15',
  memcached: undefined,
  generator: 'load by hand',
  minutes: 3,
  takenAt: '2026-01-02T03:04:05.000Z',
  groups: [
    {
      name: 'memory',
      title: 'Memory',
      lines: [
        {
          id: 'memory/x',
          title: 'bytes per entry',
          unit: 'B',
          ours: 101.5,
          theirs: { name: 'Redis 7.0.15', value: 145 },
          aim: { text: 'at most 0.7', isMet: true },
        },
        {
          id: 'memory/y',
          title: 'other',
          unit: '/s',
          ours: 1234567,
          aim: { text: 'above 2 000 000', isMet: false },
          note: 'why',
        },
      ],
    },
    { name: 'load', title: 'Load', lines: [], failure: 'no server' },
  ],
};

test('the table shows values, ratio, aims met and missed, notes and what could not be measured', () => {
  const text = tableText(REPORT);
  for (const part of [
    'Test CPU, 2 cores',
    'Redis 7.0.15',
    '102 B',
    '145 (Redis 7.0.15)',
    '0.70 x',
    ': met',
    ': MISSED',
  ]) {
    assert.ok(text.includes(part), `${part} in\n${text}`);
  }
  for (const part of ['1 234 567 /s', 'other: why', 'not measured: no server'])
    assert.ok(text.includes(part), part);
});

test('the markdown has the date, one table per group and no trailing blanks', () => {
  const text = markdownText(REPORT);
  assert.match(text, /2026-01-02/);
  assert.equal(text.match(/^\|---/gm)?.length, 1);
  assert.match(text, /Not measured: no server/);
  assert.ok(text.split('\n').every((line) => line === line.trimEnd()));
});

test('numbers pretend no more precision than they have', () => {
  assert.deepEqual([0.01234, 5, 99.99, 1234.5, 2_000_000].map(numberText), [
    '0.0123',
    '5',
    '100',
    '1 235',
    '2 000 000',
  ]);
});

test('median and percentiles take what lies in the middle and at the edge', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.throws(() => median([]), RangeError);
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
  assert.deepEqual(
    [0, 0.5, 0.99, 0.999, 1].map((fraction) => percentile(hundred, fraction)),
    [1, 50, 99, 100, 100],
  );
});

test('contenders take turns and each one keeps its median', async () => {
  const order: string[] = [];
  const contender = (name: string, values: number[]) => async () => {
    order.push(name);
    return values.shift() ?? 0;
  };
  assert.deepEqual(await alternate(3, [contender('a', [1, 9, 5]), contender('b', [7, 7, 8])]), [5, 7]);
  assert.equal(order.join(''), 'ababab');
});

test('keys have the shape of redis-benchmark and values differ', () => {
  const key = Buffer.alloc(KEY_BYTES);
  writeKey(42, key, 0);
  assert.equal(key.toString(), 'key:000000000042');
  writeKey(999_999_999_999, key, 0);
  assert.equal(key.toString(), 'key:999999999999');
  const seen = new Set<string>();
  for (let i = 0; i < 10_000; i++) {
    const value = Buffer.alloc(VALUE_BYTES);
    writeValue(i, value, 0);
    assert.match(value.toString(), /^[a-zA-F]{32}$/);
    seen.add(value.toString());
  }
  assert.equal(seen.size, 10_000);
});

test('the machine is described', () => {
  const machine = describeMachine();
  assert.ok(machine.cores > 0);
  assert.equal(machine.node, process.version);
});

test.run();
