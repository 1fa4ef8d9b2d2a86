import { CopyFlag, Opcode, RenameFlag, Status, ValueType } from '@anoadb/protocol';
import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { RedisError } from '../../redis-errors.js';
import type { RedisHandler } from '../../redis-handler.js';

export const rename: RedisHandler = (client, call) => {
  const { reply } = client;
  const status = isSameKey(call) ? statusOfKey(client, call) : execute(client, call, Opcode.RENAME, 0);
  if (status === Status.OK) reply.ok();
  else reply.error(status === Status.NOT_FOUND ? RedisError.NO_SUCH_KEY : RedisError.OUT_OF_MEMORY);
};

export const renameIfAbsent: RedisHandler = (client, call) => {
  const { reply } = client;
  const status = execute(client, call, Opcode.RENAME, RenameFlag.IF_ABSENT);
  if (status === Status.OK || status === Status.CONDITION_FAILED) reply.integer(status === Status.OK ? 1 : 0);
  else reply.error(status === Status.NOT_FOUND ? RedisError.NO_SUCH_KEY : RedisError.OUT_OF_MEMORY);
};

/** There is one database, 0, so DB can name no other. */
export const copy: RedisHandler = (client, call) => {
  const { reply } = client;
  let flags: number = CopyFlag.IF_ABSENT;
  for (let i = 3; i < call.count; i++) {
    if (call.isWord(i, 'replace')) flags = 0;
    else if (!call.isWord(i, 'db') || i + 1 === call.count) {
      reply.error(RedisError.SYNTAX);
      return;
    } else if (!isDatabase(client, call, ++i)) return;
  }
  if (isSameKey(call)) {
    reply.error('ERR source and destination objects are the same');
    return;
  }
  const status = execute(client, call, Opcode.COPY, flags);
  if (status === Status.OUT_OF_MEMORY) reply.error(RedisError.OUT_OF_MEMORY);
  else reply.integer(status === Status.OK ? 1 : 0);
};

const INT32_MAX = 2 ** 31 - 1;

/** Whether that argument names the one database; the error is answered where not. */
function isDatabase(client: RedisClient, call: RedisCall, index: number): boolean {
  const database = call.integer(index);
  if (database === 0) return true;
  if (database === undefined) client.reply.error(RedisError.NOT_AN_INTEGER);
  else if (database > INT32_MAX || database < -INT32_MAX - 1)
    client.reply.error(`ERR value is out of range, value must between ${-INT32_MAX - 1} and ${INT32_MAX}`);
  else client.reply.error(RedisError.DATABASE_OUT_OF_RANGE);
  return false;
}

/** By the engine: key is argument 1, new key argument 2. A list under the new key wakes who is blocked on it. */
function execute(client: RedisClient, call: RedisCall, opcode: number, flags: number): number {
  const { server } = client;
  const { engine, op, result } = server;
  const start = call.starts[2];
  const end = call.ends[2];
  op.reset(opcode);
  op.flags = flags;
  op.bytes = call.bytes;
  op.keyStart = call.starts[1];
  op.keyEnd = call.ends[1];
  op.valueStart = start;
  op.valueEnd = end;
  engine.execute(op, result);
  if (result.status === Status.OK) {
    const ref = engine.findKey(call.bytes, start, end);
    if (ref !== 0 && engine.store.typeOf(ref) === ValueType.LIST) server.signalKey(call.bytes, start, end);
  }
  return result.status;
}

/** To its own name a key is not renamed: it keeps its version, and whoever watches it sees no change. */
function statusOfKey(client: RedisClient, call: RedisCall): number {
  const ref = client.server.engine.findKey(call.bytes, call.starts[1], call.ends[1]);
  return ref === 0 ? Status.NOT_FOUND : Status.OK;
}

function isSameKey(call: RedisCall): boolean {
  const length = call.lengthOf(1);
  if (length !== call.lengthOf(2)) return false;
  const { bytes, starts } = call;
  for (let i = 0; i < length; i++) if (bytes[starts[1] + i] !== bytes[starts[2] + i]) return false;
  return true;
}
