// What JavaScript values become, what is refused and how the refusal names the place.
import assert from 'node:assert/strict';
import {
  type AnoaValue,
  ByteWriter,
  decodeValue,
  encodeValue,
  isJsonText,
  isValidValue,
  jsonTextOfValue,
  jsonToMessagePack,
  MalformedValueError,
  messagePackToJson,
  plainText,
  ValueType,
  writeInterpreted,
  writeJsonAsMessagePack,
  writeMessagePackAsJson,
  writeValueOfJsonText,
} from '@anoadb/protocol';
import { test } from 'uvu';

test('each kind of JavaScript value has its type', () => {
  const cases: [AnoaValue, ValueType][] = [
    [null, ValueType.NULL],
    [true, ValueType.BOOLEAN],
    [0, ValueType.INTEGER],
    [-1, ValueType.INTEGER],
    [Number.MAX_SAFE_INTEGER, ValueType.INTEGER],
    [Number.MIN_SAFE_INTEGER, ValueType.INTEGER],
    [5n, ValueType.INTEGER],
    [-(2n ** 63n), ValueType.INTEGER],
    [-0, ValueType.FLOAT],
    [0.5, ValueType.FLOAT],
    [2 ** 53, ValueType.FLOAT],
    [NaN, ValueType.FLOAT],
    [-Infinity, ValueType.FLOAT],
    ['', ValueType.STRING],
    ['42', ValueType.STRING],
    [new Uint8Array([1]), ValueType.BYTES],
    [Buffer.from('x'), ValueType.BYTES],
    [[], ValueType.JSON],
    [{}, ValueType.JSON],
    [Object.create(null), ValueType.JSON],
  ];
  for (const [value, type] of cases) {
    const writer = new ByteWriter();
    assert.equal(encodeValue(writer, value), type);
    assert.ok(isValidValue(type, writer.bytes, 0, writer.at));
  }
});

test('a value is appended behind what the writer holds', () => {
  const writer = new ByteWriter(2);
  writer.u8(0xee);
  encodeValue(writer, ['é'.repeat(40)]);
  assert.equal(writer.bytes[0], 0xee);
  assert.deepEqual(decodeValue(ValueType.JSON, writer.bytes, 1, writer.at), ['é'.repeat(40)]);
});

test('objects are written as JSON.stringify would take them', () => {
  class Point {
    x = 1;
    #hidden = 2;
    get sum(): number {
      return this.x + this.#hidden;
    }
  }
  const sparse = [1];
  sparse[2] = 3;
  const documents: object[] = [
    { a: undefined, b: 1 },
    [undefined, null],
    sparse,
    { at: new Date(0), nested: { toJSON: (key: string) => `key ${key}` } },
    [{ toJSON: (key: string) => `index ${key}` }],
    { gone: { toJSON: () => undefined }, stays: 1 },
    [{ toJSON: () => undefined }],
    new Point(),
    { ['__proto__']: { polluted: true }, constructor: 1, hasOwnProperty: 2 },
    { [Symbol('skipped')]: 1, a: 1 },
    { toJSON: () => ({ replaced: true }) },
    Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, i < 2 ? undefined : i])),
    Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`k${i}`, i < 1 ? undefined : { u: undefined }])),
  ];
  for (const document of documents) {
    const { value, text } = roundTrip(document);
    assert.equal(text, JSON.stringify(document));
    assert.deepEqual(value, JSON.parse(JSON.stringify(document)));
  }
});

test('toJSON at the top may turn an object into any value', () => {
  const writer = new ByteWriter();
  assert.equal(encodeValue(writer, new Date(0)), ValueType.STRING);
  assert.equal(decodeValue(ValueType.STRING, writer.bytes, 0, writer.at), '1970-01-01T00:00:00.000Z');
  assert.equal(encodeValue(new ByteWriter(), { toJSON: () => 5 }), ValueType.INTEGER);
  assert.equal(encodeValue(new ByteWriter(), { toJSON: () => null }), ValueType.NULL);
  assert.throws(() => encodeValue(new ByteWriter(), { toJSON: () => undefined }), TypeError);
});

test('a toJSON that encodes something itself disturbs nothing', () => {
  const inner = { toJSON: () => roundTrip({ deep: [1, { x: 2 }] }).text };
  assert.deepEqual(roundTrip({ a: [0, inner], b: 2 }).value, { a: [0, '{"deep":[1,{"x":2}]}'], b: 2 });
});

test('__proto__ is a member like any other, both ways', () => {
  for (const text of ['{"__proto__":{"x":1}}', '{"a":{"__proto__":null,"b":1}}', '{"__proto__":5}']) {
    const packed = jsonToMessagePack(Buffer.from(text));
    const value = decodeValue(ValueType.JSON, packed, 0, packed.length) as Record<string, unknown>;
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.equal(roundTrip(value).text, text);
  }
  assert.equal(({} as { x?: number }).x, undefined);
});

