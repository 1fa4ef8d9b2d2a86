import type { RedisCommandName } from '../../generated/command-names.js';
import type { RedisHandler } from '../../redis-handler.js';

/** Handlers of the group `bitmap`. */
export const bitmapCommands = {} satisfies Partial<Record<RedisCommandName, RedisHandler>>;
