/**
 * What the opcodes stand for. Of most commands there is a quiet twin, which answers only what its client cannot guess: a
 * hit where it reads, an error where it writes.
 */

import { BinaryCommand, quietTwins } from '../generated/binary-opcodes.js';

/** By opcode: the command it stands for; -1: none. */
export const commandOf = new Int16Array(256).fill(-1);
/** By opcode: 1 where it is the quiet twin. */
export const isQuietOpcode = new Uint8Array(256);

for (const opcode of Object.values(BinaryCommand)) commandOf[opcode] = opcode;
for (const [twin, opcode] of quietTwins) {
  commandOf[twin] = opcode;
  isQuietOpcode[twin] = 1;
}
