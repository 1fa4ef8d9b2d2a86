/** Every command of the group `bitmap`, on values short enough that ranges have edges. */

import { type CommandDraw, type Draw, mixed } from '../draw.js';
import { basics } from './basics.js';

const LAST_BIT = 1024 * 1024 * 8 - 1;

export const bits: CommandDraw = mixed(
  [
    4,
    (draw) => [
      'SETBIT',
      draw.key(),
      draw.integer(-1, 100),
      draw.chance(0.9) ? draw.int(0, 1) : draw.integer(),
    ],
  ],
  [0.05, (draw) => ['SETBIT', draw.key(), String(LAST_BIT + draw.random.int(-2, 2)), '1']],
  [2, (draw) => ['GETBIT', draw.key(), draw.integer(-1, 100)]],
  [4, (draw) => ['BITCOUNT', draw.key(), ...range(draw)]],
  [5, (draw) => ['BITPOS', draw.key(), draw.chance(0.9) ? draw.int(0, 1) : draw.integer(), ...range(draw)]],
  [5, bitOperation],
  [3, (draw) => ['SET', draw.key(), bitmap(draw)]],
  [1, (draw) => ['RPUSH', draw.key(), draw.value()]],
  [1, (draw) => ['INCR', draw.key()]],
  [1, (draw) => ['STRLEN', draw.key()]],
  [1, (draw) => ['EXPIRE', draw.key(), '1000']],
  [1, (draw) => ['TTL', draw.key()]],
  [3, basics],
);

/** None, a first index, both, both with a unit; indexes of bytes and of bits. */
function range(draw: Draw): string[] {
  const bound = draw.pick([3, 20, 120]);
  const words = draw.random.int(0, 3);
  const indexes = draw.times(Math.min(words, 2), Math.min(words, 2), () => draw.integer(-bound, bound));
  if (words < 3) return indexes;
  return [...indexes, draw.chance(0.95) ? draw.word(draw.pick(['BIT', 'BYTE'])) : 'BITS'];
}

function bitOperation(draw: Draw): string[] {
  const operation = draw.word(draw.pick(['AND', 'OR', 'XOR', 'NOT']));
  const sources = operation.toUpperCase() === 'NOT' && draw.chance(0.8) ? 1 : draw.random.int(1, 4);
  return ['BITOP', operation, draw.key(), ...draw.keys(sources, sources)];
}

/** Long runs of the same bit, with something else in between. */
function bitmap(draw: Draw): string {
  return draw
    .times(0, 4, () =>
      draw.pick(['\x00', '\xff', '\x80', '\x01', draw.value()]).repeat(draw.random.int(1, 9)),
    )
    .join('');
}
