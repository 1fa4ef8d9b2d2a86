import type { Emitter, GeneratedFile } from './emitter.js';
import { commandConstants, commandImplementation, commandInterface } from './java/commands.js';
import { constantFiles } from './java/constants.js';
import { layoutFiles } from './java/layouts.js';
import { opDecoder } from './java/op-decoding.js';
import { opEncodingFiles } from './java/op-encoding.js';
import { optionsFiles } from './java/options.js';
import { packageFiles } from './java/package-files.js';
import type { SpecModel } from './spec-model.js';

const FOLDER = 'sdk-java/src/main/java/io/anoadb/generated';
const TEST_FOLDER = 'sdk-java/src/test/java/io/anoadb/generated';

/** Java: commands and their options for everybody; below `wire` constants and codecs for the client alone. */
export class JavaEmitter implements Emitter {
  readonly language = 'Java';
  readonly folders = [FOLDER, TEST_FOLDER];

  emit(model: SpecModel): readonly GeneratedFile[] {
    const files: Record<string, string> = {
      'AnoaCommands.java': commandInterface(model, 'blocking'),
      'AnoaAsyncCommands.java': commandInterface(model, 'async'),
      'BlockingCommands.java': commandImplementation(model, 'blocking'),
      'AsyncCommands.java': commandImplementation(model, 'async'),
      ...optionsFiles(model),
      ...under('wire', {
        'Commands.java': commandConstants(model),
        ...opEncodingFiles(model),
        ...constantFiles(model),
        ...layoutFiles(model),
      }),
      ...packageFiles(),
    };
    return [
      ...Object.entries(files).map(([name, text]) => ({ path: `${FOLDER}/${name}`, text })),
      { path: `${TEST_FOLDER}/wire/OpDecoder.java`, text: opDecoder(model) },
    ];
  }
}

function under(folder: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));
}
