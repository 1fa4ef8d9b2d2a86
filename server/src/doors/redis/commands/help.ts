/** HELP of a container: its subcommands and what they do, from the table. */

import type { RedisCall } from '../redis-call.js';
import type { RedisClient } from '../redis-client.js';

export function help(client: RedisClient, call: RedisCall): void {
  const { registry } = client.server;
  const container = registry.findContainer(call)!;
  const title = container.name.toUpperCase();
  const lines = [`${title} and one of these. ${container.info.summary}`];
  for (const { name, info } of registry.subcommandsOf(container.name)) {
    lines.push(name.slice(container.name.length + 1).toUpperCase(), `    ${info.summary}`);
  }
  client.reply.array(lines.length);
  for (const line of lines) client.reply.simple(line);
}
