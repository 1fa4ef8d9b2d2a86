/**
 * Fault 11 with the real binary: strace lets one fdatasync fail with EIO and all later ones succeed. The server must
 * stop at once with 74 and acknowledge nothing that hung on that sync; a restart has everything acknowledged before.
 */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { freePort, repositoryRoot, ServerProcess } from '@anoadb/testkit';
import { suite } from 'uvu';
import { cycles, POLICIES } from './crash-cycles.js';
import { CrashLoad, describeMissing, sleep } from './crash-load.js';
import { whyNoProgram } from './small-disk.js';

const test = suite('crash: failing sync');

const EX_IOERR = 74;
const FAILING = cycles(1, 5);

/** Tracing may be forbidden even where the program is. */
const why = whyNoTracing();
if (why !== undefined) console.log(`# skip failing fdatasync: ${why}`);

for (const policy of POLICIES.filter((policy) => policy !== 'no')) {
  for (let round = 0; round < FAILING; round++) {
    const failing = 3 + 4 * round;
    const title = `fsync ${policy}: fdatasync number ${failing} fails once: exit 74, nothing acknowledged is missing`;
    (why === undefined ? test : test.skip)(title, async () => {
      const port = await freePort();
      const anoa = join(repositoryRoot(), 'packages', 'cli', 'bin', 'anoa.mjs');
      const env = { ANOA_FSYNC: policy, ANOA_SNAPSHOT_INTERVAL: '0' };
      // -D: the server is the child that is signalled and waited for, not the tracer.
      const traced = new ServerProcess(
        {
          command: [
            'strace',
            ...['-D', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=fdatasync'],
            ...['-e', `inject=fdatasync:error=EIO:when=${failing}`],
            ...[process.execPath, anoa, 'serve'],
          ],
          env,
          readyWithinMs: 60_000,
        },
        port,
      );
      let load: CrashLoad | undefined;
      try {
        await traced.start();
        load = await CrashLoad.start({ port, prefix: 'w', lanes: 4 });
        const exit = await traced.ended();
        assert.deepEqual(exit, { code: EX_IOERR, signal: null }, traced.output);
        await sleep(5);
        await load.abandon();
        const { dataDir, keyFile } = traced;
        const plain = new ServerProcess({ dataDir, keyFile, env, readyWithinMs: 60_000 }, port);
        try {
          await plain.start();
          assert.ok(load.acknowledged.length > 0);
          assert.equal(describeMissing(await load.missing(port, load.acknowledged)), '');
          assert.deepEqual(load.violations, []);
        } finally {
          await plain.dispose();
        }
      } finally {
        await load?.abandon();
        await traced.dispose();
      }
    });
  }
}

function whyNoTracing(): string | undefined {
  const missing = whyNoProgram('strace', ['-V']);
  if (missing !== undefined) return missing;
  const refused = whyNoProgram('strace', ['-qq', '-o', '/dev/null', '-e', 'trace=fdatasync', 'true']);
  return refused && 'strace may not trace here';
}

test.run();
