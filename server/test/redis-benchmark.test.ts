/** `redis-benchmark` runs against this server as against its own: each test of it to the end, without an error reply. */

import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import { type StreamServer, startStreamServer } from './support/stream-harness.js';

const test = suite('redis-benchmark');
const run = promisify(execFile);
const TESTS = 'ping,set,get,incr,lpush,rpush,lpop,rpop,lrange_100,mset';
const TITLES = [
  'PING_INLINE',
  'PING_MBULK',
  'SET',
  'GET',
  'INCR',
  'LPUSH',
  'RPUSH',
  'LPOP',
  'RPOP',
  'MSET (10 keys)',
];

let server: StreamServer;
test.before(async () => {
  server = await startStreamServer();
});
test.after(() => server.stop());

for (const pipeline of [1, 50]) {
  const title = `all of ${TESTS} with a pipeline of ${pipeline}`;
  if (!isInstalled()) {
    console.log(`# skip ${title}: no redis-benchmark on this machine (apt-get install redis-tools)`);
    test.skip(title, () => {});
    continue;
  }
  test(title, async () => {
    const port = String(server.port);
    // It ends with an error code at the first reply that is an error.
    const { stdout, stderr } = await run('redis-benchmark', [
      ...['-p', port, '-t', TESTS, '-n', '2000', '-c', '20', '-P', String(pipeline), '-r', '1000', '-q'],
    ]);
    const done = [...stdout.matchAll(/([A-Z][\w ()]*): [\d.]+ requests per second/g)].map(([, name]) =>
      name.trim(),
    );
    for (const name of TITLES) assert.ok(done.includes(name), `${name} is missing in ${stdout}${stderr}`);
  });
}

function isInstalled(): boolean {
  try {
    execFileSync('redis-benchmark', ['--version']);
    return true;
  } catch {
    return false;
  }
}

test.run();
