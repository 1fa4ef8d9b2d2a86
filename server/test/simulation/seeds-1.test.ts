/** Half of the simulated runs; the other half is in the file beside this one, for the other core. */

import { test } from 'uvu';
import { runSeeds, seedRange } from './seed-range.js';

const range = seedRange(0, 2);

test(`seeds ${range.first} to ${range.last}: whatever the network does, every write takes effect once and histories are linearizable`, () =>
  runSeeds(range));

test.run();
