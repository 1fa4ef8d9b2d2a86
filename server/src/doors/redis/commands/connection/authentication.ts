/** Access keys as Redis users: the user is the key's name, the password its text. */

import type { RedisCall } from '../../redis-call.js';
import { type RedisClient, ReplyMode } from '../../redis-client.js';
import { RedisError } from '../../redis-errors.js';
import { REDIS_VERSION } from '../../redis-version.js';
import { setClientName } from './client-name.js';

const DEFAULT_USER = 'default';

export function auth(client: RedisClient, call: RedisCall): void {
  const { reply } = client;
  if (call.count > 3) {
    reply.error(RedisError.SYNTAX);
    return;
  }
  if (call.count === 2 && isOpen(client)) {
    reply.error(
      'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
    );
    return;
  }
  const name = call.count === 3 ? call.text(1) : undefined;
  if (authenticate(client, name, call.text(call.count - 1))) reply.ok();
  else reply.error(RedisError.WRONG_PASSWORD);
}

export function hello(client: RedisClient, call: RedisCall): void {
  const { reply } = client;
  const version = call.count > 1 ? call.integer(1) : reply.version;
  if (version === undefined) {
    reply.error('ERR Protocol version is not an integer or out of range');
    return;
  }
  if (version !== 2 && version !== 3) {
    reply.error('NOPROTO unsupported protocol version');
    return;
  }
  if (!takeHelloOptions(client, call)) return;
  if (!client.connection.isAuthenticated) {
    reply.error(
      'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time',
    );
    return;
  }
  reply.version = version;
  introduce(client);
}

/** In their order, each at once, as Redis does. False: one is refused, and answered so; those before it stand. */
function takeHelloOptions(client: RedisClient, call: RedisCall): boolean {
  const { reply } = client;
  for (let i = 2; i < call.count; ) {
    const left = call.count - 1 - i;
    if (call.isWord(i, 'auth') && left >= 2) {
      if (!authenticate(client, call.text(i + 1), call.text(i + 2))) {
        reply.error(RedisError.WRONG_PASSWORD);
        return false;
      }
      i += 3;
    } else if (call.isWord(i, 'setname') && left >= 1) {
      if (!setClientName(client, call.text(i + 1))) return false;
      i += 2;
    } else {
      reply.error(`ERR Syntax error in HELLO option '${call.shown(i)}'`);
      return false;
    }
  }
  return true;
}

function introduce({ reply, id }: RedisClient): void {
  reply.map(7);
  reply.bulkText('server');
  reply.bulkText('redis');
  reply.bulkText('version');
  reply.bulkText(REDIS_VERSION);
  reply.bulkText('proto');
  reply.integer(reply.version);
  reply.bulkText('id');
  reply.integer(id);
  reply.bulkText('mode');
  reply.bulkText('standalone');
  reply.bulkText('role');
  reply.bulkText('master');
  reply.bulkText('modules');
  reply.array(0);
}

/** On an open server everybody is the default user, whatever the password: as Redis without one. */
function authenticate(client: RedisClient, name: string | undefined, secret: string): boolean {
  if (isOpen(client)) return name === DEFAULT_USER;
  return client.connection.authenticate(name, secret);
}

/** A server without access keys: nobody has to authenticate, and no key is called as everybody is there. */
function isOpen({ connection }: RedisClient): boolean {
  return connection.isAuthenticated && connection.userName === DEFAULT_USER;
}

export function reset(client: RedisClient): void {
  client.transaction = undefined;
  client.name = '';
  client.isNoEvict = false;
  client.isNoTouch = false;
  client.replyMode = ReplyMode.ON;
  client.reply.version = 2;
  client.connection.deauthenticate();
  client.openReply();
  client.reply.simple('RESET');
}

export function quit(client: RedisClient): void {
  client.reply.ok();
  client.connection.close();
}

/** There is one database. */
export function select({ reply }: RedisClient, call: RedisCall): void {
  const index = call.integer(1);
  if (index === undefined) reply.error(RedisError.NOT_AN_INTEGER);
  else if (index !== (Number(index) | 0)) reply.error(RedisError.NOT_AN_INT32);
  else if (index !== 0) reply.error(RedisError.DATABASE_OUT_OF_RANGE);
  else reply.ok();
}
