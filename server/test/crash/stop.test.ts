/** Faults 13 and 14 with real processes: two servers on one directory, and SIGTERM under load, twice. */

import assert from 'node:assert/strict';
import { freePort, ServerProcess, startServerProcess } from '@anoadb/testkit';
import { suite } from 'uvu';
import { cycles, POLICIES } from './crash-cycles.js';
import { CrashLoad, describeMissing, sleep } from './crash-load.js';

const test = suite('crash: stop');

const STOPS = cycles(1, 5);
/** Longer than this and a supervisor would kill it. */
const STOP_WITHIN_MS = 5_000;

for (const policy of POLICIES) {
  test(`SIGTERM under load, and once more: a clean end within 5 s, everything acknowledged is there, fsync ${policy}`, async () => {
    const server = await startServerProcess({ env: { ANOA_FSYNC: policy }, readyWithinMs: 60_000 });
    try {
      for (let stop = 1; stop <= STOPS; stop++) {
        const load = await CrashLoad.start({ port: server.port, prefix: `stop${stop}`, lanes: 8 });
        try {
          await sleep(150);
          const { pid } = server;
          const ended = server.stop('SIGTERM', STOP_WITHIN_MS);
          await sleep(3);
          if (server.isRunning) process.kill(pid, 'SIGTERM');
          assert.deepEqual(await ended, { code: 0, signal: null }, server.output);
          await sleep(5);
          await load.abandon();
          await server.start();
          assert.ok(load.acknowledged.length > 0);
          assert.equal(describeMissing(await load.missing(server.port, load.acknowledged)), '');
          assert.deepEqual(load.violations, []);
        } finally {
          await load.abandon();
        }
      }
    } finally {
      await server.dispose();
    }
  });
}

test('a second server on the directory of a running one is refused with 75, and the first serves on', async () => {
  const server = await startServerProcess({ readyWithinMs: 60_000 });
  try {
    const { dataDir, keyFile } = server;
    const second = new ServerProcess({ dataDir, keyFile }, await freePort());
    await assert.rejects(second.start(), /ended with 75/);
    const load = await CrashLoad.start({ port: server.port, prefix: 'w', lanes: 2 });
    await sleep(50);
    await load.stop();
    assert.ok(load.acknowledged.length > 0);
    assert.equal(describeMissing(await load.missing(server.port, load.acknowledged)), '');
  } finally {
    await server.dispose();
  }
});

test.run();
