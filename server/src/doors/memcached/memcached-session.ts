/** One memcached connection: told by its first byte which of the protocols it speaks, and that for good. */

import type { StreamConnection, StreamSession } from '../stream/stream-session.js';
import { BINARY_REQUEST_MAGIC } from './binary/binary-header.js';
import { BinarySession } from './binary/binary-session.js';
import type { MemcachedDoor } from './memcached-door.js';
import { TextSession } from './text/text-session.js';

/** Beside the value: header and key, or the command line. */
const REQUEST_OVERHEAD_BYTES_MAX = 4096;

/** What the two kinds of session are to the connection. */
interface ProtocolReader {
  /** As `StreamSession.read`. */
  read(bytes: Uint8Array, start: number, end: number): number;
}

export class MemcachedSession implements StreamSession {
  /** A value of the largest size; larger ones are refused by their length, before they come. */
  readonly inputBytesMax: number;
  readonly #door: MemcachedDoor;
  readonly #connection: StreamConnection;
  #reader: ProtocolReader | undefined;

  constructor(door: MemcachedDoor, connection: StreamConnection) {
    this.#door = door;
    this.#connection = connection;
    this.inputBytesMax = door.engine.valueBytesMax + REQUEST_OVERHEAD_BYTES_MAX;
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    if (start === end) return start;
    this.#reader ??=
      bytes[start] === BINARY_REQUEST_MAGIC
        ? new BinarySession(this.#door, this.#connection)
        : new TextSession(this.#door, this.#connection);
    return this.#reader.read(bytes, start, end);
  }

  /** It waits for nothing and watches nothing. */
  closed(): void {}
}
