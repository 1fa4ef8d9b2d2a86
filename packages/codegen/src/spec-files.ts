/** The spec's files on disk. The only place of this package, besides `generation.ts`, that reads files. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SpecFiles } from './spec-model.js';
import { SpecRefusal } from './spec-refusal.js';

/** Reads `protocol-spec/` under `root`. */
export function readSpecFiles(root: string): SpecFiles {
  const folder = join(root, 'protocol-spec');
  const messages: Record<string, unknown> = {};
  for (const name of readdirSync(join(folder, 'messages')).sort())
    messages[name] = readJson(join(folder, 'messages', name), `messages/${name}`);
  return {
    protocol: readJson(join(folder, 'protocol.json'), 'protocol.json'),
    types: readJson(join(folder, 'types.json'), 'types.json'),
    errors: readJson(join(folder, 'errors.json'), 'errors.json'),
    messages,
  };
}

/** A released spec: all its files in one. */
export interface ReleasedSpec {
  readonly version: string;
  readonly files: SpecFiles;
}

/** The released spec with the highest version, if there is one. */
export function readLastRelease(root: string): ReleasedSpec | undefined {
  const folder = join(root, 'protocol-spec', 'released');
  if (!existsSync(folder)) return undefined;
  const last = readdirSync(folder)
    .filter((name) => /^\d+\.\d+\.\d+\.json$/.test(name))
    .sort((a, b) => compareVersions(a.replace('.json', ''), b.replace('.json', '')))
    .at(-1);
  if (last === undefined) return undefined;
  return readJson(join(folder, last), `released/${last}`) as ReleasedSpec;
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}

function readJson(path: string, where: string): unknown {
  const text = readFileSync(path, 'utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SpecRefusal('not-json', where, (error as Error).message);
  }
}
