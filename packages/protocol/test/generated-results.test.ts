/** The result codec against protocol-spec/vectors/ops.json. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  ByteReader,
  ByteWriter,
  Result,
  readResult,
  resultBytes,
  Status,
  ValueType,
  writeResult,
} from '@anoadb/protocol';
import { test } from 'uvu';

interface ResultVector {
  name: string;
  status: keyof typeof Status;
  type: keyof typeof ValueType;
  version?: number;
  value: string;
  bytes: string;
}

const vectors: { results: ResultVector[]; refusedResults: { name: string; bytes: string }[] } = JSON.parse(
  readFileSync(new URL('../../../protocol-spec/vectors/ops.json', import.meta.url), 'utf8'),
);
const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('a result is read as its vector says', () => {
  const result = new Result();
  for (const vector of vectors.results) {
    const reader = new ByteReader().reset(fromHex(vector.bytes));
    assert.ok(readResult(reader, result), vector.name);
    assert.equal(reader.remaining, 0, vector.name);
    assert.equal(result.status, Status[vector.status], vector.name);
    assert.equal(result.type, ValueType[vector.type], vector.name);
    assert.equal(result.hasVersion, vector.version !== undefined, vector.name);
    assert.equal(result.version, vector.version ?? 0, vector.name);
    assert.equal(toHex(result.bytes.subarray(result.start, result.end)), vector.value, vector.name);
  }
});

test('a result is written to the bytes of its vector, as many as were announced', () => {
  const result = new Result();
  const writer = new ByteWriter(8);
  for (const vector of vectors.results) {
    const value = fromHex(`ffff${vector.value}ff`);
    result.reset(Status[vector.status]);
    result.type = ValueType[vector.type];
    result.hasVersion = vector.version !== undefined;
    result.version = vector.version ?? 0;
    result.bytes = value;
    result.start = 2;
    result.end = value.length - 1;
    writer.reset();
    writeResult(writer, result);
    assert.equal(toHex(writer.written()), vector.bytes, vector.name);
    assert.equal(resultBytes(result), writer.at, vector.name);
  }
});

test('results follow each other', () => {
  const reader = new ByteReader().reset(fromHex(vectors.results.map(({ bytes }) => bytes).join('')));
  const result = new Result();
  for (const vector of vectors.results) {
    assert.ok(readResult(reader, result), vector.name);
    assert.equal(result.status, Status[vector.status], vector.name);
  }
  assert.equal(reader.remaining, 0);
});

test('bytes that are not a result, and every truncation of one, are refused', () => {
  const result = new Result();
  for (const { name, bytes } of vectors.refusedResults)
    assert.equal(readResult(new ByteReader().reset(fromHex(bytes)), result), false, name);
  for (const vector of vectors.results) {
    const bytes = fromHex(vector.bytes);
    for (let end = 0; end < bytes.length; end++)
      assert.equal(
        readResult(new ByteReader().reset(bytes, 0, end), result),
        false,
        `${vector.name}, ${end} bytes`,
      );
  }
});

test.run();
