/**
 * How many bytes one direction of a session may have on the way: slow start, then additive increase, halved
 * at most once per round trip (RFC 5681 in bytes), paced at 1.25 windows per round trip.
 */
import type { RttEstimator } from './rtt-estimator.js';

const DATAGRAM_BYTES = 1200;
const WINDOW_DATAGRAMS_START = 10;
const WINDOW_DATAGRAMS_MIN = 2;
const WINDOW_BYTES_MAX = 16 * 1024 * 1024;
const PACING_GAIN = 1.25;
/** Timers have a grain of a millisecond: below this round trip pacing would only add waiting. */
const PACED_FROM_RTT_MS = 4;
/** What may leave at once is at least what the pace earns in this time. */
const PACING_GRAIN_MS = 2;
const IDLE_RESTART_MS = 1000;

export class Congestion {
  readonly #rtt: RttEstimator;
  readonly #datagramBytes: number;
  windowBytes: number;
  inFlightBytes = 0;
  #thresholdBytes = Number.POSITIVE_INFINITY;
  /** Losses of what was sent before this are part of the halving already done. */
  #recoverySinceMs = -1;
  #pacedBytes: number;
  #pacedAtMs = 0;
  #lastSentMs = 0;
  // Most bytes on the way in this round trip and the one before: a window that was never filled must not grow.
  #roundSentMs = -1;
  #peakBytes = 0;
  #lastPeakBytes = 0;

  constructor(rtt: RttEstimator, maxDatagram: number) {
    this.#rtt = rtt;
    this.#datagramBytes = Math.max(DATAGRAM_BYTES, maxDatagram);
    this.windowBytes = this.#startBytes;
    this.#pacedBytes = this.windowBytes;
  }

  /** May `byteCount` more leave now? One datagram may always be on the way. */
  hasRoom(byteCount: number): boolean {
    return this.inFlightBytes === 0 || this.inFlightBytes + byteCount <= this.windowBytes;
  }

  /** When pacing lets the next datagram go; `nowMs` or earlier: now. */
  paceAtMs(nowMs: number): number {
    const bytesPerMs = this.#bytesPerMs;
    if (bytesPerMs === Number.POSITIVE_INFINITY) {
      this.#pacedBytes = this.#startBytes;
      this.#pacedAtMs = nowMs;
      return nowMs;
    }
    const burst = Math.max(this.#startBytes, bytesPerMs * PACING_GRAIN_MS);
    this.#pacedBytes = Math.min(burst, this.#pacedBytes + (nowMs - this.#pacedAtMs) * bytesPerMs);
    this.#pacedAtMs = nowMs;
    return this.#pacedBytes > 0 ? nowMs : nowMs + Math.max(1, -this.#pacedBytes / bytesPerMs);
  }

  onSent(byteCount: number, nowMs: number): void {
    if (this.inFlightBytes === 0 && nowMs - this.#lastSentMs > IDLE_RESTART_MS) {
      // What the path could carry a while ago says little; but never grow by being idle.
      this.windowBytes = Math.min(this.windowBytes, this.#startBytes);
    }
    this.#lastSentMs = nowMs;
    this.inFlightBytes += byteCount;
    if (this.inFlightBytes > this.#peakBytes) this.#peakBytes = this.inFlightBytes;
    this.#pacedBytes -= byteCount;
  }

  onAnswered(byteCount: number, sentAtMs: number): void {
    this.onForgotten(byteCount);
    if (sentAtMs > this.#roundSentMs) {
      this.#roundSentMs = this.#lastSentMs;
      this.#lastPeakBytes = this.#peakBytes;
      this.#peakBytes = this.inFlightBytes;
    }
    const wasLimited = Math.max(this.#peakBytes, this.#lastPeakBytes) * 2 >= this.windowBytes;
    if (!wasLimited || sentAtMs <= this.#recoverySinceMs) return;
    const grown =
      this.windowBytes < this.#thresholdBytes
        ? this.windowBytes + byteCount
        : this.windowBytes + (this.#datagramBytes * byteCount) / this.windowBytes;
    this.windowBytes = Math.min(WINDOW_BYTES_MAX, grown);
  }

  onLost(byteCount: number, sentAtMs: number, nowMs: number): void {
    this.onForgotten(byteCount);
    if (sentAtMs <= this.#recoverySinceMs) return;
    this.#recoverySinceMs = nowMs;
    this.windowBytes = Math.max(this.#minBytes, this.windowBytes / 2);
    this.#thresholdBytes = this.windowBytes;
  }

  /** A timeout without any answer: the path may have changed altogether. */
  onStalled(nowMs: number): void {
    // Timeouts in a row are one stall: they must not bring down what slow start may grow back to.
    if (this.windowBytes > this.#minBytes)
      this.#thresholdBytes = Math.max(this.#minBytes, this.windowBytes / 2);
    this.windowBytes = this.#minBytes;
    this.#recoverySinceMs = nowMs;
  }

  /** No longer on the way, and no news about the path either. */
  onForgotten(byteCount: number): void {
    this.inFlightBytes = Math.max(0, this.inFlightBytes - byteCount);
  }

  get #startBytes(): number {
    return WINDOW_DATAGRAMS_START * this.#datagramBytes;
  }

  get #minBytes(): number {
    return WINDOW_DATAGRAMS_MIN * this.#datagramBytes;
  }

  get #bytesPerMs(): number {
    const rttMs = this.#rtt.smoothedMs;
    return rttMs < PACED_FROM_RTT_MS ? Number.POSITIVE_INFINITY : (PACING_GAIN * this.windowBytes) / rttMs;
  }
}
