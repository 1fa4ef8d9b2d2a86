/** The command line of the generator: `gen`, `gen --check`, `evolution`, `release VERSION`. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emitters } from './emitters.js';
import { apply, generate } from './generation.js';
import { readSpecFiles } from './spec-files.js';
import { buildModel } from './spec-model.js';
import { SpecRefusal } from './spec-refusal.js';

export interface CodegenOptions {
  /** Root of the repository; that of this package unless given. */
  readonly root?: string;
  readonly print?: (line: string) => void;
}

const USAGE = 'usage: codegen gen [--check]';

/** Returns the exit code: 0 done or fresh, 1 stale or refused, 2 usage. */
export async function runCodegen(args: readonly string[], options: CodegenOptions = {}): Promise<number> {
  const root = options.root ?? join(fileURLToPath(import.meta.url), '..', '..', '..', '..');
  const print = options.print ?? ((line) => process.stderr.write(`${line}\n`));
  try {
    if (args[0] === 'gen') return gen(root, args.includes('--check'), print);
    print(USAGE);
    return 2;
  } catch (error) {
    if (!(error instanceof SpecRefusal)) throw error;
    print(error.message);
    return 1;
  }
}

function gen(root: string, isCheck: boolean, print: (line: string) => void): number {
  const generation = generate(root, buildModel(readSpecFiles(root)), emitters);
  for (const { path, kind } of generation.differences) print(`${kind}: ${path}`);
  if (!isCheck) {
    apply(root, generation);
    return 0;
  }
  if (generation.differences.length === 0) return 0;
  print('Generated files are not what the spec says: run `npm run gen` and commit.');
  return 1;
}
