import assert from 'node:assert/strict';
import { ByteReader, ByteWriter, type Integer } from '@anoadb/protocol';
import fc from 'fast-check';
import { test } from 'uvu';

type Field = 'u8' | 'u16' | 'u32' | 'u48' | 'u64' | 'i64' | 'f64';
const WIDTHS: Record<Field, number> = { u8: 1, u16: 2, u32: 4, u48: 6, u64: 8, i64: 8, f64: 8 };
const FIELDS = Object.keys(WIDTHS) as Field[];

/** Both edges of every width, and of every byte and word boundary within it. */
const EDGES: [Field, Integer, string][] = [
  ['u8', 0, '00'],
  ['u8', 0x7f, '7f'],
  ['u8', 0x80, '80'],
  ['u8', 0xff, 'ff'],
  ['u16', 0, '0000'],
  ['u16', 0x00ff, 'ff00'],
  ['u16', 0x0100, '0001'],
  ['u16', 0x8001, '0180'],
  ['u16', 0xffff, 'ffff'],
  ['u32', 0, '00000000'],
  ['u32', 0x01020304, '04030201'],
  ['u32', 0x7fffffff, 'ffffff7f'],
  ['u32', 0x80000000, '00000080'],
  ['u32', 0xffffffff, 'ffffffff'],
  ['u48', 0, '000000000000'],
  ['u48', 0xffffffff, 'ffffffff0000'],
  ['u48', 0x1_0000_0000, '000000000100'],
  ['u48', 0x0102_0304_0506, '060504030201'],
  ['u48', 0x8000_0000_0000, '000000000080'],
  ['u48', 0xffff_ffff_ffff, 'ffffffffffff'],
  ['u64', 0, '0000000000000000'],
  ['u64', 0xffffffff, 'ffffffff00000000'],
  ['u64', 0x1_0000_0000, '0000000001000000'],
  ['u64', 2 ** 53 - 1, 'ffffffffffff1f00'],
  ['i64', 0, '0000000000000000'],
  ['i64', 1, '0100000000000000'],
  ['i64', -1, 'ffffffffffffffff'],
  ['i64', 0xffffffff, 'ffffffff00000000'],
  ['i64', 0x1_0000_0000, '0000000001000000'],
  ['i64', -0x1_0000_0000, '00000000ffffffff'],
  ['i64', -0x1_0000_0001, 'fffffffffeffffff'],
  ['i64', 2 ** 53 - 1, 'ffffffffffff1f00'],
  ['i64', 2n ** 53n, '0000000000002000'],
  ['i64', -(2 ** 53) + 1, '010000000000e0ff'],
  ['i64', -(2n ** 53n), '000000000000e0ff'],
  ['i64', -(2n ** 53n) - 1n, 'ffffffffffffdfff'],
  ['i64', 2n ** 63n - 1n, 'ffffffffffffff7f'],
  ['i64', -(2n ** 63n), '0000000000000080'],
  ['f64', 0, '0000000000000000'],
  ['f64', -0, '0000000000000080'],
  ['f64', 1.5, '000000000000f83f'],
  ['f64', Number.MAX_VALUE, 'ffffffffffffef7f'],
  ['f64', Number.MIN_VALUE, '0100000000000000'],
  ['f64', Infinity, '000000000000f07f'],
  ['f64', -Infinity, '000000000000f0ff'],
  ['f64', NaN, '000000000000f87f'],
];

const TOO_WIDE: [Field, Integer][] = [
  ['u8', -1],
  ['u8', 256],
  ['u8', 0.5],
  ['u8', NaN],
  ['u16', -1],
  ['u16', 0x10000],
  ['u16', 1.5],
  ['u32', -1],
  ['u32', 0x1_0000_0000],
  ['u32', 0.5],
  ['u48', -1],
  ['u48', 2 ** 48],
  ['u48', 0.5],
  ['u48', NaN],
  ['u64', -1],
  ['u64', 2 ** 53],
  ['u64', 0.5],
  ['u64', Infinity],
  ['i64', 2 ** 53],
  ['i64', -(2 ** 53)],
  ['i64', 0.5],
  ['i64', NaN],
  ['i64', 2n ** 63n],
  ['i64', -(2n ** 63n) - 1n],
];

test('both edges of every width have the expected bytes and are read back', () => {
  for (const [field, value, hex] of EDGES) {
    const writer = new ByteWriter(0);
    writer[field](value as never);
    assert.equal(Buffer.from(writer.written()).toString('hex'), hex, `${field} ${value}`);
    const reader = new ByteReader(Buffer.from(`aa${hex}aa`, 'hex'), 1, 1 + WIDTHS[field]);
    assert.ok(Object.is(reader[field](), value), `${field} ${value}`);
    assert.equal(reader.remaining, 0);
    assert.equal(reader.failed, false);
  }
});

test('an i64 may be written as a bigint wherever it is read as a number', () => {
  for (const value of [0, 1, -1, 2 ** 32, -(2 ** 32) - 1, 2 ** 53 - 1, -(2 ** 53) + 1]) {
    const writer = new ByteWriter();
    writer.i64(BigInt(value));
    assert.equal(new ByteReader(writer.written()).i64(), value);
  }
});

