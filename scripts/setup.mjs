#!/usr/bin/env node
// From a fresh clone to something that runs: installs the locked dependencies, then compiles.
// Ends at once where nothing changed: the install is skipped while the stamp under node_modules holds the
// hash of every input of an install; the compile is incremental.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAddon } from '../packages/udp/native/build.mjs';

/** The pnpm that wrote the lockfile; fetched by npx, never installed globally. */
const PNPM = 'pnpm@12.21.0';
const NODE_MIN = [20, 19, 0];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampFile = join(root, 'node_modules', '.anoadb-setup');

refuseOldNode();
const stamp = hashOfInstallInputs();
const installed = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
if (!installed) {
  say('Installing dependencies (about ten seconds the first time) ...');
  run('npx', ['--yes', PNPM, 'install', '--frozen-lockfile', '--reporter=append-only'], {
    quiet: true,
    helps: 'Is the npm registry reachable? `npm ping` tells.',
  });
}
if (!installed) say('Compiling ...');
run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b'], {
  quiet: false,
  helps: 'The sources do not compile; the lines above say where.',
});
run(process.execPath, [join(root, 'packages', 'cli', 'scripts', 'bundle.mjs')], {
  quiet: true,
  helps: 'The command line could not be put together from packages/cli/dist.',
});
// Changed C sources are no input of an install; has a stamp of its own and never fails the set-up.
const addon = buildAddon();
if (!addon.built && (addon.isNew || !installed))
  say(`UDP runs on node:dgram, the addon was not built: ${addon.reason}`);
mkdirSync(dirname(stampFile), { recursive: true });
writeFileSync(stampFile, stamp);

function hashOfInstallInputs() {
  const inputs = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml'];
  for (const parent of ['packages', 'examples']) {
    const folder = join(root, parent);
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder).sort()) inputs.push(join(parent, name, 'package.json'));
  }
  inputs.push('server/package.json', 'sdk-ts/package.json');
  const hash = createHash('sha256').update(
    `${PNPM} ${process.version} ${process.platform} ${process.arch}\n`,
  );
  for (const name of inputs) {
    const file = join(root, name);
    if (existsSync(file)) hash.update(`${name}\n`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function run(command, args, { quiet, helps }) {
  const done = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32' && command === 'npx',
  });
  if (done.status === 0) return;
  if (quiet) process.stderr.write(`${done.stdout ?? ''}${done.stderr ?? ''}`);
  process.stderr.write(`\nset-up: \`${[command, ...args].join(' ')}\` failed. ${helps}\n`);
  process.exit(done.status || 1);
}

function refuseOldNode() {
  const have = process.versions.node.split('.').map(Number);
  for (let i = 0; i < NODE_MIN.length; i++) {
    if (have[i] > NODE_MIN[i]) return;
    if (have[i] < NODE_MIN[i]) {
      process.stderr.write(
        `set-up: Node ${NODE_MIN.join('.')} or newer is needed, this is ${process.versions.node}.\n`,
      );
      process.exit(1);
    }
  }
}

function say(text) {
  process.stderr.write(`${text}\n`);
}
