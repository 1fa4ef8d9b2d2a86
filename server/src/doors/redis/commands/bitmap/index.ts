import type { RedisCommandName } from '../../generated/command-names.js';
import type { RedisHandler } from '../../redis-handler.js';
import { getBit, setBit } from './bit.js';
import { bitCount } from './bit-count.js';
import { bitOperation } from './bit-operation.js';
import { bitPosition } from './bit-position.js';

/** Handlers of the group `bitmap`. */
export const bitmapCommands = {
  bitcount: bitCount,
  bitop: bitOperation,
  bitpos: bitPosition,
  getbit: getBit,
  setbit: setBit,
} satisfies Partial<Record<RedisCommandName, RedisHandler>>;
