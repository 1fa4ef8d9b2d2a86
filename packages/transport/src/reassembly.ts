/**
 * One fragmented message on its way in.
 *
 * Every fragment carries `total`, so any of them may come first. Memory is what has really arrived: a
 * lying `total` allocates nothing. All fragments but the last have the same length, so what an index must
 * look like is known; one that disagrees aborts the message.
 */
import { ACK_BITMAP_BITS } from './frames.js';

export type FragmentVerdict = 'new' | 'duplicate' | 'conflict';

export class Reassembly {
  readonly rid: number;
  readonly total: number;
  readonly fragmentCount: number;
  readonly startedMs: number;
  /** What must not differ between fragments besides `total`: the atomic flag, or attempt and status. */
  readonly identity: number;
  readonly #fragmentBytes: number;
  readonly #fragments: (Uint8Array | undefined)[] = [];
  #receivedCount = 0;
  /** Bytes that arrived and are held. */
  heldBytes = 0;
  /** Lowest fragment that is missing. */
  next = 0;
  lastNewMs: number;
  /** Fragments since the last FRAG_ACK. */
  unacked = 0;
  ackDueMs = Number.POSITIVE_INFINITY;
  /** Low half of the counter of the datagram that brought the latest fragment. */
  echo = 0;

  constructor(rid: number, total: number, fragmentBytes: number, identity: number, nowMs: number) {
    this.rid = rid;
    this.total = total;
    this.identity = identity;
    this.#fragmentBytes = fragmentBytes;
    this.fragmentCount = Math.ceil(total / fragmentBytes);
    this.startedMs = nowMs;
    this.lastNewMs = nowMs;
  }

  get isComplete(): boolean {
    return this.#receivedCount === this.fragmentCount;
  }

  /** Something above `next` has arrived. */
  get hasGap(): boolean {
    return this.#receivedCount > this.next;
  }

  accept(
    total: number,
    identity: number,
    index: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    nowMs: number,
  ): FragmentVerdict {
    if (total !== this.total || identity !== this.identity || index >= this.fragmentCount) return 'conflict';
    if (end - start !== this.#lengthOf(index)) return 'conflict';
    if (this.#fragments[index] !== undefined) return 'duplicate';
    this.#fragments[index] = bytes.slice(start, end);
    this.#receivedCount++;
    this.heldBytes += end - start;
    this.lastNewMs = nowMs;
    while (this.#fragments[this.next] !== undefined) this.next++;
    return 'new';
  }

  /** The whole message, once complete. */
  assemble(): Uint8Array {
    const message = new Uint8Array(this.total);
    for (let i = 0; i < this.fragmentCount; i++) message.set(this.#fragments[i]!, i * this.#fragmentBytes);
    return message;
  }

  /** Half of the FRAG_ACK bitmap: bit i is fragment next + 1 + first + i. */
  bitmap(first: 0 | 32): number {
    let bits = 0;
    const base = this.next + 1 + first;
    for (let i = 0; i < ACK_BITMAP_BITS / 2; i++) if (this.#fragments[base + i] !== undefined) bits |= 1 << i;
    return bits >>> 0;
  }

  #lengthOf(index: number): number {
    return index < this.fragmentCount - 1 ? this.#fragmentBytes : this.total - index * this.#fragmentBytes;
  }
}
