package io.anoadb.internal.transport;

import io.anoadb.generated.wire.Limits;

/**
 * Which datagram counters were seen: RFC 6479's ring of 64 words of 32 bits, one of which is always being reused, so
 * that the window is 63 words wide.
 *
 * <p>Two steps, so that a forged datagram cannot move the window: {@link #check} before the datagram is opened, {@link
 * #mark} only after its tag verified.
 */
final class ReplayWindow {
  private static final int WORDS = Limits.REPLAY_WINDOW_WORDS;
  private static final int WORD_BITS = 32;

  /** What {@link #check} says. */
  enum Verdict {
    FRESH,
    REPLAYED,
    TOO_OLD
  }

  private final int[] words = new int[WORDS];
  /** Highest counter marked; -1 before the first. */
  private long highest = -1;

  Verdict check(long counter) {
    if (counter > highest) return Verdict.FRESH;
    if (highest - counter >= Limits.REPLAY_WINDOW) return Verdict.TOO_OLD;
    boolean wasSeen = (words[wordOf(counter)] & 1 << (counter % WORD_BITS)) != 0;
    return wasSeen ? Verdict.REPLAYED : Verdict.FRESH;
  }

  /** Only for a counter that {@link #check} called fresh, once its datagram proved authentic. */
  void mark(long counter) {
    if (counter > highest) {
      long current = highest < 0 ? -1 : highest / WORD_BITS;
      long cleared = Math.min(counter / WORD_BITS - current, WORDS);
      for (long i = 1; i <= cleared; i++) words[(int) ((current + i) % WORDS)] = 0;
      highest = counter;
    }
    words[wordOf(counter)] |= 1 << (counter % WORD_BITS);
  }

  private static int wordOf(long counter) {
    return (int) (counter / WORD_BITS % WORDS);
  }
}
