/**
 * One fragmented message on its way out: which fragments are unsent, on the way, arrived or lost.
 *
 * The receiver's FRAG_ACK is authoritative: one that is newer than the last and no longer knows fragments
 * it once had (its reassembly was dropped) makes them unsent again. Its bitmap speaks of 64 fragments, a
 * fast path has hundreds on the way: `echo`, the counter of the datagram that led to the acknowledgement,
 * tells of one more wherever it is, and a receiver with a gap acknowledges every fragment.
 */
import type { Congestion } from './congestion.js';
import { ACK_BITMAP_BITS } from './frames.js';
import type { RttEstimator } from './rtt-estimator.js';

const UNSENT = 0;
const IN_FLIGHT = 1;
const ARRIVED = 2;
/** So many datagrams sent later have arrived: then this one is lost, not late. */
const REORDER_DATAGRAMS = 3;
const COUNTER_RING_MAX = 8192;
/** Without so many: that one later datagram has arrived, and one and a half round trips have passed. */
const ALONE_PATIENCE = 4 / 3;
/** Fragments that a timeout sends beyond the window, to hear what has arrived: RFC 9002, 6.2. */
const PROBE_FRAGMENTS = 2;
/** Beyond the bitmap a fragment may have arrived and its acknowledgement be lost: more patience. */
const PATIENCE_BEYOND_BITMAP = 2;

export class FragmentSender {
  readonly rid: number;
  readonly bytes: Uint8Array;
  readonly fragmentCount: number;
  readonly #fragmentBytes: number;
  readonly #states: Uint8Array;
  readonly #sentMs: Float64Array;
  readonly #sentCounters: Float64Array;
  /** First two bytes after the rid: delta and flags, or flags and status. */
  first: number;
  second: number;
  /** Everything below has arrived. */
  #base = 0;
  /** Fragment by the counter it left with, modulo the length; checked against #sentCounters. */
  readonly #indexByCounter: Uint16Array;
  /** When to look next at the fragments beyond the bitmap: that scan is long. */
  #nextScanMs = 0;
  /** No UNSENT fragment is below this. */
  #unsentFrom = 0;
  /** No fragment from here on ever left. */
  #sentUpTo = 0;
  #inFlightCount = 0;
  #highestArrivedCounter = -1;
  #lastAckCounter = -1;
  #doublings = 0;
  lastProgressMs: number;
  /** When silence lasts too long. */
  #probeAtMs = Number.POSITIVE_INFINITY;
  /** When something overtaken has been waited for long enough. */
  #lossAtMs = Number.POSITIVE_INFINITY;
  /** Fragments that may leave whatever the window says. */
  probesDue = 0;
  retransmits = 0;

  constructor(
    rid: number,
    bytes: Uint8Array,
    fragmentBytes: number,
    first: number,
    second: number,
    nowMs: number,
  ) {
    this.rid = rid;
    this.bytes = bytes;
    this.first = first;
    this.second = second;
    this.#fragmentBytes = fragmentBytes;
    this.fragmentCount = Math.ceil(bytes.length / fragmentBytes);
    this.#states = new Uint8Array(this.fragmentCount);
    this.#sentMs = new Float64Array(this.fragmentCount);
    this.#sentCounters = new Float64Array(this.fragmentCount).fill(-1);
    let ring = 16;
    while (ring < this.fragmentCount * 4 && ring < COUNTER_RING_MAX) ring *= 2;
    this.#indexByCounter = new Uint16Array(ring);
    this.lastProgressMs = nowMs;
  }

