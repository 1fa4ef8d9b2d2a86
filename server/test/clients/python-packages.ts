/** Python packages for client tests, installed once into a folder of this checkout that no other program sees. */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@anoadb/testkit';
import { runProgram } from './run-program.js';

/** The folder for PYTHONPATH, or why there is none. `requirement` has an exact version: `redis==5.2.1`. */
export async function pythonPackage(
  requirement: string,
): Promise<{ readonly path: string } | { readonly missing: string }> {
  const python = await runProgram('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 8))']);
  if (python?.code !== 0) return { missing: 'there is no python3 of 3.8 or newer on the PATH' };
  const path = join(
    repositoryRoot(),
    'node_modules',
    '.cache',
    `python-${requirement.replace(/[^\w.]+/g, '-')}`,
  );
  // Written last: an installation that was cut off is made again.
  const stamp = join(path, '.complete');
  if (existsSync(stamp)) return { path };
  mkdirSync(path, { recursive: true });
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--upgrade',
    '--target',
    path,
  ];
  const installed = await runProgram('python3', [...pip, requirement]);
  if (installed?.code !== 0) return { missing: `pip could not install ${requirement}` };
  writeFileSync(stamp, '');
  return { path };
}
