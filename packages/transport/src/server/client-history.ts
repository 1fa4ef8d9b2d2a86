/**
 * What outlives the process of a client record: its sessions, and the writes that were executed with their replies.
 * Written beside the effects by whoever keeps a journal, given back at the next start; the bytes are ours alone.
 *
 *   identity: key id [8] where sealed | clientId [16]
 *   session:  sid u32 (0: the client is gone) | floor u32 | window u16
 *   mark:     sid u32 | rid u32 | floor u32 | window u16 | status u8 | zero u8 | fingerprint u32 u32 | reply
 */
import { copyBytes } from '@anoadb/protocol';
import { writeU16, writeU32 } from '../little-endian.js';
import type { ClientRecord } from './client-record.js';
import type { Fingerprint } from './reply-cache.js';

/** Takes what is to be kept, in order. Identity and payload are ranges of `bytes`, valid during the call only. */
export interface HistoryTarget {
  /** A write that changed something was executed. */
  mark(
    bytes: Uint8Array,
    identityStart: number,
    identityEnd: number,
    payloadStart: number,
    payloadEnd: number,
  ): void;
  /** A session was opened, or its client is gone. */
  session(
    bytes: Uint8Array,
    identityStart: number,
    identityEnd: number,
    payloadStart: number,
    payloadEnd: number,
  ): void;
}

export const SESSION_PAYLOAD_BYTES = 10;
export const MARK_HEAD_BYTES = 24;

/** One write in hundred is as large as a stored reply may be; a mark for each write must cost little. */
let scratch = new Uint8Array(256);
const fingerprint: Fingerprint = { low: 0, high: 0 };

/** `sid` 0: the client is gone. */
export function tellSession(target: HistoryTarget, record: ClientRecord, sid: number): void {
  const at = putIdentity(record, SESSION_PAYLOAD_BYTES);
  writeU32(scratch, at, sid);
  writeU32(scratch, at + 4, record.replies.floor);
  writeU16(scratch, at + 8, record.replies.window);
  target.session(scratch, 0, at, at, at + SESSION_PAYLOAD_BYTES);
}

/** Tells of the request in a slot of the client's reply cache. */
export function tellMark(target: HistoryTarget, record: ClientRecord, sid: number, slot: number): void {
  const { replies } = record;
  const start = replies.startOf(slot);
  const length = replies.lengthOf(slot);
  const at = putIdentity(record, MARK_HEAD_BYTES + length);
  writeU32(scratch, at, sid);
  writeU32(scratch, at + 4, replies.ridOf(slot));
  writeU32(scratch, at + 8, replies.floor);
  writeU16(scratch, at + 12, replies.window);
  writeU16(scratch, at + 14, replies.statusOf(slot));
  replies.fingerprintOf(slot, fingerprint);
  writeU32(scratch, at + 16, fingerprint.low);
  writeU32(scratch, at + 20, fingerprint.high);
  const replyAt = at + MARK_HEAD_BYTES;
  copyBytes(scratch, replyAt, replies.bytesOf(slot), start, start + length);
  target.mark(scratch, 0, at, at, replyAt + length);
}

/** Returns where the payload begins. */
function putIdentity({ identity }: ClientRecord, payloadBytes: number): number {
  const byteCount = identity.length + payloadBytes;
  if (byteCount > scratch.length) scratch = new Uint8Array(2 * byteCount);
  copyBytes(scratch, 0, identity, 0, identity.length);
  return identity.length;
}
