/**
 * One connection of the TCP port as node:http likes it, a Duplex; and the order of what it asks.
 */

import { Duplex } from 'node:stream';
import type { StreamConnection, StreamSession } from '../stream/stream-session.js';

/** Bytes of answers that may wait for a slow reader before the next request of his is executed. */
const UNSENT_BYTES_MAX = 256 * 1024;

/** What a session does one after the other. */
export interface Run {
  start(done: () => void): void;
  /** It waits for more of its own bytes. */
  readonly isReceiving: boolean;
}

export class HttpSession extends Duplex {
  readonly connection: StreamConnection;
  /** The other side of it, for the port. */
  readonly port: StreamSession;
  /** The last answer was given: whatever else has been read is not looked at. */
  isEnding = false;
  readonly #runs: Run[] = [];
  #running: Run | undefined;
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

  /**
   * Requests are executed one after the other, each when the answer before it has room, whatever node:http has read
   * ahead: so a read sees the write in front of it, and nobody has a thousand answers made that he does not take.
   */
  enqueue(run: Run): void {
    this.#runs.push(run);
    this.#runNext();
  }

  #runNext(): void {
    // There is nothing behind a request that is not complete, but what says that it never will be.
    if (this.#running?.isReceiving && this.#runs.length > 0) this.#running = undefined;
    if (this.#running !== undefined || this.isEnding) return;
    const run = this.#runs.shift();
    if (run === undefined) return;
    this.#running = run;
    run.start(() => {
      if (this.#running !== run) return;
      this.#running = undefined;
      this.#runNext();
    });
    if (run.isReceiving && this.#runs.length > 0) this.#runNext();
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
    this.#send([{ chunk }], done);
  }

  /** Head and body, which node:http writes apart, leave together. */
  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: () => void): void {
    this.#send(chunks, done);
  }

  #send(chunks: readonly { readonly chunk: Buffer }[], done: () => void): void {
    if (this.#isGone) {
      done();
      return;
    }
    this.#silence?.timer.refresh();
    const { connection } = this;
    for (const { chunk } of chunks) connection.out.copy(chunk);
    if (!this.#isReading) connection.flush();
    if (connection.unsentBytes <= UNSENT_BYTES_MAX) done();
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