test('a number that does not fit its field is refused before a byte is written', () => {
  for (const [field, value] of TOO_WIDE) {
    const writer = new ByteWriter();
    assert.throws(() => writer[field](value as never), RangeError, `${field} ${value}`);
    assert.equal(writer.at, 0);
  }
});

test('a read that is cut off at any length fails, yields 0, and so does every read after it', () => {
  for (const field of FIELDS) {
    for (let length = 0; length < WIDTHS[field]; length++) {
      const reader = new ByteReader(new Uint8Array(32).fill(1), 3, 3 + length);
      assert.equal(reader[field](), 0, `${field} of ${length} bytes`);
      assert.equal(reader.failed, true);
      assert.equal(reader.remaining, 0);
      for (const next of FIELDS) assert.equal(reader[next](), 0);
      assert.equal(reader.skip(0), -1);
      assert.equal(reader.failed, true);
    }
  }
});

test('a u64 above 2^53-1 fails', () => {
  for (const hex of ['0000000000002000', 'ffffffffffffffff', '0000000000000080']) {
    const reader = new ByteReader(Buffer.from(hex, 'hex'));
    assert.equal(reader.u64(), 0);
    assert.equal(reader.failed, true);
  }
});

test('skip says where the run starts, and refuses one that is not there', () => {
  const reader = new ByteReader(new Uint8Array(10), 2, 8);
  assert.equal(reader.skip(0), 2);
  assert.equal(reader.skip(4), 2);
  assert.equal(reader.remaining, 2);
  assert.equal(reader.skip(2), 6);
  assert.equal(reader.skip(0), 8);
  assert.equal(reader.failed, false);
  for (const byteCount of [7, 2 ** 32, -1, NaN]) {
    reader.reset(new Uint8Array(10), 2, 8);
    assert.equal(reader.skip(byteCount), -1);
    assert.equal(reader.failed, true);
  }
});

test('reset makes a failed reader good again', () => {
  const reader = new ByteReader();
  assert.equal(reader.u8(), 0);
  assert.equal(reader.failed, true);
  assert.equal(reader.reset(new Uint8Array([7])), reader);
  assert.equal(reader.u8(), 7);
  assert.equal(reader.failed, false);
});

test('whatever is written in any order is read back', () => {
  const step = fc.oneof(
    fc.tuple(fc.constant('u8' as Field), fc.nat(0xff)),
    fc.tuple(fc.constant('u16' as Field), fc.nat(0xffff)),
    fc.tuple(fc.constant('u32' as Field), fc.nat(0xffffffff)),
    fc.tuple(
      fc.constant('u48' as Field),
      fc.maxSafeNat().map((value) => value % 2 ** 48),
    ),
    fc.tuple(fc.constant('u64' as Field), fc.maxSafeNat()),
    fc.tuple(
      fc.constant('i64' as Field),
      fc.oneof(fc.maxSafeInteger(), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)),
    ),
    fc.tuple(fc.constant('f64' as Field), fc.double()),
  );
  fc.assert(
    fc.property(fc.array(step), fc.nat(20), (steps, capacityBytes) => {
      const writer = new ByteWriter(capacityBytes);
      for (const [field, value] of steps) writer[field](value as never);
      const reader = new ByteReader(writer.written());
      for (const [field, value] of steps) {
        const read = reader[field]();
        assert.ok(Object.is(read, value) || BigInt(read as number) === BigInt(value as number));
      }
      assert.equal(reader.remaining, 0);
      assert.equal(reader.failed, false);
    }),
  );
});

test('copy appends exactly the range, short or long, and grows the buffer', () => {
  const source = Uint8Array.from({ length: 300 }, (_, i) => i & 0xff);
  for (const [start, end] of [
    [0, 0],
    [5, 6],
    [0, 32],
    [3, 36],
    [0, 300],
    [299, 300],
  ] as const) {
    const writer = new ByteWriter(1);
    writer.u8(9);
    writer.copy(source, start, end);
    assert.deepEqual([...writer.written()], [9, ...source.slice(start, end)]);
  }
  const writer = new ByteWriter();
  writer.copy(source);
  assert.deepEqual(writer.written(), source);
});

test('copy refuses a range that is not there', () => {
  const writer = new ByteWriter();
  for (const [start, end] of [
    [-1, 2],
    [2, 1],
    [0, 5],
    [NaN, 1],
  ]) {
    assert.throws(() => writer.copy(new Uint8Array(4), start, end), RangeError);
  }
  assert.equal(writer.at, 0);
});

test('reset keeps the buffer, and growing keeps what is in it', () => {
  const writer = new ByteWriter(4);
  writer.u32(0x04030201);
  const before = writer.bytes;
  writer.ensure(0);
  assert.equal(writer.bytes, before);
  writer.ensure(1000);
  assert.ok(writer.bytes.length >= 1004);
  assert.deepEqual([...writer.written()], [1, 2, 3, 4]);
  const grown = writer.bytes;
  writer.reset();
  assert.equal(writer.at, 0);
  assert.equal(writer.bytes, grown);
});

test.run();
