import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { RedisError } from '../../redis-errors.js';
import { abortExec, Transaction } from '../../transaction.js';

export function multi(client: RedisClient): void {
  client.transaction ??= new Transaction();
  if (client.transaction.isOpen) {
    client.reply.error('ERR MULTI calls can not be nested');
    return;
  }
  client.transaction.isOpen = true;
  client.reply.ok();
}

/** All queued commands in one request of the engine: their effects stand in one frame of the journal. */
export function exec(client: RedisClient): void {
  const { reply, transaction, server } = client;
  if (transaction?.isOpen !== true) {
    reply.error('ERR EXEC without MULTI');
    return;
  }
  client.transaction = undefined;
  const refusal = server.dispatcher.queueRefusal(transaction.writes);
  if (refusal !== undefined) abortExec(client, refusal);
  else if (transaction.isAborted) reply.error(RedisError.EXEC_ABORTED);
  else if (transaction.hasChanged(server.engine)) reply.nullArray();
  else run(client, transaction);
}

function run(client: RedisClient, transaction: Transaction): void {
  const { command } = client;
  client.reply.array(transaction.queued.length);
  client.isExecuting = true;
  for (const queued of transaction.queued) client.server.dispatcher.runQueued(client, queued);
  client.isExecuting = false;
  client.command = command;
}

export function discard(client: RedisClient): void {
  if (client.transaction?.isOpen !== true) {
    client.reply.error('ERR DISCARD without MULTI');
    return;
  }
  client.transaction = undefined;
  client.reply.ok();
}

export function watch(client: RedisClient, call: RedisCall): void {
  client.transaction ??= new Transaction();
  const { transaction, server } = client;
  if (transaction.isOpen) {
    client.reply.error('ERR WATCH inside MULTI is not allowed');
    return;
  }
  for (let i = 1; i < call.count; i++) {
    if (transaction.watch(server.engine, call, i)) continue;
    client.reply.error(RedisError.TOO_MANY_WATCHED);
    return;
  }
  client.reply.ok();
}

/** Inside of MULTI it is queued, and EXEC has forgotten the keys before it runs. */
export function unwatch(client: RedisClient): void {
  client.transaction?.unwatch();
  client.reply.ok();
}
