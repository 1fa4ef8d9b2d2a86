/** The command as a person or a check runs it, on a copy of the spec. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCodegen } from '@anoadb/codegen';
import { test } from 'uvu';
import { repositoryRoot, temporaryRoot } from './spec-copy.js';

const GENERATED = 'packages/protocol/src/generated';
let root = '';
let printed: string[] = [];

const run = (...args: string[]): Promise<number> => {
  printed = [];
  return runCodegen(args, { root, print: (line) => printed.push(line) });
};
const edit = (path: string, change: (text: string) => string): void => {
  const full = join(root, path);
  writeFileSync(full, change(readFileSync(full, 'utf8')));
};

test.before.each(() => {
  root = temporaryRoot();
});
test.after.each(() => {
  rmSync(root, { recursive: true });
});

test('what is committed is what the spec says', async () => {
  printed = [];
  const code = await runCodegen(['gen', '--check'], {
    root: repositoryRoot,
    print: (line) => printed.push(line),
  });
  assert.equal(code, 0, printed.join('\n'));
});

test('the check names a stale, a missing and a stray file and changes none of them', async () => {
  edit(`${GENERATED}/limits.ts`, (text) => text.replace('1024', '1025'));
  rmSync(join(root, GENERATED, 'op.ts'));
  writeFileSync(join(root, GENERATED, 'mine.ts'), '');
  assert.equal(await run('gen', '--check'), 1);
  assert.ok(printed.includes(`stale: ${GENERATED}/limits.ts`), printed.join('\n'));
  assert.ok(printed.includes(`missing: ${GENERATED}/op.ts`));
  assert.ok(printed.includes(`stray: ${GENERATED}/mine.ts`));
  assert.ok(existsSync(join(root, GENERATED, 'mine.ts')) && !existsSync(join(root, GENERATED, 'op.ts')));
});

test('gen puts everything right', async () => {
  edit(`${GENERATED}/limits.ts`, (text) => text.replace('1024', '1025'));
  rmSync(join(root, GENERATED, 'op.ts'));
  writeFileSync(join(root, GENERATED, 'mine.ts'), '');
  assert.equal(await run('gen'), 0);
  assert.equal(await run('gen', '--check'), 0, printed.join('\n'));
  assert.ok(!existsSync(join(root, GENERATED, 'mine.ts')));
});

test('a change of the spec makes code, tables and vectors stale', async () => {
  edit('protocol-spec/messages/01-get.json', (text) => text.replace('"bit": 1', '"bit": 4'));
  assert.equal(await run('gen', '--check'), 1);
  for (const path of [`${GENERATED}/decode-op.ts`, 'protocol-spec/SPEC.md', 'protocol-spec/vectors/ops.json'])
    assert.ok(printed.includes(`stale: ${path}`), `${path} in ${printed.join('\n')}`);
});

test('a table of SPEC.md edited by hand is stale, prose around it is ours', async () => {
  edit('protocol-spec/SPEC.md', (text) => text.replace('## 1. Conventions', '## 1. Conventions, and more'));
  assert.equal(await run('gen', '--check'), 0, printed.join('\n'));
  edit('protocol-spec/SPEC.md', (text) => text.replace('| 01 | GET |', '| 02 | GET |'));
  assert.equal(await run('gen', '--check'), 1);
});

test('a table that SPEC.md leaves out, or that nobody makes, is named', async () => {
  edit('protocol-spec/SPEC.md', (text) => text.replace('<!-- table: limits -->', '<!-- table: wishes -->'));
  assert.equal(await run('gen'), 1);
  assert.match(printed[0], /wishes.*unknown-region/);
  edit('protocol-spec/SPEC.md', (text) => text.replace('<!-- table: wishes -->', ''));
  assert.equal(await run('gen'), 1);
  assert.match(printed[0], /limits.*missing-region/);
});

test('vectors are the same for the same spec', async () => {
  const path = join(root, 'protocol-spec/vectors/ops.json');
  const before = readFileSync(path, 'utf8');
  rmSync(path);
  assert.equal(await run('vectors'), 0);
  assert.equal(readFileSync(path, 'utf8'), before);
});

test('a spec that breaks a rule is named with file and rule', async () => {
  edit('protocol-spec/messages/01-get.json', (text) => text.replace('"bit": 1', '"bit": 0'));
  assert.equal(await run('gen', '--check'), 1);
  assert.match(printed[0], /messages\/01-get\.json: .*flag-bit-clash/);
});

test('a file that is not JSON is named', async () => {
  edit('protocol-spec/types.json', (text) => text.slice(1));
  assert.equal(await run('gen', '--check'), 1);
  assert.match(printed[0], /types\.json: .*not-json/);
});

test('a release is written once, and later specs are held to the highest one', async () => {
  assert.equal(await run('evolution'), 0);
  assert.match(printed[0], /Nothing has been released/);
  assert.equal(await run('release', '0.9.0'), 0);
  assert.equal(await run('release', '0.10.0'), 0);
  assert.equal(await run('release', '0.10.0'), 1);
  assert.match(printed[0], /does not change/);
  assert.equal(await run('evolution'), 0);
  edit('protocol-spec/messages/01-get.json', (text) => text.replace('"bit": 1', '"bit": 4'));
  assert.equal(await run('evolution'), 1);
  assert.match(printed[0], /flag-bit-changed-meaning/);
  assert.match(printed[1], /what 0\.10\.0 promised/);
  assert.equal(await run('release', '0.11.0'), 1);
});

test('the spec as it is keeps what the last release promised', async () => {
  printed = [];
  const code = await runCodegen(['evolution'], { root: repositoryRoot, print: (line) => printed.push(line) });
  assert.equal(code, 0, printed.join('\n'));
});

test('anything else is a usage error', async () => {
  for (const args of [
    [],
    ['generate'],
    ['gen', '--force'],
    ['release'],
    ['release', 'one'],
    ['evolution', 'now'],
  ])
    assert.equal(await run(...args), 2, args.join(' '));
  assert.match(printed[0], /usage/);
});

test.run();
