/** The OpenAPI 3.1 document: routes from http.json, ops of a batch from the messages, types and errors of the spec. */
import type { Command, SpecModel } from '../spec-model.js';
import type { HttpRoute, HttpSpec } from './http-spec.js';

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
interface JsonObject {
  readonly [name: string]: Json;
}

const JSON_SCHEMA = { $ref: '#/components/schemas/Json' };
const KEY_SCHEMA = { $ref: '#/components/schemas/Key' };
const TYPE_SCHEMA = { $ref: '#/components/schemas/Type' };

export function openApiDocument(spec: HttpSpec, model: SpecModel): JsonObject {
  return {
    openapi: '3.1.0',
    info: {
      title: spec.title,
      description: spec.prose,
      version: `${model.protocol.versions.max}.0.0`,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [
      {
        url: `http://localhost:${model.protocol.port.value}`,
        description: 'A server as it starts by default.',
      },
    ],
    paths: paths(spec),
    components: {
      securitySchemes: { accessKey: { type: 'http', scheme: 'bearer', description: spec.bearerProse } },
      parameters: Object.fromEntries(
        spec.parameters.map(({ id, prose, ...parameter }) => [
          id,
          { ...parameter, description: prose, ...(parameter.in === 'path' ? { required: true } : {}) },
        ]),
      ),
      headers: Object.fromEntries(
        spec.headers.map((header) => [header.name, { description: header.prose, schema: header.schema }]),
      ),
      responses: Object.fromEntries(
        spec.problems.map(({ name, prose }) => [
          name,
          { description: prose, ...problemContent(), ...challenge(name) },
        ]),
      ),
      schemas: schemas(spec, model),
    },
  };
}

function paths(spec: HttpSpec): JsonObject {
  const found: Record<string, Record<string, Json>> = {};
  for (const route of spec.routes)
    (found[route.path] ??= {})[route.method.toLowerCase()] = operation(route, spec);
  return found;
}

function operation(route: HttpRoute, spec: HttpSpec): JsonObject {
  return {
    operationId: route.operation,
    summary: route.summary,
    description: `${route.prose} Cost: ${route.cost.order}, grows with ${route.cost.growsWith}.`,
    ...(route.access === 'open' ? {} : { security: [{ accessKey: [] }, {}] }),
    parameters: [
      ...route.parameters.map((id): Json => ({ $ref: `#/components/parameters/${id}` })),
      ...(route.isQueryOpen ? [openQuery()] : []),
    ],
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            ...contentOf(route.body, spec),
            description: contentProse(route.body, spec),
          },
        }),
    responses: { ...answers(route, spec), ...problems(route, spec) },
  };
}

function openQuery(): JsonObject {
  return {
    name: 'pairs',
    in: 'query',
    required: true,
    description: 'Keys and their values.',
    style: 'form',
    explode: true,
    schema: { type: 'object', minProperties: 1, additionalProperties: { type: 'string' } },
  };
}

function answers(route: HttpRoute, spec: HttpSpec): JsonObject {
  return Object.fromEntries(
    route.answers.map(({ status, prose, content, headers }) => [
      String(status),
      {
        description: prose,
        ...(headers === undefined
          ? {}
          : {
              headers: Object.fromEntries(
                headers.map((name) => [name, { $ref: `#/components/headers/${name}` }]),
              ),
            }),
        ...(content === undefined ? {} : contentOf(content, spec)),
      },
    ]),
  );
}

/** Those of the route, and those that every route of the data has. Two of one status: the first says both. */
function problems(route: HttpRoute, spec: HttpSpec): JsonObject {
  const names = [...route.problems, ...(route.access === 'open' ? [] : ['unauthorized', 'unavailable'])];
  const found: Record<string, Json> = {};
  for (const { name, http } of spec.problems)
    if (names.includes(name)) found[http] ??= { $ref: `#/components/responses/${name}` };
  return found;
}

function challenge(problem: string): JsonObject {
  if (problem !== 'unauthorized') return {};
  return { headers: { 'WWW-Authenticate': { description: 'Bearer.', schema: { type: 'string' } } } };
}

function problemContent(): { readonly content: Json } {
  return { content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } };
}

function contentOf(name: string, spec: HttpSpec): { readonly content: Json } {
  const { media } = spec.contents.find((content) => content.name === name)!;
  return { content: Object.fromEntries(media.map((type) => [type, { schema: schemaOf(name, type) }])) };
}

function contentProse(name: string, spec: HttpSpec): string {
  return spec.contents.find((content) => content.name === name)!.prose;
}

function schemaOf(name: string, media: string): Json {
  if (media === 'text/plain') return { type: 'string' };
  if (media === 'application/octet-stream') return {};
  const named: Record<string, string> = {
    value: 'Json',
    keyPage: 'KeyPage',
    batchRequest: 'BatchRequest',
    batchResults: 'BatchResults',
  };
  return named[name] === undefined ? { type: 'object' } : { $ref: `#/components/schemas/${named[name]}` };
}

