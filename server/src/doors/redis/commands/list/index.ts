import type { RedisCommandName } from '../../generated/command-names.js';
import type { RedisHandler } from '../../redis-handler.js';

/** Handlers of the group `list`. */
export const listCommands = {} satisfies Partial<Record<RedisCommandName, RedisHandler>>;
