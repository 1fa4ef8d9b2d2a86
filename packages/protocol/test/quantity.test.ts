import assert from 'node:assert/strict';
import { suite } from 'uvu';
import { formatDurationMs, formatSizeBytes, parseDurationMs, parseSizeBytes } from '../src/quantity.js';

const test = suite('durations and sizes');

test('reads durations with every unit, sums and fractions', () => {
  const cases: [string, number | undefined][] = [
    ['0', 0],
    ['250', 250],
    ['250ms', 250],
    ['1s', 1_000],
    ['1.5s', 1_500],
    ['5m', 300_000],
    ['5M', 300_000],
    [' 12h ', 43_200_000],
    ['7d', 604_800_000],
    ['2w', 1_209_600_000],
    ['1h30m', 5_400_000],
    ['', undefined],
    ['m', undefined],
    ['-5m', undefined],
    ['5 m', undefined],
    ['5y', undefined],
    ['1.5', undefined],
    ['5m!', undefined],
    ['1e3', undefined],
    ['constructor', undefined],
    ['1constructor', undefined],
    ['9007199254740991', 9_007_199_254_740_991],
    ['9007199254740992', undefined],
    ['99999999999999999w', undefined],
  ];
  for (const [text, expected] of cases) assert.equal(parseDurationMs(text), expected, JSON.stringify(text));
});

test('reads sizes in powers of 1024', () => {
  const cases: [string, number | undefined][] = [
    ['0', 0],
    ['4096', 4096],
    ['1b', 1],
    ['1k', 1024],
    ['512kb', 524_288],
    ['64mb', 67_108_864],
    ['64MiB', 67_108_864],
    ['1.5gb', 1_610_612_736],
    ['1tb', 1_099_511_627_776],
    ['64 mb', undefined],
    ['64pb', undefined],
    ['mb', undefined],
    ['-1', undefined],
  ];
  for (const [text, expected] of cases) assert.equal(parseSizeBytes(text), expected, JSON.stringify(text));
});

test('what is formatted reads back as the same quantity', () => {
  for (const value of [
    0, 1, 999, 1_000, 1_024, 60_000, 90_000, 3_600_000, 67_108_864, 86_400_000, 123_456_789,
  ]) {
    assert.equal(parseDurationMs(formatDurationMs(value)), value);
    assert.equal(parseSizeBytes(formatSizeBytes(value)), value);
  }
  assert.equal(formatDurationMs(300_000), '5m');
  assert.equal(formatSizeBytes(67_108_864), '64mb');
});

test.run();
