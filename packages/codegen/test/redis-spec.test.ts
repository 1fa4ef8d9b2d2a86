import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import { commandReference } from '../src/redis/command-reference.js';
import { commandNames, commandTable } from '../src/redis/command-table.js';
import { REDIS_GROUPS, readRedisSpec } from '../src/redis/redis-spec.js';
import { SpecRefusal } from '../src/spec-refusal.js';
import { type Loose, repositoryRoot } from './spec-copy.js';

/** The real table after `change`, which gets its groups by name. */
function readChanged(change: (groups: Record<string, Loose>) => void): ReturnType<typeof readRedisSpec> {
  const groups: Record<string, Loose> = {};
  for (const name of REDIS_GROUPS)
    groups[name] = JSON.parse(readFileSync(join(repositoryRoot, `protocol-spec/redis/${name}.json`), 'utf8'));
  change(groups);
  return readRedisSpec((path) => {
    const group = groups[path.replace('protocol-spec/redis/', '').replace('.json', '')];
    return typeof group === 'string' ? group : group === undefined ? undefined : JSON.stringify(group);
  });
}

function find(group: Loose, name: string): Loose {
  return group.commands.find((command: Loose) => command.name === name);
}

const refusals: readonly (readonly [
  rule: string,
  about: string,
  change: (groups: Record<string, Loose>) => void,
])[] = [
  ['missing', 'a group without a file', (groups) => void delete groups.list],
  ['not-json', 'a file that is no JSON', (groups) => void (groups.list = '{')],
  ['shape', 'an unknown field', ({ string }) => void (find(string, 'get').arty = 2)],
  ['shape', 'a command without its cost', ({ string }) => void delete find(string, 'get').cost],
  ['redis-group', 'a file that says it is another', (groups) => void (groups.list.group = 'string')],
  ['redis-twice', 'a command twice', ({ string }) => void string.commands.push(find(string, 'get'))],
  [
    'redis-container',
    'a subcommand of nothing',
    ({ string }) => void (find(string, 'get').name = 'nothing|get'),
  ],
  [
    'redis-arity',
    'a subcommand without room for its name',
    (groups) => void (find(groups.connection, 'client|id').arity = 1),
  ],
  ['redis-reach', 'keys without a spec', ({ string }) => void (find(string, 'get').keys = [])],
  ['redis-reach', 'a spec without keys', ({ string }) => void (find(string, 'get').reach = 'all')],
  [
    'redis-kind',
    'a writer with the rights of a reader',
    ({ string }) => void (find(string, 'set').kind = 'read'),
  ],
  ['redis-flags', 'a reader that writes', ({ string }) => void find(string, 'set').flags.push('readonly')],
  [
    'redis-keys',
    'a spec that finds keys in two ways',
    ({ string }) => void (find(string, 'get').keys[0].keyNumber = { at: 0, first: 1, step: 1 }),
  ],
  [
    'redis-keys',
    'an argument of a spec that is not there',
    ({ string }) => void (find(string, 'get').arguments[0].keySpec = 1),
  ],
];

for (const [rule, about, change] of refusals) {
  test(`the table is refused with ${about}`, () => {
    assert.throws(
      () => readChanged(change),
      (error: unknown) => error instanceof SpecRefusal && error.rule === rule,
    );
  });
}

test('the real table is accepted, and every command stands in what is made of it', () => {
  const groups = readChanged(() => {});
  const names = groups.flatMap(({ commands }) => commands.map(({ name }) => name));
  const [table, reference, callable] = [commandTable(groups), commandReference(groups), commandNames(groups)];
  for (const name of names) {
    assert.ok(table.includes(`name: '${name}'`), name);
    if (!name.endsWith('|help'))
      assert.match(reference, new RegExp(`\`${name.replace('|', ' ').toUpperCase()}[ \`]`));
  }
  assert.ok(
    callable.includes("'client|id'") && !callable.includes("'client'"),
    'containers cannot be called',
  );
  assert.ok(callable.includes("'command'"), 'COMMAND alone can');
});

test('syntax is written as people write it', () => {
  const reference = commandReference(readChanged(() => {}));
  for (const syntax of [
    'SET key value [NX \\| XX] [GET] [EX seconds \\| PX milliseconds \\| EXAT unix-time-seconds \\| PXAT unix-time-milliseconds \\| KEEPTTL]',
    'MSET key value [key value ...]',
    'LMPOP numkeys key [key ...] LEFT \\| RIGHT [COUNT count]',
    'PING [message]',
  ])
    assert.ok(reference.includes(`| \`${syntax}\` |`), syntax);
});

test.run();
