/**
 * Sessions by id and client records by access key and client id, with their caps.
 *
 * Sids are random, never 0, their top 6 bits name the worker, and one is not given again within
 * 600 s of its end, so that a late datagram of an old session cannot fall into a new one.
 */
import { Timings } from '@anoadb/protocol';
import type { RandomBytes } from '../crypto.js';
import type { ByteBudget } from '../incoming-transfers.js';
import type { ServerLimits } from '../limits.js';
import { readU32 } from '../little-endian.js';
import { ClientRecord } from './client-record.js';
import { KeyUsage } from './key-usage.js';
import type { ReplyBudget } from './reply-cache.js';
import type { ServerSession } from './server-session.js';

/** 32 bits less the 6 of the worker. */
const SID_BITS = 26;
const WORKERS_MAX = 64;
const RECENT_MASK = 1023;

/** Why there is no room for a newcomer. */
export type NoRoom = 'server-full' | 'key-quota';

export interface SessionTableOptions {
  limits: ServerLimits;
  random: RandomBytes;
  /** Bytes in reassembly of all keys together. */
  reassembly: ByteBudget;
  /** Stands in the top bits of every sid. */
  worker: number;
  /** A client silent for long gives way to another; the owner ends its session with `remove`. */
  onEvicted: (session: ServerSession, nowMs: number) => void;
}

export class SessionTable {
  readonly #limits: ServerLimits;
  readonly #random: RandomBytes;
  readonly #sessions = new Map<number, ServerSession>();
  /** Those heard of lately, by the low bits of their sids: spares most datagrams the Map, 60 ns each. */
  readonly #recent: (ServerSession | undefined)[] = new Array(RECENT_MASK + 1).fill(undefined);
  readonly #byIndex: (ServerSession | undefined)[] = [];
  readonly #freeIndexes: number[] = [];
  readonly #records = new Map<string, ClientRecord>();
  readonly #usages = new Map<string, KeyUsage>();
  readonly #perSource = new Map<string, number>();
  /** Ended sids in the order of their end. */
  readonly #retired = new Map<number, number>();
  readonly replyBudget: ReplyBudget = { usedBytes: 0 };
  readonly #reassembly: ByteBudget;
  readonly #onEvicted: SessionTableOptions['onEvicted'];
  readonly #sidBytes = new Uint8Array(4);

  readonly #sidTop: number;

