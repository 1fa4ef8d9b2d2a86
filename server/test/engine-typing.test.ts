import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  ByteReader,
  type ByteWriter,
  encodeGet,
  encodeSet,
  encodeType,
  Result,
  readResult,
  TypedValue,
  ValueType,
  valueTypeNames,
} from '@anoadb/protocol';
import { suite } from 'uvu';
import { bytes, hex, opsBytes, TestEngine } from './test-engine.js';

const test = suite('engine: untyped text');

interface Row {
  readonly text?: string;
  readonly hex?: string;
  readonly kind: string;
  readonly wire?: string;
}

const vectors: { rows: Row[] } = JSON.parse(
  readFileSync(new URL('../../protocol-spec/vectors/typing.json', import.meta.url), 'utf8'),
);

test('every shared vector of the typing rule, through SET and GET, first seen and cached', () => {
  const db = new TestEngine();
  const key = bytes('k');
  for (const row of vectors.rows) {
    const data = row.hex === undefined ? bytes(row.text ?? '') : Buffer.from(row.hex, 'hex');
    const name = row.text ?? row.hex;
    db.run((w) => encodeSet(w, { key, value: new TypedValue(ValueType.TEXT, data) }));
    for (const time of ['first', 'cached']) {
      const { results } = db.raw(opsBytes([(w: ByteWriter) => encodeGet(w, { key })]));
      const result = new Result();
      assert.ok(readResult(new ByteReader().reset(results, 0, results.length), result));
      assert.equal(valueTypeNames[result.type], row.kind, `${name}, ${time}`);
      if (row.wire !== undefined) {
        assert.equal(hex(result.bytes.subarray(result.start, result.end)), row.wire, `${name}, ${time}`);
      }
    }
    assert.equal(db.run((w) => encodeType(w, { key })).value, row.kind, name);
    const raw = db.raw(opsBytes([(w: ByteWriter) => encodeGet(w, { key, raw: true })])).results;
    const result = new Result();
    readResult(new ByteReader().reset(raw, 0, raw.length), result);
    assert.equal(result.type, ValueType.TEXT);
    assert.equal(hex(result.bytes.subarray(result.start, result.end)), hex(data), 'kept byte for byte');
  }
  assert.ok(vectors.rows.length > 50);
});

test.run();
