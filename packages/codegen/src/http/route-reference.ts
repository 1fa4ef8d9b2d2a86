import { markdownTable } from '../markdown-table.js';
import { SpecRefusal } from '../spec-refusal.js';
import type { HttpSpec } from './http-spec.js';

/** Fills the tables of docs/HTTP.md, between `<!-- table: NAME -->` and `<!-- end -->`; the prose is ours. */
export function withRouteTables(text: string | undefined, spec: HttpSpec): string {
  if (text === undefined) throw new SpecRefusal('missing-region', 'HTTP.md', 'there is no such file');
  const tables = new Map([
    ['routes', routes(spec)],
    ['statuses', statuses(spec)],
  ]);
  const filled = text.replace(/<!-- table: (.*?) -->\n[\s\S]*?<!-- end -->/g, (_, name: string) => {
    const table = tables.get(name);
    if (table === undefined)
      throw new SpecRefusal('unknown-region', 'HTTP.md', `no table is called "${name}"`);
    tables.delete(name);
    return `<!-- table: ${name} -->\n${table}\n<!-- end -->`;
  });
  const [missing] = tables.keys();
  if (missing !== undefined)
    throw new SpecRefusal('missing-region', 'HTTP.md', `the table "${missing}" has no place`);
  return filled;
}

function routes(spec: HttpSpec): string {
  return markdownTable(
    ['route', 'what it does', 'query', 'answers', 'order', 'grows with'],
    spec.routes.map((route) => [
      `\`${route.method} ${route.path}\``,
      route.summary,
      route.isQueryOpen ? 'keys and values' : queryOf(route.parameters, spec),
      route.answers.map(({ status }) => status).join(', '),
      route.cost.order,
      route.cost.growsWith,
    ]),
  );
}

function queryOf(ids: readonly string[], spec: HttpSpec): string {
  const names = spec.parameters.filter((parameter) => parameter.in === 'query' && ids.includes(parameter.id));
  return names.length === 0 ? '-' : names.map(({ name }) => `\`${name}\``).join(' ');
}

function statuses(spec: HttpSpec): string {
  const byHttp = new Map<number, string[]>();
  for (const { code, http } of spec.statuses) byHttp.set(http, [...(byHttp.get(http) ?? []), code]);
  const proses = (http: number): string =>
    spec.problems
      .filter((problem) => problem.http === http)
      .map(({ prose }) => prose)
      .join(' ');
  const all = new Set([...byHttp.keys(), ...spec.problems.map(({ http }) => http)]);
  return markdownTable(
    ['status', 'codes of the spec', 'meaning'],
    [...all]
      .filter((http) => http >= 400)
      .sort((a, b) => a - b)
      .map((http) => [String(http), byHttp.get(http)?.join(', ') ?? '-', proses(http)]),
  );
}
