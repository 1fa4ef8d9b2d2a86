/** redis-py as its README uses it: `redis_py_session.py` asserts, this starts the server and shows what failed. */

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import { startStreamServer } from '../support/stream-harness.js';
import { pythonPackage } from './python-packages.js';
import { runProgram } from './run-program.js';

const test = suite('client: redis-py');

const SCRIPT = fileURLToPath(new URL('redis_py_session.py', import.meta.url));
const found = await pythonPackage('redis==5.2.1');
if ('missing' in found) console.log(`# skip redis-py: ${found.missing}`);

for (const version of ['2', '3']) {
  ('missing' in found ? test.skip : test)(`RESP ${version}: what its README shows`, async () => {
    assert.ok('path' in found);
    const server = await startStreamServer();
    try {
      const run = await runProgram('python3', ['-B', SCRIPT, String(server.port), version], {
        env: { PYTHONPATH: found.path },
      });
      assert.equal(run?.code, 0, `${run?.output}${run?.errors}`);
      assert.match(run!.output, /^\d+ parts passed$/m);
    } finally {
      await server.stop();
    }
  });
}

test.run();
