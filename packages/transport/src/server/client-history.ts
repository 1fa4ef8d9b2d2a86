/**
 * What outlives the process of a client record: its sessions, and the writes that were executed with their replies.
 * Written beside the effects by whoever keeps a journal, given back at the next start; the bytes are ours alone.
 *
 *   identity: key id [8] where sealed | clientId [16]
 *   session:  sid u32 (0: the client is gone) | floor u32 | window u16
 *   mark:     sid u32 | rid u32 | floor u32 | window u16 | status u8 | zero u8 | fingerprint u32 u32 | reply
 */
import type { ByteWriter } from '@anoadb/protocol';
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

/** Identity and payload of a session, into a writer that holds nothing else. `sid` 0: the client is gone. */
export function tellSession(
  writer: ByteWriter,
  target: HistoryTarget,
  record: ClientRecord,
  sid: number,
): void {
  writer.reset();
  writer.copy(record.identity);
  const payloadAt = writer.at;
  writer.u32(sid);
  writer.u32(record.replies.floor);
  writer.u16(record.replies.window);
  target.session(writer.bytes, 0, payloadAt, payloadAt, writer.at);
}

/** The same of the request in a slot of the client's reply cache. */
export function tellMark(
  writer: ByteWriter,
  target: HistoryTarget,
  record: ClientRecord,
  sid: number,
  slot: number,
): void {
  const { replies } = record;
  const start = replies.startOf(slot);
  writer.reset();
  writer.copy(record.identity);
  const payloadAt = writer.at;
  writer.u32(sid);
  writer.u32(replies.ridOf(slot));
  writer.u32(replies.floor);
  writer.u16(replies.window);
  writer.u8(replies.statusOf(slot));
  writer.u8(0);
  replies.fingerprintOf(slot, fingerprint);
  writer.u32(fingerprint.low);
  writer.u32(fingerprint.high);
  writer.copy(replies.bytesOf(slot), start, start + replies.lengthOf(slot));
  target.mark(writer.bytes, 0, payloadAt, payloadAt, writer.at);
}

const fingerprint: Fingerprint = { low: 0, high: 0 };
