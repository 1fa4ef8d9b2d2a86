/**
 * The requests of a client that are not answered yet: a ring over request ids, arrays instead of objects.
 *
 * Invariant: every id in [floor, nextRid) that is not FREE is unanswered, `floor` is the lowest of them (or
 * nextRid), and nextRid - floor never exceeds the ring.
 */
import { copyBytes } from '../little-endian.js';

export const RING = 256;
const RING_MASK = RING - 1;
/** Send times kept per request: an answer to an older attempt gives no round-trip sample. */
const ATTEMPTS_KEPT = 4;
/** Buffers above this are not kept for the next request in the slot. */
const KEPT_BUFFER_BYTES = 2048;

export const RequestState = {
  FREE: 0,
  /** Should leave as soon as window and pace allow. */
  QUEUED: 1,
  IN_FLIGHT: 2,
  /** The server said that it is executing. */
  WORKING: 3,
  /** Refused for now; sent again when its timer fires. */
  WAITING: 4,
  /** Fragments of its reply are arriving. */
  RECEIVING: 5,
} as const;
export type RequestState = (typeof RequestState)[keyof typeof RequestState];

const NO_BYTES = new Uint8Array(0);

export class RequestWindow {
  readonly #rids = new Float64Array(RING);
  readonly states = new Uint8Array(RING);
  readonly mutates = new Uint8Array(RING);
  /** RequestFlag.ATOMIC or 0. */
  readonly requestFlags = new Uint8Array(RING);
  /** Has any byte of it ever left? */
  readonly everSent = new Uint8Array(RING);
  readonly attempts = new Uint32Array(RING);
  /** Timeouts in a row. */
  readonly doublings = new Uint8Array(RING);
  /** How often it was refused for now; what the server has heard of it meanwhile makes no difference to that. */
  readonly refusals = new Uint8Array(RING);
  /** Its timer stands for "overtaken by later answers", not for "unanswered for a whole timeout". */
  readonly isOvertaken = new Uint8Array(RING);
  /** What it counts for in the congestion window. */
  readonly inFlightBytes = new Uint32Array(RING);
  readonly lengths = new Uint32Array(RING);
  readonly #ops: Uint8Array[] = new Array(RING).fill(NO_BYTES);
  readonly #sentMs = new Float64Array(RING * ATTEMPTS_KEPT);
  readonly #sentCounters = new Float64Array(RING * ATTEMPTS_KEPT);
  nextRid = 1;
  floor = 1;
  outstanding = 0;

  /** The slot of an unanswered request, -1: answered, given up or never made. */
  find(rid: number): number {
    const slot = rid & RING_MASK;
    return this.states[slot] !== RequestState.FREE && this.#rids[slot] === rid ? slot : -1;
  }

  ridOf(slot: number): number {
    return this.#rids[slot];
  }

  /** The ops are the first `lengths[slot]` bytes. */
  opsOf(slot: number): Uint8Array {
    return this.#ops[slot];
  }

  /** Takes the next id for a copy of `ops`; the caller has checked that the window has room. */
  add(ops: Uint8Array, mutates: boolean, requestFlags: number): number {
    const rid = this.nextRid++;
    const slot = rid & RING_MASK;
    if (this.#ops[slot].length < ops.length) {
      this.#ops[slot] = new Uint8Array(ops.length <= KEPT_BUFFER_BYTES ? roundUp(ops.length) : ops.length);
    }
    copyBytes(this.#ops[slot], 0, ops, 0, ops.length);
    this.#rids[slot] = rid;
    this.states[slot] = RequestState.QUEUED;
    this.mutates[slot] = mutates ? 1 : 0;
    this.requestFlags[slot] = requestFlags;
    this.everSent[slot] = 0;
    this.attempts[slot] = 0;
    this.doublings[slot] = 0;
    this.refusals[slot] = 0;
    this.isOvertaken[slot] = 0;
    this.inFlightBytes[slot] = 0;
    this.lengths[slot] = ops.length;
    this.outstanding++;
    return rid;
  }

  /** Answered or given up. */
  remove(slot: number): void {
    this.states[slot] = RequestState.FREE;
    if (this.#ops[slot].length > KEPT_BUFFER_BYTES) this.#ops[slot] = NO_BYTES;
    this.outstanding--;
    while (this.floor < this.nextRid && this.states[this.floor & RING_MASK] === RequestState.FREE)
      this.floor++;
  }

  /** Notes one more sending and returns its number as it travels: modulo 16. */
  nextAttempt(slot: number, counter: number, nowMs: number): number {
    const attempt = this.attempts[slot]++;
    const index = slot * ATTEMPTS_KEPT + (attempt % ATTEMPTS_KEPT);
    this.#sentMs[index] = nowMs;
    this.#sentCounters[index] = counter;
    this.everSent[slot] = 1;
    return attempt & 0x0f;
  }

  /** When the attempt that an answer echoes was sent; -1: too long ago to know. */
  sentMsOf(slot: number, echoed: number): number {
    const index = this.#indexOf(slot, echoed);
    return index < 0 ? -1 : this.#sentMs[index];
  }

  /** The counter of the datagram that carried the echoed attempt; -1: not known. */
  counterOf(slot: number, echoed: number): number {
    const index = this.#indexOf(slot, echoed);
    return index < 0 ? -1 : this.#sentCounters[index];
  }

  lastAttemptOf(slot: number): number {
    return (this.attempts[slot] - 1) & 0x0f;
  }

  /** A new client: ids start over. Only where nothing is outstanding. */
  restart(): void {
    this.nextRid = 1;
    this.floor = 1;
  }

  #indexOf(slot: number, echoed: number): number {
    const back = (this.attempts[slot] - 1 - echoed) & 0x0f;
    if (back >= ATTEMPTS_KEPT || back >= this.attempts[slot]) return -1;
    return slot * ATTEMPTS_KEPT + ((this.attempts[slot] - 1 - back) % ATTEMPTS_KEPT);
  }
}

function roundUp(byteCount: number): number {
  let size = 64;
  while (size < byteCount) size *= 2;
  return size;
}
