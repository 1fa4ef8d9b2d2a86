/** The rules on http.json, each by a spec that breaks it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import { readHttpSpec } from '../src/http/http-spec.js';
import { buildModel } from '../src/spec-model.js';
import { SpecRefusal } from '../src/spec-refusal.js';
import { type Loose, repositoryRoot, specCopy } from './spec-copy.js';

const model = buildModel(specCopy());
const whole = readFileSync(join(repositoryRoot, 'protocol-spec', 'http.json'), 'utf8');

function ruleOf(change: (spec: Loose) => void): string {
  const spec = JSON.parse(whole);
  change(spec);
  try {
    readHttpSpec(JSON.stringify(spec), model);
  } catch (error) {
    assert.ok(error instanceof SpecRefusal, String(error));
    return error.rule;
  }
  return 'none';
}

test('the spec as it is holds', () => {
  assert.equal(
    ruleOf(() => {}),
    'none',
  );
});

test('a spec that is not there, is not JSON or has another shape is refused', () => {
  assert.throws(() => readHttpSpec(undefined, model), /missing/);
  assert.throws(() => readHttpSpec('{', model), /not-json/);
  const table: [string, (spec: Loose) => void][] = [
    ['a stray field', (spec) => (spec.more = 1)],
    ['no prose', (spec) => (spec.routes[0].prose = '')],
    ['another method', (spec) => (spec.routes[0].method = 'BREW')],
    ['a path with a parameter in the middle', (spec) => (spec.routes[0].path = '/v1/{key}/x')],
    ['a cost that is none', (spec) => (spec.routes[0].cost.order = 'fast')],
  ];
  for (const [name, change] of table) assert.equal(ruleOf(change), 'shape', name);
});

test('every code of errors.json has one status, and nothing else has', () => {
  assert.equal(
    ruleOf((spec) => spec.statuses.pop()),
    'http-status-missing',
  );
  assert.equal(
    ruleOf((spec) => spec.statuses.push(spec.statuses[0])),
    'http-status-twice',
  );
  assert.equal(
    ruleOf((spec) => spec.statuses.push({ code: 'NOPE', http: 400 })),
    'http-status-unknown',
  );
});

test('what a route names is declared', () => {
  const table: ((spec: Loose) => void)[] = [
    (spec) => spec.routes[0].parameters.push('nope'),
    (spec) => spec.routes[0].problems.push('nope'),
    (spec) => (spec.routes[0].answers[0].content = 'nope'),
    (spec) => (spec.routes[0].answers[0].headers = ['Nope']),
    (spec) => (spec.routes[1].body = 'nope'),
  ];
  for (const [index, change] of table.entries())
    assert.equal(ruleOf(change), 'http-unknown-name', String(index));
});

test('a route stands there once, and has a key parameter where its path has one', () => {
  assert.equal(
    ruleOf((spec) => spec.routes.push(spec.routes[0])),
    'http-route-twice',
  );
  assert.equal(
    ruleOf((spec) => (spec.routes[0].parameters = [])),
    'http-key',
  );
});

test.run();
