package io.anoadb.internal.transport;

/**
 * How many bytes one direction of a session may have on the way, and how fast they leave.
 *
 * <p>Loss says that the window must shrink; queueing delay says by how much, and how fast it may grow: the idea of TCP
 * Illinois (Liu, Basar, Srikant, 2006). A loss while nothing queues is bad radio and costs a sixteenth, one at a full
 * queue costs two fifths, which is what makes flows equal. Slow start ends with the first loss or, as in HyStart++ (RFC
 * 9406), the first delay. Delay is told from the least round trip, which is only seen where the queue is empty: so every
 * two seconds all flows halve their windows for three round trips, in step because they go by the same clock (BBR's
 * ProbeRTT). docs/NETWORK.md has the measurements.
 *
 * <p>Invariant: the window is at least two datagrams, and what was lost of one round trip shrinks it once.
 */
final class Congestion {
  private static final int DATAGRAM_BYTES = 1200;
  private static final int WINDOW_DATAGRAMS_START = 10;
  private static final int WINDOW_DATAGRAMS_MIN = 2;
  private static final double WINDOW_BYTES_MAX = 16 * 1024 * 1024;
  /** Growth per round trip past slow start: datagrams, and the part of the window where nothing queues. */
  private static final double GROWTH_DATAGRAMS = 0.4;

  private static final double GROWTH_OF_WINDOW = 1.0 / 12;
  /** What part of the window a loss costs: nothing queues, and the queue is full. */
  private static final double CUT_MIN = 1.0 / 16;

  private static final double CUT_MAX = 0.4;
  /** With so much lost over several round trips it is no longer the radio, whatever the delay says. */
  private static final double LOSS_RATIO_MAX = 0.25;

  private static final double LOSS_SMOOTHING = 1.0 / 8;
  /** The queueing delay that counts as full: this part of the round trip, within these bounds. */
  private static final double FULL_OF_RTT = 1.0 / 10;

  private static final double FULL_MS_MIN = 3;
  private static final double FULL_MS_MAX = 16;
  /** At least so long, and so many round trips, between two looks at the empty queue. */
  private static final double DRAIN_PERIOD_MS = 2000;

  private static final double DRAIN_PERIOD_ROUNDS = 50;
  /** A queue this many times full is too deep to be filled: it only delays. */
  private static final double DEEP = 2;

  private static final int DRAIN_ROUNDS = 3;
  private static final double PACING_GAIN_START = 2;
  private static final double PACING_GAIN = 1.25;
  /** Timers have a grain of a millisecond: below this round trip pacing would only add waiting. */
  private static final double PACED_FROM_RTT_MS = 4;
  /** What may leave at once: this many datagrams, or what the pace earns in this time. */
  private static final int BURST_DATAGRAMS = 2;

  private static final double BURST_MS = 2;
  private static final double IDLE_RESTART_MS = 1000;

  private final RttEstimator rtt;
  private final int datagramBytes;
  private double windowBytes;
  private double inFlightBytes;
  /** Below it slow start. */
  private double thresholdBytes = Double.POSITIVE_INFINITY;
  /** Losses of what was sent before this are part of the cut already made. */
  private double recoverySinceMs = -1;

  private double pacedBytes;
  private double pacedAtMs;
  private double lastSentMs;
  // A round ends when the first datagram sent in it is answered. A window that was never filled must not grow.
  private double roundSentMs = -1;
  private double peakBytes;
  private double lastPeakBytes;
  private double answeredInRound;
  private double lostInRound;
  private double lossRatio;
  /** Least round trip: that of the path without any queue. */
  private double floorMs = Double.POSITIVE_INFINITY;
  // While looking for it: the window to go back to (else 0), rounds so far, the least among them.
  private double resumeBytes;
  private int drainRounds;
  private double drainedMs;
  private double drainAtMs;

  Congestion(RttEstimator rtt, int maxDatagram) {
    this.rtt = rtt;
    datagramBytes = Math.max(DATAGRAM_BYTES, maxDatagram);
    windowBytes = startBytes();
    pacedBytes = startBytes();
  }

  double windowBytes() {
    return windowBytes;
  }

  /** Sent and neither answered nor given up as lost. */
  double inFlightBytes() {
    return inFlightBytes;
  }

  /** May {@code byteCount} more leave now? One datagram may always be on the way. */
  boolean hasRoom(int byteCount) {
    return inFlightBytes == 0 || inFlightBytes + byteCount <= windowBytes;
  }

  /** As {@link #hasRoom}, for what must not wait behind large messages: a quarter more, and two datagrams. */
  boolean hasRoomAhead(int byteCount) {
    return inFlightBytes + byteCount <= windowBytes * 1.25 + minBytes();
  }

  /** When pacing lets the next datagram go; {@code nowMs} or earlier: now. The first window leaves at once. */
  double paceAtMs(double nowMs) {
    double bytesPerMs = bytesPerMs();
    if (bytesPerMs == Double.POSITIVE_INFINITY) {
      pacedBytes = startBytes();
      pacedAtMs = nowMs;
      return nowMs;
    }
    double burstBytes = Math.max(BURST_DATAGRAMS * datagramBytes, bytesPerMs * BURST_MS);
    if (pacedBytes < burstBytes) {
      double earnedBytes = (nowMs - pacedAtMs) * bytesPerMs;
      pacedBytes = Math.min(burstBytes, pacedBytes + earnedBytes);
    }
    pacedAtMs = nowMs;
    return pacedBytes > 0 ? nowMs : nowMs + Math.max(1, -pacedBytes / bytesPerMs);
  }

