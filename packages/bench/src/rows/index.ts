/** Every row group, in the order of the table. A new group is a file beside this one and a line here. */

import type { RowGroup } from '../measurement.js';
import { largeRows } from './large.js';
import { loadRows } from './load.js';
import { memoryRows } from './memory.js';
import { networkRows } from './network.js';
import { sealedRows } from './sealed.js';
import { snapshotRows } from './snapshot.js';
import { socketRows } from './sockets.js';
import { throughputRows } from './throughput.js';

export const rowGroups: readonly RowGroup[] = [
  socketRows,
  throughputRows,
  sealedRows,
  memoryRows,
  snapshotRows,
  loadRows,
  networkRows,
  largeRows,
];
