/**
 * The bytes of a connection that wait for the rest of their request. Empty it holds no memory, which is what nearly all
 * connections are nearly all the time.
 */

const CAPACITY_BYTES_MIN = 256;
const NOTHING = new Uint8Array(0);

export class InputBuffer {
  bytes: Uint8Array = NOTHING;
  start = 0;
  end = 0;

  get length(): number {
    return this.end - this.start;
  }

  /** Adds `source[from, to)` at the end. */
  append(source: Uint8Array, from: number, to: number): void {
    const byteCount = to - from;
    if (this.bytes.length - this.end < byteCount) this.#makeRoom(byteCount);
    this.bytes.set(source.subarray(from, to), this.end);
    this.end += byteCount;
  }

  /** Everything before `at` was consumed. */
  consume(at: number): void {
    this.start = at;
    if (at === this.end) this.clear();
  }

  clear(): void {
    this.bytes = NOTHING;
    this.start = 0;
    this.end = 0;
  }

  /** By moving to the front where that makes enough, so that a long life needs no more than its largest request. */
  #makeRoom(byteCount: number): void {
    const length = this.length;
    let capacity = Math.max(this.bytes.length, CAPACITY_BYTES_MIN);
    while (capacity < length + byteCount) capacity *= 2;
    const bytes = capacity === this.bytes.length ? this.bytes : new Uint8Array(capacity);
    if (bytes === this.bytes) bytes.copyWithin(0, this.start, this.end);
    else bytes.set(this.bytes.subarray(this.start, this.end));
    this.bytes = bytes;
    this.start = 0;
    this.end = length;
  }
}
