/** Records of lists and client flags as lines, and lines as records: what `journal cat` prints and snapshots hold. */

import assert from 'node:assert/strict';
import { ByteReader, ByteWriter, ValueType } from '@anoadb/protocol';
import { SeededRandom } from '@anoadb/testkit';
import { test } from 'uvu';
import { RecordKind, RecordReader, writeRecordHead } from '../src/persistence/entry-record.js';
import { LineEncoder } from '../src/persistence/line-encoder.js';
import { LineParser, MalformedLineError } from '../src/persistence/line-parser.js';

interface Fields {
  readonly kind: number;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly expiryMs?: number;
  readonly clientFlags?: number;
  readonly type?: number;
}

const VERSION = 77;

function recordOf({
  kind,
  key,
  value,
  expiryMs = 0,
  clientFlags = 0,
  type = ValueType.LIST,
}: Fields): Uint8Array {
  const writer = new ByteWriter();
  writeRecordHead(writer, kind, type, key.length, value.length, expiryMs, VERSION, clientFlags);
  writer.copy(key);
  writer.copy(value);
  return writer.written().slice();
}

function lineOf(bytes: Uint8Array): string {
  const record = new RecordReader(new ByteReader());
  record.reset(bytes, 0, bytes.length);
  assert.ok(record.next());
  const writer = new ByteWriter();
  new LineEncoder().encode(writer, record);
  assert.ok(!record.next());
  return Buffer.from(writer.written()).toString();
}

function parse(line: string, nowMs = 0): Uint8Array {
  const records = new ByteWriter();
  const bytes = Buffer.from(line);
  new LineParser(nowMs).parse(records, bytes, 0, bytes.length);
  return records.written().slice();
}

const u32 = (...values: number[]): Uint8Array => {
  const writer = new ByteWriter();
  for (const value of values) writer.u32(value);
  return writer.written().slice();
};
const elements = (...parts: (string | Uint8Array)[]): Uint8Array =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)).flatMap((part) => [u32(part.length), part]));
const q = Buffer.from('q');
const notUtf8 = Uint8Array.of(0xff);

const CASES: [string, Fields, string][] = [
  [
    'a list',
    { kind: RecordKind.PUT, key: q, value: elements('a', '', '1', '☃') },
    '{"k":"q","t":"list","v":["a","","1","☃"],"r":77}',
  ],
  [
    'elements that are not text, or need escapes, and an expiry',
    { kind: RecordKind.PUT, key: q, value: elements(notUtf8, '"],\n', '{"base64":"/w=="}'), expiryMs: 5 },
    '{"k":"q","t":"list","v":[{"base64":"/w=="},"\\"],\\n","{\\"base64\\":\\"/w==\\"}"],"x":5,"r":77}',
  ],
  [
    'a splice',
    { kind: RecordKind.SPLICE, key: q, value: Buffer.concat([u32(9, 3, 2), elements('x', 'y')]) },
    '{"op":"splice","k":"q","n":9,"at":3,"rm":2,"v":["x","y"],"r":77}',
  ],
  [
    'a change of the expiry alone',
    { kind: RecordKind.SPLICE, key: notUtf8, value: u32(9, 0, 0), expiryMs: 1e12 },
    '{"op":"splice","kb":"/w==","n":9,"at":0,"rm":0,"v":[],"x":1000000000000,"r":77}',
  ],
  [
    'equal elements from the front',
    { kind: RecordKind.REMOVE_EQUAL, key: q, value: Buffer.concat([u32(9, 2), Buffer.from('\0x')]) },
    '{"op":"lrem","k":"q","n":9,"rm":2,"v":"x","r":77}',
  ],
  [
    'equal elements from the back',
    { kind: RecordKind.REMOVE_EQUAL, key: q, value: Buffer.concat([u32(9, 2), Uint8Array.of(1, 0xff)]) },
    '{"op":"lrem","k":"q","n":9,"rm":-2,"v":{"base64":"/w=="},"r":77}',
  ],
  [
    'a copy',
    { kind: RecordKind.COPY, key: q, value: Buffer.from('from') },
    '{"op":"copy","k":"q","of":"from","r":77}',
  ],
  [
    'a copy of a key that is not text',
    { kind: RecordKind.COPY, key: q, value: notUtf8 },
    '{"op":"copy","k":"q","ob":"/w==","r":77}',
  ],
  [
    'client flags',
    {
      kind: RecordKind.PUT,
      key: q,
      value: Buffer.from('v'),
      type: ValueType.TEXT,
      expiryMs: 3,
      clientFlags: 0xffff_ffff,
    },
    '{"k":"q","t":"text","v":"v","x":3,"f":4294967295,"r":77}',
  ],
];