test('whole numbers within json are exact to both ends of int64 and uint64', () => {
  const document = [2n ** 64n - 1n, 2n ** 63n, -(2n ** 63n), 2n ** 53n, -(2n ** 53n), 2 ** 53 - 1, 5, -5];
  assert.deepEqual(roundTrip(document).value, document);
  assert.equal(roundTrip([5n, -1n]).text, '[5,-1]');
  assert.deepEqual(roundTrip([5n]).value, [5]);
});

test('an unsafe whole number and -0 stay the floats they are', () => {
  const { value, text } = roundTrip([2 ** 60, -0, 1e300]);
  assert.equal(text, '[1152921504606847000.0,-0.0,1e+300]');
  assert.deepEqual(value, [2 ** 60, -0, 1e300]);
});

test('what has no form is refused by an error that names the path, and nothing is written', () => {
  const cycle: Record<string, unknown> = { list: [] };
  (cycle['list'] as unknown[]).push({ back: cycle });
  const array: unknown[] = [];
  array.push(array);
  let deep: unknown = [];
  for (let i = 0; i < 128; i++) deep = [deep];
  const cases: [unknown, RegExp][] = [
    [undefined, /^TypeError: \$: undefined has no wire form$/],
    [() => 1, /^TypeError: \$: a function has no wire form$/],
    [Symbol('s'), /^TypeError: \$: a symbol has no wire form$/],
    [2n ** 63n, /^RangeError: \$: 9223372036854775808 is beyond int64$/],
    [-(2n ** 63n) - 1n, /^RangeError/],
    [new Map(), /^TypeError: \$: Map has no form in JSON$/],
    [new Float64Array(1), /^TypeError: \$: Float64Array has no form in JSON$/],
    [new ArrayBuffer(1), /^TypeError: \$: ArrayBuffer has no form in JSON$/],
    [/x/, /^TypeError: \$: RegExp/],
    [new Error('x'), /^TypeError: \$: Error/],
    ['\ud800', /^TypeError: lone surrogate at index 0/],
    [cycle, /^TypeError: \$\.list\[0\]\.back: cycle: leads back to \$$/],
    [array, /^TypeError: \$\[0\]: cycle: leads back to \$$/],
    [deep, /^TypeError: \$(\[0\]){128}: deeper than 128 levels$/],
    [{ a: { b: [1, new Set()] } }, /^TypeError: \$\.a\.b\[1\]: Set has no form/],
    [{ a: Buffer.from('x') }, /^TypeError: \$\.a: Uint8Array has no form/],
    [{ a: new Uint8Array(1) }, /^TypeError: \$\.a: Uint8Array has no form/],
    [{ 'two words': [() => 1] }, /^TypeError: \$\["two words"\]\[0\]: a function has no form in JSON$/],
    [{ s: Symbol('s') }, /^TypeError: \$\.s: a symbol/],
    [{ n: NaN }, /^TypeError: \$\.n: NaN has no form in JSON$/],
    [[[-Infinity]], /^TypeError: \$\[0\]\[0\]: -Infinity/],
    [{ a: 1, b: { big: 2n ** 64n } }, /^RangeError: \$\.b\.big: 18446744073709551616 is beyond/],
    [[-(2n ** 63n) - 1n], /^RangeError: \$\[0\]: -9223372036854775809/],
    [{ a: ['ok', 'bad\udc00'] }, /^TypeError: \$\.a\[1\]: lone surrogate at index 3/],
    [{ 'k\ud800': 1 }, /^TypeError: \$\[.*\]: lone surrogate at index 1/],
    [{ o: Object(Symbol.iterator) }, /^TypeError: \$\.o: Symbol/],
  ];
  for (const [value, expected] of cases) {
    const writer = new ByteWriter();
    writer.u8(1);
    assert.throws(
      () => encodeValue(writer, value as AnoaValue),
      (error: unknown) => {
        assert.match(String(error), expected);
        return true;
      },
    );
    assert.equal(writer.at, 1, String(expected));
  }
});

test('the same object twice is no cycle, and 128 levels are allowed', () => {
  const shared = { x: 1 };
  assert.equal(roundTrip([shared, shared, { shared }]).text, '[{"x":1},{"x":1},{"shared":{"x":1}}]');
  let deep: unknown[] = [];
  for (let i = 0; i < 127; i++) deep = [deep];
  assert.deepEqual(roundTrip(deep).value, deep);
});

test('decoded bytes are a copy', () => {
  const wire = new Uint8Array([1, 2, 3]);
  const value = decodeValue(ValueType.BYTES, wire, 1, 3) as Uint8Array;
  wire.fill(9);
  assert.deepEqual([...value], [2, 3]);
});

