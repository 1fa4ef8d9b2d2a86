import type { RedisCommandName } from '../../generated/command-names.js';
import type { RedisHandler } from '../../redis-handler.js';
import { help } from '../help.js';
import { aclCategories, aclUsers, aclWhoAmI } from './access-control.js';
import { commandDocs } from './command-docs.js';
import { command, commandCount, commandInfo } from './command-info.js';
import { commandGetKeys, commandGetKeysAndFlags, commandList } from './command-keys.js';
import { configGet, configResetStatistics, configRewrite, configSet } from './config.js';
import { dbSize, flushAll, time } from './database.js';
import { debug } from './debug.js';
import { info } from './info.js';
import { memoryDoctor, memoryPurge, memoryStats, memoryUsage } from './memory.js';
import { shutdown } from './shutdown.js';
import { slowLogGet, slowLogLength, slowLogReset } from './slow-log-commands.js';
import { backgroundSave, lastSave, rewriteJournal, save } from './snapshots.js';

/** Handlers of the group `server`. */
export const serverCommands = {
  info,
  'config|get': configGet,
  'config|set': configSet,
  'config|resetstat': configResetStatistics,
  'config|rewrite': configRewrite,
  'config|help': help,
  time,
  save,
  bgsave: backgroundSave,
  lastsave: lastSave,
  bgrewriteaof: rewriteJournal,
  'memory|usage': memoryUsage,
  'memory|doctor': memoryDoctor,
  'memory|stats': memoryStats,
  'memory|purge': memoryPurge,
  'memory|help': help,
  'slowlog|get': slowLogGet,
  'slowlog|len': slowLogLength,
  'slowlog|reset': slowLogReset,
  'slowlog|help': help,
  debug,
  shutdown,
  'acl|whoami': aclWhoAmI,
  'acl|users': aclUsers,
  'acl|cat': aclCategories,
  'acl|help': help,
  command,
  'command|count': commandCount,
  'command|docs': commandDocs,
  'command|info': commandInfo,
  'command|list': commandList,
  'command|getkeys': commandGetKeys,
  'command|getkeysandflags': commandGetKeysAndFlags,
  'command|help': help,
  dbsize: dbSize,
  flushdb: flushAll,
  flushall: flushAll,
} satisfies Partial<Record<RedisCommandName, RedisHandler>>;
