/** The checker itself: what it must accept, and what it must not. */

import * as assert from 'node:assert/strict';
import { test } from 'uvu';
import {
  checkLinearizability,
  cuts,
  type HistoryEntry,
  SeededRandom,
  type SequentialModel,
  shrink,
} from '../src/index.js';

/** A register with reads and writes: `undefined` answers nothing. */
interface Access {
  readonly kind: 'read' | 'write';
  readonly value: number;
}

const REGISTER: SequentialModel<number, Access> = {
  initial: 0,
  keyOf: String,
  step: (state, { kind, value }) => (kind === 'write' ? [value] : state === value ? [state] : []),
};

function entry(kind: Access['kind'], value: number, calledAt: number, endsAt: number, isOptional = false) {
  return { operation: { kind, value }, calledAt, endsAt, isOptional, hint: calledAt };
}

function outcomeOf(history: HistoryEntry<Access>[]): string {
  return checkLinearizability(REGISTER, history).outcome;
}

const CASES: [string, HistoryEntry<Access>[], string][] = [
  ['nothing at all', [], 'linearizable'],
  ['a read of what was written before', [entry('write', 1, 1, 2), entry('read', 1, 3, 4)], 'linearizable'],
  ['a read of what is over', [entry('write', 1, 1, 2), entry('read', 0, 3, 4)], 'violation'],
  [
    'a read beside a write may see either: old',
    [entry('write', 1, 1, 4), entry('read', 0, 2, 3)],
    'linearizable',
  ],
  [
    'a read beside a write may see either: new',
    [entry('write', 1, 1, 4), entry('read', 1, 2, 3)],
    'linearizable',
  ],
  [
    'two reads beside a write that see it and then do not',
    [entry('write', 1, 1, 9), entry('read', 1, 2, 3), entry('read', 0, 4, 5)],
    'violation',
  ],
  [
    'an unknown write that was seen',
    [entry('write', 1, 1, Infinity, true), entry('read', 1, 5, 6)],
    'linearizable',
  ],
  [
    'an unknown write that never was',
    [entry('write', 1, 1, Infinity, true), entry('read', 0, 5, 6)],
    'linearizable',
  ],
  [
    'an unknown write that is seen, not seen, and seen again',
    [entry('write', 1, 1, Infinity, true), entry('read', 1, 2, 3), entry('read', 0, 4, 5)],
    'violation',
  ],
  [
    'an unknown write that shows after its last moment',
    [entry('write', 1, 1, 4, true), entry('read', 0, 5, 6), entry('read', 1, 7, 8)],
    'violation',
  ],
];

for (const [name, history, expected] of CASES) {
  test(`${name}: ${expected}`, () => assert.equal(outcomeOf(history), expected));
}

test('a history made by a real register is explained whatever the hints say; one changed answer is mostly not', () => {
  const random = new SeededRandom();
  let refused = 0;
  for (let run = 0; run < 200; run++) {
    const history: HistoryEntry<Access>[] = [];
    let value = 0;
    for (let i = 0; i < 12; i++) {
      const isWrite = random.chance(0.5);
      if (isWrite) value = 100 * run + i + 1;
      // The effect is at 10 i; calls and answers reach over those of the neighbours.
      const at = {
        calledAt: 10 * i - random.int(0, 25) + i / 100,
        endsAt: 10 * i + random.int(0, 25) + i / 100,
      };
      history.push({
        operation: { kind: isWrite ? 'write' : 'read', value },
        ...at,
        isOptional: false,
        hint: random.int(0, 9),
      });
    }
    assert.equal(outcomeOf(history), 'linearizable', `seed ${random.seed}`);
    const changed = history.map((one) =>
      one.operation.kind === 'read' ? { ...one, operation: { kind: 'read' as const, value: -1 } } : one,
    );
    if (outcomeOf(changed) === 'violation') refused++;
  }
  assert.ok(refused > 190, `${refused} of 200`);
});

test('a search without end is given up as undecided', () => {
  const history = Array.from({ length: 14 }, (_, i) => entry('write', i + 1, i, 100 + i));
  history.push(entry('read', 99, 200, 201));
  assert.equal(checkLinearizability(REGISTER, history, 50).outcome, 'undecided');
});

test('shrinking keeps what fails and nothing else', async () => {
  const plan = Array.from({ length: 50 }, (_, i) => i);
  const { plan: smallest } = await shrink(
    plan,
    cuts,
    (candidate) => candidate.includes(7) && candidate.includes(31),
  );
  assert.deepEqual(smallest, [7, 31]);
});

test.run();
