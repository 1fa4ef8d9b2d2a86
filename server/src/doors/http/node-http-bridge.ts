/**
 * Between the TCP port and node:http: each connection is a Duplex that llhttp parses, strictly, and answers go back
 * the same way. Nothing of HTTP's bytes is decided here, and nothing of the data.
 *
 * Invariant: the engine runs inside a turn of the port only: node:http calls back when it likes, so each execution
 * begins one.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';
import type { DoorStatistics } from '../../ops/metrics.js';
import type { StreamServices } from '../stream/stream-services.js';
import type { StreamConnection, StreamProtocolDoor, StreamSession } from '../stream/stream-session.js';
import { type Admission, HttpDoor } from './http-door.js';
import type { HttpAnswer, HttpHead } from './http-exchange.js';
import { HttpLimits } from './http-limits.js';
import { problem } from './problem.js';

/** Bytes of answers that may wait for a slow reader before the next request of his is read. */
const UNSENT_BYTES_MAX = 256 * 1024;
const NO_BODY = new Uint8Array(0);

/** @param others counters of the other doors, for /metrics. */
export function createHttpDoor(services: StreamServices, others: DoorStatistics): StreamProtocolDoor {
  const door = new HttpDoor(services, others);
  const server = httpServer(door);
  return {
    open(connection) {
      const session = new HttpSession(connection);
      server.emit('connection', session);
      return session.port;
    },
  };
}

function httpServer(door: HttpDoor): Server {
  const server = createServer({
    maxHeaderSize: HttpLimits.headerBytesMax,
    headersTimeout: HttpLimits.headersTimeoutMs,
    requestTimeout: HttpLimits.requestTimeoutMs,
    keepAliveTimeout: HttpLimits.keepAliveTimeoutMs,
    connectionsCheckingInterval: HttpLimits.checkIntervalMs,
    insecureHTTPParser: false,
    requireHostHeader: true,
  });
  server.timeout = HttpLimits.silenceMsMax;
  // Who has said all he had to say and closed his side still gets his answers. Node has it and does not type it.
  (server as Server & { httpAllowHalfOpen: boolean }).httpAllowHalfOpen = true;
  server.on('request', (request, response) => new HttpRequestRun(door, request, response).start(false));
  server.on('checkContinue', (request, response) => new HttpRequestRun(door, request, response).start(true));
  server.on('checkExpectation', (_request, response: ServerResponse) => {
    send(response, problem(417, 'The only expectation that this server meets is 100-continue.'));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuseBytes(error, socket));
  // It listens nowhere itself; this is what has it watch its two deadlines.
  server.emit('listening');
  return server;
}

/** One request from its head to its answer. */
class HttpRequestRun {
  readonly #door: HttpDoor;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #session: HttpSession;

  constructor(door: HttpDoor, request: IncomingMessage, response: ServerResponse) {
    this.#door = door;
    this.#request = request;
    this.#response = response;
    this.#session = request.socket as unknown as HttpSession;
  }

  start(expectsContinue: boolean): void {
    const request = this.#request;
    if (countOf(request.rawHeaders, 'host') > 1) {
      this.#refuse(problem(400, 'The Host header stands there twice.'));
      return;
    }
    const head: HttpHead = {
      method: request.method ?? '',
      target: request.url ?? '',
      headers: request.headers,
    };
    const admission = this.#door.admit(this.#session.connection, head);
    if ('status' in admission) {
      this.#refuse(admission);
      return;
    }
    const announced = Number(request.headers['content-length'] ?? 0);
    const hasBody = announced > 0 || request.headers['transfer-encoding'] !== undefined;
    if (!hasBody) {
      this.#execute(admission, NO_BODY);
      return;
    }
    if (announced > admission.bodyBytesMax || admission.bodyBytesMax === 0) {
      this.#refuse(tooLarge(admission));
      return;
    }
    if (expectsContinue) this.#response.writeContinue();
    this.#readBody(admission);
  }

  #readBody(admission: Admission): void {
    const chunks: Buffer[] = [];
    let byteCount = 0;
    const request = this.#request;
    const onData = (chunk: Buffer): void => {
      byteCount += chunk.length;
      if (byteCount <= admission.bodyBytesMax) {
        chunks.push(chunk);
        return;
      }
      request.off('data', onData).off('end', onEnd);
      this.#refuse(tooLarge(admission));
    };
    const onEnd = (): void => {
      this.#execute(admission, chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, byteCount));
    };
    request.on('data', onData).on('end', onEnd);
  }

  #execute(admission: Admission, body: Uint8Array): void {
    if (this.#session.destroyed) return;
    this.#door.services.beginTurn();
    this.#door.execute(admission, body, (answer) => send(this.#response, answer));
  }

  /** Whatever is left of the body would have to be read before the next request: the connection ends instead. */
  #refuse(answer: HttpAnswer): void {
    const hasMore = !this.#request.complete && this.#bodyMayCome();
    send(this.#response, answer, hasMore);
    if (hasMore) this.#response.once('finish', () => this.#session.end());
  }

  #bodyMayCome(): boolean {
    const { headers } = this.#request;
    return Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
  }
}

