/** Writes what the emitters made, or says how the files on disk differ from it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Emitter, GeneratedFile } from './emitter.js';
import type { SpecModel } from './spec-model.js';

export interface Difference {
  readonly path: string;
  readonly kind: 'missing' | 'stale' | 'stray';
}

export interface Generation {
  readonly files: readonly GeneratedFile[];
  readonly differences: readonly Difference[];
}

/** Runs the emitters and compares with the files under `root`; changes nothing. */
export function generate(root: string, model: SpecModel, emitters: readonly Emitter[]): Generation {
  const current = (path: string): string | undefined => {
    const full = join(root, path);
    return existsSync(full) ? readFileSync(full, 'utf8') : undefined;
  };
  const files = emitters.flatMap((emitter) => emitter.emit(model, current));
  const differences: Difference[] = [];
  for (const { path, text } of files) {
    const present = current(path);
    if (present === undefined) differences.push({ path, kind: 'missing' });
    else if (present !== text) differences.push({ path, kind: 'stale' });
  }
  const expected = new Set(files.map(({ path }) => path));
  for (const folder of emitters.flatMap((emitter) => emitter.folders))
    for (const path of filesUnder(root, folder))
      if (!expected.has(path)) differences.push({ path, kind: 'stray' });
  return { files, differences };
}

/** Makes the files under `root` what they should be; strays are removed. */
export function apply(root: string, { files, differences }: Generation): void {
  for (const { path, kind } of differences) {
    const full = join(root, path);
    if (kind === 'stray') {
      rmSync(full);
      continue;
    }
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, files.find((file) => file.path === path)!.text);
  }
}

function filesUnder(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesUnder(root, `${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
  );
}
