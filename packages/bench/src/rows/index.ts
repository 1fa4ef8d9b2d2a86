/** Every row group, in the order of the table. A new group is a file beside this one and a line here. */

import type { RowGroup } from '../measurement.js';
import { javaRows } from './java.js';
import { journalRows } from './journal.js';
import { keyRows } from './keys.js';
import { largeRows } from './large.js';
import { latencyRows } from './latency.js';
import { loadRows } from './load.js';
import { longListRows } from './long-list.js';
import { matrixRows } from './matrix.js';
import { memcachedDoorRows } from './memcached-door.js';
import { memoryRows } from './memory.js';
import { networkRows } from './network.js';
import { redisDoorRows } from './redis-door.js';
import { sdkRows } from './sdk.js';
import { sealedRows } from './sealed.js';
import { snapshotRows } from './snapshot.js';
import { socketRows } from './sockets.js';
import { stallRows } from './stalls.js';
import { throughputRows } from './throughput.js';
import { valueRows } from './values.js';

export const rowGroups: readonly RowGroup[] = [
  socketRows,
  throughputRows,
  redisDoorRows,
  memcachedDoorRows,
  longListRows,
  journalRows,
  sealedRows,
  sdkRows,
  javaRows,
  latencyRows,
  memoryRows,
  matrixRows,
  keyRows,
  valueRows,
  snapshotRows,
  stallRows,
  loadRows,
  networkRows,
  largeRows,
];
