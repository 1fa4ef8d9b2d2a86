/** The harness itself: two servers that are equal pass, a difference is found, made small and shown. */

import assert from 'node:assert/strict';
import { suite } from 'uvu';
import { Differential } from './differential.js';
import { mixed } from './draw.js';
import { basics } from './generators/basics.js';
import { RealRedis, redisVersion } from './real-redis.js';

const test = suite('redis: the differential harness');

/** `SETRANGE` is where a smaller limit of values shows. */
const withLimit = mixed([30, basics], [1, (draw) => ['SETRANGE', draw.key(), '1048570', 'abcdefghij']]);

async function runBeside(settings: Record<string, string>): Promise<string> {
  const differential = await Differential.start(() => RealRedis.start(settings));
  try {
    await differential.run({ draw: withLimit, commands: 2_000 });
    return 'no difference';
  } catch (error) {
    return (error as Error).message;
  } finally {
    await differential.stop();
  }
}

if (redisVersion() === undefined) {
  console.log('# skip redis: the differential harness: no redis-server on this machine');
  test.skip('two of the same are the same', () => {});
} else {
  test('two of the same are the same', async () => {
    assert.equal(await runBeside({}), 'no difference');
  });

  test('a difference is shown as the one command that makes it', async () => {
    const report = await runBeside({ 'proto-max-bulk-len': '2097152' });
    assert.match(
      report,
      /^RESP [23]\n {2}setrange \S+ 1048570 abcdefghij\n {4}ours ":1048580.*\n {4}real "-ERR /i,
    );
    assert.match(report, /repeat with ANOA_SEED=\d+$/);
  });
}

test.run();
