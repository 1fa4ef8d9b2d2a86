import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { wrongSubcommand } from '../../redis-errors.js';

const COUNT_DEFAULT = 10;

export function slowLogGet({ reply, server }: RedisClient, call: RedisCall): void {
  if (call.count > 3) {
    reply.error(wrongSubcommand('SLOWLOG', call.shown(1)));
    return;
  }
  const count = call.count === 3 ? call.integer(2) : COUNT_DEFAULT;
  if (count === undefined || count < -1) {
    reply.error('ERR count should be greater than or equal to -1');
    return;
  }
  const { entries } = server.slowLog;
  const shown = count === -1 ? entries : entries.slice(0, Number(count));
  reply.array(shown.length);
  for (const entry of shown) {
    reply.array(6);
    reply.integer(entry.id);
    reply.integer(entry.atSeconds);
    reply.integer(entry.elapsedUs);
    reply.array(entry.arguments.length);
    for (const argument of entry.arguments) reply.bulkText(argument);
    reply.bulkText(entry.clientAddress);
    reply.bulkText(entry.clientName);
  }
}

export function slowLogLength({ reply, server }: RedisClient): void {
  reply.integer(server.slowLog.entries.length);
}

export function slowLogReset({ reply, server }: RedisClient): void {
  server.slowLog.reset();
  reply.ok();
}