  constructor(options: SessionTableOptions) {
    const { limits, random, worker } = options;
    if (!Number.isInteger(worker) || worker < 0 || worker >= WORKERS_MAX)
      throw new RangeError(`a worker has a number below ${WORKERS_MAX}, not ${worker}`);
    this.#sidTop = worker * 2 ** SID_BITS;
    this.#reassembly = options.reassembly;
    this.#onEvicted = options.onEvicted;
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
    const recent = this.#recent[sid & RECENT_MASK];
    if (recent !== undefined && recent.sid === sid) return recent;
    const session = this.#sessions.get(sid);
    if (session !== undefined) this.#recent[sid & RECENT_MASK] = session;
    return session;
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

  /** What the clients of a key use; kept as long as there are any. */
  usageOf(keyId: string): KeyUsage {
    return this.#usages.get(keyId) ?? new KeyUsage(keyId, this.#limits, this.#reassembly);
  }

  /** Why there is no room for one more session; undefined: there is. A new client needs room for its record too. */
  refusalFor(
    usage: KeyUsage,
    isNewClient: boolean,
    sourceKey: string,
    isLoopback: boolean,
    nowMs: number,
  ): NoRoom | undefined {
    if (!usage.hasRoomForSession) return 'key-quota';
    if (this.#sessions.size >= this.#limits.sessionsMax) return 'server-full';
    const fromSource = isLoopback ? 0 : (this.#perSource.get(sourceKey) ?? 0);
    if (fromSource >= this.#limits.sessionsPerSourceMax) return 'server-full';
    if (!isNewClient) return undefined;
    if (!usage.hasRoomForRecord && !this.#evictRecord(usage, nowMs)) return 'key-quota';
    if (this.#records.size >= this.#limits.clientRecordsMax && !this.#evictRecord(undefined, nowMs))
      return 'server-full';
    return undefined;
  }

  /** A new record; `refusalFor` has said that there is room. */
  createRecord(id: string, usage: KeyUsage, window: number, floor: number, nowMs: number): ClientRecord {
    const record = new ClientRecord(id, usage, window, floor, this.replyBudget, nowMs);
    this.#records.set(id, record);
    usage.recordCount++;
    this.#usages.set(usage.id, usage);
    return record;
  }

  /**
   * A record as it was before a restart. `refusalFor` is not asked: there were no more of them then; where there are
   * after all, that of the session opened longest ago goes.
   */
  restoreRecord(id: string, keyId: string, window: number, floor: number, nowMs: number): ClientRecord {
    if (this.#records.size >= this.#limits.clientRecordsMax) {
      for (const oldest of this.#records.values()) {
        this.forget(oldest);
        break;
      }
    }
    return this.createRecord(id, this.usageOf(keyId), window, floor, nowMs);
  }

  /** Moves a record behind all others in the order in which `restoreRecord` lets them go. */
  renew(record: ClientRecord): void {
    this.#records.delete(record.id);
    this.#records.set(record.id, record);
  }

  records(): Iterable<ClientRecord> {
    return this.#records.values();
  }

  newSid(nowMs: number): number {
    for (const [sid, endedMs] of this.#retired) {
      if (nowMs - endedMs < Timings.sidReuseMs) break;
      this.#retired.delete(sid);
    }
    for (;;) {
      this.#random(this.#sidBytes);
      const sid = (readU32(this.#sidBytes, 0) % 2 ** SID_BITS) + this.#sidTop;
      if (sid !== 0 && !this.#sessions.has(sid) && !this.#retired.has(sid)) return sid;
    }
  }

  takeIndex(): number {
    return this.#freeIndexes.pop()!;
  }

  add(session: ServerSession): void {
    this.#sessions.set(session.sid, session);
    this.#byIndex[session.index] = session;
    this.#countSource(session.sourceKey, 1);
    session.record.usage.sessionCount++;
    session.record.sessions.push(session);
  }

  remove(session: ServerSession, nowMs: number): void {
    session.isClosed = true;
    session.incoming.dropAll();
    session.outgoing.dropAll();
    this.#sessions.delete(session.sid);
    const recentAt = session.sid & RECENT_MASK;
    if (this.#recent[recentAt] === session) this.#recent[recentAt] = undefined;
    this.#byIndex[session.index] = undefined;
    this.#freeIndexes.push(session.index);
    this.#retired.set(session.sid, nowMs);
    this.#countSource(session.sourceKey, -1);
    const { record } = session;
    record.usage.sessionCount--;
    record.sessions.splice(record.sessions.indexOf(session), 1);
    if (record.current === session) record.current = null;
    this.#dropUnused(record.usage);
  }

  forget(record: ClientRecord): void {
    record.isForgotten = true;
    record.replies.clear();
    if (!this.#records.delete(record.id)) return;
    record.usage.recordCount--;
    this.#dropUnused(record.usage);
  }

  #dropUnused(usage: KeyUsage): void {
    if (usage.isUnused) this.#usages.delete(usage.id);
  }

  /** Everything of a revoked key; its sessions have been ended. */
  forgetKey(keyId: string): void {
    for (const record of [...this.#records.values()]) if (record.usage.id === keyId) this.forget(record);
  }

  /** The session's peer has proven a new address. */
  move(session: ServerSession, address: Uint8Array, sourceKey: string): void {
    this.#countSource(session.sourceKey, -1);
    session.address.set(address);
    session.sourceKey = sourceKey;
    this.#countSource(sourceKey, 1);
  }

  #countSource(sourceKey: string, change: number): void {
    const count = (this.#perSource.get(sourceKey) ?? 0) + change;
    if (count === 0) this.#perSource.delete(sourceKey);
    else this.#perSource.set(sourceKey, count);
  }

  /** Frees the record (of that key, or of all) that has been silent longest, if it has been so long enough. */
  #evictRecord(usage: KeyUsage | undefined, nowMs: number): boolean {
    let oldest: ClientRecord | undefined;
    for (const record of this.#records.values()) {
      if (usage !== undefined && record.usage !== usage) continue;
      if (oldest === undefined || record.lastSeenMs < oldest.lastSeenMs) oldest = record;
    }
    if (oldest === undefined || nowMs - oldest.lastSeenMs < this.#limits.clientRecordSilentMs) return false;
    for (const session of oldest.sessions.slice()) this.#onEvicted(session, nowMs);
    this.forget(oldest);
    return true;
  }
}
