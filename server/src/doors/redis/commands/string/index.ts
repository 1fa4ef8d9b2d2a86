import type { RedisCommandName } from '../../generated/command-names.js';
import type { RedisHandler } from '../../redis-handler.js';
import { append, length } from './append.js';
import { get, getDelete, getExpire } from './get.js';
import { decrementBy, decrementByOne, incrementBy, incrementByOne } from './increment.js';
import { incrementByFloat } from './increment-float.js';
import { longestCommonSubsequence } from './lcs.js';
import { getMany, setMany, setManyIfAbsent } from './many.js';
import { getRange, setRange } from './range.js';
import { getSet, set, setExpireMilliseconds, setExpireSeconds, setIfAbsent } from './set.js';

/** Handlers of the group `string`. */
export const stringCommands = {
  append,
  decr: decrementByOne,
  decrby: decrementBy,
  get,
  getdel: getDelete,
  getex: getExpire,
  getrange: getRange,
  getset: getSet,
  incr: incrementByOne,
  incrby: incrementBy,
  incrbyfloat: incrementByFloat,
  lcs: longestCommonSubsequence,
  mget: getMany,
  mset: setMany,
  msetnx: setManyIfAbsent,
  psetex: setExpireMilliseconds,
  set,
  setex: setExpireSeconds,
  setnx: setIfAbsent,
  setrange: setRange,
  strlen: length,
  substr: getRange,
} satisfies Partial<Record<RedisCommandName, RedisHandler>>;
