/**
 * The routes of the HTTP door, read from protocol-spec/http.json and held against the rest of the spec: every status
 * code has its status of HTTP, every name that a route uses is declared.
 */
import { z } from 'zod';
import type { SpecModel } from '../spec-model.js';
import { SpecRefusal } from '../spec-refusal.js';

const WHERE = 'http.json';

const prose = z.string().trim().min(4, 'prose is required in every field');
const name = z.string().regex(/^[a-z][A-Za-z0-9]*$/);
const httpStatus = z.int().min(200).max(599);
/** Goes into the document as it is: what JSON Schema allows is its business. */
const schema = z.record(z.string(), z.json());

const httpSchema = z.strictObject({
  title: prose,
  prose,
  bearerProse: prose,
  statusProse: prose,
  statuses: z.array(z.strictObject({ code: z.string(), http: httpStatus })),
  problems: z.array(z.strictObject({ name, http: httpStatus, prose })),
  headers: z.array(z.strictObject({ name: z.string(), schema, prose })),
  parameters: z.array(
    z.strictObject({ id: name, name: z.string(), in: z.enum(['path', 'query', 'header']), schema, prose }),
  ),
  contents: z.array(z.strictObject({ name, media: z.array(z.string()).min(1), prose })),
  routes: z.array(
    z.strictObject({
      operation: name,
      method: z.enum(['GET', 'PUT', 'POST', 'DELETE']),
      path: z.string().regex(/^(\/[a-z0-9.]+)+(\/\{key\})?$/),
      summary: prose,
      prose,
      /** open: anybody; database: a key without prefix; key: a key that may do this to that key. */
      access: z.enum(['open', 'database', 'key']),
      sideEffects: z.boolean(),
      parameters: z.array(name),
      /** Names in the query are data. */
      isQueryOpen: z.boolean().optional(),
      body: name.optional(),
      answers: z.array(
        z.strictObject({
          status: httpStatus,
          prose,
          content: name.optional(),
          headers: z.array(z.string()).optional(),
        }),
      ),
      problems: z.array(name),
      cost: z.strictObject({ order: z.string().regex(/^O\(.+\)$/), growsWith: prose }),
    }),
  ),
});

export type HttpSpec = z.infer<typeof httpSchema>;
export type HttpRoute = HttpSpec['routes'][number];

/** @throws SpecRefusal naming the rule that does not hold. */
export function readHttpSpec(text: string | undefined, model: SpecModel): HttpSpec {
  if (text === undefined) throw new SpecRefusal('missing', WHERE, 'there is no such file');
  const parsed = httpSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new SpecRefusal('shape', `${WHERE} ${issue.path.join('.')}`.trimEnd(), issue.message);
  }
  const spec = parsed.data;
  checkStatuses(spec, model);
  checkNames(spec);
  return spec;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SpecRefusal('not-json', WHERE, (error as Error).message);
  }
}

function checkStatuses(spec: HttpSpec, model: SpecModel): void {
  const codes = new Set(spec.statuses.map(({ code }) => code));
  if (codes.size !== spec.statuses.length)
    throw new SpecRefusal('http-status-twice', WHERE, 'a code stands in statuses twice');
  for (const { name: code } of model.statuses)
    if (!codes.delete(code)) throw new SpecRefusal('http-status-missing', WHERE, `${code} has no status`);
  const [stray] = codes;
  if (stray !== undefined)
    throw new SpecRefusal('http-status-unknown', WHERE, `${stray} is no code of errors.json`);
}

function checkNames(spec: HttpSpec): void {
  const headers = new Set(spec.headers.map((header) => header.name));
  const parameters = new Set(spec.parameters.map(({ id }) => id));
  const contents = new Set(spec.contents.map((content) => content.name));
  const problems = new Set(spec.problems.map((problem) => problem.name));
  const need = (known: ReadonlySet<string>, used: string, route: HttpRoute): void => {
    if (!known.has(used))
      throw new SpecRefusal('http-unknown-name', `${WHERE} ${route.operation}`, `"${used}" is not declared`);
  };
  const seen = new Set<string>();
  for (const route of spec.routes) {
    for (const id of route.parameters) need(parameters, id, route);
    for (const id of route.problems) need(problems, id, route);
    if (route.body !== undefined) need(contents, route.body, route);
    for (const answer of route.answers) {
      if (answer.content !== undefined) need(contents, answer.content, route);
      for (const header of answer.headers ?? []) need(headers, header, route);
    }
    if (route.path.endsWith('{key}') !== route.parameters.includes('key'))
      throw new SpecRefusal(
        'http-key',
        `${WHERE} ${route.operation}`,
        'the path and the parameters disagree',
      );
    for (const id of [route.operation, `${route.method} ${route.path}`]) {
      if (seen.has(id)) throw new SpecRefusal('http-route-twice', WHERE, `${id} stands there twice`);
      seen.add(id);
    }
  }
}
