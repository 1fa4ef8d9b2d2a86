import type { RedisCommandName } from '../../generated/command-names.js';
import type { RedisHandler } from '../../redis-handler.js';

/** Handlers of the group `generic`. */
export const genericCommands = {} satisfies Partial<Record<RedisCommandName, RedisHandler>>;