for (const [name, fields, line] of CASES)
  test(`${name}: record to line and back`, () => {
    const record = recordOf(fields);
    assert.equal(lineOf(record), `${line}\n`);
    assert.deepEqual(Buffer.from(parse(`${line}\n`)), Buffer.from(record));
  });

test('a list whose time has passed is not left out: what follows may be a change of it', () => {
  const record = parse('{"k":"q","t":"list","v":["a"],"x":5,"r":1}\n', 1000);
  assert.equal(record[0], RecordKind.PUT);
});

const MALFORMED: [string, string][] = [
  ['an element that is no string', '{"k":"q","t":"list","v":[1],"r":1}'],
  ['no comma', '{"k":"q","t":"list","v":["a""b"],"r":1}'],
  ['a comma too many', '{"k":"q","t":"list","v":["a",],"r":1}'],
  ['a comma alone', '{"k":"q","t":"list","v":[,],"r":1}'],
  ['an object in the place of a list', '{"k":"q","t":"list","v":{"base64":"/w=="},"r":1}'],
  ['a list in base64', '{"k":"q","t":"list","vb":"AAAA","r":1}'],
  ['flags of 33 bits', '{"k":"q","t":"text","v":"x","f":4294967296,"r":1}'],
  ['negative flags', '{"k":"q","t":"text","v":"x","f":-1,"r":1}'],
  ['a splice without its place', '{"op":"splice","k":"q","n":1,"rm":1,"v":[],"r":1}'],
  ['a splice without its length', '{"op":"splice","k":"q","at":1,"rm":1,"v":[],"r":1}'],
  ['a splice without elements', '{"op":"splice","k":"q","n":1,"at":1,"rm":1,"r":1}'],
  ['more elements than there are', '{"op":"splice","k":"q","n":4294967296,"at":1,"rm":1,"v":[],"r":1}'],
  ['lrem without its element', '{"op":"lrem","k":"q","n":1,"rm":1,"r":1}'],
  ['lrem without its count', '{"op":"lrem","k":"q","n":1,"v":"x","r":1}'],
  ['a copy of nothing', '{"op":"copy","k":"q","r":1}'],
];

for (const [name, line] of MALFORMED)
  test(`${name} is refused`, () => assert.throws(() => parse(`${line}\n`), MalformedLineError));

test('random elements survive line and back, byte for byte (seeded)', () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  const random = new SeededRandom(seed);
  for (let i = 0; i < 500; i++) {
    const parts = Array.from({ length: random.int(1, 8) }, () => {
      const isText = random.chance(0.5);
      return Uint8Array.from({ length: random.int(0, 40) }, () => random.int(0, isText ? 127 : 255));
    });
    const clientFlags = random.chance(0.3) ? random.int(1, 2 ** 32 - 1) : 0;
    const record = recordOf({ kind: RecordKind.PUT, key: q, value: elements(...parts), clientFlags });
    assert.deepEqual(Buffer.from(parse(lineOf(record))), Buffer.from(record), `seed ${seed}, list ${i}`);
  }
});

test.run();
