import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';

const packageDir = dirname(dirname(fileURLToPath(import.meta.url)));

/** What snippets that do not connect themselves take for granted. */
const DB = "import type { AnoaClient } from '@anoadb/sdk';\ndeclare const db: AnoaClient;\n";

test('every snippet of the README compiles', () => {
  const snippets = readFileSync(join(packageDir, 'README.md'), 'utf8').match(
    /(?<=^```ts\n)[\s\S]*?(?=^```$)/gm,
  );
  assert.ok(snippets !== null && snippets.length >= 8);
  // Inside the package, so that its own name and zod resolve; in a folder nothing else looks at.
  mkdirSync(join(packageDir, 'coverage'), { recursive: true });
  const dir = mkdtempSync(join(packageDir, 'coverage', 'readme-'));
  try {
    snippets.forEach((snippet, index) => {
      const preamble = snippet.includes('await connect(') ? '' : DB;
      writeFileSync(join(dir, `snippet-${index}.ts`), `${preamble}${snippet}\nexport {};\n`);
    });
    const compilerOptions = {
      noEmit: true,
      composite: false,
      incremental: false,
      declaration: false,
      declarationMap: false,
      customConditions: ['@anoadb/source'],
    };
    const config = { extends: '../../../tsconfig.base.json', compilerOptions, include: ['*.ts'] };
    writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify(config));
    const typescript = createRequire(import.meta.url).resolve('typescript/package.json');
    const tsc = join(dirname(typescript), 'bin', 'tsc');
    const run = spawnSync(process.execPath, [tsc, '-p', dir], { encoding: 'utf8' });
    assert.strictEqual(run.status, 0, run.stdout + run.stderr);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test.run();
