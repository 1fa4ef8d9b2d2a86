package io.anoadb.internal.net;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Counts the calls that are not completed, and their bytes, and refuses what would be too many. Any thread. */
final class InFlightBounds {
  private final int callsMax;
  private final long bytesMax;
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();

  InFlightBounds(int callsMax, long bytesMax) {
    this.callsMax = callsMax;
    this.bytesMax = bytesMax;
  }

  int calls() {
    return calls.get();
  }

  /** Counts a call in, or says what is exceeded: {@code 10000 calls are in flight, maxInFlight}. */
  @Nullable String enter(Call<?> call) {
    int before = calls.getAndIncrement();
    if (before >= callsMax) {
      calls.getAndDecrement();
      return before + " calls are in flight, maxInFlight";
    }
    long bytesBefore = bytes.getAndAdd(call.sizeBytes());
    // A lone call is let through whatever its size, or a small limit would refuse it for ever.
    if (before == 0 || bytesBefore + call.sizeBytes() <= bytesMax) return null;
    leave(call);
    return bytesBefore + " bytes are in flight, maxInFlightBytes";
  }

  /** A call that {@link #enter} took is over. */
  void leave(Call<?> call) {
    calls.getAndDecrement();
    bytes.getAndAdd(-call.sizeBytes());
  }
}
