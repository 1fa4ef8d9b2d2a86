/** Writing untyped text under a key, and the errors where that cannot be. */

import { ValueType } from '@anoadb/protocol';
import type { EntryRef } from '../../../../store/index.js';
import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { RedisError } from '../../redis-errors.js';

/**
 * Writes `bytes[start, end)` as untyped text under the key argument `keyIndex`, for which `engine.findKey` has just
 * given `before`. False: it was too large or there was no memory; the error is answered and the key is as it was.
 */
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
  const { engine } = client.server;
  if (end - start > engine.valueBytesMax) {
    client.reply.error(RedisError.TOO_LARGE);
    return false;
  }
  const ref = engine.put(
    engine.keyHash,
    before,
    call.bytes,
    call.starts[keyIndex],
    call.ends[keyIndex],
    ValueType.TEXT,
    bytes,
    start,
    end,
    expiryMs,
  );
  if (ref !== 0) return true;
  client.reply.error(RedisError.OUT_OF_MEMORY);
  return false;
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
