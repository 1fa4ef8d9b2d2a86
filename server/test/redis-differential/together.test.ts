/** All groups on the same keys: every command meets what those of other types have left. */

import { differentialSuite } from './differential-suite.js';
import { type CommandDraw, mixed } from './draw.js';
import { bits } from './generators/bits.js';
import { keys } from './generators/keys.js';
import { lists } from './generators/lists.js';
import { strings } from './generators/strings.js';
import { transactions } from './generators/transactions.js';

const all = mixed([3, lists], [3, strings], [2, bits], [2, keys], [1, transactions]);

/** OBJECT tells in Redis how a value came about, here what it is: a known difference that only shows among groups. */
const together: CommandDraw = (draw) => {
  for (;;) {
    const command = all(draw);
    if (command[0] !== 'OBJECT') return command;
  }
};

differentialSuite('redis beside Redis: all groups together', { draw: together, commands: 15_000 });
