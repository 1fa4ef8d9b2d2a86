/** The bytes of one Redis connection to requests, one after the other. */

import type { StreamConnection, StreamSession } from '../stream/stream-session.js';
import { RedisCall } from './redis-call.js';
import { RedisClient, ReplyMode } from './redis-client.js';
import type { RedisDispatcher } from './redis-dispatcher.js';
import { RedisLimits } from './redis-limits.js';
import type { RedisServer } from './redis-server.js';
import { Parsed, RequestParser } from './request-parser.js';

export class RedisSession implements StreamSession {
  /** Room for one request of the largest size and the head of the next. */
  readonly inputBytesMax: number = RedisLimits.requestBytesMax + RedisLimits.lineBytesMax;
  readonly #connection: StreamConnection;
  readonly #client: RedisClient;
  readonly #server: RedisServer;
  readonly #dispatcher: RedisDispatcher;
  readonly #parser = new RequestParser();
  readonly #call = new RedisCall();

  constructor(connection: StreamConnection, server: RedisServer) {
    this.#connection = connection;
    this.#server = server;
    this.#dispatcher = server.dispatcher;
    this.#client = new RedisClient(connection, server);
    server.clients.set(connection.id, this.#client);
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    const client = this.#client;
    const connection = this.#connection;
    const parser = this.#parser;
    const call = this.#call;
    client.openReply();
    this.#dispatcher.beginTurn();
    let at = start;
    while (at < end && !connection.mustYield) {
      parser.isTrusted = connection.isAuthenticated;
      const parsed = parser.parse(bytes, at, end, call);
      if (parsed === Parsed.ERROR) {
        client.reply.error(`ERR Protocol error: ${parser.error}`);
        connection.close();
        return end;
      }
      if (parsed === Parsed.NEED_MORE) return parser.at;
      if (!this.#dispatcher.run(client, call)) {
        parser.reset();
        this.#server.pause.wait(client);
        return at;
      }
      if (client.replyMode !== ReplyMode.ON) {
        client.countSkipped();
        client.openReply();
      }
      at = parser.at;
    }
    return at;
  }

  closed(): void {
    this.#client.isClosed = true;
    this.#server.forget(this.#client);
  }
}
