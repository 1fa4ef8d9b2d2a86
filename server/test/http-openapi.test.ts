/** The OpenAPI document: valid, of the same routes as the router, and its ops are those that a batch takes. */

import assert from 'node:assert/strict';
import { commandTable, errorTable } from '@anoadb/protocol';
import { Validator } from '@seriousme/openapi-schema-validator';
import { test } from 'uvu';
import { openApiDocument } from '../src/doors/http/generated/openapi-document.js';
import { httpRoutes, httpStatusOf } from '../src/doors/http/generated/routes.js';
import { findRoute } from '../src/doors/http/router.js';
import { HttpClient, JSON_TYPE } from './support/http-client.js';

interface Schema {
  readonly required?: readonly string[];
  readonly properties?: Readonly<
    Record<
      string,
      {
        readonly type?: string | readonly string[];
        readonly enum?: readonly string[];
        readonly minimum?: number;
        readonly $ref?: string;
      }
    >
  >;
  readonly const?: string;
}

const document = JSON.parse(openApiDocument);
const schemas: Readonly<Record<string, Schema>> = document.components.schemas;

test('it is a valid OpenAPI 3.1 document', async () => {
  const { valid, errors } = await new Validator().validate(JSON.parse(openApiDocument));
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(document.openapi, '3.1.0');
});

test('every reference in it leads somewhere', () => {
  const references = [...openApiDocument.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path);
  assert.ok(references.length > 50);
  for (const path of references) {
    const target = path.split('/').reduce((node, name) => node?.[name], document);
    assert.ok(target !== undefined, path);
  }
});

test('its paths are the routes of the router, no more and no fewer', () => {
  const documented: string[] = [];
  for (const [path, methods] of Object.entries<Record<string, { operationId: string }>>(document.paths)) {
    for (const [method, { operationId }] of Object.entries(methods)) {
      documented.push(operationId);
      const match = findRoute(method.toUpperCase(), path.replace('{key}', 'some-key'));
      assert.ok(match !== undefined && 'route' in match, `${method} ${path}`);
      assert.equal(match.route.operation, operationId);
    }
  }
  assert.deepEqual(documented.sort(), httpRoutes.map(({ operation }) => operation).sort());
});

test('its query parameters are those that the routes take', () => {
  for (const { operation, query } of httpRoutes) {
    if (query === undefined) continue;
    const documented = Object.values<Record<string, { operationId: string; parameters: { $ref: string }[] }>>(
      document.paths,
    )
      .flatMap((methods) => Object.values(methods))
      .find(({ operationId }) => operationId === operation)!
      .parameters.map(({ $ref }) => document.components.parameters[$ref.split('/').at(-1)!])
      .filter((parameter) => parameter.in === 'query')
      .map(({ name }) => name);
    assert.deepEqual(documented, query, operation);
  }
});

test('every status of an op has one of HTTP', () => {
  assert.deepEqual(Object.keys(httpStatusOf).sort(), errorTable.map(({ name }) => name).sort());
});

test('an op made from its schema alone, with all that it needs or may have, is one that a batch takes', async () => {
  const http = new HttpClient();
  for (const { name, identifier } of commandTable) {
    const { required = [], properties = {} } = schemas[`Op_${name}`];
    const whole = { op: identifier, ...valuesOf(properties, (field) => required.includes(field)) };
    const answered = await http.ask('POST /v1/batch', {
      headers: JSON_TYPE,
      body: JSON.stringify({ ops: [whole] }),
    });
    assert.equal(answered.status, 200, `${JSON.stringify(whole)}: ${answered.body}`);
    // Each optional member beside what is needed.
    for (const field of Object.keys(properties)) {
      if (required.includes(field)) continue;
      const more = { ...whole, ...valuesOf(properties, (other) => other === field) };
      if (field === 'type' && 'value' in properties) Object.assign(more, { type: 'string', value: 'text' });
      const text = JSON.stringify(more);
      const one = await http.ask('POST /v1/batch', {
        headers: JSON_TYPE,
        body: JSON.stringify({ ops: [more] }),
      });
      assert.equal(one.status, 200, `${text}: ${one.body}`);
    }
  }
});

function valuesOf(
  properties: NonNullable<Schema['properties']>,
  isWanted: (field: string) => boolean,
): Record<string, unknown> {
  const fields = Object.entries(properties).filter(([field]) => field !== 'op' && isWanted(field));
  return Object.fromEntries(
    fields.map(([field, schema]) => {
      if (schema.enum !== undefined) return [field, schema.enum[0]];
      if (schema.type === 'boolean') return [field, true];
      if (['integer', 'number'].includes([schema.type].flat()[0] ?? ''))
        return [field, Math.max(1, schema.minimum ?? 1)];
      return [field, 'text'];
    }),
  );
}

test.run();
