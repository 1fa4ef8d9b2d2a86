import { IncrFlag, type Integer, Opcode, Status, ValueType, writeDecimal } from '@anoadb/protocol';
import { addIntegers, readInteger } from '../../../../engine/stored-number.js';
import { canonicalInteger, type RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { RedisError } from '../../redis-errors.js';
import type { RedisHandler } from '../../redis-handler.js';
import { PlainValue } from './plain-value.js';
import { putText } from './text-entry.js';

const INT64_MIN = -(2n ** 63n);

export const incrementByOne: RedisHandler = (client, call) => add(client, call, 1);

export const decrementByOne: RedisHandler = (client, call) => add(client, call, -1);

export const incrementBy: RedisHandler = (client, call) => {
  const amount = call.integer(2);
  if (amount === undefined) client.reply.error(RedisError.NOT_AN_INTEGER);
  else add(client, call, amount);
};

export const decrementBy: RedisHandler = (client, call) => {
  const amount = call.integer(2);
  if (amount === undefined) client.reply.error(RedisError.NOT_AN_INTEGER);
  else if (amount === INT64_MIN) client.reply.error('ERR decrement would overflow');
  else add(client, call, typeof amount === 'number' ? 0 - amount : -amount);
};

/** By the engine's INCR: a new key holds an integer, text stays text. */
function add(client: RedisClient, call: RedisCall, amount: Integer): void {
  const { engine, op, result } = client.server;
  op.reset(Opcode.INCR);
  op.flags = IncrFlag.AMOUNT;
  op.amount = amount;
  op.bytes = call.bytes;
  op.keyStart = call.starts[1];
  op.keyEnd = call.ends[1];
  engine.execute(op, result);
  if (result.status === Status.OK) client.reply.integer(readInteger(result.bytes, result.start));
  else if (result.status === Status.TYPE_MISMATCH) addToText(client, call, amount);
  else client.reply.error(result.status === Status.OVERFLOW ? RedisError.OVERFLOW : RedisError.OUT_OF_MEMORY);
}

const value = new PlainValue();

/**
 * Of a value that is no integer to the engine: for Redis, which knows no types, one that reads as an integer is one,
 * be it the string "5" or the float 5.0.
 */
function addToText(client: RedisClient, call: RedisCall, amount: Integer): void {
  const { engine } = client.server;
  const { reply } = client;
  const ref = engine.findKey(call.bytes, call.starts[1], call.ends[1]);
  if (engine.store.typeOf(ref) === ValueType.LIST) {
    reply.error(RedisError.WRONG_TYPE);
    return;
  }
  value.read(engine, ref);
  const present = canonicalInteger(value.bytes, value.start, value.end);
  if (present === undefined) {
    reply.error(RedisError.NOT_AN_INTEGER);
    return;
  }
  const sum = addIntegers(present, amount);
  if (sum === undefined) {
    reply.error(RedisError.OVERFLOW);
    return;
  }
  const { scratch } = engine;
  scratch.reset();
  writeDecimal(scratch, sum);
  const expiryMs = engine.store.expiryOf(ref);
  if (putText(client, call, 1, ref, scratch.bytes, 0, scratch.at, expiryMs)) reply.integer(sum);
}
