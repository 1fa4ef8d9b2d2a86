import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { RedisError } from '../../redis-errors.js';

/** No answer: the connection ends with the server. NOW and FORCE speak of replicas, of which there are none. */
export function shutdown({ reply, server }: RedisClient, call: RedisCall): void {
  const words = new Set<string>();
  for (let i = 1; i < call.count; i++) words.add(call.text(i).toLowerCase());
  const isKnown = [...words].every((word) => ['save', 'nosave', 'now', 'force', 'abort'].includes(word));
  const isAbort = words.has('abort');
  if (!isKnown || (words.has('save') && words.has('nosave')) || (isAbort && words.size > 1)) {
    reply.error(RedisError.SYNTAX);
    return;
  }
  if (isAbort) reply.error('ERR No shutdown in progress.');
  else server.services.shutdown(!words.has('nosave'));
}
