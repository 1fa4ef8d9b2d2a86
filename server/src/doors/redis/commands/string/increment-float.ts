import { ValueType } from '@anoadb/protocol';
import { byteText } from '../../redis-call.js';
import { RedisError } from '../../redis-errors.js';
import type { RedisHandler } from '../../redis-handler.js';
import { ExtendedFloat } from './extended-float.js';
import { PlainValue } from './plain-value.js';
import { putValue } from './text-entry.js';

const value = new PlainValue();

/**
 * Not by the engine's INCRFLOAT, which counts in 64 bits and writes numbers as ECMAScript does: both show in the reply
 * and in the text that is kept. A float of the SDKs stays one where it reads as exactly that text.
 */
export const incrementByFloat: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const { reply } = client;
  const ref = engine.findKey(call.bytes, call.starts[1], call.ends[1]);
  if (!value.read(engine, ref)) {
    reply.error(RedisError.WRONG_TYPE);
    return;
  }
  const present = ref === 0 ? ExtendedFloat.ZERO : parse(value.bytes, value.start, value.end);
  const amount = parse(call.bytes, call.starts[2], call.ends[2]);
  if (present === undefined || amount === undefined) {
    reply.error(RedisError.NOT_A_FLOAT);
    return;
  }
  const sum = present.plus(amount);
  if (!sum.isFinite) {
    reply.error(RedisError.NAN_OR_INFINITY);
    return;
  }
  const text = sum.toString();
  const isFloat = ref !== 0 && engine.store.typeOf(ref) === ValueType.FLOAT && String(Number(text)) === text;
  const { scratch } = engine;
  scratch.reset();
  if (isFloat) scratch.f64(Number(text));
  else scratch.utf8(text);
  const type = isFloat ? ValueType.FLOAT : ValueType.TEXT;
  const expiryMs = ref === 0 ? 0 : engine.store.expiryOf(ref);
  if (putValue(client, call, 1, ref, type, scratch.bytes, 0, scratch.at, expiryMs)) reply.bulkText(text);
};

function parse(bytes: Uint8Array, start: number, end: number): ExtendedFloat | undefined {
  return end - start > ExtendedFloat.CHARS_MAX ? undefined : ExtendedFloat.parse(byteText(bytes, start, end));
}