  void onSent(int byteCount, double nowMs) {
    if (inFlightBytes == 0 && nowMs - lastSentMs > IDLE_RESTART_MS) {
      // What the path could carry a while ago says little; but never grow by being idle.
      windowBytes = Math.min(windowBytes, startBytes());
      resumeBytes = 0;
    }
    lastSentMs = nowMs;
    inFlightBytes += byteCount;
    if (inFlightBytes > peakBytes) peakBytes = inFlightBytes;
    pacedBytes -= byteCount;
  }

  void onAnswered(int byteCount, double sentAtMs) {
    onForgotten(byteCount);
    answeredInRound += byteCount;
    if (sentAtMs > roundSentMs) endRound();
    boolean wasLimited = Math.max(peakBytes, lastPeakBytes) * 2 >= windowBytes;
    if (!wasLimited || sentAtMs <= recoverySinceMs || resumeBytes > 0) return;
    double grown =
        windowBytes < thresholdBytes
            ? windowBytes + byteCount
            : windowBytes + growthBytes() * byteCount / windowBytes;
    windowBytes = Math.min(WINDOW_BYTES_MAX, grown);
  }

  /** {@code byteCount} that were on the way, sent at {@code sentAtMs}, are lost. */
  void onLost(int byteCount, double sentAtMs, double nowMs) {
    onForgotten(byteCount);
    lostInRound += byteCount;
    if (sentAtMs <= recoverySinceMs) return;
    recoverySinceMs = nowMs;
    double fullness = lossRatio > LOSS_RATIO_MAX ? 1 : fullness();
    double kept = 1 - CUT_MIN - (CUT_MAX - CUT_MIN) * fullness;
    windowBytes = Math.max(minBytes(), windowBytes * kept);
    resumeBytes *= kept;
    thresholdBytes = windowBytes;
  }

  /** Timeouts without any answer: the path may have changed altogether. */
  void onStalled(double nowMs) {
    // Timeouts in a row are one stall: they must not bring down what slow start may grow back to.
    if (windowBytes > minBytes()) thresholdBytes = Math.max(minBytes(), windowBytes / 2);
    windowBytes = minBytes();
    resumeBytes = 0;
    recoverySinceMs = nowMs;
  }

  /** No longer on the way, and no news about the path either. */
  void onForgotten(int byteCount) {
    inFlightBytes = Math.max(0, inFlightBytes - byteCount);
  }

  private void endRound() {
    roundSentMs = lastSentMs;
    lastPeakBytes = peakBytes;
    peakBytes = inFlightBytes;
    double heardBytes = lostInRound + answeredInRound;
    if (heardBytes > 0) lossRatio += (lostInRound / heardBytes - lossRatio) * LOSS_SMOOTHING;
    answeredInRound = 0;
    lostInRound = 0;
    double leastMs = rtt.takeLeastMs();
    if (leastMs == Double.POSITIVE_INFINITY) return;
    if (resumeBytes > 0) endDrainRound(leastMs);
    else {
      if (leastMs < floorMs) floorMs = leastMs;
      if (lastSentMs >= drainAtMs) planDrain(lastSentMs);
    }
    double queueMs = leastMs - floorMs;
    if (windowBytes < thresholdBytes) {
      if (queueMs >= fullMs()) thresholdBytes = windowBytes;
    } else if (queueMs >= DEEP * fullMs() && resumeBytes == 0) {
      windowBytes = Math.max(minBytes(), windowBytes * (1 - CUT_MIN));
      thresholdBytes = windowBytes;
    }
  }

  /** Periods are powers of two times the shortest one, so that flows of different round trips drain together. */
  private void planDrain(double nowMs) {
    double periodMs = DRAIN_PERIOD_MS;
    while (periodMs < DRAIN_PERIOD_ROUNDS * rtt.smoothedMs()) periodMs *= 2;
    // One that is long overdue belongs to a time before idling.
    boolean isDue = nowMs < drainAtMs + periodMs;
    drainAtMs = (Math.floor(nowMs / periodMs) + 1) * periodMs;
    if (!isDue || windowBytes < thresholdBytes) return;
    resumeBytes = windowBytes;
    // Half of what the path itself holds: the queue may hold many times that.
    double part = Math.min(1, floorMs / rtt.smoothedMs()) / 2;
    windowBytes = Math.max(minBytes(), windowBytes * part);
    drainRounds = 0;
    drainedMs = Double.POSITIVE_INFINITY;
  }

  private void endDrainRound(double leastMs) {
    if (leastMs < drainedMs) drainedMs = leastMs;
    if (++drainRounds < DRAIN_ROUNDS) return;
    floorMs = drainedMs;
    windowBytes = Math.max(windowBytes, resumeBytes);
    resumeBytes = 0;
  }

  /** How full the queue seems, 0 to 1. */
  private double fullness() {
    double queueMs = rtt.recentMs() - floorMs - rtt.noiseMs();
    return queueMs > 0 ? Math.min(1, queueMs / fullMs()) : 0;
  }

  /** The queueing delay that counts as full. */
  private double fullMs() {
    return Math.min(FULL_MS_MAX, Math.max(FULL_MS_MIN, floorMs * FULL_OF_RTT));
  }

  /** Per round trip, past slow start. */
  private double growthBytes() {
    double free = 1 - fullness();
    return GROWTH_DATAGRAMS * datagramBytes + GROWTH_OF_WINDOW * windowBytes * free * free;
  }

  private double startBytes() {
    return WINDOW_DATAGRAMS_START * datagramBytes;
  }

  private double minBytes() {
    return WINDOW_DATAGRAMS_MIN * datagramBytes;
  }

  private double bytesPerMs() {
    double rttMs = rtt.smoothedMs();
    if (rttMs < PACED_FROM_RTT_MS) return Double.POSITIVE_INFINITY;
    double gain = windowBytes < thresholdBytes ? PACING_GAIN_START : PACING_GAIN;
    return gain * windowBytes / rttMs;
  }
}
