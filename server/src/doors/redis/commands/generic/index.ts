import type { RedisCommandName } from '../../generated/command-names.js';
import type { RedisHandler } from '../../redis-handler.js';
import { help } from '../help.js';
import { expire, expireAt, expireAtMilliseconds, expireMilliseconds, persist } from './expire.js';
import { keys } from './keys.js';
import { objectEncoding, objectFrequency, objectIdleTime, objectReferences } from './object.js';
import { countPresent, deleteKeys } from './presence.js';
import { randomKey } from './random-key.js';
import { copy, rename, renameIfAbsent } from './rename.js';
import { scan } from './scan.js';
import { expireTime, expireTimeMilliseconds, ttl, ttlMilliseconds } from './ttl.js';
import { type } from './type.js';

/** Handlers of the group `generic`. */
export const genericCommands = {
  copy,
  del: deleteKeys,
  exists: countPresent,
  expire,
  expireat: expireAt,
  expiretime: expireTime,
  keys,
  'object|encoding': objectEncoding,
  'object|freq': objectFrequency,
  'object|help': help,
  'object|idletime': objectIdleTime,
  'object|refcount': objectReferences,
  persist,
  pexpire: expireMilliseconds,
  pexpireat: expireAtMilliseconds,
  pexpiretime: expireTimeMilliseconds,
  pttl: ttlMilliseconds,
  randomkey: randomKey,
  rename,
  renamenx: renameIfAbsent,
  scan,
  touch: countPresent,
  ttl,
  type,
  unlink: deleteKeys,
} satisfies Partial<Record<RedisCommandName, RedisHandler>>;
