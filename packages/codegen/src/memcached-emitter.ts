import type { Emitter, GeneratedFile } from './emitter.js';
import { binaryOpcodes, commandNames } from './memcached/command-constants.js';
import { withCommandTables } from './memcached/command-reference.js';
import { readMemcachedSpec } from './memcached/memcached-spec.js';
import type { SpecModel } from './spec-model.js';

const SPEC = 'protocol-spec/memcached.json';
const FOLDER = 'server/src/doors/memcached/generated';
const GUIDE = 'docs/MEMCACHED.md';

/** The memcached door: names and opcodes in TypeScript, and what each command costs for people. */
export class MemcachedEmitter implements Emitter {
  readonly language = 'memcached';
  readonly folders = [FOLDER];

  emit(_model: SpecModel, current: (path: string) => string | undefined): readonly GeneratedFile[] {
    const spec = readMemcachedSpec(current(SPEC));
    return [
      { path: `${FOLDER}/command-names.ts`, text: commandNames(spec) },
      { path: `${FOLDER}/binary-opcodes.ts`, text: binaryOpcodes(spec) },
      { path: GUIDE, text: withCommandTables(current(GUIDE), spec) },
    ];
  }
}