  /** When `onTimeout` has something to do. */
  get timeoutAtMs(): number {
    return Math.min(this.#probeAtMs, this.#lossAtMs);
  }

  get hasArrived(): boolean {
    return this.#base === this.fragmentCount;
  }

  startOf(index: number): number {
    return index * this.#fragmentBytes;
  }

  endOf(index: number): number {
    return Math.min(this.bytes.length, (index + 1) * this.#fragmentBytes);
  }

  /** The next fragment that should leave; -1: none before an acknowledgement or timeout. */
  nextToSend(): number {
    while (this.#unsentFrom < this.fragmentCount && this.#states[this.#unsentFrom] !== UNSENT)
      this.#unsentFrom++;
    return this.#unsentFrom < this.fragmentCount ? this.#unsentFrom : -1;
  }

  onSent(index: number, counter: number, rtt: RttEstimator, congestion: Congestion, nowMs: number): void {
    if (this.#sentCounters[index] >= 0) this.retransmits++;
    if (index >= this.#sentUpTo) this.#sentUpTo = index + 1;
    this.#states[index] = IN_FLIGHT;
    this.#sentMs[index] = nowMs;
    this.#sentCounters[index] = counter;
    this.#indexByCounter[counter % this.#indexByCounter.length] = index;
    this.#inFlightCount++;
    if (this.probesDue > 0) this.probesDue--;
    congestion.onSent(this.#sizeOf(index), nowMs);
    if (this.#probeAtMs === Number.POSITIVE_INFINITY) this.#armTimeout(rtt, nowMs);
  }

  onAck(
    next: number,
    bitmapLow: number,
    bitmapHigh: number,
    echo: number,
    ackCounter: number,
    rtt: RttEstimator,
    congestion: Congestion,
    nowMs: number,
  ): void {
    // Acknowledgements overtaken by newer ones look like forgetting; what they say is known already.
    if (ackCounter <= this.#lastAckCounter || next > this.fragmentCount) return;
    this.#lastAckCounter = ackCounter;
    const arrivedBefore = this.#highestArrivedCounter;
    let progress = false;
    if (next < this.#base) {
      this.#forget(next);
      progress = true;
    }
    for (let index = this.#base; index < next; index++) {
      if (this.#arrive(index, echo, rtt, congestion, nowMs)) progress = true;
    }
    this.#base = next;
    if (next < this.fragmentCount && this.#forgetOne(next)) progress = true;
    for (let bit = 0; bit < ACK_BITMAP_BITS; bit++) {
      const index = next + 1 + bit;
      if (index >= this.fragmentCount) break;
      if (((bit < 32 ? bitmapLow >>> bit : bitmapHigh >>> (bit - 32)) & 1) === 0) {
        if (this.#forgetOne(index)) progress = true;
        continue;
      }
      if (this.#arrive(index, echo, rtt, congestion, nowMs)) progress = true;
    }
    if (this.#arriveByEcho(next, echo, rtt, congestion, nowMs)) progress = true;
    if (this.#highestArrivedCounter > arrivedBefore) this.#detectLoss(next, rtt, congestion, nowMs);
    if (progress) {
      this.lastProgressMs = nowMs;
      this.#doublings = 0;
      this.probesDue = 0;
    }
    if (this.hasArrived || this.#inFlightCount === 0) this.#disarm();
    else if (progress) this.#armTimeout(rtt, nowMs);
  }

  /**
   * Nothing was heard for a whole timeout: the oldest fragments again, as a question; the answer tells what else
   * is lost. Unanswered too, all that is on the way counts as lost. Returns whether it came to that.
   */
  onTimeout(rtt: RttEstimator, congestion: Congestion, nowMs: number): boolean {
    if (this.#lossAtMs <= nowMs) this.#detectLoss(this.#base, rtt, congestion, nowMs);
    if (this.#probeAtMs > nowMs) return false;
    const isStalled = this.#doublings++ > 0;
    this.#disarm();
    let probes = 0;
    for (let index = this.#base; index < this.#sentUpTo; index++) {
      if (this.#states[index] !== IN_FLIGHT) continue;
      if (isStalled) this.#lose(index, congestion, nowMs);
      else {
        if (++probes > PROBE_FRAGMENTS) break;
        congestion.onForgotten(this.#sizeOf(index));
        this.#unsend(index);
      }
    }
    this.probesDue = PROBE_FRAGMENTS;
    return isStalled;
  }

  /** Sends fragment 0 again of a message that arrived as a whole: asks for its reply. */
  probe(congestion: Congestion): void {
    // One probe after another: the one before must not stay in the congestion window, where nothing takes it out.
    if (this.#states[0] === IN_FLIGHT) {
      congestion.onForgotten(this.#sizeOf(0));
      this.#inFlightCount--;
    }
    this.#states[0] = UNSENT;
    this.#unsentFrom = 0;
  }

  /** Takes what is on the way out of the congestion window: nobody waits for it any more. */
  abandon(congestion: Congestion): void {
    for (let index = 0; index < this.fragmentCount; index++) {
      if (this.#states[index] === IN_FLIGHT) congestion.onForgotten(this.#sizeOf(index));
      this.#states[index] = ARRIVED;
    }
    this.#inFlightCount = 0;
    this.#disarm();
  }

  #arrive(index: number, echo: number, rtt: RttEstimator, congestion: Congestion, nowMs: number): boolean {
    const state = this.#states[index];
    if (state === ARRIVED) return false;
    const counter = this.#sentCounters[index];
    if (counter < 0) return false; // never sent: the receiver is lying
    if (state === IN_FLIGHT) {
      this.#inFlightCount--;
      if (counter % 0x1_0000_0000 === echo) rtt.sample(nowMs - this.#sentMs[index]);
      congestion.onAnswered(this.#sizeOf(index), this.#sentMs[index]);
    }
    this.#states[index] = ARRIVED;
    if (counter > this.#highestArrivedCounter) this.#highestArrivedCounter = counter;
    return true;
  }

  /** The fragment whose datagram led to the acknowledgement has arrived, also far above the bitmap. */
  #arriveByEcho(
    next: number,
    echo: number,
    rtt: RttEstimator,
    congestion: Congestion,
    nowMs: number,
  ): boolean {
    const index = this.#indexByCounter[echo % this.#indexByCounter.length];
    if (index <= next || this.#sentCounters[index] % 0x1_0000_0000 !== echo) return false;
    return this.#arrive(index, echo, rtt, congestion, nowMs);
  }

  /** Of the fragments an acknowledgement speaks of, those overtaken by three datagrams and 9/8 srtt are lost. */
  #detectLoss(next: number, rtt: RttEstimator, congestion: Congestion, nowMs: number): void {
    this.#lossAtMs = Number.POSITIVE_INFINITY;
    const end = Math.min(this.fragmentCount, next + 1 + ACK_BITMAP_BITS);
    const patienceMs = rtt.reorderMs;
    for (let index = next; index < end; index++) this.#loseIfOvertaken(index, patienceMs, congestion, nowMs);
    if (nowMs < this.#nextScanMs) return;
    this.#nextScanMs = nowMs + rtt.smoothedMs / 4;
    for (let index = end; index < this.#sentUpTo; index++) {
      this.#loseIfOvertaken(index, patienceMs * PATIENCE_BEYOND_BITMAP, congestion, nowMs);
    }
  }

  #loseIfOvertaken(index: number, patienceMs: number, congestion: Congestion, nowMs: number): void {
    if (this.#states[index] !== IN_FLIGHT) return;
    const behind = this.#highestArrivedCounter - this.#sentCounters[index];
    if (behind <= 0) return;
    const lostAtMs =
      this.#sentMs[index] + (behind < REORDER_DATAGRAMS ? patienceMs * ALONE_PATIENCE : patienceMs);
    if (lostAtMs <= nowMs) this.#lose(index, congestion, nowMs);
    else if (lostAtMs < this.#lossAtMs) this.#lossAtMs = lostAtMs;
  }

  #lose(index: number, congestion: Congestion, nowMs: number): void {
    congestion.onLost(this.#sizeOf(index), this.#sentMs[index], nowMs);
    this.#unsend(index);
  }

  #unsend(index: number): void {
    this.#states[index] = UNSENT;
    this.#inFlightCount--;
    if (index < this.#unsentFrom) this.#unsentFrom = index;
  }

  /** The receiver once had this fragment above its gap and has it no longer: its reassembly began anew. */
  #forgetOne(index: number): boolean {
    if (this.#states[index] !== ARRIVED) return false;
    this.#states[index] = UNSENT;
    if (index < this.#unsentFrom) this.#unsentFrom = index;
    return true;
  }

  /** The receiver lost what it had from `next` on. */
  #forget(next: number): void {
    for (let index = next; index < this.fragmentCount; index++) {
      if (this.#states[index] === ARRIVED) this.#states[index] = UNSENT;
    }
    this.#base = next;
    this.#unsentFrom = next;
  }

  #armTimeout(rtt: RttEstimator, nowMs: number): void {
    this.#probeAtMs = nowMs + rtt.probeMs(this.#doublings);
  }

  #disarm(): void {
    this.#probeAtMs = Number.POSITIVE_INFINITY;
    this.#lossAtMs = Number.POSITIVE_INFINITY;
  }

  #sizeOf(index: number): number {
    return this.endOf(index) - this.startOf(index);
  }
}
