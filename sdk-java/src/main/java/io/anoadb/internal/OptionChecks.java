package io.anoadb.internal;

import java.time.Duration;
import java.time.Instant;

/** What the options of a command may not be; a caller's mistake is an IllegalArgumentException at once. */
public final class OptionChecks {
  private OptionChecks() {}

  /**
   * Flags of which at most one may be set.
   *
   * @param mask their bits
   * @param names for the message
   */
  public record Exclusive(int mask, String names) {}

  /** The flags, where no group is set more than once. */
  public static int atMostOne(int flags, Exclusive[] groups) {
    for (Exclusive group : groups) {
      if (Integer.bitCount(flags & group.mask()) > 1) {
        throw new IllegalArgumentException("At most one of " + group.names() + " may be set; they exclude each other.");
      }
    }
    return flags;
  }

  /** A length of time in whole milliseconds; less than one counts as one, so that short is never "at once". */
  public static long ms(String name, Duration time, long min, long max) {
    if (time.isNegative()) throw new IllegalArgumentException(name + " is " + time + "; it must not be negative.");
    boolean isTooLong = time.getSeconds() > max / 1000 || time.toMillis() > max;
    if (isTooLong) throw new IllegalArgumentException(name + " is " + time + "; without one a key never expires.");
    long ms = time.toMillis();
    if (ms == 0 && !time.isZero()) ms = 1;
    if (ms < min) throw new IllegalArgumentException(name + " is " + time + "; it must be at least " + min + " ms.");
    return ms;
  }

  /** A moment in Unix milliseconds; one that has long passed is as good as any other that has. */
  public static long moment(Instant moment, long min, long max) {
    if (moment.getEpochSecond() > max / 1000 || (moment.getEpochSecond() >= 0 && moment.toEpochMilli() > max)) {
      throw new IllegalArgumentException("The moment " + moment + " is too far away; without one a key never expires.");
    }
    return moment.getEpochSecond() < 0 ? min : Math.max(min, moment.toEpochMilli());
  }

  /** Bytes whose length is within both bounds. */
  public static byte[] bytes(String name, byte[] bytes, int min, int max) {
    if (bytes.length < min || bytes.length > max) {
      throw new IllegalArgumentException(
          name + " has " + bytes.length + " bytes; it must have " + min + " to " + max + ".");
    }
    return bytes;
  }
}
