/** Finds every package installed under a node_modules folder, whichever package manager laid it out. */

import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';

/** A package.json as far as it is looked at here; the rest is kept as it is. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/**
 * Yields the package.json of each package once, by `name@version`.
 *
 * Links are followed to the folder they mean, and no folder is looked at twice: pnpm links every package from
 * several places, and workspaces link to each other in circles.
 */
export async function* installedPackages(nodeModules: string): AsyncGenerator<Manifest, void, void> {
  const seenFolders = new Set<string>();
  const seenPackages = new Set<string>();
  const waiting = [nodeModules];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const real = await realpath(folder).catch(() => undefined);
    if (real === undefined || seenFolders.has(real)) continue;
    seenFolders.add(real);
    for (const name of await foldersIn(real)) {
      const path = join(real, name);
      if (name === '.pnpm') {
        // One folder per package and set of peers, each with a node_modules of its own.
        for (const entry of await foldersIn(path)) waiting.push(join(path, entry, 'node_modules'));
      } else if (name.startsWith('@')) waiting.push(path);
      else if (!name.startsWith('.')) {
        waiting.push(join(path, 'node_modules'));
        const manifest = await readManifest(path);
        if (manifest === undefined || seenPackages.has(`${manifest.name}@${manifest.version}`)) continue;
        seenPackages.add(`${manifest.name}@${manifest.version}`);
        yield manifest;
      }
    }
  }
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).map((entry) => entry.name);
}

/** Undefined where there is none, or one without name and version. */
async function readManifest(folder: string): Promise<Manifest | undefined> {
  try {
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const isPackage = typeof manifest.name === 'string' && typeof manifest.version === 'string';
    return isPackage ? manifest : undefined;
  } catch {
    return undefined;
  }
}
