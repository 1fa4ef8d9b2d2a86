#!/usr/bin/env node
/** `npm run bench`: runs row groups one after another, prints the table and writes RESULTS.md. */

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadGenerator } from './generator-build.js';
import { describeMachine } from './machine.js';
import type { BenchContext, RowGroup } from './measurement.js';
import { memcachedVersion } from './memcached.js';
import { PINNING_TEXT } from './pinning.js';
import { redisVersion } from './redis.js';
import { type BenchReport, type GroupResult, markdownText, tableText } from './report.js';
import { rowGroups } from './rows/index.js';

const USAGE = `npm run bench -- [options]

  --only NAME     this row group alone (repeat for more): ${rowGroups.map((group) => group.name).join(', ')}
  --full          everything: ten million entries too (about 2 GB of memory), and no row cut short
  --entries N     entries of the memory, snapshot and load rows (default 1000000)
  --rounds N      turns of A and B in throughput rows; the median counts (default 5)
  --json          the report as JSON on standard output
  --no-write      leave packages/bench/RESULTS.md as it is (it is also left by --only, --entries and --rounds)
`;

const RESULTS_FILE = fileURLToPath(new URL('../RESULTS.md', import.meta.url));

await main();

async function main(): Promise<void> {
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  if (options.help) {
    process.stdout.write(USAGE);
    return;
  }
  const context: BenchContext = {
    entries: options.entries,
    rounds: options.rounds,
    isFull: options.isFull,
    progress: (text) => void process.stderr.write(`${text}\n`),
  };
  const startedAtMs = performance.now();
  const machine = describeMachine();
  const groups: GroupResult[] = [];
  for (const group of options.groups) groups.push(await runGroup(group, context));
  const report: BenchReport = {
    machine,
    redis: redisVersion(),
    memcached: memcachedVersion(),
    generator: generatorText(),
    minutes: (performance.now() - startedAtMs) / 60_000,
    takenAt: new Date().toISOString(),
    groups,
  };
  process.stdout.write(`${options.json ? JSON.stringify(report, null, 2) : tableText(report)}\n`);
  if (options.isWhole) writeFileSync(RESULTS_FILE, markdownText(report));
  if (groups.some((group) => group.failure !== undefined)) process.exitCode = 1;
}

function generatorText(): string {
  const generator = loadGenerator();
  if ('missing' in generator)
    return `the load is made in JavaScript, and is the slower side: ${generator.missing}`;
  return `load by the native generator; ${PINNING_TEXT}`;
}

async function runGroup(group: RowGroup, context: BenchContext): Promise<GroupResult> {
  const { name, title } = group;
  context.progress(`${name}: ${title}`);
  try {
    return { name, title, lines: await group.run(context) };
  } catch (error) {
    context.progress(`${name}: ${error instanceof Error ? error.stack : String(error)}`);
    return { name, title, lines: [], failure: error instanceof Error ? error.message : String(error) };
  }
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      full: { type: 'boolean', default: false },
      entries: { type: 'string', default: '1000000' },
      rounds: { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
      'no-write': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const only = values.only ?? [];
  for (const name of only) {
    if (!rowGroups.some((group) => group.name === name)) throw new Error(`there is no row group "${name}"`);
  }
  const groups = rowGroups.filter((group) => {
    if (only.length > 0) return only.includes(group.name);
    return !group.isOptIn || values.full;
  });
  return {
    groups,
    entries: wholeNumber('--entries', values.entries),
    rounds: wholeNumber('--rounds', values.rounds),
    isFull: values.full,
    json: values.json,
    isWhole:
      only.length === 0 && values.entries === '1000000' && Number(values.rounds) >= 5 && !values['no-write'],
    help: values.help,
  };
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`${name} takes a whole number from 1, not "${text}"`);
  return value;
}
