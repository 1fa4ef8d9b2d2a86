import { docComment, fileHead, quote } from '../typescript/source-text.js';
import type { HttpRoute, HttpSpec } from './http-spec.js';

/** What the router and the problems of the door are made from. */
export function routeTable(spec: HttpSpec): string {
  const operations = spec.routes.map(({ operation }) => quote(operation)).join(' | ');
  return `${fileHead('The routes of the HTTP door, and which status of HTTP says which status of an op.', 'http.json')}export type HttpOperation = ${operations};

export interface HttpRoute {
  readonly operation: HttpOperation;
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Begins with a slash; with \`hasKey\` the key is what follows. */
  readonly path: string;
  readonly hasKey: boolean;
  /** open: anybody; database: an access key without prefix; key: one that may do this to that key. */
  readonly access: 'open' | 'database' | 'key';
  readonly hasBody: boolean;
  readonly hasSideEffects: boolean;
  /** Names that the query may have; undefined: they are data. */
  readonly query: readonly string[] | undefined;
}

export const httpRoutes: readonly HttpRoute[] = [
${spec.routes.map((route) => routeLiteral(route, spec)).join('')}];

${docComment('By the name of the status.')}export const httpStatusOf = {
${spec.statuses.map(({ code, http }) => `  ${code}: ${http},\n`).join('')}} as const;
`;
}

function routeLiteral(route: HttpRoute, spec: HttpSpec): string {
  const hasKey = route.path.endsWith('{key}');
  const query = spec.parameters.filter(
    (parameter) => parameter.in === 'query' && route.parameters.includes(parameter.id),
  );
  const names = query.map((parameter) => quote(parameter.name)).join(', ');
  return `  {
    operation: ${quote(route.operation)}, method: ${quote(route.method)}, path: ${quote(route.path.replace('{key}', ''))}, hasKey: ${hasKey},
    access: ${quote(route.access)}, hasBody: ${route.body !== undefined}, hasSideEffects: ${route.sideEffects}, query: ${route.isQueryOpen ? 'undefined' : `[${names}]`},
  },
`;
}

/** The document as text, so that a bundle carries it and nobody parses it. */
export function documentModule(document: string): string {
  return `${fileHead('What /openapi.json answers.', 'http.json')}export const openApiDocument: string = ${quote(document)};\n`;
}
