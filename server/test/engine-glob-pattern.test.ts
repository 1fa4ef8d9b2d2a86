import assert from 'node:assert/strict';
import { suite } from 'uvu';
import { GlobPattern } from '../src/engine/glob-pattern.js';

const test = suite('glob patterns');
const encoder = new TextEncoder();
const PATTERN_BYTES_MAX = 1024;
const glob = new GlobPattern(PATTERN_BYTES_MAX);

function bytesOf(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? encoder.encode(text) : text;
}

function isMatch(pattern: string | Uint8Array, text: string | Uint8Array): boolean {
  const patternBytes = bytesOf(pattern);
  const textBytes = bytesOf(text);
  glob.compile(patternBytes, 0, patternBytes.length);
  return glob.matches(textBytes, 0, textBytes.length);
}

test('the table of cases', () => {
  const cases: [string, string, boolean][] = [
    ['', '', true],
    ['', 'a', false],
    ['a', 'a', true],
    ['a', 'A', false],
    ['a', 'aa', false],
    ['*', '', true],
    ['*', 'anything', true],
    ['**', 'x', true],
    ['?', '', false],
    ['?', 'a', true],
    ['?', 'ab', false],
    ['user:*', 'user:1', true],
    ['user:*', 'user:', true],
    ['user:*', 'use', false],
    ['*:1', 'user:1', true],
    ['*:1', 'user:12', false],
    ['a*b*c', 'aXbYc', true],
    ['a*b*c', 'abbcbc', true],
    ['a*b*c', 'acb', false],
    ['h?llo', 'hello', true],
    ['h?llo', 'hllo', false],
    ['h[ae]llo', 'hallo', true],
    ['h[ae]llo', 'hillo', false],
    ['h[^e]llo', 'hallo', true],
    ['h[^e]llo', 'hello', false],
    ['h[a-c]llo', 'hbllo', true],
    ['h[a-c]llo', 'hdllo', false],
    ['h[c-a]llo', 'hbllo', true],
    ['[a-]', '-', false],
    ['[a-]', '^', true],
    ['[a-]x]', '^', true],
    ['[+-\\]', ',', true],
    ['[+-\\]', ']', false],
    ['[\\a-c]', 'a', true],
    ['[\\a-c]', 'b', false],
    ['[\\a-c]', '-', true],
    ['[-a]', '-', true],
    ['[a-]', 'b', false],
    ['[\\]]', ']', true],
    ['[\\^a]', '^', true],
    ['[a^]', '^', true],
    ['[]', '', false],
    ['[]', 'a', false],
    ['[^]', 'a', true],
    ['[', '[', false],
    ['[', '', false],
    ['[^', 'x', true],
    ['[abc', '[abc', false],
    ['[abc', 'a', true],
    ['[a-', 'a', true],
    ['[a-', '-', true],
    ['[a\\', '\\', true],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['\\?', '?', true],
    ['\\[a]', '[a]', true],
    ['a\\', 'a\\', true],
    ['a\\', 'a', false],
    ['\\a', 'a', true],
    ['*[0-9]', 'key7', true],
    ['*[0-9]', 'key', false],
    ['*a*', 'bab', true],
    ['*é*', 'caféine', true],
  ];
  for (const [pattern, text, expected] of cases) {
    assert.equal(isMatch(pattern, text), expected, `${pattern} on ${text}`);
  }
});

test('matches bytes, not characters, over the whole range', () => {
  for (let byte = 0; byte < 256; byte++) {
    assert.equal(isMatch('?', Uint8Array.of(byte)), true);
    assert.equal(isMatch(Uint8Array.of(0x5b, 0x5e, 0x5c, byte, 0x5d), Uint8Array.of(byte)), false);
    assert.equal(isMatch(Uint8Array.of(0x5b, 0x5c, byte, 0x5d), Uint8Array.of(byte)), true);
  }
});

test('in a range bytes from 0x80 on stand before the others, as in Redis', () => {
  const range = Uint8Array.of(0x5b, 0x79, 0x2d, 0xff, 0x5d);
  for (let byte = 0; byte < 256; byte++) {
    assert.equal(isMatch(range, Uint8Array.of(byte)), byte <= 0x79 || byte === 0xff, `byte ${byte}`);
  }
});

test('a pattern meant to blow up costs at most pattern times text steps', () => {
  const pattern = bytesOf('*a'.repeat(500));
  const text = bytesOf('a'.repeat(499) + 'b'.repeat(500));
  glob.compile(pattern, 0, pattern.length);
  glob.steps = 0;
  assert.equal(glob.matches(text, 0, text.length), false);
  assert.ok(glob.steps <= pattern.length * text.length, `${glob.steps} steps`);
});

test('the longest pattern is taken, in every shape', () => {
  for (const unit of ['a', '*', '?', '[', '[]', '[a', '[^a]', '\\']) {
    const pattern = bytesOf(unit.repeat(PATTERN_BYTES_MAX).slice(0, PATTERN_BYTES_MAX));
    glob.compile(pattern, 0, pattern.length);
    glob.matches(pattern, 0, pattern.length);
  }
});

test('agrees with a regular expression on random patterns', () => {
  const seed = 20_260_101;
  let state = seed;
  const next = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
  for (let round = 0; round < 20_000; round++) {
    let pattern = '';
    let expression = '';
    for (let i = next(7); i > 0; i--) {
      const [glob, regular] = [
        ['a', 'a'],
        ['b', 'b'],
        ['*', '.*'],
        ['?', '.'],
        ['[ab]', '[ab]'],
        ['[^a]', '[^a]'],
        ['[b-c]', '[b-c]'],
      ][next(7)];
      pattern += glob;
      expression += regular;
    }
    let text = '';
    for (let i = next(8); i > 0; i--) text += 'abc'[next(3)];
    const expected = new RegExp(`^${expression}$`).test(text);
    assert.equal(isMatch(pattern, text), expected, `seed ${seed} round ${round}: ${pattern} on ${text}`);
  }
});

test.run();
