#!/usr/bin/env node
// Runs every test file in a process of its own, as many at a time as there are cores, each under a
// watchdog (the test library has no timeout of its own), and closes with one line over all suites:
//   N passed, N failed, N skipped
//
//   npm test                      everything, the Java tests of sdk-java too (they are skipped without Maven and JDK)
//   npm test -- sdk-java          the Java tests alone
//   npm test -- store replay      only files whose path contains one of the words
//   npm test -- --coverage        also measures line coverage and holds it against the floors below
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { JAVA_SUITE, runJavaSuite } from './java-suite.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const FILE_TIMEOUT_MS = Number(process.env.ANOA_TEST_FILE_TIMEOUT_MINUTES ?? 3) * 60_000;
/** Line coverage in percent, below which the run fails. */
const COVERAGE_FLOORS = {
  'packages/protocol/src': 95,
  'packages/transport/src': 95,
  'server/src/store': 95,
};

const args = process.argv.slice(2);
const wantsCoverage = args.includes('--coverage');
const words = args.filter((word) => !word.startsWith('--'));
const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);

const files = testFiles().filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
if (files.length === 0) {
  process.stderr.write(`no test file matches ${words.join(' ')}\n`);
  process.exit(1);
}
const coverageDir = wantsCoverage ? mkdtempSync(join(tmpdir(), 'anoadb-coverage-')) : undefined;
const totals = { passed: 0, failed: 0, skipped: 0 };
const failedFiles = [];
const queue = [...files];
await Promise.all(Array.from({ length: availableParallelism() }, worker));
const coverageHolds = coverageDir === undefined || reportCoverage(coverageDir);
if (coverageDir !== undefined) rmSync(coverageDir, { recursive: true, force: true });
if (failedFiles.length > 0) {
  console.log(`\n${paint(31, 'failed:')}\n${failedFiles.map((file) => `  npm test -- ${file}`).join('\n')}`);
}
console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed > 0 || !coverageHolds ? 1 : 0);

async function worker() {
  for (let file = queue.shift(); file !== undefined; file = queue.shift())
    await (file === JAVA_SUITE ? runJava() : runFile(file));
}

/** Prints and counts the Java tests class by class, as if each were a file. */
async function runJava() {
  const { classes, output, problem } = await runJavaSuite(root);
  for (const { name, passed, failed, skipped, seconds, skips } of classes) {
    totals.passed += passed;
    totals.failed += failed;
    totals.skipped += skipped;
    const label = name === JAVA_SUITE ? name : `${JAVA_SUITE} ${name}`;
    printVerdict(label, { passed, failed, elapsedMs: seconds * 1000 });
    for (const why of skips) console.log(`     ${paint(33, `# skip ${why}`)}`);
  }
  if (problem !== undefined) {
    totals.failed++;
    printVerdict(`${JAVA_SUITE}: ${problem}`, { passed: 0, failed: 1, elapsedMs: 0 });
  }
  if (problem === undefined && classes.every(({ failed }) => failed === 0)) return;
  failedFiles.push(JAVA_SUITE);
  console.log(output.trimEnd());
}

function runFile(file) {
  return new Promise((resolve) => {
    const startedAt = Date.now();
    const flags = file.endsWith('.ts') ? ['--import', 'tsx', '--conditions=@anoadb/source'] : [];
    const env = { ...process.env, FORCE_COLOR: '0', NODE_NO_WARNINGS: '1' };
    delete env.ANOA_URL;
    if (coverageDir !== undefined) env.NODE_V8_COVERAGE = coverageDir;
    const child = spawn(process.execPath, [...flags, join(root, file)], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let timedOut = false;
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    const watchdog = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, FILE_TIMEOUT_MS);
    child.on('close', (code) => {
      clearTimeout(watchdog);
      settle(file, { output, code, timedOut, elapsedMs: Date.now() - startedAt });
      resolve();
    });
  });
}

/** Counts what the file's own closing lines say; a file that ends without them, or badly, is one failure more. */
function settle(file, { output, code, timedOut, elapsedMs }) {
  const number = (label) => Number(new RegExp(`^\\s*${label}:\\s+(\\d+)`, 'm').exec(output)?.[1] ?? 0);
  const total = number('Total');
  const passed = number('Passed');
  const skipped = number('Skipped');
  // The library's "Total" leaves the skipped ones out.
  let failed = total - passed;
  const endedWell = code === 0 && !timedOut && total + skipped > 0;
  if (!endedWell && failed === 0) failed = 1;
  totals.passed += passed;
  totals.failed += failed;
  totals.skipped += skipped;
  printVerdict(file, { passed, failed, elapsedMs });
  for (const line of output.match(/^# skip.*$/gm) ?? []) console.log(`     ${paint(33, line)}`);
  for (const line of output.match(/^.*# \d.*$/gm) ?? [])
    console.log(`     ${line.slice(line.indexOf('# '))}`);
  if (failed === 0) return;
  failedFiles.push(file);
  console.log(output.trimEnd());
  if (timedOut) console.log(`the watchdog ended it after ${FILE_TIMEOUT_MS / 1000} s`);
  else if (total + skipped === 0) console.log(`ended with code ${code} before a test was counted`);
}

function printVerdict(name, { passed, failed, elapsedMs }) {
  const verdict = failed === 0 ? paint(32, 'ok  ') : paint(31, 'FAIL');
  const seconds = `${(elapsedMs / 1000).toFixed(1)} s`.padStart(8);
  console.log(`${verdict} ${seconds} ${String(passed).padStart(5)} passed  ${name}`);
}

function testFiles() {
  const folders = ['scripts', 'server', 'sdk-ts'];
  for (const name of readdirSync(join(root, 'packages')).sort()) folders.push(join('packages', name));
  const found = [];
  for (const folder of folders) collect(join(root, folder, 'test'), found);
  // The longest job first: the others fill the time beside it.
  return [JAVA_SUITE, ...found.map((file) => relative(root, file)).sort()];
}

function collect(folder, found) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) collect(path, found);
    else if (/\.test\.(ts|mjs)$/.test(entry.name)) found.push(path);
  }
}

function reportCoverage(dir) {
  const out = join(root, 'coverage');
  mkdirSync(out, { recursive: true });
  const done = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules', 'c8', 'bin', 'c8.js'),
      'report',
      '--temp-directory',
      dir,
      '--reports-dir',
      out,
      '--reporter=json-summary',
      '--reporter=html',
      '--all=false',
      ...Object.keys(COVERAGE_FLOORS).flatMap((folder) => ['--include', `${folder}/**/*.ts`]),
    ],
    { cwd: root, encoding: 'utf8' },
  );
  if (done.status !== 0) {
    console.log(`coverage could not be measured:\n${done.stdout}${done.stderr}`);
    return false;
  }
  const summary = JSON.parse(readFileSync(join(out, 'coverage-summary.json'), 'utf8'));
  let holds = true;
  console.log('\nline coverage');
  for (const [folder, floor] of Object.entries(COVERAGE_FLOORS)) {
    let lines = 0;
    let covered = 0;
    for (const [file, entry] of Object.entries(summary)) {
      if (!file.startsWith(join(root, folder))) continue;
      lines += entry.lines.total;
      covered += entry.lines.covered;
    }
    const percent = lines === 0 ? 0 : (100 * covered) / lines;
    const isEnough = percent >= floor;
    if (!isEnough) holds = false;
    console.log(
      `  ${isEnough ? 'ok  ' : 'LOW '} ${percent.toFixed(1).padStart(5)} %  ${folder} (floor ${floor} %)`,
    );
  }
  return holds;
}
