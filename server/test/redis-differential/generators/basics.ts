/** The few commands that the generators of other groups mix in: something of another type under their keys. */

import { type CommandDraw, mixed } from '../draw.js';

export const basics: CommandDraw = mixed(
  [3, (draw) => ['SET', draw.key(), draw.value()]],
  [2, (draw) => ['GET', draw.key()]],
  [2, (draw) => ['DEL', ...draw.keys(1, 3)]],
  [1, (draw) => ['EXISTS', ...draw.keys(1, 4)]],
);
