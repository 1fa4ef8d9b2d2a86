import assert from 'node:assert/strict';
import { test } from 'uvu';
import { keyJson, keyText } from '../src/output/key-text.js';
import { countText, durationText, sizeText } from '../src/output/quantity-text.js';
import { renderTable } from '../src/output/table.js';
import { exactJson, plainBytes, shortValue } from '../src/output/value-text.js';

test('durations show the two units that matter', () => {
  const cases: [number, string][] = [
    [0, '0ms'],
    [999, '999ms'],
    [1000, '1s'],
    [1250, '1.25s'],
    [9999, '10s'],
    [59_999, '1m'],
    [299_000, '4m 59s'],
    [3_600_000, '1h'],
    [3_661_000, '1h 1m'],
    [86_400_000 * 3 + 4 * 3_600_000, '3d 4h'],
    [86_400_000 + 60_000, '1d'],
  ];
  for (const [ms, text] of cases) assert.equal(durationText(ms), text);
});

test('sizes are in binary units and counts in groups of three', () => {
  assert.equal(sizeText(0), '0 B');
  assert.equal(sizeText(1023), '1023 B');
  assert.equal(sizeText(1024), '1.00 KiB');
  assert.equal(sizeText(1536 * 1024), '1.50 MiB');
  assert.equal(sizeText(64 * 1024 * 1024), '64.0 MiB');
  assert.equal(countText(0), '0');
  assert.equal(countText(999), '999');
  assert.equal(countText(1000), '1 000');
  assert.equal(countText(1234567), '1 234 567');
});

test('columns of a table line up, colours not counted', () => {
  const table = renderTable(
    [
      ['\u001b[1mname\u001b[22m', 'count'],
      ['a', '1'],
    ],
    [1],
  );
  assert.equal(table, '\u001b[1mname\u001b[22m  count\na         1');
});

test('JSON output is exact: wide integers, floats that are none, bytes, odd names', () => {
  assert.equal(exactJson(9007199254740993n), '9007199254740993');
  assert.equal(exactJson(Number.POSITIVE_INFINITY), '"Infinity"');
  assert.equal(exactJson(-0), '-0.0');
  assert.equal(exactJson(new Uint8Array([255, 0])), '"/wA="');
  assert.equal(exactJson({ ' "': [1, null, {}], e: [] }), '{" \\"":[1,null,{}],"e":[]}');
  assert.equal(exactJson(null), 'null');
});

test('what an untyped reader sees is text and bytes as they are', () => {
  const seen = (value: Parameters<typeof plainBytes>[0]) => Buffer.from(plainBytes(value)).toString('latin1');
  assert.equal(seen('042'), '042');
  assert.equal(seen(42), '42');
  assert.equal(seen(true), 'true');
  assert.equal(seen({ a: 1 }), '{"a":1}');
  assert.equal(seen(new Uint8Array([1, 255])), '\u0001\u00ff');
});

test('a long value is cut for a list', () => {
  assert.equal(shortValue('abcdefghij', 6), '"abcd…');
  assert.equal(shortValue(new Uint8Array(9), 80), '<9 bytes>');
});

test('keys that are no text are escaped, never sent to a terminal as they are', () => {
  assert.equal(keyText(Buffer.from('user:ü')), 'user:ü');
  assert.equal(keyText(new Uint8Array([97, 255])), 'a\\xff');
  assert.equal(keyText(Buffer.from('a\u001b[2J')), 'a\\x1b[2J');
  assert.equal(keyJson(new Uint8Array([255])), '{"base64":"/w=="}');
  assert.equal(keyJson(Buffer.from('a"')), '"a\\""');
});

test.run();
