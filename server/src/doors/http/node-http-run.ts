/** What one request goes through between node:http and the door: its head, its body within bounds, its answer. */

import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Admission, HttpDoor } from './http-door.js';
import type { HttpAnswer } from './http-exchange.js';
import { HttpLimits } from './http-limits.js';
import type { HttpSession, Run } from './node-http-session.js';
import { problem } from './problem.js';

const NO_BODY = new Uint8Array(0);

/** One request from its head to its answer. */
export class HttpRequestRun implements Run {
  #isReadingBody = false;
  readonly #door: HttpDoor;
  readonly #session: HttpSession;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(door: HttpDoor, session: HttpSession, request: IncomingMessage, response: ServerResponse) {
    this.#door = door;
    this.#session = session;
    this.#request = request;
    this.#response = response;
  }

  /** Whole ones wait in node:http for the next turn to say so. */
  get isReceiving(): boolean {
    return this.#isReadingBody && !this.#request.complete;
  }

  start(done: () => void): void {
    this.#response.once('close', done);
    const { rawHeaders, headers, method = '', url = '' } = this.#request;
    if (countOf(rawHeaders, 'host') > 1) {
      this.#refuse(problem(400, 'The Host header stands there twice.'));
      return;
    }
    const expected = headers.expect?.toLowerCase();
    if (expected !== undefined && expected !== '100-continue') {
      this.#refuse(problem(417, 'The only expectation that this server meets is 100-continue.'));
      return;
    }
    const admission = this.#door.admit(this.#session.connection, { method, target: url, headers });
    if ('status' in admission) {
      this.#refuse(admission);
      return;
    }
    if (!this.#hasBody()) {
      this.#execute(admission, NO_BODY);
      return;
    }
    if (admission.bodyBytesMax === 0 || this.#announcedBytes() > admission.bodyBytesMax) {
      this.#refuse(tooLarge(admission));
      return;
    }
    if (expected !== undefined) this.#response.writeContinue();
    this.#isReadingBody = true;
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
    this.#isReadingBody = false;
    if (this.#session.destroyed || this.#session.isEnding) return;
    this.#door.services.beginTurn();
    // llhttp reads nothing behind an upgrade that was asked for, though none is made.
    const isLast = this.#request.headers.upgrade !== undefined;
    this.#door.execute(admission, body, (answer) => this.#answer(answer, isLast));
  }

  /** What is left of a body would have to be read before the next request: the connection ends instead. */
  #refuse(answer: HttpAnswer): void {
    this.#answer(answer, this.#hasBody() || this.#request.headers.upgrade !== undefined);
  }

  #answer(answer: HttpAnswer, isLast: boolean): void {
    if (isLast) {
      this.#session.isEnding = true;
      this.#response.once('finish', () => this.#session.end());
    }
    send(this.#response, answer, isLast);
  }

  #announcedBytes(): number {
    return Number(this.#request.headers['content-length'] ?? 0);
  }

  #hasBody(): boolean {
    return this.#announcedBytes() > 0 || this.#request.headers['transfer-encoding'] !== undefined;
  }
}

function send(response: ServerResponse, answer: HttpAnswer, isLast: boolean): void {
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
export class BrokenBytes implements Run {
  readonly isReceiving = false;
  readonly #error: NodeJS.ErrnoException;
  readonly #session: HttpSession;

  constructor(error: NodeJS.ErrnoException, session: HttpSession) {
    this.#error = error;
    this.#session = session;
  }

  start(): void {
    const session = this.#session;
    session.isEnding = true;
    // Bytes behind a request that was to be the last are nobody's.
    if (this.#error.code !== 'HPE_CLOSED_CONNECTION' && session.writable) {
      const { status, headers, body } = problemOf(this.#error);
      const all = { ...headers, 'content-length': String(body!.length), connection: 'close' };
      const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
      session.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n`);
      session.write(body);
    }
    session.end();
  }
}

function problemOf({ code }: NodeJS.ErrnoException): HttpAnswer {
  if (code === 'HPE_HEADER_OVERFLOW')
    return problem(431, `The request line and headers are longer than ${HttpLimits.headerBytesMax} bytes.`);
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return problem(408, 'The request did not arrive in time.');
  return problem(400, 'This is no HTTP/1.1 request that can be read in one way only.');
}

function countOf(rawHeaders: readonly string[], name: string): number {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) if (rawHeaders[i].toLowerCase() === name) count++;
  return count;
}
