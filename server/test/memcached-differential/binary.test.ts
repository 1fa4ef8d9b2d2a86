/** The binary protocol beside a real memcached. */

import { test } from 'uvu';
import { binaryRequests } from './binary-requests.js';
import { binaryProtocol, runDifferential } from './differential.js';
import { memcachedVersion, RealMemcached } from './real-memcached.js';

const REQUESTS = 12_000;

if (memcachedVersion() === undefined) {
  test.skip('memcached is not installed: nothing to compare with', () => {});
} else {
  test('the binary protocol answers as memcached does', async () => {
    const memcached = await RealMemcached.start();
    try {
      await runDifferential(memcached, binaryProtocol, binaryRequests, REQUESTS);
    } finally {
      await memcached.stop();
    }
  });
}

test.run();
