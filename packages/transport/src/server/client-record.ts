/** What the server knows of one client across its sessions: request ids and replies live here. */
import type { ReplyBudget } from './reply-cache.js';
import { ReplyCache } from './reply-cache.js';
import type { ServerSession } from './server-session.js';

export class ClientRecord {
  /** The clientId as a Map key. */
  readonly id: string;
  readonly replies: ReplyCache;
  /** Live sessions: the current one, one not yet confirmed, superseded ones in their last seconds. */
  readonly sessions: ServerSession[] = [];
  /** The newest session of which DATA was seen. */
  current: ServerSession | null = null;
  lastSeenMs: number;
  isForgotten = false;

  constructor(id: string, window: number, floor: number, budget: ReplyBudget, nowMs: number) {
    this.id = id;
    this.replies = new ReplyCache(window, floor, budget);
    this.lastSeenMs = nowMs;
  }
}
