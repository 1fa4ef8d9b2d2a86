/**
 * Sessions by id and client records by client id, with their caps.
 *
 * Sids are random, never 0, their top 6 bits name the worker (0 here), and one is not given again within
 * 600 s of its end, so that a late datagram of an old session cannot fall into a new one.
 */
import { Timings } from '@anoadb/protocol';
import type { RandomBytes } from '../crypto.js';
import type { ServerLimits } from '../limits.js';
import { readU32 } from '../little-endian.js';
import { ClientRecord } from './client-record.js';
import type { ReplyBudget } from './reply-cache.js';
import type { ServerSession } from './server-session.js';

/** 32 bits less the 6 of the worker. */
const SID_MASK = 0x03ff_ffff;

export class SessionTable {
  readonly #limits: ServerLimits;
  readonly #random: RandomBytes;
  readonly #sessions = new Map<number, ServerSession>();
  readonly #byIndex: (ServerSession | undefined)[] = [];
  readonly #freeIndexes: number[] = [];
  readonly #records = new Map<string, ClientRecord>();
  readonly #perSource = new Map<string, number>();
  /** Ended sids in the order of their end. */
  readonly #retired = new Map<number, number>();
  readonly replyBudget: ReplyBudget = { usedBytes: 0 };
  readonly #sidBytes = new Uint8Array(4);

  constructor(limits: ServerLimits, random: RandomBytes) {
    this.#limits = limits;
    this.#random = random;
    for (let index = limits.sessionsMax - 1; index >= 0; index--) this.#freeIndexes.push(index);
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  get recordCount(): number {
    return this.#records.size;
  }

  bySid(sid: number): ServerSession | undefined {
    return this.#sessions.get(sid);
  }

  byIndex(index: number): ServerSession | undefined {
    return this.#byIndex[index];
  }

  sessions(): Iterable<ServerSession> {
    return this.#sessions.values();
  }

  recordOf(clientId: string): ClientRecord | undefined {
    return this.#records.get(clientId);
  }

  hasRoom(sourceKey: string, isLoopback: boolean): boolean {
    if (this.#sessions.size >= this.#limits.sessionsMax) return false;
    return isLoopback || (this.#perSource.get(sourceKey) ?? 0) < this.#limits.sessionsPerSourceMax;
  }

  /** A new record; undefined where all are in use by clients heard of lately. */
  createRecord(clientId: string, window: number, floor: number, nowMs: number): ClientRecord | undefined {
    if (this.#records.size >= this.#limits.clientRecordsMax && !this.#evictRecord(nowMs)) return undefined;
    const record = new ClientRecord(clientId, window, floor, this.replyBudget, nowMs);
    this.#records.set(clientId, record);
    return record;
  }

  newSid(nowMs: number): number {
    for (const [sid, endedMs] of this.#retired) {
      if (nowMs - endedMs < Timings.sidReuseMs) break;
      this.#retired.delete(sid);
    }
    for (;;) {
      this.#random(this.#sidBytes);
      const sid = readU32(this.#sidBytes, 0) & SID_MASK;
      if (sid !== 0 && !this.#sessions.has(sid) && !this.#retired.has(sid)) return sid;
    }
  }

  takeIndex(): number {
    return this.#freeIndexes.pop()!;
  }

  add(session: ServerSession): void {
    this.#sessions.set(session.sid, session);
    this.#byIndex[session.index] = session;
    this.#perSource.set(session.sourceKey, (this.#perSource.get(session.sourceKey) ?? 0) + 1);
    session.record.sessions.push(session);
  }

  remove(session: ServerSession, nowMs: number): void {
    session.isClosed = true;
    session.incoming.dropAll();
    session.outgoing.dropAll();
    this.#sessions.delete(session.sid);
    this.#byIndex[session.index] = undefined;
    this.#freeIndexes.push(session.index);
    this.#retired.set(session.sid, nowMs);
    const left = this.#perSource.get(session.sourceKey)! - 1;
    if (left === 0) this.#perSource.delete(session.sourceKey);
    else this.#perSource.set(session.sourceKey, left);
    const { record } = session;
    record.sessions.splice(record.sessions.indexOf(session), 1);
    if (record.current === session) record.current = null;
  }

  forget(record: ClientRecord): void {
    record.isForgotten = true;
    record.replies.clear();
    this.#records.delete(record.id);
  }

  /** Frees the record that has been silent longest, if it has been so long enough. */
  #evictRecord(nowMs: number): boolean {
    let oldest: ClientRecord | undefined;
    for (const record of this.#records.values()) {
      if (oldest === undefined || record.lastSeenMs < oldest.lastSeenMs) oldest = record;
    }
    if (oldest === undefined || nowMs - oldest.lastSeenMs < this.#limits.clientRecordSilentMs) return false;
    for (const session of oldest.sessions.slice()) this.remove(session, nowMs);
    this.forget(oldest);
    return true;
  }
}
