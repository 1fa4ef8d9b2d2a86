/** OBJECT: what can be told of how an entry is kept, in the terms that Redis has for its own ways. */

import { ValueType } from '@anoadb/protocol';
import type { EntryRef } from '../../../../store/index.js';
import { canonicalInteger, type RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import type { RedisHandler } from '../../redis-handler.js';
import { PlainValue } from '../string/plain-value.js';

/** To Redis a longer text is one that stands apart from its object. */
const EMBEDDED_BYTES_MAX = 44;
const NOT_TRACKED =
  'ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.';
const value = new PlainValue();

export const objectEncoding: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const ref = findOrNull(client, call);
  if (ref === 0) return;
  if (engine.store.typeOf(ref) === ValueType.LIST) client.reply.bulkText('quicklist');
  else {
    value.read(engine, ref);
    client.reply.bulkText(encodingOf(value));
  }
};

export const objectReferences: RedisHandler = (client, call) => {
  if (findOrNull(client, call) !== 0) client.reply.integer(1);
};

/** An idle key is one that a tool might delete, so what is not known is said to be in use. */
export const objectIdleTime: RedisHandler = (client, call) => {
  if (findOrNull(client, call) !== 0) client.reply.integer(0);
};

export const objectFrequency: RedisHandler = (client, call) => {
  if (findOrNull(client, call) !== 0) client.reply.error(NOT_TRACKED);
};

function encodingOf({ bytes, start, end, length }: PlainValue): string {
  if (canonicalInteger(bytes, start, end) !== undefined) return 'int';
  return length <= EMBEDDED_BYTES_MAX ? 'embstr' : 'raw';
}

/** The entry of argument 2; 0: there is none, and null is answered. */
function findOrNull(client: RedisClient, call: RedisCall): EntryRef {
  const ref = client.server.engine.findKey(call.bytes, call.starts[2], call.ends[2]);
  if (ref === 0) client.reply.nullBulk();
  return ref;
}
