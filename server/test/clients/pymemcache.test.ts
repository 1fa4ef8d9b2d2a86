/** pymemcache as its README uses it: `pymemcache_session.py` asserts, this starts the server and shows what failed. */

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import { startStreamServer } from '../support/stream-harness.js';
import { pythonPackage } from './python-packages.js';
import { runProgram } from './run-program.js';

const test = suite('client: pymemcache');

const SCRIPT = fileURLToPath(new URL('pymemcache_session.py', import.meta.url));
const found = await pythonPackage('pymemcache==4.0.0');
if ('missing' in found) console.log(`# skip pymemcache: ${found.missing}`);

('missing' in found ? test.skip : test)('what its README shows', async () => {
  assert.ok('path' in found);
  const server = await startStreamServer();
  try {
    const run = await runProgram('python3', ['-B', SCRIPT, String(server.port)], {
      env: { PYTHONPATH: found.path },
    });
    assert.equal(run?.code, 0, `${run?.output}${run?.errors}`);
    assert.match(run!.output, /^\d+ parts passed$/m);
  } finally {
    await server.stop();
  }
});

test.run();
