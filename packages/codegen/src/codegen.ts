/** The command line of the generator: see USAGE. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Emitter } from './emitter.js';
import { emitters } from './emitters.js';
import { breaches } from './evolution.js';
import { apply, generate } from './generation.js';
import { readLastRelease, readSpecFiles } from './spec-files.js';
import { buildModel } from './spec-model.js';
import { SpecRefusal } from './spec-refusal.js';
import { VectorsEmitter } from './vectors-emitter.js';

export interface CodegenOptions {
  /** Root of the repository; that of this package unless given. */
  readonly root?: string;
  readonly print?: (line: string) => void;
}

const USAGE = `usage: codegen COMMAND
  gen               write all generated files, remove strays
  gen --check       change nothing; exit 1 where a file is missing, stale or stray
  vectors           write the vectors only
  evolution         compare the spec with the last one in released/; exit 1 where it breaks a promise
  release VERSION   write the spec as released/VERSION.json, once it passes the evolution check`;

type Print = (line: string) => void;

/** Returns the exit code: 0 done or fresh, 1 stale or refused, 2 usage. */
export async function runCodegen(args: readonly string[], options: CodegenOptions = {}): Promise<number> {
  const root = options.root ?? join(fileURLToPath(import.meta.url), '..', '..', '..', '..');
  const print = options.print ?? ((line) => process.stderr.write(`${line}\n`));
  const [command, argument] = args;
  try {
    if (command === 'gen' && (args.length === 1 || (args.length === 2 && argument === '--check')))
      return gen(root, argument === '--check', emitters, print);
    if (command === 'vectors' && args.length === 1) return gen(root, false, [new VectorsEmitter()], print);
    if (command === 'evolution' && args.length === 1) return evolution(root, print);
    if (command === 'release' && args.length === 2 && /^\d+\.\d+\.\d+$/.test(argument))
      return release(root, argument, print);
    print(USAGE);
    return 2;
  } catch (error) {
    if (!(error instanceof SpecRefusal)) throw error;
    print(error.message);
    return 1;
  }
}

function gen(root: string, isCheck: boolean, chosen: readonly Emitter[], print: Print): number {
  const generation = generate(root, buildModel(readSpecFiles(root)), chosen);
  for (const { path, kind } of generation.differences) print(`${kind}: ${path}`);
  if (!isCheck) {
    apply(root, generation);
    return 0;
  }
  if (generation.differences.length === 0) return 0;
  print('Generated files are not what the spec says: run `npm run gen` and commit.');
  return 1;
}

function evolution(root: string, print: Print): number {
  const model = buildModel(readSpecFiles(root));
  const last = readLastRelease(root);
  if (last === undefined) {
    print('Nothing has been released yet: the spec is free to change.');
    return 0;
  }
  const found = breaches(last.files, model);
  for (const { rule, what } of found) print(`${what} [${rule}]`);
  if (found.length === 0) return 0;
  print(`The spec breaks what ${last.version} promised: take it back, add instead, or raise versions.min.`);
  return 1;
}

function release(root: string, version: string, print: Print): number {
  if (evolution(root, print) !== 0) return 1;
  const folder = join(root, 'protocol-spec', 'released');
  const path = join(folder, `${version}.json`);
  if (existsSync(path)) {
    print(`${version} has been released; a released spec does not change.`);
    return 1;
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, `${JSON.stringify({ version, files: readSpecFiles(root) }, null, 1)}\n`);
  return 0;
}
