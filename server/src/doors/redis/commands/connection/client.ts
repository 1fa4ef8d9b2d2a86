/** CLIENT and what a connection says or asks about itself. */

import type { RedisCall } from '../../redis-call.js';
import { type RedisClient, ReplyMode } from '../../redis-client.js';
import { RedisError } from '../../redis-errors.js';
import { isClientName, setClientName } from './client-name.js';

export function clientId({ reply, id }: RedisClient): void {
  reply.integer(id);
}

export function clientGetName({ reply, name }: RedisClient): void {
  if (name === '') reply.nullBulk();
  else reply.bulkText(name);
}

export function clientSetName(client: RedisClient, call: RedisCall): void {
  if (setClientName(client, call.text(2))) client.reply.ok();
}

export function clientSetInfo(client: RedisClient, call: RedisCall): void {
  const value = call.text(3);
  const isName = call.isWord(2, 'lib-name');
  if (!isName && !call.isWord(2, 'lib-ver')) {
    client.reply.error(`ERR Unrecognized option '${call.shown(2)}'`);
    return;
  }
  if (!isClientName(value)) {
    const option = isName ? 'lib-name' : 'lib-ver';
    client.reply.error(`ERR ${option} cannot contain spaces, newlines or special characters.`);
    return;
  }
  if (isName) client.libraryName = value;
  else client.libraryVersion = value;
  client.reply.ok();
}

/** Of the three only ON is answered. */
export function clientReply(client: RedisClient, call: RedisCall): void {
  if (call.isWord(2, 'on')) {
    client.replyMode = ReplyMode.ON;
    client.openReply();
    client.reply.ok();
  } else if (call.isWord(2, 'off')) {
    client.replyMode = ReplyMode.OFF;
    client.openReply();
  } else if (call.isWord(2, 'skip')) {
    if (client.replyMode !== ReplyMode.OFF) client.replyMode = ReplyMode.SKIP_NEXT;
  } else client.reply.error(RedisError.SYNTAX);
}

export function clientNoEvict(client: RedisClient, call: RedisCall): void {
  const isOn = onOff(client, call);
  if (isOn !== undefined) client.isNoEvict = isOn;
}

export function clientNoTouch(client: RedisClient, call: RedisCall): void {
  const isOn = onOff(client, call);
  if (isOn !== undefined) client.isNoTouch = isOn;
}

/** Undefined: neither; the answer is given. */
function onOff({ reply }: RedisClient, call: RedisCall): boolean | undefined {
  const isOn = call.isWord(2, 'on');
  if (isOn || call.isWord(2, 'off')) {
    reply.ok();
    return isOn;
  }
  reply.error(RedisError.SYNTAX);
  return undefined;
}
