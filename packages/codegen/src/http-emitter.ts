import type { Emitter, GeneratedFile } from './emitter.js';
import { readHttpSpec } from './http/http-spec.js';
import { openApiDocument } from './http/openapi.js';
import { withRouteTables } from './http/route-reference.js';
import { documentModule, routeTable } from './http/route-table.js';
import type { SpecModel } from './spec-model.js';

const SPEC = 'protocol-spec/http.json';
const FOLDER = 'server/src/doors/http/generated';
const GUIDE = 'docs/HTTP.md';
const DOCUMENT = 'docs/openapi.json';

/** The HTTP door: its routes in TypeScript, and the OpenAPI document for everybody else. */
export class HttpEmitter implements Emitter {
  readonly language = 'OpenAPI';
  readonly folders = [FOLDER];

  emit(model: SpecModel, current: (path: string) => string | undefined): readonly GeneratedFile[] {
    const spec = readHttpSpec(current(SPEC), model);
    const document = openApiDocument(spec, model);
    return [
      { path: `${FOLDER}/routes.ts`, text: routeTable(spec) },
      { path: `${FOLDER}/openapi-document.ts`, text: documentModule(JSON.stringify(document)) },
      { path: GUIDE, text: withRouteTables(current(GUIDE), spec) },
      { path: DOCUMENT, text: `${JSON.stringify(document, null, 2)}\n` },
    ];
  }
}
