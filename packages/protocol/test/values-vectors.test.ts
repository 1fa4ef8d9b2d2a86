// The vectors that every language's implementation reads.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  ByteWriter,
  decodeValue,
  encodeValue,
  interpretText,
  isValidValue,
  jsonTextOfValue,
  jsonToMessagePack,
  MalformedValueError,
  messagePackToJson,
  plainText,
  ValueType,
  writeInterpreted,
  writeValueOfJsonText,
} from '@anoadb/protocol';
import { test } from 'uvu';

interface TypingRow {
  text?: string;
  hex?: string;
  kind: string;
  wire: string;
}

interface ValueRow {
  name?: string;
  type: string;
  json: string;
  wire: string;
  plain: string;
  shortest: string;
}

const typing = readVectors<{ rows: TypingRow[] }>('typing.json');
const values = readVectors<{ values: ValueRow[]; accepted: ValueRow[]; malformed: ValueRow[] }>(
  'values.json',
);

test('untyped text is what the vectors say, also in the middle of a larger buffer', () => {
  assert.ok(typing.rows.length > 200);
  for (const row of typing.rows) {
    const text = row.hex === undefined ? Buffer.from(row.text as string) : Buffer.from(row.hex, 'hex');
    const label = row.text ?? row.hex;
    // What surrounds the text would change its kind if it were read: digits before and after.
    for (const padding of ['', '1', '"', '}']) {
      const bytes = Buffer.concat([Buffer.from(padding), text, Buffer.from(padding)]);
      const start = padding.length;
      const end = start + text.length;
      const kind = interpretText(bytes, start, end);
      assert.equal(kind, typeNamed(row.kind), label);
      const writer = new ByteWriter(1);
      writeInterpreted(writer, kind, bytes, start, end);
      assert.equal(hex(writer.written()), row.wire, label);
      assert.ok(isValidValue(kind, writer.bytes, 0, writer.at), label);
    }
  }
});

test('decoding a text gives the same value as decoding its interpreted wire form', () => {
  for (const row of typing.rows) {
    const text = row.hex === undefined ? Buffer.from(row.text as string) : Buffer.from(row.hex, 'hex');
    const wire = Buffer.from(row.wire, 'hex');
    assert.deepEqual(
      decodeValue(ValueType.TEXT, text, 0, text.length),
      decodeValue(typeNamed(row.kind), wire, 0, wire.length),
    );
  }
});

test('every value has the JSON text, the plain text and the bytes of the vectors', () => {
  for (const row of values.values) {
    const type = typeNamed(row.type);
    const wire = Buffer.from(row.wire, 'hex');
    assert.ok(isValidValue(type, wire, 0, wire.length), row.json);
    assert.equal(jsonTextOfValue(type, wire, 0, wire.length), row.json);
    assert.equal(hex(plainText(type, wire, 0, wire.length)), row.plain, row.json);
    const text = Buffer.from(row.json);
    const writer = new ByteWriter(1);
    assert.ok(writeValueOfJsonText(writer, type, text, 0, text.length), row.json);
    assert.equal(hex(writer.written()), row.wire, row.json);
  }
});

test('encoding what was decoded gives the same type and bytes', () => {
  for (const row of values.values) {
    const wire = Buffer.from(row.wire, 'hex');
    const value = decodeValue(typeNamed(row.type), wire, 0, wire.length);
    // JavaScript has one kind of number, a text is interpreted, and an object has no duplicate keys.
    if (row.type === 'float' && Number.isSafeInteger(value) && !Object.is(value, -0)) continue;
    if (row.type === 'text' || row.json.includes('1.0') || row.json === '{"a":1,"a":2}') continue;
    if (row.json.includes('"10":10')) continue; // keys like indexes come first in a JavaScript object
    const writer = new ByteWriter(1);
    assert.equal(encodeValue(writer, value), typeNamed(row.type), row.json);
    assert.equal(hex(writer.written()), row.wire, row.json);
  }
});

test('json in a longer form than needed is read, and written in the shortest', () => {
  for (const row of values.accepted) {
    const wire = Buffer.from(row.wire, 'hex');
    assert.ok(isValidValue(ValueType.JSON, wire, 0, wire.length), row.name);
    const text = messagePackToJson(wire);
    assert.equal(Buffer.from(text).toString(), row.json, row.name);
    assert.equal(hex(jsonToMessagePack(text)), row.shortest, row.name);
    const shortest = Buffer.from(row.shortest, 'hex');
    assert.deepEqual(
      decodeValue(ValueType.JSON, wire, 0, wire.length),
      decodeValue(ValueType.JSON, shortest, 0, shortest.length),
    );
  }
});

test('malformed bytes are refused by the check, by the decoder and by the texts', () => {
  for (const row of values.malformed) {
    const type = typeNamed(row.type);
    const wire = Buffer.from(row.wire, 'hex');
    assert.equal(isValidValue(type, wire, 0, wire.length), false, row.name);
    assert.throws(() => decodeValue(type, wire, 0, wire.length), MalformedValueError, row.name);
    assert.throws(() => jsonTextOfValue(type, wire, 0, wire.length), MalformedValueError, row.name);
    assert.throws(() => plainText(type, wire, 0, wire.length), MalformedValueError, row.name);
    // More bytes behind the range do not make it sound.
    const longer = Buffer.concat([wire, Buffer.alloc(40, 0x61)]);
    assert.equal(isValidValue(type, longer, 0, wire.length), false, row.name);
  }
});

test('every truncation of a json value is refused', () => {
  for (const row of values.values) {
    if (row.type !== 'json') continue;
    const wire = Buffer.from(row.wire, 'hex');
    for (let end = 0; end < wire.length; end++) {
      assert.equal(isValidValue(ValueType.JSON, wire, 0, end), false, `${row.json} cut at ${end}`);
      assert.throws(() => decodeValue(ValueType.JSON, wire, 0, end), MalformedValueError);
      assert.throws(() => messagePackToJson(wire, 0, end), MalformedValueError);
    }
  }
});

function readVectors<T>(name: string): T {
  const url = new URL(`../../../protocol-spec/vectors/${name}`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as T;
}

function typeNamed(name: string): ValueType {
  return ValueType[name.toUpperCase() as keyof typeof ValueType];
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

test.run();
