/**
 * The output half of a connection: what its session writes, until the system has taken it.
 *
 *   out -> flush -> [held until the journal has released it] -> socket
 *
 * Invariant: bytes leave in the order in which they were written.
 */

import type { ByteWriter } from '@anoadb/protocol';
import { HeldOutput } from './held-output.js';
import type { StreamSocket } from './stream-socket.js';

export interface OutputSurroundings {
  /** Up to where the journal has released. */
  readonly releasedPosition: number;
  readonly monotonicMs: () => number;
  takeWriter(): ByteWriter;
  giveWriter(writer: ByteWriter): void;
  countOut(byteCount: number): void;
}

/** Output at least so large is given to the socket with its buffer, not copied. */
const GIVEN_AWAY_BYTES_MIN = 16 * 1024;

export class ConnectionOutput {
  /** Given to the socket so far. */
  bytesOut = 0;
  readonly #socket: StreamSocket;
  readonly #around: OutputSurroundings;
  readonly #held = new HeldOutput();
  #out: ByteWriter | undefined;
  /** What is in `#out` may leave once this is released. */
  #holdPosition = 0;
  /** The socket has bytes that the system has not taken. */
  #isSending = false;
  /** Monotonic: since when the peer has taken nothing of them; and how much it had taken then. */
  #unsentSinceMs = 0;
  #takenBytes = 0;
  readonly #send = (bytes: Uint8Array): void => {
    this.#count(bytes.length);
    if (!this.#socket.write(bytes, 0, bytes.length)) this.#sending();
  };

  constructor(socket: StreamSocket, around: OutputSurroundings) {
    this.#socket = socket;
    this.#around = around;
  }

  /** Where the session writes; a writer that others get after the next `flush`. */
  get out(): ByteWriter {
    return (this.#out ??= this.#around.takeWriter());
  }

  get unsentBytes(): number {
    const unsent = this.#held.byteCount + (this.#isSending ? this.#socket.unsentBytes : 0);
    return this.#out === undefined ? unsent : unsent + this.#out.at;
  }

  /** Everything written has left. */
  get isEmpty(): boolean {
    return this.#out === undefined && this.#held.isEmpty && !this.#isSending;
  }

  /** `release` is to be called. */
  get isHolding(): boolean {
    return !this.#held.isEmpty;
  }

  /** What was written since the last `flush` waits until the journal has released `position`. */
  hold(position: number): void {
    if (position > this.#holdPosition) this.#holdPosition = position;
  }

  /** Sends what was written, or holds it behind what is held. */
  flush(): void {
    const out = this.#out;
    if (out === undefined) return;
    this.#out = undefined;
    const position = this.#holdPosition;
    this.#holdPosition = 0;
    if (out.at > 0) {
      const isHeld = position > this.#around.releasedPosition || !this.#held.isEmpty;
      if (isHeld) this.#held.add(isWorthGiving(out) ? giveAway(out) : out.written().slice(), position);
      else this.#write(out);
    }
    this.#around.giveWriter(out);
  }

  /** The journal has released that position. */
  release(position: number): void {
    this.#held.release(position, this.#send);
  }

  /** The system has taken everything the socket had. */
  drained(): void {
    this.#isSending = false;
  }

  /** Whether the peer has taken nothing for longer than that, though there is something. To be asked now and then. */
  isStuck(nowMs: number, timeoutMs: number): boolean {
    if (!this.#isSending) return false;
    const takenBytes = this.bytesOut - this.#socket.unsentBytes;
    if (takenBytes !== this.#takenBytes) {
      this.#takenBytes = takenBytes;
      this.#unsentSinceMs = nowMs;
    }
    return nowMs - this.#unsentSinceMs > timeoutMs;
  }

  /**
   * The connection is gone: nothing leaves any more. Its writer is nobody else's: a session that ended its connection
   * may go on writing into it until it returns, and another's answer would begin with that.
   */
  discard(): void {
    this.#held.clear();
    this.#out = undefined;
  }

  #write(out: ByteWriter): void {
    this.#count(out.at);
    // Where it has to wait anyway, behind others or for its encryption, a copy costs less than the whole buffer.
    const isCopied = (this.#isSending || this.#socket.isEncrypted) && !isWorthGiving(out);
    const bytes = isCopied ? out.written().slice() : out.bytes;
    if (this.#socket.write(bytes, 0, out.at)) return;
    if (!isCopied) giveAway(out);
    this.#sending();
  }

  #count(byteCount: number): void {
    this.bytesOut += byteCount;
    this.#around.countOut(byteCount);
  }

  #sending(): void {
    if (this.#isSending) return;
    this.#isSending = true;
    this.#unsentSinceMs = this.#around.monotonicMs();
  }
}

function isWorthGiving(out: ByteWriter): boolean {
  return out.at >= GIVEN_AWAY_BYTES_MIN && out.at >= out.bytes.length / 2;
}

/** What was written, with its buffer; the writer gets another when it is needed. */
function giveAway(out: ByteWriter): Uint8Array {
  const written = out.written();
  out.bytes = new Uint8Array(0);
  out.at = 0;
  return written;
}
