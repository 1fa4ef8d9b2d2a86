/**
 * Answers of one connection that must not leave yet: each piece waits for the journal to release its position, and
 * for the pieces before it, so that answers leave in the order of their requests.
 */

interface Piece {
  readonly bytes: Uint8Array;
  readonly position: number;
}

export class HeldOutput {
  readonly #pieces: Piece[] = [];
  #byteCount = 0;

  get byteCount(): number {
    return this.#byteCount;
  }

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  /** Keeps `bytes` itself: the caller has given it away. Position 0: it waits for those before it only. */
  add(bytes: Uint8Array, position: number): void {
    this.#pieces.push({ bytes, position });
    this.#byteCount += bytes.length;
  }

  /** Hands everything that may leave to `send`, in order. */
  release(position: number, send: (bytes: Uint8Array) => void): void {
    let count = 0;
    while (count < this.#pieces.length && this.#pieces[count].position <= position) count++;
    for (const { bytes } of this.#pieces.splice(0, count)) {
      this.#byteCount -= bytes.length;
      send(bytes);
    }
  }

  clear(): void {
    this.#pieces.length = 0;
    this.#byteCount = 0;
  }
}
