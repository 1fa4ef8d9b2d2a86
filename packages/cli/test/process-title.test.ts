import assert from 'node:assert';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';

const bin = fileURLToPath(new URL('../bin/anoa.mjs', import.meta.url));
const KEY = 'anoa1_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MDE';

test('an access key in the arguments is gone from the process list as soon as the command line runs', async () => {
  if (!existsSync('/proc/self/cmdline')) return;
  // Documentation addresses: nobody answers there.
  const child = spawn(
    process.execPath,
    [bin, '--url', `anoa://${KEY}@192.0.2.1`, '--timeout', '20s', 'ping'],
    {
      stdio: 'ignore',
    },
  );
  try {
    const listed = () => readFileSync(`/proc/${child.pid}/cmdline`, 'latin1');
    for (let i = 0; i < 200 && (listed() === '' || listed().includes('anoa1_')); i++) {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    assert.match(listed(), /^anoa\0*$/);
  } finally {
    child.kill('SIGKILL');
  }
});

test.run();
