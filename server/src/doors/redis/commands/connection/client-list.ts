/** CLIENT LIST and INFO: a line of facts per connection, under Redis's names. */

import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { RedisError } from '../../redis-errors.js';

/** All are normal clients; of the other kinds there are none. */
const CLIENT_TYPES = ['normal', 'master', 'replica', 'slave', 'pubsub'];

export function clientInfo(client: RedisClient): void {
  client.reply.verbatim(clientLine(client));
}

export function clientList(client: RedisClient, call: RedisCall): void {
  const { reply, server } = client;
  let listed: Iterable<RedisClient> = server.clients.values();
  if (call.count === 4 && call.isWord(2, 'type')) {
    const type = clientType(client, call, 3);
    if (type === undefined) return;
    if (type !== 'normal') listed = [];
  } else if (call.count > 3 && call.isWord(2, 'id')) {
    const named = clientsOf(client, call);
    if (named === undefined) return;
    listed = named;
  } else if (call.count !== 2) {
    reply.error(RedisError.SYNTAX);
    return;
  }
  let lines = '';
  for (const one of listed) lines += clientLine(one);
  reply.verbatim(lines);
}

/** The type that argument names; undefined: none, and the answer is given. */
export function clientType(client: RedisClient, call: RedisCall, index: number): string | undefined {
  const type = CLIENT_TYPES.find((one) => call.isWord(index, one));
  if (type === undefined) client.reply.error(`ERR Unknown client type '${call.shown(index)}'`);
  return type;
}

function clientsOf(client: RedisClient, call: RedisCall): RedisClient[] | undefined {
  const found: RedisClient[] = [];
  for (let i = 3; i < call.count; i++) {
    const id = call.integer(i);
    if (id === undefined) {
      client.reply.error('ERR Invalid client ID');
      return undefined;
    }
    const one = client.server.clients.get(Number(id));
    if (one !== undefined) found.push(one);
  }
  return found;
}

function clientLine(client: RedisClient): string {
  const { connection, transaction, server } = client;
  const nowMs = server.services.wallNowMs();
  const facts: [string, string | number][] = [
    ['id', client.id],
    ['addr', addressOf(client)],
    ['laddr', localAddressOf(client)],
    // Sockets have no number that anybody could use.
    ['fd', -1],
    ['name', client.name],
    ['age', Math.floor((nowMs - connection.openedAtMs) / 1000)],
    ['idle', Math.floor((nowMs - client.lastCommandAtMs) / 1000)],
    ['flags', flagsOf(client)],
    ['db', 0],
    ['sub', 0],
    ['psub', 0],
    ['ssub', 0],
    ['multi', transaction?.isOpen ? transaction.queued.length : -1],
    ['qbuf', 0],
    ['qbuf-free', 0],
    ['argv-mem', 0],
    ['multi-mem', transaction?.queuedBytes ?? 0],
    ['rbs', 0],
    ['rbp', 0],
    ['obl', 0],
    ['oll', 0],
    ['omem', connection.unsentBytes],
    ['tot-mem', connection.unsentBytes + (transaction?.queuedBytes ?? 0)],
    ['events', 'r'],
    ['cmd', client.command?.name ?? 'NULL'],
    ['user', connection.userName],
    ['redir', -1],
    ['resp', client.reply.version],
    ['lib-name', client.libraryName],
    ['lib-ver', client.libraryVersion],
  ];
  return `${facts.map(([name, value]) => `${name}=${value}`).join(' ')}\n`;
}

export function addressOf({ connection }: RedisClient): string {
  return endpoint(connection.remoteAddress, connection.remotePort);
}

export function localAddressOf({ connection }: RedisClient): string {
  return endpoint(connection.localAddress, connection.localPort);
}

function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function flagsOf({ blocked, transaction, isNoEvict, isClosing }: RedisClient): string {
  let flags = '';
  if (blocked !== undefined) flags += 'b';
  if (transaction?.isOpen) flags += 'x';
  if (isClosing) flags += 'c';
  if (isNoEvict) flags += 'e';
  return flags === '' ? 'N' : flags;
}
