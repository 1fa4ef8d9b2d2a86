// Generated from protocol-spec/messages/08-incr.json by `npm run gen`: do not edit.

package io.anoadb.generated;

import io.anoadb.internal.OptionChecks;
import java.time.Duration;

/** Options of INCR. Immutable: every method gives another object, so that one made once can be kept. */
public final class IncrOptions {
  private static final IncrOptions NONE = new IncrOptions(0, 0);

  private final int flags;
  private final long ttlMs;

  private IncrOptions(int flags, long ttlMs) {
    this.flags = flags;
    this.ttlMs = ttlMs;
  }

  /** No option. */
  public static IncrOptions create() {
    return NONE;
  }

  /**
   * Where the op creates the key it expires after ttlMs; an existing entry keeps its expiry.
   *
   * @param ttl Time to live in milliseconds from when the server executes the op.
   */
  public IncrOptions ttl(Duration ttl) {
    return new IncrOptions(flags | 0x02, OptionChecks.ms("ttl", ttl, 1, 281474976710655L));
  }

  /** The bits as they go on the wire. */
  public int flags() {
    return flags;
  }

  /** As it goes on the wire; counts only where its flag is set. */
  public long ttlMs() {
    return ttlMs;
  }
}
