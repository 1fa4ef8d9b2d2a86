import type { RedisCommandName } from '../../generated/command-names.js';
import type { RedisHandler } from '../../redis-handler.js';
import { blockingLeftPop, blockingRightPop } from './blocking-pop.js';
import { insert, removeEqual, set, trim } from './change.js';
import { blockingMove, blockingRightPopLeftPush, move, rightPopLeftPush } from './move.js';
import { blockingMultiPop, multiPop } from './multi-pop.js';
import { leftPop, rightPop } from './pop.js';
import { position } from './position.js';
import { leftPush, leftPushIfPresent, rightPush, rightPushIfPresent } from './push.js';
import { index, length, range } from './read.js';

/** Handlers of the group `list`. */
export const listCommands = {
  lpush: leftPush,
  rpush: rightPush,
  lpushx: leftPushIfPresent,
  rpushx: rightPushIfPresent,
  lpop: leftPop,
  rpop: rightPop,
  llen: length,
  lindex: index,
  lrange: range,
  lset: set,
  lrem: removeEqual,
  linsert: insert,
  ltrim: trim,
  lpos: position,
  lmove: move,
  rpoplpush: rightPopLeftPush,
  lmpop: multiPop,
  blpop: blockingLeftPop,
  brpop: blockingRightPop,
  blmove: blockingMove,
  brpoplpush: blockingRightPopLeftPush,
  blmpop: blockingMultiPop,
} satisfies Partial<Record<RedisCommandName, RedisHandler>>;
