import assert from 'node:assert/strict';
import { test } from 'uvu';
import { quoteWord, splitWords } from '../src/prompt/words.js';

const CASES: [line: string, words: string[], openQuote?: string][] = [
  ['', []],
  ['   ', []],
  ['get a', ['get', 'a']],
  ['  get \t a  ', ['get', 'a']],
  [`set a '{"b": 1}'`, ['set', 'a', '{"b": 1}']],
  ['set a "x \\"y\\" \\\\ \\n"', ['set', 'a', 'x "y" \\ \\n']],
  ['set a b\\ c', ['set', 'a', 'b c']],
  ["set a ''", ['set', 'a', '']],
  ['a"b"\'c\'d', ['abcd']],
  ["'it'\"'\"'s'", ["it's"]],
  ["get 'a", ['get', 'a'], "'"],
  ['get "a b', ['get', 'a b'], '"'],
  ['end\\', ['end\\']],
];

for (const [line, words, openQuote] of CASES) {
  test(`the line ${JSON.stringify(line)} is ${words.length} words`, () => {
    assert.deepEqual(splitWords(line), { words, openQuote });
  });
}

test('a quoted word is read back as it was', () => {
  for (const word of ['user:1', 'a b', "it's", '"', '', 'ü', '$HOME', '\\', "''"]) {
    assert.deepEqual(splitWords(quoteWord(word)).words, [word]);
  }
});

test.run();
