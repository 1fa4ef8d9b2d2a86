import assert from 'node:assert/strict';
import { float, text } from '@anoadb/sdk';
import { test } from 'uvu';
import { type ExportedEntry, parseTransferLine, transferLine } from '../src/transfer-line.js';

const key = Buffer.from('k');
const ENTRIES: Omit<ExportedEntry, 'key'>[] = [
  { type: 'null', value: null, expireAt: undefined },
  { type: 'boolean', value: false, expireAt: 1_900_000_000_000 },
  { type: 'string', value: '042 "\n\u2028', expireAt: undefined },
  { type: 'json', value: { a: [1, 9007199254740993n, null], b: '' }, expireAt: undefined },
  { type: 'json', value: [], expireAt: undefined },
];

for (const entry of ENTRIES) {
  test(`an exported ${entry.type} is imported as it was: ${transferLine({ key, ...entry })}`, () => {
    const line = transferLine({ key, ...entry });
    assert.ok(!line.includes('\n'));
    assert.deepEqual(parseTransferLine(line), { key: 'k', value: entry.value, expireAt: entry.expireAt });
  });
}

test('integers stay exact, also where a float would do', () => {
  for (const value of [42n, -9223372036854775808n, 9223372036854775807n]) {
    const line = transferLine({ key, type: 'integer', value, expireAt: undefined });
    assert.equal(parseTransferLine(line).value, value);
  }
});

test('a float stays a float, also a whole one and one that JSON cannot say', () => {
  for (const value of [1.5, 3, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]) {
    const line = transferLine({ key, type: 'float', value, expireAt: undefined });
    assert.deepEqual(parseTransferLine(line).value, float(value));
  }
});

test('untyped text and bytes come back, also where they are no UTF-8', () => {
  const odd = new Uint8Array([0, 255, 10]);
  const asText = transferLine({ key: odd, type: 'text', value: odd, expireAt: undefined });
  const parsed = parseTransferLine(asText);
  assert.deepEqual(Buffer.from(parsed.key as Uint8Array), Buffer.from(odd));
  assert.deepEqual(parsed.value, text(Buffer.from(odd)));
  const asBytes = parseTransferLine(transferLine({ key, type: 'bytes', value: odd, expireAt: undefined }));
  assert.deepEqual(Buffer.from(asBytes.value as Uint8Array), Buffer.from(odd));
});

test('a hand-written line needs no type, and takes a ttl', () => {
  const before = Date.now();
  const { value, expireAt } = parseTransferLine('{"key":"u","value":{"n":1},"ttl":"5m"}');
  assert.deepEqual(value, { n: 1 });
  assert.ok(expireAt !== undefined && expireAt >= before + 300_000 && expireAt <= Date.now() + 300_000);
  assert.equal(
    parseTransferLine('{"key":"u","value":1,"expiresAt":"2030-01-01T00:00:00Z"}').expireAt,
    1893456000000,
  );
});

const REFUSED: [line: string, reason: RegExp][] = [
  ['{', /JSON|Expected/],
  ['42', /one JSON object/],
  ['{"value":1}', /"key" is missing/],
  ['{"key":7,"value":1}', /"key" is missing or is no string/],
  ['{"key":"a"}', /"value" is missing/],
  ['{"key":"a","value":1,"type":"text"}', /text takes a string/],
  ['{"key":"a","value":1.5,"type":"integer"}', /whole number/],
  ['{"key":"a","value":"#","type":"bytes"}', /no base64/],
  ['{"key":"a","value":1,"type":"hash"}', /no type/],
  ['{"key":"a","value":1,"ttl":"soon"}', /"ttl" takes/],
  ['{"key":"a","value":1,"expiresAt":"soon"}', /"expiresAt" takes/],
];

for (const [line, reason] of REFUSED) {
  test(`refused, saying why: ${line}`, () => {
    assert.throws(() => parseTransferLine(line), reason);
  });
}

test.run();
