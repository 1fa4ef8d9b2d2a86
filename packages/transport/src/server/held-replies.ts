/**
 * Answers that wait for the journal: a FIFO of requests that were executed and whose effects, or what they read, a
 * crash could still undo. Struct of arrays and one run of bytes, both reused: holding a reply allocates nothing.
 *
 * Positions need not come in order: a reply leaves when its own and all before it may leave.
 */
import type { ClientRecord } from './client-record.js';
import type { ServerSession } from './server-session.js';

const CAPACITY_FIRST = 256;
const BYTES_FIRST = 64 * 1024;
/** A run of bytes larger than this is given back when nothing is held. */
const BYTES_KEPT = 4 * 1024 * 1024;
const IN_REPLY_CACHE = -1;

export interface HeldLimits {
  /** Requests that may wait. */
  readonly countMax: number;
  /** Bytes of results that may wait, beside those in the reply caches. */
  readonly bytesMax: number;
}

export class HeldReplies {
  readonly #limits: HeldLimits;
  #capacity = CAPACITY_FIRST;
  #head = 0;
  #count = 0;
  #positions = new Float64Array(CAPACITY_FIRST);
  #rids = new Uint32Array(CAPACITY_FIRST);
  #attempts = new Uint8Array(CAPACITY_FIRST);
  #statuses = new Uint8Array(CAPACITY_FIRST);
  #mutates = new Uint8Array(CAPACITY_FIRST);
  /** Offsets in the run of all bytes ever held, or IN_REPLY_CACHE. */
  #starts = new Float64Array(CAPACITY_FIRST);
  #lengths = new Uint32Array(CAPACITY_FIRST);
  #records: (ClientRecord | undefined)[] = new Array(CAPACITY_FIRST).fill(undefined);
  #sessions: (ServerSession | undefined)[] = new Array(CAPACITY_FIRST).fill(undefined);
  #bytes = new Uint8Array(BYTES_FIRST);
  /** Offset, in that run, of #bytes[0], and of the end of what is held. */
  #bytesBase = 0;
  #bytesEnd = 0;
  #heldBytes = 0;

  constructor(limits: HeldLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#count;
  }

  get byteCount(): number {
    return this.#heldBytes;
  }

  get isFull(): boolean {
    return this.#count >= this.#limits.countMax || this.#heldBytes >= this.#limits.bytesMax;
  }

  /** Holds a reply whose bytes stand in the reply cache. */
  push(
    position: number,
    record: ClientRecord,
    session: ServerSession,
    rid: number,
    attempt: number,
    status: number,
    mutates: boolean,
  ): void {
    if (this.#count === this.#capacity) this.#growEntries();
    const at = (this.#head + this.#count++) & (this.#capacity - 1);
    this.#positions[at] = position;
    this.#rids[at] = rid;
    this.#attempts[at] = attempt;
    this.#statuses[at] = status;
    this.#mutates[at] = mutates ? 1 : 0;
    this.#starts[at] = IN_REPLY_CACHE;
    this.#lengths[at] = 0;
    this.#records[at] = record;
    this.#sessions[at] = session;
  }

  /** Copies the results of the reply pushed last: they stand nowhere else. */
  keepBytes(bytes: Uint8Array, start: number, end: number): void {
    const at = (this.#head + this.#count - 1) & (this.#capacity - 1);
    const byteCount = end - start;
    if (this.#bytesEnd - this.#bytesBase + byteCount > this.#bytes.length) this.#makeRoom(byteCount);
    this.#starts[at] = this.#bytesEnd;
    this.#lengths[at] = byteCount;
    this.#bytes.set(bytes.subarray(start, end), this.#bytesEnd - this.#bytesBase);
    this.#bytesEnd += byteCount;
    this.#heldBytes += byteCount;
  }

  // The oldest one; only where `count` is above 0.

  get position(): number {
    return this.#positions[this.#head];
  }

  get record(): ClientRecord {
    return this.#records[this.#head]!;
  }

  get session(): ServerSession {
    return this.#sessions[this.#head]!;
  }

  get rid(): number {
    return this.#rids[this.#head];
  }

  get attempt(): number {
    return this.#attempts[this.#head];
  }

  get status(): number {
    return this.#statuses[this.#head];
  }

  get mutates(): boolean {
    return this.#mutates[this.#head] === 1;
  }

  /** False: they stand in the reply cache. */
  get hasBytes(): boolean {
    return this.#starts[this.#head] !== IN_REPLY_CACHE;
  }

  /** Its results are `bytes[start, start + length)`. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get start(): number {
    return this.#starts[this.#head] - this.#bytesBase;
  }

  get length(): number {
    return this.#lengths[this.#head];
  }

  /** Forgets the oldest one. */
  shift(): void {
    const at = this.#head;
    this.#heldBytes -= this.#lengths[at];
    this.#records[at] = undefined;
    this.#sessions[at] = undefined;
    this.#head = (at + 1) & (this.#capacity - 1);
    if (--this.#count > 0) return;
    this.#bytesBase = this.#bytesEnd;
    if (this.#bytes.length > BYTES_KEPT) this.#bytes = new Uint8Array(BYTES_FIRST);
  }

  #makeRoom(byteCount: number): void {
    const firstHeld = this.#bytesEnd - this.#heldBytes;
    const from = firstHeld - this.#bytesBase;
    const to = this.#bytesEnd - this.#bytesBase;
    let capacity = this.#bytes.length;
    while (capacity < 2 * (this.#heldBytes + byteCount)) capacity *= 2;
    const bytes = capacity === this.#bytes.length ? this.#bytes : new Uint8Array(capacity);
    if (bytes === this.#bytes) bytes.copyWithin(0, from, to);
    else bytes.set(this.#bytes.subarray(from, to));
    this.#bytes = bytes;
    this.#bytesBase = firstHeld;
  }

  #growEntries(): void {
    const capacity = this.#capacity * 2;
    const move = <T extends Float64Array | Uint32Array | Uint8Array>(from: T, to: T): T => {
      const tail = from.subarray(this.#head);
      to.set(tail as never, 0);
      to.set(from.subarray(0, this.#head) as never, tail.length);
      return to;
    };
    const moveAll = <T>(from: (T | undefined)[]): (T | undefined)[] => [
      ...from.slice(this.#head),
      ...from.slice(0, this.#head),
      ...new Array(this.#capacity).fill(undefined),
    ];
    this.#positions = move(this.#positions, new Float64Array(capacity));
    this.#rids = move(this.#rids, new Uint32Array(capacity));
    this.#attempts = move(this.#attempts, new Uint8Array(capacity));
    this.#statuses = move(this.#statuses, new Uint8Array(capacity));
    this.#mutates = move(this.#mutates, new Uint8Array(capacity));
    this.#starts = move(this.#starts, new Float64Array(capacity));
    this.#lengths = move(this.#lengths, new Uint32Array(capacity));
    this.#records = moveAll(this.#records);
    this.#sessions = moveAll(this.#sessions);
    this.#head = 0;
    this.#capacity = capacity;
  }
}
