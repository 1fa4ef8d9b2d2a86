package io.anoadb.internal.transport;

import io.anoadb.generated.wire.Timings;

/** Round-trip times of one path: smoothed, with the timeouts of RFC 6298 in 20 ms .. 1 s, and the least of late. */
final class RttEstimator {
  /** G of RFC 6298: the delay of an acknowledgement and of two timers; a path without any jitter needs it. */
  private static final double GRAIN_MS = 20;
  /** The same for fragments: their acknowledgement waits 10 ms at most, and nothing is executed in between. */
  private static final double PROBE_GRAIN_MS = 12;
  /** The least of so many samples is as good as free of delayed acknowledgements. */
  private static final int GROUP_SAMPLES = 4;

  private static final double NOISE_SMOOTHING = 1.0 / 8;
  private static final double NOISE_MS_MAX = 2;

  private double smoothedMs;
  private double recentMs = Double.POSITIVE_INFINITY;
  private double noiseMs;
  private double variationMs;
  private double timeoutMs = Timings.RETRANSMIT_MS_INITIAL;
  private boolean hasSample;
  private double latestMs;
  private double leastMs = Double.POSITIVE_INFINITY;
  private double groupMs = Double.POSITIVE_INFINITY;
  private int groupCount;
  private double lastGroupMs = Double.POSITIVE_INFINITY;

  /** 0 until the first sample. */
  double smoothedMs() {
    return smoothedMs;
  }

  /** The least of the last four to eight samples: how long it takes now. Infinity until there are eight. */
  double recentMs() {
    return recentMs;
  }

  /** By how much the least of four samples differs from that of the next four: jitter, which is no queue. */
  double noiseMs() {
    return noiseMs;
  }

  /** Only of an answer that names the attempt it answers: a sample is never ambiguous. */
  void sample(double elapsedMs) {
    latestMs = elapsedMs;
    if (elapsedMs < leastMs) leastMs = elapsedMs;
    if (elapsedMs < groupMs) groupMs = elapsedMs;
    if (++groupCount == GROUP_SAMPLES) endGroup();
    if (!hasSample) {
      hasSample = true;
      smoothedMs = elapsedMs;
      variationMs = elapsedMs / 2;
    } else {
      variationMs += (Math.abs(smoothedMs - elapsedMs) - variationMs) / 4;
      smoothedMs += (elapsedMs - smoothedMs) / 8;
    }
    timeoutMs = bounded(smoothedMs + Math.max(GRAIN_MS, 4 * variationMs));
  }

  /** The timeout after {@code doublings} that went unanswered. */
  double timeoutMs(int doublings) {
    return bounded(timeoutMs * (1 << Math.min(doublings, 8)));
  }

  /** As {@link #timeoutMs} for fragments, which a receiver acknowledges within 10 ms. */
  double probeMs(int doublings) {
    if (!hasSample) return timeoutMs(doublings);
    double probeMs = smoothedMs + Math.max(PROBE_GRAIN_MS, 4 * variationMs);
    return bounded(probeMs * (1 << Math.min(doublings, 8)));
  }

  /** How long after its sending something that later sendings overtook counts as lost: RFC 9002, 6.1.2. */
  double reorderMs() {
    return Math.max(smoothedMs, latestMs) * 1.125;
  }

  /** The least sample since the last call, Infinity where there was none. */
  double takeLeastMs() {
    double least = leastMs;
    leastMs = Double.POSITIVE_INFINITY;
    return least;
  }

  private void endGroup() {
    if (lastGroupMs != Double.POSITIVE_INFINITY) {
      double differenceMs = Math.min(NOISE_MS_MAX, Math.abs(groupMs - lastGroupMs));
      noiseMs += (differenceMs - noiseMs) * NOISE_SMOOTHING;
      recentMs = Math.min(groupMs, lastGroupMs);
    }
    lastGroupMs = groupMs;
    groupMs = Double.POSITIVE_INFINITY;
    groupCount = 0;
  }

  private static double bounded(double timeoutMs) {
    return Math.min(Timings.RETRANSMIT_MS_MAX, Math.max(Timings.RETRANSMIT_MS_MIN, timeoutMs));
  }
}
