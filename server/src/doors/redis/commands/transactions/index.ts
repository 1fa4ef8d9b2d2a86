import type { RedisCommandName } from '../../generated/command-names.js';
import type { RedisHandler } from '../../redis-handler.js';

/** Handlers of the group `transactions`. */
export const transactionCommands = {} satisfies Partial<Record<RedisCommandName, RedisHandler>>;
