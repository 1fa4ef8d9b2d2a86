/** SAVE and its relatives. A snapshot here is a walk in slices: none of them holds up other clients. */

import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { RedisError } from '../../redis-errors.js';

const SAVING = 'ERR Background save already in progress';

/** Answers when the snapshot is on disk; meanwhile this client waits, and nobody else. */
export function save(client: RedisClient): void {
  const { snapshot } = client.server.services;
  if (snapshot.isRunning) {
    client.reply.error(SAVING);
    return;
  }
  const answer = client.answerLater();
  snapshot.take().then(
    () => answer(() => client.reply.ok()),
    () => answer(() => client.reply.error('ERR The snapshot failed: the log of the server says why')),
  );
}

export function backgroundSave({ reply, server }: RedisClient, call: RedisCall): void {
  const isScheduled = call.count === 2 && call.isWord(1, 'schedule');
  if (call.count > 1 && !isScheduled) {
    reply.error(RedisError.SYNTAX);
    return;
  }
  const { snapshot } = server.services;
  if (!snapshot.isRunning) {
    begin(server);
    reply.simple('Background saving started');
  } else if (isScheduled) reply.simple('Background saving scheduled');
  else reply.error(SAVING);
}

/** The journal before a snapshot goes with it: that is what rewriting means here. */
export function rewriteJournal({ reply, server }: RedisClient): void {
  if (server.services.snapshot.isRunning) {
    reply.error('ERR Background append only file rewriting already in progress');
    return;
  }
  begin(server);
  reply.simple('Background append only file rewriting started');
}

export function lastSave({ reply, server }: RedisClient): void {
  const { snapshot, serverInfo } = server.services;
  reply.integer(Math.floor((snapshot.lastSaveMs || serverInfo().startedAtMs) / 1000));
}

/** Whether it failed is told by INFO and the log. */
function begin(server: RedisClient['server']): void {
  server.services.snapshot.take().catch(() => {});
}
