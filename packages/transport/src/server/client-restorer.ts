/**
 * Makes client records again from what the last process kept of them (client-history.ts), in the order in which it
 * was kept. Records of keys that are gone, or of open mode where the server is sealed now, are left out.
 *
 * Nothing here is hostile: the bytes were sealed by this database. What does not fit is left out all the same, since
 * a client whose record is missing is told so (FRESH).
 */
import type { AccessLookup } from '../access.js';
import { latin1 } from '../address.js';
import { CLIENT_ID_BYTES } from '../handshake-messages.js';
import { KEY_ID_BYTES } from '../key-schedule.js';
import type { ServerLimits } from '../limits.js';
import { equalBytes, readU16, readU32 } from '../little-endian.js';
import { type HistoryTarget, MARK_HEAD_BYTES, SESSION_PAYLOAD_BYTES } from './client-history.js';
import type { ClientRecord } from './client-record.js';
import type { Fingerprint } from './reply-cache.js';
import type { SessionTable } from './session-table.js';

export interface ClientRestorerOptions {
  readonly sessions: SessionTable;
  readonly limits: ServerLimits;
  /** Undefined in open mode. */
  readonly access: AccessLookup | undefined;
}

export class ClientRestorer implements HistoryTarget {
  readonly #options: ClientRestorerOptions;
  readonly #fingerprint: Fingerprint = { low: 0, high: 0 };
  /** One client's marks mostly come in a row. */
  #latest: ClientRecord | undefined;

  constructor(options: ClientRestorerOptions) {
    this.#options = options;
  }

  session(
    bytes: Uint8Array,
    identityStart: number,
    identityEnd: number,
    payloadStart: number,
    payloadEnd: number,
  ): void {
    if (payloadEnd - payloadStart < SESSION_PAYLOAD_BYTES) return;
    const sid = readU32(bytes, payloadStart);
    const floor = readU32(bytes, payloadStart + 4);
    const window = readU16(bytes, payloadStart + 8);
    if (sid === 0) {
      const gone = this.#options.sessions.recordOf(latin1(bytes, identityStart, identityEnd));
      if (gone !== undefined) this.#options.sessions.forget(gone);
      return;
    }
    const record = this.#recordOf(bytes, identityStart, identityEnd, floor, window);
    if (record === undefined) return;
    this.#options.sessions.renew(record);
    if (!record.reachesBackTo(sid)) record.noteSid(sid);
    record.replies.advance(floor);
  }

  mark(
    bytes: Uint8Array,
    identityStart: number,
    identityEnd: number,
    payloadStart: number,
    payloadEnd: number,
  ): void {
    if (payloadEnd - payloadStart < MARK_HEAD_BYTES) return;
    const sid = readU32(bytes, payloadStart);
    const rid = readU32(bytes, payloadStart + 4);
    const floor = readU32(bytes, payloadStart + 8);
    const window = readU16(bytes, payloadStart + 12);
    const status = bytes[payloadStart + 14];
    const record = this.#recordOf(bytes, identityStart, identityEnd, floor, window);
    if (record === undefined) return;
    const { replies } = record;
    if (sid !== record.lastSid && !record.reachesBackTo(sid)) record.noteSid(sid);
    replies.advance(floor);
    if (rid < replies.floor || rid >= replies.floor + replies.window) return;
    const known = replies.find(rid);
    if (known >= 0) replies.remove(known);
    this.#fingerprint.low = readU32(bytes, payloadStart + 16);
    this.#fingerprint.high = readU32(bytes, payloadStart + 20);
    const slot = replies.enter(rid, this.#fingerprint);
    replies.finish(slot, status, bytes, payloadStart + MARK_HEAD_BYTES, payloadEnd);
  }

  #recordOf(
    bytes: Uint8Array,
    start: number,
    end: number,
    floor: number,
    window: number,
  ): ClientRecord | undefined {
    const latest = this.#latest;
    if (
      latest !== undefined &&
      !latest.isForgotten &&
      latest.replies.window === window &&
      latest.identity.length === end - start &&
      equalBytes(latest.identity, 0, bytes, start, end - start)
    )
      return latest;
    const { sessions, limits, access } = this.#options;
    const keyIdBytes = access === undefined ? 0 : KEY_ID_BYTES;
    if (end - start !== keyIdBytes + CLIENT_ID_BYTES || window === 0 || window > limits.windowMax)
      return undefined;
    if (access !== undefined && access.find(bytes, start) === undefined) return undefined;
    const id = latin1(bytes, start, end);
    let record = sessions.recordOf(id);
    // Given up by the last process and made anew, with another window.
    if (record !== undefined && record.replies.window !== window) {
      sessions.forget(record);
      record = undefined;
    }
    record ??= sessions.restoreRecord(
      id,
      latin1(bytes, start, start + keyIdBytes),
      window,
      Math.max(1, floor),
      0,
    );
    this.#latest = record;
    return record;
  }
}
