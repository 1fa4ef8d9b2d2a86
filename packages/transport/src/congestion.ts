/**
 * How many bytes one direction of a session may have on the way, and how fast they leave.
 *
 * Loss says that the window must shrink; queueing delay says by how much, and how fast it may grow: the idea of
 * TCP Illinois (Liu, Basar, Srikant, 2006). A loss while nothing queues is bad radio and costs a sixteenth, one at
 * a full queue costs two fifths, which is what makes flows equal. Growth is a part of the window, so that all flows
 * of a queue together never grow by more than it holds, and a little more for each alike. Slow start ends with the
 * first loss or, as in HyStart++ (RFC 9406), the first delay.
 *
 * Delay is told from the least round trip, and that is only seen where the queue is empty. So every two seconds
 * all flows halve their windows for three round trips, in step because they go by the same clock: BBR's ProbeRTT,
 * without which flows that began at a full queue take it for the path. docs/NETWORK.md has the measurements.
 *
 * Invariant: windowBytes >= two datagrams, and what was lost of one round trip shrinks it once.
 */
import type { RttEstimator } from './rtt-estimator.js';

const DATAGRAM_BYTES = 1200;
const WINDOW_DATAGRAMS_START = 10;
const WINDOW_DATAGRAMS_MIN = 2;
const WINDOW_BYTES_MAX = 16 * 1024 * 1024;
/** Growth per round trip past slow start: datagrams, and the part of the window where nothing queues. */
const GROWTH_DATAGRAMS = 0.4;
const GROWTH_OF_WINDOW = 1 / 12;
/** What part of the window a loss costs: nothing queues, and the queue is full. */
const CUT_MIN = 1 / 16;
const CUT_MAX = 0.4;
/** With so much lost over several round trips it is no longer the radio, whatever the delay says. */
const LOSS_RATIO_MAX = 0.25;
const LOSS_SMOOTHING = 1 / 8;
/** The queueing delay that counts as full: this part of the round trip, within these bounds. */
const FULL_OF_RTT = 1 / 10;
const FULL_MS_MIN = 3;
const FULL_MS_MAX = 16;
/** At least so long, and so many round trips, between two looks at the empty queue. */
const DRAIN_PERIOD_MS = 2000;
const DRAIN_PERIOD_ROUNDS = 50;
/** A queue this many times full is too deep to be filled: it only delays. */
const DEEP = 2;
const DRAIN_ROUNDS = 3;
const PACING_GAIN_START = 2;
const PACING_GAIN = 1.25;
/** Timers have a grain of a millisecond: below this round trip pacing would only add waiting. */
const PACED_FROM_RTT_MS = 4;
/** What may leave at once: this many datagrams, or what the pace earns in this time. */
const BURST_DATAGRAMS = 2;
const BURST_MS = 2;
const IDLE_RESTART_MS = 1000;

export class Congestion {
  readonly #rtt: RttEstimator;
  readonly #datagramBytes: number;
  windowBytes: number;
  inFlightBytes = 0;
  /** Below it slow start. */
  #thresholdBytes = Number.POSITIVE_INFINITY;
  /** Losses of what was sent before this are part of the cut already made. */
  #recoverySinceMs = -1;
  #pacedBytes: number;
  #pacedAtMs = 0;
  #lastSentMs = 0;
  // A round ends when the first datagram sent in it is answered. A window that was never filled must not grow.
  #roundSentMs = -1;
  #peakBytes = 0;
  #lastPeakBytes = 0;
  #answeredInRound = 0;
  #lostInRound = 0;
  #lossRatio = 0;
  /** Least round trip: that of the path without any queue. */
  #floorMs = Number.POSITIVE_INFINITY;
  // While looking for it: the window to go back to (else 0), rounds so far, the least among them.
  #resumeBytes = 0;
  #drainRounds = 0;
  #drainedMs = 0;
  #drainAtMs = 0;

  constructor(rtt: RttEstimator, maxDatagram: number) {
    this.#rtt = rtt;
    this.#datagramBytes = Math.max(DATAGRAM_BYTES, maxDatagram);
    this.windowBytes = this.#startBytes;
    this.#pacedBytes = this.#startBytes;
  }

