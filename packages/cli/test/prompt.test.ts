import assert from 'node:assert/strict';
import { test } from 'uvu';
import { CliContext } from '../src/context.js';
import { buildProgram } from '../src/program.js';
import { commandAt, complete } from '../src/prompt/completion.js';
import { hintFor } from '../src/prompt/hint-line.js';

const context = new CliContext({});
const program = await buildProgram(context);

test('the first word completes to commands', async () => {
  assert.deepEqual(await complete(program, context, 'exp'), [['expire ', 'export '], 'exp']);
  assert.deepEqual(await complete(program, context, 'ex'), [['expire ', 'export ', 'exit '], 'ex']);
});

test('a word with dashes completes to the options of the command', async () => {
  const [candidates, word] = await complete(program, context, 'set user:1 x --if');
  assert.equal(word, '--if');
  assert.deepEqual(candidates, ['--if-absent ', '--if-present ', '--if-version ']);
});

test('subcommands complete after their group', async () => {
  assert.deepEqual(await complete(program, context, 'snapshot '), [['now ', 'cat ', 'verify '], '']);
});

test('the hint shows what is still to be typed', () => {
  assert.match(hintFor(program, 'set'), /^ <key> \[value\] /);
  assert.match(hintFor(program, 'set '), /^<key> \[value\] /);
  assert.match(hintFor(program, 'set user:1 '), /^\[value\] /);
  assert.equal(hintFor(program, 'nonsense'), '');
  assert.equal(hintFor(program, 'count'), '');
});

test('a command whose last argument repeats still takes keys', () => {
  assert.deepEqual(commandAt(program, ['del', 'a', 'b']).argumentIndex, 2);
});

test.run();
