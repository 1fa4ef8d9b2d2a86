/** MULTI, EXEC, DISCARD, WATCH, UNWATCH, in all orders; what runs inside are simple writes and their errors. */

import { type CommandDraw, type Draw, mixed } from '../draw.js';
import { basics } from './basics.js';

export const transactions: CommandDraw = mixed(
  [6, () => ['MULTI']],
  [5, () => ['EXEC']],
  [1, () => ['DISCARD']],
  [4, (draw) => ['WATCH', ...draw.times(1, 3, () => watched(draw))]],
  [1, () => ['UNWATCH']],
  [3, (draw) => ['INCR', watched(draw)]],
  [2, (draw) => ['APPEND', watched(draw), draw.value()]],
  [1, (draw) => ['MSET', watched(draw), draw.value(), draw.key(), draw.value()]],
  [1, (draw) => ['EXPIRE', watched(draw), draw.int(1000, 9000)]],
  [1, (draw) => ['PERSIST', watched(draw)]],
  [1, (draw) => ['COPY', draw.key(), watched(draw)]],
  [1, (draw) => ['GETEX', watched(draw), ...draw.some([0.5, () => ['EX', '1000']])]],
  [1, (draw) => ['SETRANGE', watched(draw), draw.int(0, 20), draw.value()]],
  [1, (draw) => ['SET', watched(draw), draw.value(), draw.pick(['NX', 'XX', 'KEEPTTL', 'GET', 'FOO'])]],
  [2, (draw) => ['MGET', watched(draw), ...draw.keys(1, 4)]],
  [4, (draw) => ['INCR', draw.key()]],
  [1, (draw) => ['EXPIRE', draw.key(), draw.timeToLive(1)]],
  [1, (draw) => ['RENAME', draw.key(), draw.key()]],
  [1, () => ['DBSIZE']],
  [1, (draw) => ['nothing', draw.value()]],
  [1, () => ['SAVE']],
  [8, basics],
);

/**
 * Keys that nobody removes: one that was not there at WATCH, came and went again counts as changed in Redis, here as
 * what it was (docs/REDIS.md).
 */
function watched(draw: Draw): string {
  return draw.pick(['watched:1', 'watched:2']);
}
