/** The Java load program, compiled against sdk-java as it stands in this checkout, Jedis and Lettuce. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repositoryRoot } from '@anoadb/testkit';

/** How to run it, or why that cannot be. */
export type JavaLoad = { readonly classPath: string } | { readonly missing: string };

const FOLDER = fileURLToPath(new URL('../java', import.meta.url));

export function buildJavaLoad(): JavaLoad {
  for (const [program, option] of [
    ['java', '-version'],
    ['javac', '-version'],
    ['mvn', '-version'],
  ]) {
    if (!works(program, option)) return { missing: `there is no ${program} on the PATH: no Java rows` };
  }
  const sdk = join(repositoryRoot(), 'sdk-java');
  try {
    maven(sdk, 'compile');
    const libraries = [sdk, FOLDER].map((folder) => {
      const file = join(folder, 'target', 'bench-classpath');
      maven(folder, 'dependency:build-classpath', '-DincludeScope=runtime', `-Dmdep.outputFile=${file}`);
      return readFileSync(file, 'utf8').trim();
    });
    const classes = join(FOLDER, 'target', 'classes');
    mkdirSync(classes, { recursive: true });
    const classPath = [classes, join(sdk, 'target', 'classes'), ...libraries].join(delimiter);
    execFileSync('javac', ['-d', classes, '-cp', classPath, join(FOLDER, 'JavaLoad.java')], {
      stdio: 'pipe',
    });
    return { classPath };
  } catch (error) {
    return { missing: `the Java load could not be built: ${String((error as Error).message).slice(0, 500)}` };
  }
}

function maven(folder: string, ...args: string[]): void {
  execFileSync('mvn', ['-q', '-B', '-f', join(folder, 'pom.xml'), ...args], { stdio: 'pipe' });
}

function works(program: string, option: string): boolean {
  try {
    execFileSync(program, [option], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
