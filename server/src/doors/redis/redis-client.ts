/** One client of the Redis door: what it has chosen, named, queued, watches and waits for. */

import type { StreamConnection } from '../stream/stream-session.js';
import type { BlockedCommand } from './blocked-clients.js';
import type { RedisCall } from './redis-call.js';
import type { RedisServer } from './redis-server.js';
import { RespWriter } from './resp-writer.js';
import type { Transaction } from './transaction.js';

/** What CLIENT REPLY has left on. */
export const ReplyMode = {
  ON: 0,
  /** Until REPLY ON. */
  OFF: 1,
  /** The command in hand and the one after it. */
  SKIP_NEXT: 2,
  /** The command in hand. */
  SKIP: 3,
} as const;
export type ReplyMode = (typeof ReplyMode)[keyof typeof ReplyMode];

export class RedisClient {
  readonly connection: StreamConnection;
  readonly server: RedisServer;
  readonly reply: RespWriter;
  /** CLIENT SETNAME. */
  name = '';
  libraryName = '';
  libraryVersion = '';
  replyMode: ReplyMode = ReplyMode.ON;
  isNoEvict = false;
  isNoTouch = false;
  /** Between MULTI and EXEC; also WATCH's keys before it. */
  transaction: Transaction | undefined;
  /** A command of EXEC is running: nothing may block. */
  isExecuting = false;
  /** It waits for keys; nothing more of it is read. */
  blocked: BlockedCommand | undefined;
  /**
   * 0, or in the run of a blocked command that was woken the argument that is the key which got elements: the only
   * one to be looked at. Other keys are as they were when it blocked, or are another client's turn.
   */
  readyKey = 0;
  /** In CLIENT LIST: the last command, `get` or `client|list`. */
  lastCommand = 'NULL';
  /** Wall clock of the last command. */
  lastCommandAtMs: number;
  isClosing = false;

  constructor(connection: StreamConnection, server: RedisServer) {
    this.connection = connection;
    this.server = server;
    this.reply = new RespWriter(connection.out, (text) => server.statistics.countError(text));
    this.lastCommandAtMs = connection.openedAtMs;
  }

  get id(): number {
    return this.connection.id;
  }

  /**
   * The command found nothing and waits for one of the keys `call[firstKey, firstKey + keyCount)`, in the order clients
   * came: write no answer and return. When `server.signalKey` has told of one of them, the handler is called again, with a
   * call of the same arguments and `readyKey` set; calling `block` again leaves it in its place. After `timeoutMs` (0 =
   * never) it is answered the null array. Not to be called where `isExecuting`: answer what the timeout would be.
   */
  block(call: RedisCall, firstKey: number, keyCount: number, timeoutMs: number): void {
    this.server.blocked.block(this, call, firstKey, keyCount, timeoutMs);
  }
}
