#!/usr/bin/env node
// Compiles the addon into build/anoa-udp.node where this is Linux with a C compiler and Node's headers, and
// leaves it quietly where it is not: everything works on node:dgram then. Needs no network and no other
// package. Ends at once where nothing changed: build/stamp.json holds what the last run was made of and what
// came of it.
//
//   node native/build.mjs            at install, and from the repository's set-up
//   node native/build.mjs --strict   compiles in any case, into a folder of its own; warnings are errors
//   CC=clang ANOA_UDP_BUILD=off      another compiler; not at all
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const SOURCES = ['addon.c', 'batch_socket.c', 'send_queue.c', 'address.c'];
const HEADERS = ['batch_socket.h', 'send_queue.h', 'address.h'];
const FLAGS = ['-std=c11', '-O2', '-fPIC', '-shared', '-fvisibility=hidden', '-pthread', '-Wall', '-Wextra'];
const DEFINES = ['-D_GNU_SOURCE', '-DNAPI_VERSION=8'];
const COMPILE_WITHIN_MS = 120_000;

/**
 * Builds unless that was done already. Never throws; `{ built, isNew, reason }`, where `isNew` says that this
 * call did or decided it and `reason` why there is no addon.
 */
export function buildAddon({ buildFolder = join(dirname(folder), 'build'), flags = [] } = {}) {
  const addonFile = join(buildFolder, 'anoa-udp.node');
  const stampFile = join(buildFolder, 'stamp.json');
  try {
    const tools = findTools();
    const inputs = hashOfInputs(tools, flags);
    const stamp = readStamp(stampFile);
    if (stamp?.inputs === inputs && stamp.built === existsSync(addonFile)) {
      return { built: stamp.built, isNew: false, reason: stamp.reason };
    }
    mkdirSync(buildFolder, { recursive: true });
    const reason = tools.missing ?? compile(tools, flags, addonFile);
    // What an earlier run made may not fit these inputs.
    if (reason !== undefined) rmSync(addonFile, { force: true });
    const built = reason === undefined;
    writeFileSync(stampFile, `${JSON.stringify({ inputs, built, reason }, undefined, 2)}\n`);
    return { built, isNew: true, reason };
  } catch (error) {
    return { built: existsSync(addonFile), isNew: true, reason: error.message };
  }
}

function findTools() {
  if (process.env.ANOA_UDP_BUILD === 'off') return { missing: 'switched off by ANOA_UDP_BUILD' };
  if (process.platform !== 'linux')
    return { missing: `recvmmsg and sendmmsg are Linux's, this is ${process.platform}` };
  const [name, ...args] = (process.env.CC || 'cc').split(/\s+/).filter(Boolean);
  const compiler = pathOf(name);
  if (compiler === undefined) return { missing: `no C compiler (${name})` };
  const headers = headerFolder();
  if (headers === undefined) return { missing: "Node's headers are not beside Node" };
  return { compiler, args, headers };
}

function pathOf(program) {
  const folders = isAbsolute(program) ? [''] : (process.env.PATH ?? '').split(delimiter);
  return folders.map((path) => join(path, program)).find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Official archives, images and packages of Node put them at ../include/node; a build tree names itself. */
function headerFolder() {
  const candidates = [join(dirname(dirname(process.execPath)), 'include', 'node')];
  const nodedir = process.config.variables.nodedir;
  if (nodedir) candidates.push(join(nodedir, 'include', 'node'), join(nodedir, 'src'));
  return candidates.find((path) => existsSync(join(path, 'node_api.h')) && existsSync(join(path, 'uv.h')));
}

function compile({ compiler, args, headers }, flags, addonFile) {
  // Beside its final name and moved there: a running server keeps the file it has.
  const fresh = `${addonFile}.${process.pid}`;
  const sources = SOURCES.map((name) => join(folder, name));
  const command = [...args, ...FLAGS, ...flags, ...DEFINES, `-I${headers}`, ...sources, '-o', fresh];
  const done = spawnSync(compiler, command, { encoding: 'utf8', timeout: COMPILE_WITHIN_MS });
  if (done.status === 0) {
    renameSync(fresh, addonFile);
    return undefined;
  }
  rmSync(fresh, { force: true });
  return `${compiler} failed: ${(done.error?.message ?? done.stderr ?? '').trim().slice(0, 4000)}`;
}

function hashOfInputs(tools, flags) {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([tools, flags, process.version, process.platform, process.arch]));
  for (const name of [...SOURCES, ...HEADERS, 'build.mjs']) hash.update(readFileSync(join(folder, name)));
  return hash.digest('hex');
}

function readStamp(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const isStrict = process.argv.includes('--strict');
  const options = { buildFolder: join(dirname(folder), 'build', 'strict'), flags: ['-Werror'] };
  const { built, reason } = buildAddon(isStrict ? options : {});
  process.stdout.write(
    built ? 'UDP addon: built\n' : `UDP addon: not built, node:dgram is used: ${reason}\n`,
  );
  // An install never fails for want of it.
  if (isStrict && !built) process.exitCode = 1;
}
