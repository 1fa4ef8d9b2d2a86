package io.anoadb;

import io.anoadb.internal.net.Call;
import java.time.Duration;

/** Durations of callers as milliseconds. */
final class Deadlines {
  private static final Duration LONGEST = Duration.ofDays(365_000);

  private Deadlines() {}

  /** Rounded up to a whole millisecond; what is longer than centuries has no end. */
  static long timeoutMs(Duration timeout, String name) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException(
          name + " is " + timeout + "; it must be above zero, as Duration.ofMillis(250). Duration.ofSeconds(Long.MAX_VALUE)"
              + " waits for ever.");
    }
    if (timeout.compareTo(LONGEST) > 0) return Call.TIMEOUT_NEVER;
    return timeout.plusNanos(999_999).toMillis();
  }
}