function schemas(spec: HttpSpec, model: SpecModel): JsonObject {
  const results = model.errors.result.map(({ name }) => name);
  return {
    Json: { description: 'Any JSON value; integers are exact from -2^63 to 2^63-1.' },
    Key: {
      description: 'A key: a string, or its bytes in base64 where it is not UTF-8.',
      oneOf: [
        { type: 'string', minLength: 1 },
        {
          type: 'object',
          required: ['base64'],
          additionalProperties: false,
          properties: { base64: { type: 'string', contentEncoding: 'base64' } },
        },
      ],
    },
    Type: {
      description:
        'The type that `value` has, where JSON alone does not say it: bytes are base64 in a string, text is untyped, floats may be "NaN", "Infinity" and "-Infinity".',
      type: 'string',
      enum: model.types.filter(({ storable }) => storable).map(({ name }) => name.toLowerCase()),
    },
    Status: {
      description: 'What became of an op.',
      oneOf: model.errors.result.map(({ name, prose }) => ({ const: name, description: prose })),
    },
    Problem: {
      description: `As in RFC 9457. ${spec.statusProse} ${spec.statuses
        .map(({ code, http }) => `${code} ${http}`)
        .join(', ')}.`,
      type: 'object',
      required: ['type', 'title', 'status', 'detail'],
      properties: {
        type: { type: 'string', format: 'uri-reference' },
        title: { type: 'string', description: 'The phrase of the HTTP status.' },
        status: { type: 'integer', minimum: 400, maximum: 599 },
        detail: { type: 'string', description: 'What was wrong and what helps, for people.' },
        code: {
          type: 'string',
          description:
            'The code of errors.json where an op was refused; never to be guessed from the status.',
          enum: model.statuses.map(({ name }) => name),
        },
        results: { type: 'array', items: { $ref: '#/components/schemas/Result' } },
      },
    },
    KeyPage: {
      type: 'object',
      required: ['keys', 'cursor'],
      properties: {
        keys: { type: 'array', items: KEY_SCHEMA },
        types: {
          type: 'array',
          items: { type: 'string' },
          description: 'Of each key, where a SCAN asked withTypes.',
        },
        cursor: { type: ['string', 'null'], description: 'For the next page; null at the end.' },
      },
    },
    BatchRequest: {
      type: 'object',
      required: ['ops'],
      additionalProperties: false,
      properties: {
        ops: {
          type: 'array',
          minItems: 1,
          maxItems: model.limit('opsPerRequestMax'),
          items: { $ref: '#/components/schemas/Op' },
        },
        atomic: { type: 'boolean', default: false, description: 'All are applied or none is.' },
      },
    },
    BatchResults: {
      type: 'object',
      required: ['results'],
      properties: { results: { type: 'array', items: { $ref: '#/components/schemas/Result' } } },
    },
    Result: {
      type: 'object',
      required: ['status'],
      properties: {
        status: { $ref: '#/components/schemas/Status' },
        type: { type: 'string', description: 'Of the value; not there where there is none.' },
        value: {
          ...JSON_SCHEMA,
          description: 'As JSON; bytes are base64 in a string, a SCAN gives a KeyPage.',
        },
        version: { type: 'integer', minimum: 0 },
      },
      examples: [{ status: results[0], version: 17 }],
    },
    Op: {
      oneOf: model.commands.map(({ name }) => ({ $ref: `#/components/schemas/${opName(name)}` })),
      discriminator: {
        propertyName: 'op',
        mapping: Object.fromEntries(
          model.commands.map(({ identifier, name }) => [identifier, `#/components/schemas/${opName(name)}`]),
        ),
      },
    },
    ...Object.fromEntries(model.commands.map((command) => [opName(command.name), opSchema(command, model)])),
  };
}

const opName = (command: string): string => `Op_${command}`;

/** A flag that only announces an argument is not written: the argument says it. */
function opSchema(command: Command, model: SpecModel): JsonObject {
  const announced = new Set(command.arguments.map(({ when }) => when));
  const flags = command.flags.filter(({ name }) => !announced.has(name));
  const { key } = command;
  const needsKey = key !== null && model.bound(key.bytesMin) > 0;
  const needed = command.arguments.filter(({ when }) => when === undefined).map(({ name }) => name);
  const exclusive = command.exclusive.map((group) => `At most one of ${group.join(', ')}.`);
  return {
    type: 'object',
    description: [command.summary, command.prose, ...exclusive, costText(command)].join(' '),
    required: ['op', ...(needsKey ? ['key'] : []), ...needed],
    additionalProperties: false,
    properties: {
      op: { const: command.identifier },
      ...(key === null ? {} : { key: { ...KEY_SCHEMA, description: key.prose } }),
      ...Object.fromEntries(
        flags.map(({ name, prose }) => [name, { type: 'boolean', default: false, description: prose }]),
      ),
      ...Object.fromEntries(
        command.arguments.map((argument) => [argument.name, argumentSchema(argument, model)]),
      ),
      ...(command.arguments.some(({ type }) => type === 'value') ? { type: TYPE_SCHEMA } : {}),
    },
  };
}

function costText({ cost }: Command): string {
  return `Cost: ${cost.order}, grows with ${cost.growsWith}.`;
}

function argumentSchema(argument: Command['arguments'][number], model: SpecModel): JsonObject {
  const { type, min, max, types, prose, when } = argument;
  const description = when === undefined ? prose : `${prose} Given, it sets the flag ${when}.`;
  switch (type) {
    case 'value':
      return { ...JSON_SCHEMA, description };
    case 'key':
      return { ...KEY_SCHEMA, description };
    case 'bytes':
      return { ...KEY_SCHEMA, description };
    case 'type':
      return { type: 'string', enum: (types ?? []).map((name) => name.toLowerCase()), description };
    case 'f64':
      return { type: 'number', description };
    case 'i64':
      return { type: 'integer', format: 'int64', description };
    case 'u64':
      // As text too: cursors are given so.
      return {
        type: ['integer', 'string'],
        pattern: '^[0-9]+$',
        minimum: min ?? 0,
        maximum: max ?? model.limit('versionMax'),
        description,
      };
    default:
      return {
        type: 'integer',
        minimum: min ?? 0,
        maximum: max ?? (type === 'u16' ? 0xffff : 2 ** 48 - 1),
        description,
      };
  }
}
