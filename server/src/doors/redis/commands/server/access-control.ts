/** The part of ACL that asks. Access keys are made by `anoa key` alone, never over the network. */

import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { wrongSubcommand } from '../../redis-errors.js';

/** Redis's, whether or not a command here is in them. */
const CATEGORIES = [
  'keyspace',
  'read',
  'write',
  'set',
  'sortedset',
  'list',
  'hash',
  'string',
  'bitmap',
  'hyperloglog',
  'geo',
  'stream',
  'pubsub',
  'admin',
  'fast',
  'slow',
  'blocking',
  'dangerous',
  'connection',
  'transaction',
  'scripting',
];

export function aclWhoAmI({ reply, connection }: RedisClient): void {
  reply.bulkText(connection.userName);
}

export function aclUsers({ reply, connection }: RedisClient): void {
  reply.array(1);
  reply.bulkText(connection.userName);
}

export function aclCategories({ reply, server }: RedisClient, call: RedisCall): void {
  if (call.count > 3) {
    reply.error(wrongSubcommand('ACL', call.shown(1)));
    return;
  }
  const category = call.count === 3 ? call.text(2).toLowerCase() : undefined;
  if (category !== undefined && !CATEGORIES.includes(category)) {
    reply.error(`ERR Unknown category '${call.shown(2)}'`);
    return;
  }
  const names =
    category === undefined
      ? CATEGORIES
      : server.registry.commands
          .filter(({ info }) => info.categories.includes(category))
          .map(({ name }) => name);
  reply.array(names.length);
  for (const name of names) reply.bulkText(name);
}
