/** Every handler by the name of its command. Does not compile where the table has a command without one. */

import type { RedisCommandName } from '../generated/command-names.js';
import type { RedisHandler } from '../redis-handler.js';
import { bitmapCommands } from './bitmap/index.js';
import { connectionCommands } from './connection/index.js';
import { genericCommands } from './generic/index.js';
import { listCommands } from './list/index.js';
import { serverCommands } from './server/index.js';
import { stringCommands } from './string/index.js';
import { transactionCommands } from './transactions/index.js';

export const redisHandlers: Record<RedisCommandName, RedisHandler> = {
  ...stringCommands,
  ...bitmapCommands,
  ...listCommands,
  ...genericCommands,
  ...transactionCommands,
  ...connectionCommands,
  ...serverCommands,
};
