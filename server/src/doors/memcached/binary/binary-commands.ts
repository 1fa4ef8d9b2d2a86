/**
 * What the opcodes stand for. Of most commands there is a quiet twin, which answers only what its client cannot guess: a
 * hit where it reads, an error where it writes.
 */

import { BinaryCommand, quietTwins } from '../generated/binary-opcodes.js';
import { NO_COMMAND, type TimedCommandName, timedIndexOf } from '../timed-commands.js';

/** By opcode: the command it stands for; -1: none. */
export const commandOf = new Int16Array(256).fill(-1);
/** By opcode: 1 where it is the quiet twin. */
export const isQuietOpcode = new Uint8Array(256);

/** By opcode: the index of the counters; NO_COMMAND: none. */
export const timedIndexOfOpcode = new Int8Array(256).fill(NO_COMMAND);

const timedNames: Readonly<Record<keyof typeof BinaryCommand, TimedCommandName>> = {
  GET: 'get',
  SET: 'set',
  ADD: 'add',
  REPLACE: 'replace',
  DELETE: 'delete',
  INCREMENT: 'incr',
  DECREMENT: 'decr',
  QUIT: 'quit',
  FLUSH: 'flush_all',
  NOOP: 'noop',
  VERSION: 'version',
  GETK: 'get',
  APPEND: 'append',
  PREPEND: 'prepend',
  STAT: 'stats',
  TOUCH: 'touch',
  GAT: 'gat',
  SASL_LIST: 'auth',
  SASL_AUTH: 'auth',
  SASL_STEP: 'auth',
  GATK: 'gat',
};

for (const name of Object.keys(timedNames) as (keyof typeof BinaryCommand)[]) {
  const opcode = BinaryCommand[name];
  commandOf[opcode] = opcode;
  timedIndexOfOpcode[opcode] = timedIndexOf(timedNames[name]);
}
for (const [twin, opcode] of quietTwins) {
  commandOf[twin] = opcode;
  isQuietOpcode[twin] = 1;
  timedIndexOfOpcode[twin] = timedIndexOfOpcode[opcode];
}
