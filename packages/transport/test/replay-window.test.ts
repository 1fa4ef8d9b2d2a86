import assert from 'node:assert/strict';
import { SeededRandom } from '@anoadb/testkit';
import { test } from 'uvu';
import { REPLAY_WINDOW, type ReplayVerdict, ReplayWindow } from '../src/replay-window.js';

const W = REPLAY_WINDOW;
const FAR = 2 ** 40;

/** In order: the counter that comes, what is said of it; a fresh one is marked. */
const TRACE: readonly (readonly [number: number, counter: number, verdict: ReplayVerdict])[] = [
  [1, 0, 'fresh'],
  [2, 0, 'replayed'],
  [3, 1, 'fresh'],
  [4, 1, 'replayed'],
  [5, 9, 'fresh'],
  [6, 8, 'fresh'],
  [7, 7, 'fresh'],
  [8, 7, 'replayed'],
  [9, W, 'fresh'],
  [10, 0, 'too-old'],
  [11, 1, 'replayed'],
  [12, 2, 'fresh'],
  [13, W - 1, 'fresh'],
  [14, W - 1, 'replayed'],
  [15, W + 1, 'fresh'],
  [16, 1, 'too-old'],
  [17, 2, 'replayed'],
  [18, 3, 'fresh'],
  [19, 3 * W, 'fresh'],
  [20, 2 * W, 'too-old'],
  [21, 2 * W + 1, 'fresh'],
  [22, 2 * W + 1, 'replayed'],
  [23, 3 * W - 1, 'fresh'],
  [24, 3 * W, 'replayed'],
  [25, FAR, 'fresh'],
  [26, FAR - W, 'too-old'],
  [27, FAR - W + 1, 'fresh'],
  [28, FAR - 1, 'fresh'],
  [29, FAR - 1, 'replayed'],
  [30, 2 ** 48 - 1, 'fresh'],
  [31, 2 ** 48 - 1, 'replayed'],
  [32, 2 ** 48 - 1 - W, 'too-old'],
  [33, 2 ** 48 - W, 'fresh'],
];

test('a numbered trace over both edges of the window', () => {
  const window = new ReplayWindow();
  for (const [number, counter, verdict] of TRACE) {
    assert.equal(window.check(counter), verdict, `step ${number}`);
    if (verdict === 'fresh') window.mark(counter);
  }
});

test('checking changes nothing: a forged counter cannot move the window', () => {
  const window = new ReplayWindow();
  window.mark(5);
  for (const counter of [6, 1_000_000, 2 ** 47]) assert.equal(window.check(counter), 'fresh');
  assert.equal(window.highest, 5);
  assert.equal(window.check(4), 'fresh');
});

test('the window is 2016 wide', () => assert.equal(REPLAY_WINDOW, 2016));

test('agrees with a set of all counters seen', () => {
  const random = new SeededRandom(7);
  const window = new ReplayWindow();
  const seen = new Set<number>();
  let highest = -1;
  for (let i = 0; i < 50_000; i++) {
    const jump = random.chance(0.01) ? random.int(0, 5000) : random.int(-2100, 40);
    const counter = Math.max(0, highest + jump);
    const expected = counter <= highest - W ? 'too-old' : seen.has(counter) ? 'replayed' : 'fresh';
    assert.equal(window.check(counter), expected);
    if (expected !== 'fresh') continue;
    window.mark(counter);
    seen.add(counter);
    highest = Math.max(highest, counter);
  }
});

test.run();
