/**
 * A connection that speaks the text protocols. A request is a line, and for storage commands a data block behind it;
 * each is executed once it is complete, so that any cut of the stream gives the same answers.
 */

import type { ByteWriter } from '@anoadb/protocol';
import { endRequest } from '../../stream/end-request.js';
import type { StreamConnection } from '../../stream/stream-session.js';
import { CommandLine } from '../command-line.js';
import type { MemcachedDoor } from '../memcached-door.js';
import { ItemToStore } from '../memcached-items.js';
import { MetaFlags } from '../meta/meta-flags.js';
import { type AfterRequest, INCOMPLETE } from '../request-progress.js';
import { authenticate } from './authentication.js';
import { executeLine } from './command-dispatch.js';
import { KeyList } from './key-list.js';
import { retrieveOn } from './retrieval.js';
import { isError, line, TextAnswer } from './text-answers.js';

/** A longer line is a multi-get, or nobody's. */
const LINE_BYTES_MAX = 2048;
const NEWLINE = 0x0a;
const SPACE = 0x20;

export class TextSession {
  readonly door: MemcachedDoor;
  readonly connection: StreamConnection;
  readonly line = new CommandLine();
  readonly item = new ItemToStore();
  readonly metaFlags = new MetaFlags();
  /** The keys of a get whose answer is so long that it pauses. */
  readonly keys = new KeyList();
  /** No answer is written for the command in hand but what the protocol never hides. */
  isQuiet = false;
  /** What data commands answer instead of being executed: the database is being loaded. */
  refusal: Uint8Array | undefined;
  /** How long the get that pauses has taken so far. */
  #pausedMs = 0;
  /** Bytes of a refused data block that are still to come. */
  #swallow = 0;
  /** How many bytes the request that waits needs, as far as known, and how many of them have no newline. */
  #neededBytes = 0;
  #scannedBytes = 0;

  constructor(door: MemcachedDoor, connection: StreamConnection) {
    this.door = door;
    this.connection = connection;
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    const { connection } = this;
    if (end - start < this.#neededBytes && this.#swallow === 0) return start;
    const { timer } = this.door;
    timer.beginRead();
    this.#findRefusal();
    let at = start;
    while (at < end && !connection.mustYield) {
      if (this.#swallow > 0) {
        const swallowed = Math.min(this.#swallow, end - at);
        this.#swallow -= swallowed;
        at += swallowed;
        continue;
      }
      timer.beginCommand();
      const next = this.keys.isOpen ? this.#goOn(bytes, at) : this.#request(bytes, at, end);
      if (next === INCOMPLETE) break;
      at = next;
      if (this.keys.isOpen) this.#pausedMs += timer.lapMs();
      else {
        timer.endCommand(this.#pausedMs);
        this.#pausedMs = 0;
      }
      this.#neededBytes = 0;
      this.#scannedBytes = 0;
    }
    return at;
  }

  /** Where answers go. */
  get out(): ByteWriter {
    return this.connection.out;
  }

  /** Writes a line unless the command wants none. */
  answer(answer: Uint8Array): void {
    if (isError(answer)) this.door.timer.hasFailed = true;
    if (!this.isQuiet) this.connection.out.copy(answer);
  }

  /** Begins the engine's request. */
  begin(): void {
    this.door.timer.isExecuted = true;
    this.door.engine.startRequest();
  }

  /** Ends it: its answer waits for the journal where it must. */
  end(): void {
    endRequest(this.door.engine, this.connection);
  }

  /** So many bytes from the request's first on are needed before it is worth another look. */
  needs(byteCount: number): AfterRequest {
    this.#neededBytes = byteCount;
    return INCOMPLETE;
  }

  /** The next so many bytes are the data block of a request that was refused. */
  swallow(byteCount: number): void {
    this.#swallow = byteCount;
  }

  /** Why nothing may be read or written now, said to the client. True: it was. */
  isRefused(): boolean {
    if (this.refusal === undefined) return false;
    this.answer(this.refusal);
    return true;
  }

  /** With the get that has paused. */
  #goOn(bytes: Uint8Array, at: number): AfterRequest {
    this.door.timer.command = this.keys.command;
    return retrieveOn(this, bytes, at);
  }

  #request(bytes: Uint8Array, at: number, end: number): AfterRequest {
    const newline = this.#findNewline(bytes, at, end);
    if (newline < 0) return newline;
    this.isQuiet = false;
    const next = this.connection.isAuthenticated
      ? executeLine(this, bytes, at, newline, end)
      : authenticate(this, bytes, at, newline, end);
    // Where a line is long, its data block is awaited without reading the line anew each time.
    this.#scannedBytes = newline - at;
    return next;
  }

  /** The end of the line that begins at `at`; negative: not there yet, or the connection is being closed. */
  #findNewline(bytes: Uint8Array, at: number, end: number): number {
    const newline = bytes.indexOf(NEWLINE, at + this.#scannedBytes);
    const hasLine = newline !== -1 && newline < end;
    const length = hasLine ? newline - at : end - at;
    if (length > LINE_BYTES_MAX && !isMultiGet(bytes, at)) {
      this.connection.out.copy(TextAnswer.LINE_TOO_LONG);
      this.connection.close();
      return INCOMPLETE;
    }
    if (hasLine) return newline;
    this.#scannedBytes = length;
    return INCOMPLETE;
  }

  #findRefusal(): void {
    const percent = this.door.services.loadingPercent();
    this.refusal = percent === undefined ? undefined : line(`SERVER_ERROR loading: ${Math.floor(percent)} %`);
  }
}

/** Whether a long line is `get`, `gets`, `gat` or `gats` with its many keys. */
function isMultiGet(bytes: Uint8Array, start: number): boolean {
  let at = start;
  while (bytes[at] === SPACE && at - start < 100) at++;
  if (bytes[at] !== 0x67) return false;
  const isGet = bytes[at + 1] === 0x65 && bytes[at + 2] === 0x74;
  const isGat = bytes[at + 1] === 0x61 && bytes[at + 2] === 0x74;
  const after = bytes[at + 3] === 0x73 ? at + 4 : at + 3;
  return (isGet || isGat) && bytes[after] === SPACE;
}
