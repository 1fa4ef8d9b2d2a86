/**
 * The mutating requests of one client that were executed and may be asked for again: section 6 of the
 * protocol. A ring over request ids, so that looking up, entering and forgetting allocate nothing.
 *
 * Invariant: an entry at or above the floor is never removed while its client record lives; that, and not
 * a timer, is what makes a retried write take effect once. Memory is bounded by refusing before execution.
 */
import { copyBytes } from '../little-endian.js';

const FREE = 0;
const RUNNING = 1;
const DONE = 2;
/** Executed, its reply stored and not yet sent: to whoever asks again it still runs. */
const HELD = 3;
/** Replies up to this length live in one array per client; most writes answer with less. */
const INLINE_BYTES = 64;

/** Two 32-bit hashes of a request's body. */
export interface Fingerprint {
  low: number;
  high: number;
}

/** Stored reply bytes of all clients together. */
export interface ReplyBudget {
  usedBytes: number;
}

export class ReplyCache {
  readonly window: number;
  readonly #budget: ReplyBudget;
  floor: number;
  /** Bytes of stored replies. */
  usedBytes = 0;
  #entryCount = 0;
  runningCount = 0;
  // One element per request id modulo window; made when the client first writes.
  #rids: Uint32Array | undefined;
  #states!: Uint8Array;
  #statuses!: Uint8Array;
  #lows!: Uint32Array;
  #highs!: Uint32Array;
  #lengths!: Uint32Array;
  #inline!: Uint8Array;
  #spilled!: (Uint8Array | null)[];

  constructor(window: number, floor: number, budget: ReplyBudget) {
    this.window = window;
    this.floor = floor;
    this.#budget = budget;
  }

  /** Raises the floor (never lowers it) and forgets what is below. */
  advance(floor: number): void {
    if (floor <= this.floor) return;
    const from = this.floor;
    this.floor = floor;
    if (this.#entryCount === 0) return;
    const end = Math.min(floor, from + this.window);
    for (let rid = from; rid < end; rid++) {
      const slot = this.find(rid);
      if (slot >= 0) this.remove(slot);
    }
  }

  /** The entry of a request id, -1: none. */
  find(rid: number): number {
    if (this.#entryCount === 0) return -1;
    const slot = rid % this.window;
    return this.#states[slot] !== FREE && this.#rids![slot] === rid ? slot : -1;
  }

  /** Not answered yet: it runs, or its answer is held. */
  isRunning(slot: number): boolean {
    return this.#states[slot] !== DONE;
  }

  /** Its reply is stored, sent or not. */
  hasReply(slot: number): boolean {
    return this.#states[slot] === DONE || this.#states[slot] === HELD;
  }

  /** The stored reply must not leave before `answered`. */
  hold(slot: number): void {
    this.#states[slot] = HELD;
  }

  answered(slot: number): void {
    this.#states[slot] = DONE;
  }

  ridOf(slot: number): number {
    return this.#rids![slot];
  }

  fingerprintOf(slot: number, into: Fingerprint): void {
    into.low = this.#lows[slot];
    into.high = this.#highs[slot];
  }

  matches(slot: number, fingerprint: Fingerprint): boolean {
    return this.#lows[slot] === fingerprint.low && this.#highs[slot] === fingerprint.high;
  }

  /** Enters a request that is about to run. `rid` is within the window, so its slot is free. */
  enter(rid: number, fingerprint: Fingerprint): number {
    if (this.#rids === undefined) this.#allocate();
    const slot = rid % this.window;
    this.#rids![slot] = rid;
    this.#states[slot] = RUNNING;
    this.#lows[slot] = fingerprint.low;
    this.#highs[slot] = fingerprint.high;
    this.#entryCount++;
    this.runningCount++;
    return slot;
  }

  finish(slot: number, status: number, bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    this.#states[slot] = DONE;
    this.#statuses[slot] = status;
    this.#lengths[slot] = length;
    this.runningCount--;
    if (length <= INLINE_BYTES) copyBytes(this.#inline, slot * INLINE_BYTES, bytes, start, end);
    else this.#spilled[slot] = bytes.slice(start, end);
    this.usedBytes += length;
    this.#budget.usedBytes += length;
  }

  /** Removes an entry: below the floor, or of a request that turned out not to run. */
  remove(slot: number): void {
    if (this.#states[slot] === RUNNING) this.runningCount--;
    else {
      this.usedBytes -= this.#lengths[slot];
      this.#budget.usedBytes -= this.#lengths[slot];
    }
    this.#states[slot] = FREE;
    this.#spilled[slot] = null;
    this.#entryCount--;
  }

  /** Everything, when the client record ends. */
  clear(): void {
    for (let slot = 0; this.#entryCount > 0; slot++) if (this.#states[slot] !== FREE) this.remove(slot);
  }

  statusOf(slot: number): number {
    return this.#statuses[slot];
  }

  /** The stored reply is `bytesOf(slot)` from `startOf(slot)`, `lengthOf(slot)` bytes. */
  bytesOf(slot: number): Uint8Array {
    return this.#spilled[slot] ?? this.#inline;
  }

  startOf(slot: number): number {
    return this.#spilled[slot] === null ? slot * INLINE_BYTES : 0;
  }

  lengthOf(slot: number): number {
    return this.#lengths[slot];
  }

  /** Slots of all entries with a stored reply. */
  *repliedSlots(): Generator<number> {
    for (let slot = 0, left = this.#entryCount; left > 0 && slot < this.window; slot++) {
      if (this.#states[slot] === FREE) continue;
      left--;
      if (this.hasReply(slot)) yield slot;
    }
  }

  #allocate(): void {
    const window = this.window;
    this.#rids = new Uint32Array(window);
    this.#states = new Uint8Array(window);
    this.#statuses = new Uint8Array(window);
    this.#lows = new Uint32Array(window);
    this.#highs = new Uint32Array(window);
    this.#lengths = new Uint32Array(window);
    this.#inline = new Uint8Array(window * INLINE_BYTES);
    this.#spilled = new Array(window).fill(null);
  }
}
