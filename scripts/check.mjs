#!/usr/bin/env node
// What must hold of the sources before they land: format and lint, types (also of tests and examples),
// generated code fresh, protocol compatible with the last release, import rules, a clean lockfile.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { violations } from './boundaries.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, 'node_modules', '.bin', name);
const codegen = join(root, 'packages', 'codegen', 'dist', 'main.js');

const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);

const CHECKS = [
  [
    'format and lint',
    () => command(bin('biome'), ['ci', '--error-on-warnings', `--colors=${colour ? 'force' : 'off'}`, '.']),
    'npx biome check --write .',
  ],
  ['types', () => command(bin('tsc'), ['-b']), undefined],
  ['types of tests and examples', () => command(bin('tsc'), ['-p', 'tsconfig.tests.json']), undefined],
  ['generated code is fresh', () => command(process.execPath, [codegen, 'gen', '--check']), 'npm run gen'],
  ['protocol evolution', () => command(process.execPath, [codegen, 'evolution']), undefined],
  ['import rules', () => violations(root).join('\n'), undefined],
  ['lockfile names no host', lockfileHosts, 'remove registry addresses from pnpm-lock.yaml'],
];

let failed = 0;
for (const [name, check, helps] of CHECKS) {
  const complaint = check();
  console.log(`${complaint === '' ? paint(32, 'ok  ') : paint(31, 'FAIL')} ${name}`);
  if (complaint === '') continue;
  failed++;
  console.log(complaint);
  if (helps !== undefined) console.log(`what helps: ${helps}`);
}
console.log(failed === 0 ? '\nall checks hold' : `\n${failed} of ${CHECKS.length} checks failed`);
process.exit(failed === 0 ? 0 : 1);

/** Empty where the command ended well, else what it printed. */
function command(file, args) {
  const done = spawnSync(file, args, { cwd: root, encoding: 'utf8' });
  if (done.status === 0) return '';
  return (
    `${done.error?.message ?? ''}${done.stdout ?? ''}${done.stderr ?? ''}`.trim() ||
    `exit code ${done.status}`
  );
}

function lockfileHosts() {
  const hits = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8').match(/https?:\/\/\S+/g) ?? [];
  return hits.slice(0, 5).join('\n');
}
