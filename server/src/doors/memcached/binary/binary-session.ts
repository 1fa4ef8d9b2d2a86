/**
 * A connection that speaks the binary protocol. A header that contradicts itself is answered by an error, and the
 * connection closed, because where the next request begins is not known any more.
 */

import { endRequest } from '../../stream/end-request.js';
import type { StreamConnection } from '../../stream/stream-session.js';
import { BinaryCommand } from '../generated/binary-opcodes.js';
import type { MemcachedDoor } from '../memcached-door.js';
import { ItemToStore, Outcome } from '../memcached-items.js';
import { KEY_BYTES_MAX } from '../memcached-limits.js';
import { type AfterRequest, INCOMPLETE } from '../request-progress.js';
import { commandOf, isQuietOpcode, timedIndexOfOpcode } from './binary-commands.js';
import { executeBinary } from './binary-dispatch.js';
import {
  BINARY_REQUEST_MAGIC,
  BinaryHeader,
  BinaryStatus,
  HEADER_BYTES,
  writeHeader,
} from './binary-header.js';

/** What an error answer says of itself. */
const statusTexts = new Map<BinaryStatus, string>([
  [BinaryStatus.NOT_FOUND, 'Not found'],
  [BinaryStatus.EXISTS, 'Data exists for key.'],
  [BinaryStatus.TOO_LARGE, 'Too large.'],
  [BinaryStatus.INVALID, 'Invalid arguments'],
  [BinaryStatus.NOT_STORED, 'Not stored.'],
  [BinaryStatus.NON_NUMERIC, 'Non-numeric server-side value for incr or decr'],
  [BinaryStatus.NOT_AUTHENTICATED, 'Auth failure.'],
  [BinaryStatus.UNKNOWN_COMMAND, 'Unknown command'],
  [BinaryStatus.NO_MEMORY, 'Out of memory'],
]);

const outcomeStatuses = new Map<Outcome, BinaryStatus>([
  [Outcome.NOT_STORED, BinaryStatus.NOT_STORED],
  [Outcome.EXISTS, BinaryStatus.EXISTS],
  [Outcome.NOT_FOUND, BinaryStatus.NOT_FOUND],
  [Outcome.NON_NUMERIC, BinaryStatus.NON_NUMERIC],
]);

export class BinarySession {
  readonly door: MemcachedDoor;
  readonly connection: StreamConnection;
  readonly header = new BinaryHeader();
  readonly item = new ItemToStore();
  /** The command in hand is the quiet twin. */
  isQuiet = false;
  /** Bytes of a refused request that are still to come. */
  #swallow = 0;

  constructor(door: MemcachedDoor, connection: StreamConnection) {
    this.door = door;
    this.connection = connection;
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    const { connection } = this;
    const { timer } = this.door;
    timer.beginRead();
    let at = start;
    while (at < end && !connection.mustYield) {
      if (this.#swallow > 0) {
        const swallowed = Math.min(this.#swallow, end - at);
        this.#swallow -= swallowed;
        at += swallowed;
        continue;
      }
      timer.beginCommand();
      const next = this.#request(bytes, at, end);
      if (next === INCOMPLETE) break;
      timer.endCommand(0);
      at = next;
    }
    return at;
  }

  begin(): void {
    this.door.timer.isExecuted = true;
    this.door.engine.startRequest();
  }

  end(): void {
    endRequest(this.door.engine, this.connection);
  }

  /** The next so many bytes belong to a request that was answered already. */
  swallow(byteCount: number): void {
    this.#swallow = byteCount;
  }

  /** An answer without body, unless the command is quiet. */
  answerDone(cas: number): void {
    if (!this.isQuiet) writeHeader(this.connection.out, this.header, BinaryStatus.OK, 0, 0, 0, cas);
  }

  /** An answer whose body is a text; quiet or not. */
  answerText(status: BinaryStatus, text: string): void {
    if (!isNews(status)) this.door.timer.hasFailed = true;
    const { out } = this.connection;
    writeHeader(out, this.header, status, 0, 0, text.length, 0);
    out.utf8(text);
  }

  answerError(status: BinaryStatus): void {
    this.answerText(status, statusTexts.get(status) ?? '');
  }

  /** Whatever a change came to but success. */
  answerOutcome(outcome: Outcome): void {
    const status = outcomeStatuses.get(outcome);
    if (outcome === Outcome.DENIED) this.answerDenied();
    else if (outcome === Outcome.DISK_FULL) this.answerText(BinaryStatus.NO_MEMORY, 'The disk is full');
    else this.answerError(status ?? BinaryStatus.NO_MEMORY);
  }

  answerDenied(): void {
    this.answerText(BinaryStatus.NOT_AUTHENTICATED, 'Access denied.');
  }

  /** An error after which nothing more is read. */
  fail(status: BinaryStatus): AfterRequest {
    this.answerError(status);
    this.door.timer.endCommand(0);
    this.connection.close();
    return INCOMPLETE;
  }

  #request(bytes: Uint8Array, at: number, end: number): AfterRequest {
    if (bytes[at] !== BINARY_REQUEST_MAGIC) {
      this.connection.close();
      return INCOMPLETE;
    }
    if (end - at < HEADER_BYTES) return INCOMPLETE;
    const { header } = this;
    header.read(bytes, at);
    this.isQuiet = isQuietOpcode[header.opcode] === 1;
    this.door.timer.command = timedIndexOfOpcode[header.opcode];
    if (header.valueBytes < 0) return this.fail(BinaryStatus.UNKNOWN_COMMAND);
    const command = commandOf[header.opcode];
    if (!this.connection.isAuthenticated && !isBeforeAuthentication(command))
      return this.fail(BinaryStatus.NOT_AUTHENTICATED);
    if (header.keyBytes > KEY_BYTES_MAX) return this.fail(BinaryStatus.INVALID);
    // Extras and key are few bytes; a value is awaited by those commands that have one.
    if (end < header.keyEnd) return INCOMPLETE;
    return executeBinary(this, command, end);
  }
}

/** What has its own answer in the text protocol too: done, or how the item stands in its way. */
function isNews(status: BinaryStatus): boolean {
  switch (status) {
    case BinaryStatus.OK:
    case BinaryStatus.NOT_FOUND:
    case BinaryStatus.EXISTS:
    case BinaryStatus.NOT_STORED:
      return true;
    default:
      return false;
  }
}

function isBeforeAuthentication(command: number): boolean {
  switch (command) {
    case BinaryCommand.SASL_LIST:
    case BinaryCommand.SASL_AUTH:
    case BinaryCommand.SASL_STEP:
    case BinaryCommand.VERSION:
      return true;
    default:
      return false;
  }
}