function send(response: ServerResponse, answer: HttpAnswer, isLast = false): void {
  if (response.destroyed || response.writableEnded) return;
  const { status, headers, body } = answer;
  response.writeHead(status, {
    ...headers,
    // What somebody stored is never a page or a script, whatever a browser thinks it looks like.
    'x-content-type-options': 'nosniff',
    ...(isLast ? { connection: 'close' } : {}),
    ...(body === undefined
      ? status === 204 || status === 304
        ? {}
        : { 'content-length': 0 }
      : { 'content-length': body.length }),
  });
  response.end(body);
}

function tooLarge({ bodyBytesMax }: Admission): HttpAnswer {
  return bodyBytesMax === 0
    ? problem(413, 'This route takes no body.')
    : problem(413, `The body is larger than ${bodyBytesMax} bytes.`);
}

/** What llhttp refused, or what took too long. The connection cannot be followed any further. */
function refuseBytes(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const answer =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? problem(431, `The request line and headers are longer than ${HttpLimits.headerBytesMax} bytes.`)
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? problem(408, 'The request did not arrive in time.')
        : problem(400, 'This is no HTTP/1.1 request that can be read in one way only.');
  const lines = Object.entries({
    ...answer.headers,
    'content-length': String(answer.body!.length),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const { title } = JSON.parse(Buffer.from(answer.body!).toString());
  socket.write(`HTTP/1.1 ${answer.status} ${title}\r\n${lines.join('')}\r\n`);
  socket.end(answer.body);
}

function countOf(rawHeaders: readonly string[], name: string): number {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) if (rawHeaders[i].toLowerCase() === name) count++;
  return count;
}

/** A connection of the TCP port, as node:http likes them. */
class HttpSession extends Duplex {
  readonly connection: StreamConnection;
  /** The other side of it, for the port. */
  readonly port: StreamSession;
  #isReading = false;
  #isGone = false;
  #waitingForRoom: (() => void) | undefined;
  #silence: { readonly ms: number; timer: NodeJS.Timeout } | undefined;

  constructor(connection: StreamConnection) {
    super({ allowHalfOpen: true, highWaterMark: UNSENT_BYTES_MAX });
    this.connection = connection;
    this.port = {
      read: (bytes, start, end) => this.#receive(bytes, start, end),
      closed: () => this.#gone(),
      drained: () => this.#roomAgain(),
      ended: () => void this.push(null),
    };
    this.on('error', () => {});
  }

  get remoteAddress(): string {
    return this.connection.remoteAddress;
  }

  get remotePort(): number {
    return this.connection.remotePort;
  }

  /** As a socket has it: `timeout` after so long without a byte either way; 0 = never. */
  setTimeout(ms: number, callback?: () => void): this {
    clearTimeout(this.#silence?.timer);
    this.#silence = undefined;
    if (callback !== undefined) this.once('timeout', callback);
    if (ms > 0 && !this.#isGone) {
      this.#silence = { ms, timer: setTimeout(() => this.emit('timeout'), ms).unref() };
    }
    return this;
  }

  #receive(bytes: Uint8Array, start: number, end: number): number {
    this.#silence?.timer.refresh();
    this.#isReading = true;
    try {
      // Kept beyond this call: the body of a request may come in many reads.
      if (!this.push(Buffer.from(bytes.subarray(start, end)))) this.connection.suspend();
    } finally {
      this.#isReading = false;
    }
    return end;
  }

  override _read(): void {
    if (!this.#isReading) this.connection.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#isGone) {
      done();
      return;
    }
    this.#silence?.timer.refresh();
    this.connection.out.copy(chunk);
    if (!this.#isReading) this.connection.flush();
    if (this.connection.unsentBytes <= UNSENT_BYTES_MAX) done();
    else this.#waitingForRoom = done;
  }

  override _final(done: () => void): void {
    this.connection.close();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#silence?.timer);
    if (!this.#isGone) {
      this.#isGone = true;
      this.connection.destroy();
    }
    done(error);
  }

  #roomAgain(): void {
    this.#silence?.timer.refresh();
    const done = this.#waitingForRoom;
    if (done === undefined || this.connection.unsentBytes > UNSENT_BYTES_MAX) return;
    this.#waitingForRoom = undefined;
    done();
  }

  #gone(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#waitingForRoom = undefined;
    this.destroy();
  }
}
