/** Writing a value, mostly untyped text, under a key, and the errors where that cannot be. */

import { ValueType } from '@anoadb/protocol';
import type { EntryRef } from '../../../../store/index.js';
import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { RedisError } from '../../redis-errors.js';

/**
 * Writes `bytes[start, end)` as a value of that type under the key argument `keyIndex`, for which `engine.findKey` has
 * just given `before`. False: it was too large or there was no memory; the error is answered and the key is as it was.
 */
export function putValue(
  client: RedisClient,
  call: RedisCall,
  keyIndex: number,
  before: EntryRef,
  type: ValueType,
  bytes: Uint8Array,
  start: number,
  end: number,
  expiryMs: number,
): boolean {
  const { engine } = client.server;
  if (end - start > engine.valueBytesMax) {
    client.reply.error(RedisError.TOO_LARGE);
    return false;
  }
  const keyStart = call.starts[keyIndex];
  const keyEnd = call.ends[keyIndex];
  const { keyHash } = engine;
  if (engine.put(keyHash, before, call.bytes, keyStart, keyEnd, type, bytes, start, end, expiryMs) !== 0)
    return true;
  client.reply.error(RedisError.OUT_OF_MEMORY);
  return false;
}

/** `putValue` of untyped text. */
export function putText(
  client: RedisClient,
  call: RedisCall,
  keyIndex: number,
  before: EntryRef,
  bytes: Uint8Array,
  start: number,
  end: number,
  expiryMs: number,
): boolean {
  return putValue(client, call, keyIndex, before, ValueType.TEXT, bytes, start, end, expiryMs);
}

/** `putText` of the argument `valueIndex`. */
export function putArgument(
  client: RedisClient,
  call: RedisCall,
  keyIndex: number,
  before: EntryRef,
  valueIndex: number,
  expiryMs: number,
): boolean {
  const start = call.starts[valueIndex];
  return putText(client, call, keyIndex, before, call.bytes, start, call.ends[valueIndex], expiryMs);
}
