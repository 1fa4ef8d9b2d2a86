/** CLIENT KILL, PAUSE, UNPAUSE and UNBLOCK: what one connection does to others. */

import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { RedisError, wrongSubcommand } from '../../redis-errors.js';
import { addressOf, clientType, localAddressOf } from './client-list.js';

type Filter = (client: RedisClient) => boolean;

export function clientKill(client: RedisClient, call: RedisCall): void {
  if (call.count === 3) killByAddress(client, call.text(2));
  else killByFilters(client, call);
}

function killByAddress(client: RedisClient, address: string): void {
  for (const one of client.server.clients.values()) {
    if (addressOf(one) !== address) continue;
    client.reply.ok();
    one.kill(client);
    return;
  }
  client.reply.error('ERR No such client');
}

function killByFilters(client: RedisClient, call: RedisCall): void {
  const filters: Filter[] = [];
  let skipsMe = true;
  for (let i = 2; i < call.count; i += 2) {
    if (i + 1 === call.count) {
      client.reply.error(RedisError.SYNTAX);
      return;
    }
    if (call.isWord(i, 'skipme') && (call.isWord(i + 1, 'yes') || call.isWord(i + 1, 'no'))) {
      skipsMe = call.isWord(i + 1, 'yes');
      continue;
    }
    const filter = killFilter(client, call, i);
    if (filter === undefined) return;
    filters.push(filter);
  }
  const killed = [...client.server.clients.values()].filter(
    (one) => !(skipsMe && one === client) && filters.every((filter) => filter(one)),
  );
  client.reply.integer(killed.length);
  for (const one of killed) one.kill(client);
}

/** Undefined: refused, and answered so. */
function killFilter(client: RedisClient, call: RedisCall, index: number): Filter | undefined {
  const value = call.text(index + 1);
  if (call.isWord(index, 'id')) {
    const id = call.integer(index + 1);
    if (id !== undefined && id >= 1) return (one) => one.id === Number(id);
    client.reply.error('ERR client-id should be greater than 0');
    return undefined;
  }
  if (call.isWord(index, 'type')) {
    const type = clientType(client, call, index + 1);
    return type === undefined ? undefined : () => type === 'normal';
  }
  if (call.isWord(index, 'addr')) return (one) => addressOf(one) === value;
  if (call.isWord(index, 'laddr')) return (one) => localAddressOf(one) === value;
  if (call.isWord(index, 'user')) {
    const isOf: Filter = (one) => one.connection.userName === value;
    // Which access keys there are is not for everybody to find out: a user is who is connected.
    if (value === 'default' || [...client.server.clients.values()].some(isOf)) return isOf;
    client.reply.error(`ERR No such user '${call.shown(index + 1)}'`);
    return undefined;
  }
  client.reply.error(RedisError.SYNTAX);
  return undefined;
}

export function clientPause(client: RedisClient, call: RedisCall): void {
  const { reply, server } = client;
  const isForAll = call.count === 3 || call.isWord(3, 'all');
  if (call.count > 4) {
    reply.error(wrongSubcommand('CLIENT', call.shown(1)));
    return;
  }
  if (!isForAll && !call.isWord(3, 'write')) {
    reply.error('ERR CLIENT PAUSE mode must be WRITE or ALL');
    return;
  }
  const durationMs = call.integer(2);
  if (typeof durationMs !== 'number') {
    reply.error('ERR timeout is not an integer or out of range');
    return;
  }
  if (durationMs < 0) {
    reply.error('ERR timeout is negative');
    return;
  }
  server.pause.begin(durationMs, isForAll);
  reply.ok();
}

export function clientUnpause({ reply, server }: RedisClient): void {
  server.pause.end();
  reply.ok();
}

export function clientUnblock(client: RedisClient, call: RedisCall): void {
  const { reply, server } = client;
  const hasError = call.count === 4 && call.isWord(3, 'error');
  if (call.count > 4) {
    reply.error(wrongSubcommand('CLIENT', call.shown(1)));
    return;
  }
  if (call.count === 4 && !hasError && !call.isWord(3, 'timeout')) {
    reply.error('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR');
    return;
  }
  const id = call.integer(2);
  if (id === undefined) {
    reply.error(RedisError.NOT_AN_INTEGER);
    return;
  }
  const other = server.clients.get(Number(id));
  if (other?.blocked === undefined) {
    reply.integer(0);
    return;
  }
  other.openReply();
  if (hasError) other.reply.error('UNBLOCKED client unblocked via CLIENT UNBLOCK');
  else other.reply.nullArray();
  server.unblock(other);
  reply.integer(1);
}
