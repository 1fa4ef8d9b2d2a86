#!/usr/bin/env node
// The crash tests with real processes in full: hundreds of kills and power cuts per fsync policy. `npm test` has a
// few of each. `npm run test:crash -- kill` runs one file. Needs root for power cuts and full disks; what is missing is printed and counted as skipped.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of these runs for minutes, on a busy machine for many. */
const FILE_TIMEOUT_MINUTES = 60;

const FOLDER = 'server/test/crash/';

const names = process.argv.slice(2);
const done = spawnSync(
  process.execPath,
  [
    join(dirname(fileURLToPath(import.meta.url)), 'test.mjs'),
    ...(names.length === 0 ? [FOLDER] : names.map((name) => FOLDER + name)),
  ],
  {
    stdio: 'inherit',
    env: { ...process.env, ANOA_CRASH: 'full', ANOA_TEST_FILE_TIMEOUT_MINUTES: String(FILE_TIMEOUT_MINUTES) },
  },
);
process.exit(done.status ?? 1);
