/** The bytes of one Redis connection to requests, one after the other. */

import type { StreamConnection, StreamSession } from '../stream/stream-session.js';
import { RedisCall } from './redis-call.js';
import { RedisClient, ReplyMode } from './redis-client.js';
import type { RedisDispatcher } from './redis-dispatcher.js';
import { RedisLimits } from './redis-limits.js';
import type { RedisServer } from './redis-server.js';
import type { RequestBatch } from './request-batch.js';
import { Parsed, RequestParser } from './request-parser.js';

export class RedisSession implements StreamSession {
  /** Room for one request of the largest size and the head of the next. */
  readonly inputBytesMax: number = RedisLimits.requestBytesMax + RedisLimits.lineBytesMax;
  readonly #connection: StreamConnection;
  readonly #client: RedisClient;
  readonly #server: RedisServer;
  readonly #dispatcher: RedisDispatcher;
  readonly #parser = new RequestParser();
  /** In which a request may stand half. */
  #call = new RedisCall();

  constructor(connection: StreamConnection, server: RedisServer) {
    this.#connection = connection;
    this.#server = server;
    this.#dispatcher = server.dispatcher;
    this.#client = new RedisClient(connection, server);
    server.clients.set(connection.id, this.#client);
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    this.#client.openReply();
    const at = this.#read(bytes, start, end);
    // Idle connections are many: none keeps a buffer that is not its own.
    this.#client.closeReply();
    this.#call.release();
    return at;
  }

  #read(bytes: Uint8Array, start: number, end: number): number {
    const connection = this.#connection;
    const { batch, engine } = this.#server;
    const parser = this.#parser;
    let at = start;
    while (at < end && !connection.mustYield) {
      parser.isTrusted = connection.isAuthenticated;
      this.#call = batch.parse(parser, bytes, at, end, this.#call);
      batch.lookAhead(engine, bytes);
      this.#dispatcher.beginClock();
      const done = this.#run(batch);
      this.#dispatcher.endClock();
      batch.release(engine);
      if (done < batch.count) {
        // Those not run are parsed again when they are read again.
        parser.reset();
        return batch.starts[done];
      }
      if (batch.end === Parsed.ERROR) {
        // Behind a QUIT, or a command that waits, it is not seen, or not yet.
        if (connection.mustYield) return batch.endAt;
        this.#client.reply.error(`ERR Protocol error: ${parser.error}`);
        connection.close();
        return end;
      }
      at = parser.at;
      if (batch.end === Parsed.NEED_MORE) return at;
    }
    return at;
  }

  /** Returns how many were run: all, unless one waits, is held up by a pause, or the connection should yield. */
  #run(batch: RequestBatch): number {
    const client = this.#client;
    for (let i = 0; i < batch.count; i++) {
      if (i > 0 && this.#connection.mustYield) return i;
      if (!this.#dispatcher.run(client, batch.calls[i])) {
        this.#server.pause.wait(client);
        return i;
      }
      // One that waits is not done: what SKIP leaves out is its answer.
      if (client.replyMode !== ReplyMode.ON && !client.isWaiting) {
        client.countSkipped();
        client.openReply();
      }
    }
    return batch.count;
  }

  closed(): void {
    this.#client.isClosed = true;
    this.#server.forget(this.#client);
  }
}
