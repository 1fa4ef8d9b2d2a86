/** The rules on memcached.json, each by a spec that breaks it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import { withCommandTables } from '../src/memcached/command-reference.js';
import { readMemcachedSpec } from '../src/memcached/memcached-spec.js';
import { SpecRefusal } from '../src/spec-refusal.js';
import { type Loose, repositoryRoot } from './spec-copy.js';

const whole = readFileSync(join(repositoryRoot, 'protocol-spec', 'memcached.json'), 'utf8');

function ruleOf(change: (spec: Loose) => void): string {
  const spec = JSON.parse(whole);
  change(spec);
  return refusedBy(() => readMemcachedSpec(JSON.stringify(spec)));
}

function refusedBy(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof SpecRefusal, String(error));
    return error.rule;
  }
  return 'none';
}

test('each rule refuses what breaks it, and nothing else', () => {
  const table: [string, (spec: Loose) => void][] = [
    ['none', () => {}],
    ['shape', (spec) => (spec.more = 1)],
    ['shape', (spec) => (spec.protocols[0].commands[0].cost = '')],
    ['shape', (spec) => (spec.protocols[0].commands[0].order = 'fast')],
    ['shape', (spec) => (spec.protocols[2].commands[0].opcode = 256)],
    ['memcached-protocols', (spec) => spec.protocols.pop()],
    ['memcached-twice', (spec) => spec.protocols[1].commands.push(spec.protocols[1].commands[0])],
    ['memcached-opcode', (spec) => (spec.protocols[0].commands[0].opcode = 1)],
    ['memcached-opcode', (spec) => delete spec.protocols[2].commands[0].opcode],
    ['memcached-opcode', (spec) => (spec.protocols[2].commands[0].quiet = 1)],
  ];
  for (const [rule, change] of table) assert.equal(ruleOf(change), rule, String(change));
  assert.equal(
    refusedBy(() => readMemcachedSpec(undefined)),
    'missing',
  );
  assert.equal(
    refusedBy(() => readMemcachedSpec('{')),
    'not-json',
  );
});

test('every table has its place in the page', () => {
  const spec = readMemcachedSpec(whole);
  const page =
    '<!-- table: text -->\n<!-- end --><!-- table: meta -->\n<!-- end --><!-- table: binary -->\n<!-- end -->';
  assert.match(withCommandTables(page, spec), /`GETK` 0x0c, quiet 0x0d; key/);
  for (const broken of [undefined, page.replace('text', 'other'), page.slice(40)])
    assert.match(
      refusedBy(() => withCommandTables(broken, spec)),
      /-region$/,
    );
});

test.run();
