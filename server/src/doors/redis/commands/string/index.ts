import type { RedisCommandName } from '../../generated/command-names.js';
import type { RedisHandler } from '../../redis-handler.js';

/** Handlers of the group `string`. */
export const stringCommands = {} satisfies Partial<Record<RedisCommandName, RedisHandler>>;
