/** Hashes taken from `beginAhead` are those that a key has by itself, in whatever order keys are asked for. */

import assert from 'node:assert/strict';
import { Op, Opcode, Result, Status } from '@anoadb/protocol';
import { freshSeed, SeededRandom } from '@anoadb/testkit';
import { suite } from 'uvu';
import { TestEngine } from './test-engine.js';

const test = suite('engine: keys looked at ahead');

const ROUNDS = 300;
const KEYS_MAX = 32;

test('a key is found by the same hash as without looking ahead, asked for once, twice, late or never', () => {
  const random = new SeededRandom(freshSeed());
  const { engine, store } = new TestEngine();
  for (let round = 0; round < ROUNDS; round++) {
    const bytes = Uint8Array.from({ length: 400 }, () => 97 + random.int(0, 2));
    const starts = new Int32Array(KEYS_MAX);
    const ends = new Int32Array(KEYS_MAX);
    let count = 0;
    for (let at = random.int(0, 3); count < KEYS_MAX && at < 380; at = ends[count++] + random.int(0, 3)) {
      starts[count] = at;
      ends[count] = at + 1 + random.int(0, 15);
    }
    engine.beginAhead(bytes, starts, ends, count);
    for (let ask = 0; ask < 60; ask++) {
      const key = random.int(0, count - 1);
      const start = random.int(0, 3) === 0 ? random.int(0, 379) : starts[key];
      const end = random.int(0, 3) === 0 ? start + 1 + random.int(0, 15) : Math.max(ends[key], start + 1);
      engine.findKey(bytes, start, end);
      assert.equal(
        engine.keyHash,
        store.keyHash(bytes, start, end),
        `round ${round}, repeat with ANOA_SEED=${random.seed}`,
      );
    }
    engine.endAhead();
    // The same bytes with other contents, as the buffer of half a request may be.
    bytes.fill(98);
    engine.findKey(bytes, starts[0], ends[0]);
    assert.equal(engine.keyHash, store.keyHash(bytes, starts[0], ends[0]));
  }
});

test('execute takes its hash from there too', () => {
  const { engine } = new TestEngine();
  const bytes = new TextEncoder().encode('onetwothree');
  const starts = Int32Array.of(0, 3, 6);
  const ends = Int32Array.of(3, 6, 11);
  const result = new Result();
  engine.beginAhead(bytes, starts, ends, 3);
  for (const i of [0, 2, 1]) {
    const op = new Op().reset(Opcode.INCR);
    op.bytes = bytes;
    op.keyStart = starts[i];
    op.keyEnd = ends[i];
    engine.startRequest();
    engine.execute(op, result);
    engine.commit();
    assert.equal(result.status, Status.OK);
  }
  engine.endAhead();
  for (const [i, start] of starts.entries()) assert.ok(engine.findKey(bytes, start, ends[i]) !== 0);
});

test.run();
