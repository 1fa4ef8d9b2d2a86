/**
 * A test file of the differential harness:
 *
 *   differentialSuite('redis: strings', { draw: strings, commands: 30_000 }, (test) => {
 *     test('what a table tells better', (differential) => differential.compare([['SET', 'a', '1'], ['GET', 'a']]));
 *   });
 *
 * `draw` is one of `generators/*.ts`: a function from `Draw` to one command; `mixed` picks among several by weight. Add a
 * generator there and a test file beside this one, so that groups run in parallel.
 */

import { suite } from 'uvu';
import { Differential, type DifferentialRun } from './differential.js';
import { redisVersion } from './real-redis.js';

export type DifferentialTest = (name: string, body: (differential: Differential) => Promise<void>) => void;

export function differentialSuite(
  name: string,
  run: DifferentialRun,
  more: (test: DifferentialTest) => void = () => {},
): void {
  const test = suite(name);
  const title = 'random commands are answered byte for byte as Redis answers them';
  if (redisVersion() === undefined) {
    console.log(`# skip ${name}: no redis-server on this machine (apt-get install redis-server)`);
    test.skip(title, () => {});
    test.run();
    return;
  }
  let differential: Differential;
  test.before(async () => {
    differential = await Differential.start();
  });
  test.after(() => differential.stop());
  more((title, body) => test(title, () => body(differential)));
  test(title, () => differential.run(run));
  test.run();
}
