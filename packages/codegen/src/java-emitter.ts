import type { Emitter, GeneratedFile } from './emitter.js';
import { constantFiles } from './java/constants.js';
import { layoutFiles } from './java/layouts.js';
import type { SpecModel } from './spec-model.js';

const FOLDER = 'sdk-java/src/main/java/io/anoadb/generated';

/** Java: the public command interfaces, and below `wire` constants, codecs and their implementation. */
export class JavaEmitter implements Emitter {
  readonly language = 'Java';
  readonly folders = [FOLDER];

  emit(model: SpecModel): readonly GeneratedFile[] {
    const wire: Record<string, string> = { ...constantFiles(model), ...layoutFiles(model) };
    return Object.entries(wire).map(([name, text]) => ({ path: `${FOLDER}/wire/${name}`, text }));
  }
}
