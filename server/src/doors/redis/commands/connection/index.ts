import type { RedisCommandName } from '../../generated/command-names.js';
import type { RedisHandler } from '../../redis-handler.js';
import { echo, ping } from './ping.js';

/** Handlers of the group `connection`. */
export const connectionCommands = { ping, echo } satisfies Partial<Record<RedisCommandName, RedisHandler>>;
