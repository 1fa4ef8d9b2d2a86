/** The text and meta protocols beside a real memcached. */

import { test } from 'uvu';
import { runDifferential, textProtocol } from './differential.js';
import { memcachedVersion, RealMemcached } from './real-memcached.js';
import { metaRequests, textRequests } from './text-requests.js';

const REQUESTS = 12_000;

if (memcachedVersion() === undefined) {
  test.skip('memcached is not installed: nothing to compare with', () => {});
} else {
  let memcached: RealMemcached;
  test.before(async () => {
    memcached = await RealMemcached.start();
  });
  test.after(() => memcached.stop());

  test('the text protocol answers as memcached does', () =>
    runDifferential(memcached, textProtocol, textRequests, REQUESTS));

  test('the meta commands answer as memcached does', () =>
    runDifferential(memcached, textProtocol, metaRequests, REQUESTS));
}

test.run();
