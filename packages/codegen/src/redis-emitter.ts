import type { Emitter, GeneratedFile } from './emitter.js';
import { commandReference } from './redis/command-reference.js';
import { commandNames, commandTable } from './redis/command-table.js';
import { readRedisSpec } from './redis/redis-spec.js';
import type { SpecModel } from './spec-model.js';

const FOLDER = 'server/src/doors/redis/generated';

/** The Redis door: names and table of its commands in TypeScript, and their costs for people. */
export class RedisEmitter implements Emitter {
  readonly language = 'Redis';
  readonly folders = [FOLDER];

  emit(_model: SpecModel, current: (path: string) => string | undefined): readonly GeneratedFile[] {
    const groups = readRedisSpec(current);
    return [
      { path: `${FOLDER}/command-names.ts`, text: commandNames(groups) },
      { path: `${FOLDER}/command-table.ts`, text: commandTable(groups) },
      { path: 'docs/REDIS-COMMANDS.md', text: commandReference(groups) },
    ];
  }
}