test('sizes at which a header widens survive the way through objects and through text', () => {
  for (const length of [0, 15, 16, 31, 32, 255, 256, 65535, 65536]) {
    const ascii = 'x'.repeat(length);
    const wide = 'é'.repeat(length);
    const items = Array.from({ length }, (_, i) => i % 3);
    const members = Object.fromEntries(items.map((item, i) => [`k${i}`, item]));
    for (const document of [{ ascii }, { wide }, [wide.slice(0, length >> 1)], items, members]) {
      const { value, text } = roundTrip(document);
      assert.deepEqual(value, document);
      assert.equal(text, JSON.stringify(document));
    }
    // Every character escaped: the text is six times as long as what it says.
    const packed = jsonToMessagePack(Buffer.from(`["${'\\u0061'.repeat(length)}"]`));
    assert.deepEqual(packed, jsonToMessagePack(Buffer.from(`["${'a'.repeat(length)}"]`)));
  }
});

test('a document of more containers than the scratch keeps is counted right, twice', () => {
  const text = `[${'[],{},[0],'.repeat(20_000)}[1,2]]`;
  for (let i = 0; i < 2; i++) {
    const packed = jsonToMessagePack(Buffer.from(text));
    assert.equal(Buffer.from(messagePackToJson(packed)).toString(), text);
  }
});

test('text that is not JSON, and bytes that are not MessagePack, leave the writer where it was', () => {
  const writer = new ByteWriter();
  writer.u8(1);
  const text = Buffer.from('{"a":[1,2,tru]}');
  assert.equal(isJsonText(text), false);
  assert.throws(
    () => writeJsonAsMessagePack(writer, text, 0, text.length),
    (error: unknown) => error instanceof MalformedValueError && error.offset === 10,
  );
  const packed = Buffer.from('92a161c1', 'hex');
  assert.throws(
    () => writeMessagePackAsJson(writer, packed, 0, packed.length),
    (error: unknown) => error instanceof MalformedValueError && error.offset === 3,
  );
  assert.throws(() => writeInterpreted(writer, ValueType.JSON, text, 0, text.length), MalformedValueError);
  assert.equal(writer.at, 1);
});

test('JSON text of another type is refused', () => {
  const cases: [ValueType, string[]][] = [
    [ValueType.NULL, ['', 'nul', 'true', 'null ']],
    [ValueType.BOOLEAN, ['', 'null', '1', '"true"']],
    [ValueType.INTEGER, ['', '1.0', '9223372036854775808', '"1"', '01', 'x']],
    [ValueType.FLOAT, ['', '"nan"', '"Infinity', 'x', '01', '1 ', ' 1', '1e400', '[1]', 'NaN', '"NaN"x']],
    [ValueType.STRING, ['', '"', 'a', '"a', '"a"b', '"\\x"', '"\\ud800"', '42']],
    [ValueType.TEXT, ['', '42', '{"base64":"/w=="', '{"base64":""', '{"base65":"/w=="}', '{"base64":/w==}']],
    [ValueType.BYTES, ['', '"', 'AA==', '"AA="', '"AB=="']],
    [ValueType.JSON, ['', '{', '[1,]', '{}x']],
    [ValueType.NONE, ['', 'null']],
    [ValueType.LIST, ['[]']],
  ];
  for (const [type, texts] of cases) {
    for (const text of texts) {
      const writer = new ByteWriter();
      const bytes = Buffer.from(text);
      assert.equal(writeValueOfJsonText(writer, type, bytes, 0, bytes.length), false, `${type} ${text}`);
      assert.equal(writer.at, 0);
    }
  }
});

test('a float may be given as a whole number, and non-finite ones come back', () => {
  for (const [text, value] of [
    ['5', 5],
    ['-0', -0],
    ['"NaN"', NaN],
    ['"Infinity"', Infinity],
    ['"-Infinity"', -Infinity],
  ] as const) {
    const writer = new ByteWriter();
    const bytes = Buffer.from(text);
    assert.ok(writeValueOfJsonText(writer, ValueType.FLOAT, bytes, 0, bytes.length));
    assert.ok(Object.is(decodeValue(ValueType.FLOAT, writer.bytes, 0, writer.at), value));
  }
});

test('types that are none, never sent or unknown have no values', () => {
  for (const type of [ValueType.NONE, ValueType.LIST, 10, 255, -1]) {
    assert.equal(isValidValue(type, new Uint8Array(8), 0, 8), false);
    assert.equal(isValidValue(type, new Uint8Array(0), 0, 0), false);
    assert.throws(() => decodeValue(type, new Uint8Array(0), 0, 0), MalformedValueError);
    assert.throws(() => jsonTextOfValue(type, new Uint8Array(0), 0, 0), MalformedValueError);
    assert.throws(() => plainText(type, new Uint8Array(0), 0, 0), MalformedValueError);
  }
});

function roundTrip(document: object): { value: AnoaValue; text: string } {
  const writer = new ByteWriter(1);
  assert.equal(encodeValue(writer, document), ValueType.JSON);
  const packed = writer.written().slice();
  assert.ok(isValidValue(ValueType.JSON, packed, 0, packed.length));
  const text = messagePackToJson(packed);
  assert.deepEqual(jsonToMessagePack(text), packed);
  return {
    value: decodeValue(ValueType.JSON, packed, 0, packed.length),
    text: Buffer.from(text).toString(),
  };
}

test.run();
