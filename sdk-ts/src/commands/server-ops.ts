/** Ops about the whole store or the server: no key. */

import {
  type ByteWriter,
  encodeCount,
  encodeFlush,
  encodePing,
  encodeSnapshot,
  encodeStats,
  type JsonValue,
} from '@anoadb/protocol';
import type { SnapshotSummary } from '../answers.js';
import type { Command } from '../call.js';
import { assertOk, numberOf, reads, resultValue, writes } from './reading.js';

const COUNT = reads('COUNT', numberOf);

export function count(writer: ByteWriter): Command<number> {
  encodeCount(writer);
  return COUNT;
}

const FLUSH = writes('FLUSH', numberOf);

export function flush(writer: ByteWriter): Command<number> {
  encodeFlush(writer);
  return FLUSH;
}

/** What a server tells of itself; its members are those of STATS in the spec. */
export type ServerStats = { [name: string]: JsonValue };

const STATS = reads('STATS', (result, call) => {
  assertOk(result, call);
  return resultValue(result) as ServerStats;
});

export function stats(writer: ByteWriter): Command<ServerStats> {
  encodeStats(writer);
  return STATS;
}

const PING = reads('PING', assertOk);
const NO_PAYLOAD = new Uint8Array(0);

export function ping(writer: ByteWriter): Command<void> {
  encodePing(writer, { payload: NO_PAYLOAD });
  return PING;
}

const SNAPSHOT: Command<SnapshotSummary> = {
  name: 'SNAPSHOT',
  // Written twice it does no harm, so a lost answer is no unknown outcome to a caller; but each costs a walk.
  mutates: true,
  isAlone: true,
  answer: (result, call) => {
    assertOk(result, call);
    return resultValue(result) as unknown as SnapshotSummary;
  },
};

export function snapshot(writer: ByteWriter): Command<SnapshotSummary> {
  encodeSnapshot(writer);
  return SNAPSHOT;
}
