import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { wrongArity } from '../../redis-errors.js';

export function ping(client: RedisClient, call: RedisCall): void {
  if (call.count > 2) client.reply.error(wrongArity('ping'));
  else if (call.count === 2) echo(client, call);
  else client.reply.simple('PONG');
}

export function echo(client: RedisClient, call: RedisCall): void {
  client.reply.bulk(call.bytes, call.starts[1], call.ends[1]);
}
