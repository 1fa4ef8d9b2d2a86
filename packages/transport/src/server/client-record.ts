/** What the server knows of one client across its sessions: request ids and replies live here. */
import type { KeyUsage } from './key-usage.js';
import type { ReplyBudget } from './reply-cache.js';
import { ReplyCache } from './reply-cache.js';
import type { ServerSession } from './server-session.js';

/** Sessions remembered per client; a client needs the last one whose WELCOME it received. */
const SIDS_KEPT = 16;

export class ClientRecord {
  /** Key id and clientId as a Map key. */
  readonly id: string;
  /** The same as bytes. */
  readonly identity: Uint8Array;
  readonly usage: KeyUsage;
  readonly replies: ReplyCache;
  /** Live sessions: the current one, one not yet confirmed, superseded ones in their last seconds. */
  readonly sessions: ServerSession[] = [];
  /** The newest session of which DATA was seen. */
  current: ServerSession | null = null;
  lastSeenMs: number;
  isForgotten = false;
  /** Latest session ids given under this record. */
  readonly #sids: number[] = [];

  constructor(
    id: string,
    usage: KeyUsage,
    window: number,
    floor: number,
    budget: ReplyBudget,
    nowMs: number,
  ) {
    this.id = id;
    this.identity = Uint8Array.from(id, (character) => character.charCodeAt(0));
    this.usage = usage;
    this.replies = new ReplyCache(window, floor, budget);
    this.lastSeenMs = nowMs;
  }

  get sids(): readonly number[] {
    return this.#sids;
  }

  /** The session opened last, 0 where there was none. */
  get lastSid(): number {
    return this.#sids.length === 0 ? 0 : this.#sids[this.#sids.length - 1];
  }

  noteSid(sid: number): void {
    this.#sids.push(sid);
    if (this.#sids.length > SIDS_KEPT) this.#sids.shift();
  }

  /**
   * Does this record reach back to that session? Only then has it seen every write the client sent since.
   * That a record exists proves nothing: a handshake whose WELCOME got lost may have made it after a restart.
   */
  reachesBackTo(sid: number): boolean {
    return this.#sids.includes(sid);
  }
}
