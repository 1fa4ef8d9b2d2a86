import type { RedisCommandName } from '../../generated/command-names.js';
import type { RedisHandler } from '../../redis-handler.js';
import { discard, exec, multi, unwatch, watch } from './multi.js';

/** Handlers of the group `transactions`. */
export const transactionCommands = { multi, exec, discard, watch, unwatch } satisfies Partial<
  Record<RedisCommandName, RedisHandler>
>;
