/** One client of the Redis door: what it has chosen, named, queued, watches and waits for. */

import { ByteWriter } from '@anoadb/protocol';
import type { StreamConnection } from '../stream/stream-session.js';
import type { BlockedCommand } from './blocked-clients.js';
import type { RedisCall } from './redis-call.js';
import type { RedisCommand } from './redis-command.js';
import type { RedisServer } from './redis-server.js';
import { RespWriter } from './resp-writer.js';
import type { Transaction } from './transaction.js';

/** What CLIENT REPLY has left on. */
export const ReplyMode = {
  ON: 0,
  /** Until REPLY ON. */
  OFF: 1,
  /** The command after the one in hand. */
  SKIP_NEXT: 2,
  /** The command in hand. */
  SKIP: 3,
} as const;
export type ReplyMode = (typeof ReplyMode)[keyof typeof ReplyMode];

const UNWANTED_BYTES = 1024;
/** What large answers that nobody wanted have made of it is given back. */
const UNWANTED_BYTES_KEPT_MAX = 64 * 1024;
/** For answers nobody wants; all clients have it while they write none. */
const unwanted = new ByteWriter(UNWANTED_BYTES);

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
  /** WATCH's keys, and from MULTI on the queued commands. */
  transaction: Transaction | undefined;
  /** A command of EXEC is running: nothing may block. */
  isExecuting = false;
  /** It waits for keys; nothing more of it is read. */
  blocked: BlockedCommand | undefined;
  /** `block` was called again by a command that was woken. */
  isStillBlocked = false;
  /** Of `answerLater`: the answer of the command in hand has not come. */
  #isAnsweredLater = false;
  /**
   * 0, or in the run of a blocked command that was woken the argument that is the key which got elements: the only
   * one to be looked at. Other keys are as they were when it blocked, or are another client's turn.
   */
  readyKey = 0;
  /** The last, or the one in hand. */
  command: RedisCommand | undefined;
  /** Wall clock of the last command. */
  lastCommandAtMs: number;
  /** QUIT, or killed: nothing more of it is read. */
  isClosing = false;
  isClosed = false;

  constructor(connection: StreamConnection, server: RedisServer) {
    this.connection = connection;
    this.server = server;
    this.reply = new RespWriter(unwanted, server.statistics, () => connection.destroy());
    this.lastCommandAtMs = connection.openedAtMs;
  }

  get id(): number {
    return this.connection.id;
  }

  /** The command in hand is not done: for keys, or for what it has begun. */
  get isWaiting(): boolean {
    return this.blocked !== undefined || this.#isAnsweredLater;
  }

  /** Before something is written: answers go where they should now. */
  openReply(): void {
    const isMuted = this.replyMode === ReplyMode.OFF || this.replyMode === ReplyMode.SKIP;
    if (isMuted) unwanted.reset();
    this.reply.out = isMuted ? unwanted : this.connection.out;
  }

  /** After it: a connection that says nothing holds no buffer for what it may answer. */
  closeReply(): void {
    this.reply.out = unwanted;
    if (unwanted.bytes.length <= UNWANTED_BYTES_KEPT_MAX) return;
    unwanted.bytes = new Uint8Array(UNWANTED_BYTES);
    unwanted.reset();
  }

  /** The command in hand is done: SKIP is for one. */
  countSkipped(): void {
    if (this.replyMode === ReplyMode.SKIP) this.replyMode = ReplyMode.ON;
    else if (this.replyMode === ReplyMode.SKIP_NEXT) this.replyMode = ReplyMode.SKIP;
  }

  /**
   * The command found nothing and waits for one of the keys `call[firstKey, firstKey + keyCount)`, in the order clients
   * came: write no answer and return. When `server.signalKey` has told of one of them, the handler is called again, with a
   * call of the same arguments and `readyKey` set; calling `block` again leaves it in its place. After `timeoutMs` (0 =
   * never) it is answered the null array. Not to be called where `isExecuting`: answer what the timeout would be.
   */
  block(call: RedisCall, firstKey: number, keyCount: number, timeoutMs: number): void {
    if (this.blocked === undefined) this.server.block(this, call, firstKey, keyCount, timeoutMs);
    else this.isStillBlocked = true;
  }

  /**
   * The answer comes later: nothing more is read until the returned function is called, with what writes it. Calling it
   * for a client that is gone meanwhile does nothing.
   */
  answerLater(): (write: () => void) => void {
    this.connection.suspend();
    this.#isAnsweredLater = true;
    return (write) => {
      if (this.isClosed) return;
      this.#isAnsweredLater = false;
      this.openReply();
      write();
      this.countSkipped();
      this.closeReply();
      this.connection.flush();
      this.connection.resume();
    };
  }

  /** Closes it: itself once its answers have left, another at once. */
  kill(by: RedisClient | undefined): void {
    this.isClosing = true;
    if (by === this) this.connection.close();
    else this.connection.destroy();
  }
}