  /** May `byteCount` more leave now? One datagram may always be on the way. */
  hasRoom(byteCount: number): boolean {
    return this.inFlightBytes === 0 || this.inFlightBytes + byteCount <= this.windowBytes;
  }

  /** As `hasRoom`, for what must not wait behind large messages: a quarter more, and two datagrams. */
  hasRoomAhead(byteCount: number): boolean {
    return this.inFlightBytes + byteCount <= this.windowBytes * 1.25 + this.#minBytes;
  }

  /** When pacing lets the next datagram go; `nowMs` or earlier: now. The first window leaves at once. */
  paceAtMs(nowMs: number): number {
    const bytesPerMs = this.#bytesPerMs;
    if (bytesPerMs === Number.POSITIVE_INFINITY) {
      this.#pacedBytes = this.#startBytes;
      this.#pacedAtMs = nowMs;
      return nowMs;
    }
    const burstBytes = Math.max(BURST_DATAGRAMS * this.#datagramBytes, bytesPerMs * BURST_MS);
    if (this.#pacedBytes < burstBytes) {
      const earnedBytes = (nowMs - this.#pacedAtMs) * bytesPerMs;
      this.#pacedBytes = Math.min(burstBytes, this.#pacedBytes + earnedBytes);
    }
    this.#pacedAtMs = nowMs;
    return this.#pacedBytes > 0 ? nowMs : nowMs + Math.max(1, -this.#pacedBytes / bytesPerMs);
  }

  onSent(byteCount: number, nowMs: number): void {
    if (this.inFlightBytes === 0 && nowMs - this.#lastSentMs > IDLE_RESTART_MS) {
      // What the path could carry a while ago says little; but never grow by being idle.
      this.windowBytes = Math.min(this.windowBytes, this.#startBytes);
      this.#resumeBytes = 0;
    }
    this.#lastSentMs = nowMs;
    this.inFlightBytes += byteCount;
    if (this.inFlightBytes > this.#peakBytes) this.#peakBytes = this.inFlightBytes;
    this.#pacedBytes -= byteCount;
  }

  onAnswered(byteCount: number, sentAtMs: number): void {
    this.onForgotten(byteCount);
    this.#answeredInRound += byteCount;
    if (sentAtMs > this.#roundSentMs) this.#endRound();
    const wasLimited = Math.max(this.#peakBytes, this.#lastPeakBytes) * 2 >= this.windowBytes;
    if (!wasLimited || sentAtMs <= this.#recoverySinceMs || this.#resumeBytes > 0) return;
    const grown =
      this.windowBytes < this.#thresholdBytes
        ? this.windowBytes + byteCount
        : this.windowBytes + (this.#growthBytes() * byteCount) / this.windowBytes;
    this.windowBytes = Math.min(WINDOW_BYTES_MAX, grown);
  }

  /** `byteCount` that were on the way, sent at `sentAtMs`, are lost. */
  onLost(byteCount: number, sentAtMs: number, nowMs: number): void {
    this.onForgotten(byteCount);
    this.#lostInRound += byteCount;
    if (sentAtMs <= this.#recoverySinceMs) return;
    this.#recoverySinceMs = nowMs;
    const fullness = this.#lossRatio > LOSS_RATIO_MAX ? 1 : this.#fullness();
    const kept = 1 - CUT_MIN - (CUT_MAX - CUT_MIN) * fullness;
    this.windowBytes = Math.max(this.#minBytes, this.windowBytes * kept);
    this.#resumeBytes *= kept;
    this.#thresholdBytes = this.windowBytes;
  }

  /** Timeouts without any answer: the path may have changed altogether. */
  onStalled(nowMs: number): void {
    // Timeouts in a row are one stall: they must not bring down what slow start may grow back to.
    if (this.windowBytes > this.#minBytes)
      this.#thresholdBytes = Math.max(this.#minBytes, this.windowBytes / 2);
    this.windowBytes = this.#minBytes;
    this.#resumeBytes = 0;
    this.#recoverySinceMs = nowMs;
  }

  /** No longer on the way, and no news about the path either. */
  onForgotten(byteCount: number): void {
    this.inFlightBytes = Math.max(0, this.inFlightBytes - byteCount);
  }

  #endRound(): void {
    this.#roundSentMs = this.#lastSentMs;
    this.#lastPeakBytes = this.#peakBytes;
    this.#peakBytes = this.inFlightBytes;
    const heardBytes = this.#lostInRound + this.#answeredInRound;
    if (heardBytes > 0)
      this.#lossRatio += (this.#lostInRound / heardBytes - this.#lossRatio) * LOSS_SMOOTHING;
    this.#answeredInRound = 0;
    this.#lostInRound = 0;
    const leastMs = this.#rtt.takeLeastMs();
    if (leastMs === Number.POSITIVE_INFINITY) return;
    if (this.#resumeBytes > 0) this.#endDrainRound(leastMs);
    else {
      if (leastMs < this.#floorMs) this.#floorMs = leastMs;
      if (this.#lastSentMs >= this.#drainAtMs) this.#planDrain(this.#lastSentMs);
    }
    const queueMs = leastMs - this.#floorMs;
    if (this.windowBytes < this.#thresholdBytes) {
      if (queueMs >= this.#fullMs) this.#thresholdBytes = this.windowBytes;
    } else if (queueMs >= DEEP * this.#fullMs && this.#resumeBytes === 0) {
      this.windowBytes = Math.max(this.#minBytes, this.windowBytes * (1 - CUT_MIN));
      this.#thresholdBytes = this.windowBytes;
    }
  }

  /** Periods are powers of two times the shortest one, so that flows of different round trips drain together. */
  #planDrain(nowMs: number): void {
    let periodMs = DRAIN_PERIOD_MS;
    while (periodMs < DRAIN_PERIOD_ROUNDS * this.#rtt.smoothedMs) periodMs *= 2;
    // One that is long overdue belongs to a time before idling.
    const isDue = nowMs < this.#drainAtMs + periodMs;
    this.#drainAtMs = (Math.floor(nowMs / periodMs) + 1) * periodMs;
    if (!isDue || this.windowBytes < this.#thresholdBytes) return;
    this.#resumeBytes = this.windowBytes;
    // Half of what the path itself holds: the queue may hold many times that.
    const part = Math.min(1, this.#floorMs / this.#rtt.smoothedMs) / 2;
    this.windowBytes = Math.max(this.#minBytes, this.windowBytes * part);
    this.#drainRounds = 0;
    this.#drainedMs = Number.POSITIVE_INFINITY;
  }

  #endDrainRound(leastMs: number): void {
    if (leastMs < this.#drainedMs) this.#drainedMs = leastMs;
    if (++this.#drainRounds < DRAIN_ROUNDS) return;
    this.#floorMs = this.#drainedMs;
    this.windowBytes = Math.max(this.windowBytes, this.#resumeBytes);
    this.#resumeBytes = 0;
  }

  /** How full the queue seems, 0 to 1. */
  #fullness(): number {
    const queueMs = this.#rtt.recentMs - this.#floorMs - this.#rtt.noiseMs;
    return queueMs > 0 ? Math.min(1, queueMs / this.#fullMs) : 0;
  }

  /** The queueing delay that counts as full. */
  get #fullMs(): number {
    return Math.min(FULL_MS_MAX, Math.max(FULL_MS_MIN, this.#floorMs * FULL_OF_RTT));
  }

  /** Per round trip, past slow start. */
  #growthBytes(): number {
    const free = 1 - this.#fullness();
    return GROWTH_DATAGRAMS * this.#datagramBytes + GROWTH_OF_WINDOW * this.windowBytes * free * free;
  }

  get #startBytes(): number {
    return WINDOW_DATAGRAMS_START * this.#datagramBytes;
  }

  get #minBytes(): number {
    return WINDOW_DATAGRAMS_MIN * this.#datagramBytes;
  }

  get #bytesPerMs(): number {
    const rttMs = this.#rtt.smoothedMs;
    if (rttMs < PACED_FROM_RTT_MS) return Number.POSITIVE_INFINITY;
    const gain = this.windowBytes < this.#thresholdBytes ? PACING_GAIN_START : PACING_GAIN;
    return (gain * this.windowBytes) / rttMs;
  }
}
