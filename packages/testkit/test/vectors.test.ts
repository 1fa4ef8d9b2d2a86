import * as assert from 'node:assert/strict';
import { test } from 'uvu';
import { fromHex, readVectors, toHex, vectorNames } from '../src/vectors.js';

test('every vector file of the specification is read', () => {
  for (const name of vectorNames()) assert.equal(typeof readVectors<object>(name), 'object', name);
});

test('a vector file that is not there is named, with those that are', () => {
  assert.throws(() => readVectors('no-such-vectors'), /no-such-vectors/);
});

test('hexadecimal goes both ways, with spaces, and nothing else is taken', () => {
  assert.deepEqual([...fromHex('00 ff A1')], [0, 255, 0xa1]);
  assert.equal(toHex(fromHex('a1b2c3')), 'a1b2c3');
  for (const text of ['0', '0g', '0x00']) assert.throws(() => fromHex(text), RangeError);
});

test.run();
