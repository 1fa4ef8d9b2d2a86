/** What the untyped elements of a list are to a typed reader, one by one. */
import assert from 'node:assert/strict';
import { test } from 'uvu';
import { ByteWriter } from '../src/bytes/index.js';
import { ValueType } from '../src/generated/index.js';
import {
  type AnoaValue,
  decodeValue,
  isValidValue,
  JSON_DEPTH_MAX,
  writeArrayHeader,
  writeTextAsMessagePack,
} from '../src/values/index.js';

function read(element: string | Uint8Array, isRaw = false): AnoaValue {
  const bytes = Buffer.from(element as Uint8Array);
  const writer = new ByteWriter(4);
  writeArrayHeader(writer, 1);
  writeTextAsMessagePack(writer, bytes, 0, bytes.length, isRaw);
  assert.ok(isValidValue(ValueType.JSON, writer.bytes, 0, writer.at));
  return (decodeValue(ValueType.JSON, writer.bytes, 0, writer.at) as AnoaValue[])[0];
}

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

const CASES: [string, string | Uint8Array, AnoaValue][] = [
  ['nothing', '', ''],
  ['null', 'null', null],
  ['true', 'true', true],
  ['false', 'false', false],
  ['a small number', '7', 7],
  ['a negative one', '-33', -33],
  ['the largest integer', '9223372036854775807', 9223372036854775807n],
  ['the smallest integer', '-9223372036854775808', -9223372036854775808n],
  ['beyond it', '9223372036854775808', '9223372036854775808'],
  ['a float', '1.5', 1.5],
  ['no canonical number', '1.50', '1.50'],
  ['a document', '{"a":[1,"x"]}', { a: [1, 'x'] }],
  ['nearly one', '{"a":[1,"x"]', '{"a":[1,"x"]'],
  ['text', 'Grüße', 'Grüße'],
  ['31 bytes', 'x'.repeat(31), 'x'.repeat(31)],
  ['32 bytes', 'x'.repeat(32), 'x'.repeat(32)],
  ['70000 bytes', 'x'.repeat(70000), 'x'.repeat(70000)],
  ['bytes that are not UTF-8', Uint8Array.of(0xff, 0, 0xfe), { base64: '/wD+' }],
  ['as deep as fits', nested(JSON_DEPTH_MAX - 1), JSON.parse(nested(JSON_DEPTH_MAX - 1))],
  ['one deeper', nested(JSON_DEPTH_MAX), nested(JSON_DEPTH_MAX)],
];

for (const [name, element, expected] of CASES)
  test(`an element: ${name}`, () => assert.deepEqual(read(element), expected));

test('raw, every element is a string, or base64', () => {
  for (const text of ['null', 'true', '7', '1.5', '{"a":1}', 'x']) assert.equal(read(text, true), text);
  assert.deepEqual(read(Uint8Array.of(0xc3), true), { base64: 'ww==' });
});

test.run();
