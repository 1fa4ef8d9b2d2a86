import type { RedisCommandName } from '../../generated/command-names.js';
import type { RedisHandler } from '../../redis-handler.js';

/** Handlers of the group `server`. */
export const serverCommands = {} satisfies Partial<Record<RedisCommandName, RedisHandler>>;
