import type { ByteWriter } from '@anoadb/protocol';
import type { RedisCall } from '../../redis-call.js';
import { RedisError } from '../../redis-errors.js';
import type { RedisHandler } from '../../redis-handler.js';
import { PlainValue } from '../string/plain-value.js';
import { putText } from '../string/text-entry.js';

type Operation = 'and' | 'or' | 'xor' | 'not';

const source = new PlainValue();

/** Shorter values count as filled up with zero bytes. An empty result leaves no key. */
export const bitOperation: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const { reply } = client;
  const operation = operationOf(call);
  if (operation === undefined) {
    reply.error(RedisError.SYNTAX);
    return;
  }
  if (operation === 'not' && call.count !== 4) {
    reply.error('ERR BITOP NOT must be called with a single source key.');
    return;
  }
  const { scratch } = engine;
  scratch.reset();
  for (let i = 3; i < call.count; i++) {
    if (!source.read(engine, engine.findKeyToRead(call.bytes, call.starts[i], call.ends[i]))) {
      reply.error(RedisError.WRONG_TYPE);
      return;
    }
    if (i === 3) takeFirst(scratch, operation);
    else combine(scratch, operation);
  }
  const before = engine.findKey(call.bytes, call.starts[2], call.ends[2]);
  const lengthBytes = scratch.at;
  if (lengthBytes === 0) {
    if (before !== 0) engine.removeKey(before, call.bytes, call.starts[2], call.ends[2]);
    reply.integer(0);
  } else if (putText(client, call, 2, before, scratch.bytes, 0, lengthBytes, 0)) reply.integer(lengthBytes);
};

function operationOf(call: RedisCall): Operation | undefined {
  if (call.isWord(1, 'and')) return 'and';
  if (call.isWord(1, 'or')) return 'or';
  if (call.isWord(1, 'xor')) return 'xor';
  return call.isWord(1, 'not') ? 'not' : undefined;
}

function takeFirst(target: ByteWriter, operation: Operation): void {
  target.copy(source.bytes, source.start, source.end);
  if (operation !== 'not') return;
  const { bytes, at } = target;
  for (let i = 0; i < at; i++) bytes[i] = ~bytes[i];
}

/** The source becomes part of what is in `target`, which gets the length of the longer one. */
function combine(target: ByteWriter, operation: Operation): void {
  const { length } = source;
  if (length > target.at) {
    target.ensure(length - target.at);
    target.bytes.fill(0, target.at, length);
    target.at = length;
  }
  const { bytes } = target;
  const from = source.bytes;
  const { start } = source;
  if (operation === 'and') {
    for (let i = 0; i < length; i++) bytes[i] &= from[start + i];
    bytes.fill(0, length, target.at);
  } else if (operation === 'or') {
    for (let i = 0; i < length; i++) bytes[i] |= from[start + i];
  } else {
    for (let i = 0; i < length; i++) bytes[i] ^= from[start + i];
  }
}
