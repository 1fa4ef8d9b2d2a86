// Generated from protocol-spec/messages/0d-get-expire.json by `npm run gen`: do not edit.

package io.anoadb.generated;

import io.anoadb.internal.OptionChecks;
import java.time.Duration;
import java.time.Instant;

/** Options of GETEXPIRE. Immutable: every method gives another object, so that one made once can be kept. */
public final class GetExpireOptions {
  private static final OptionChecks.Exclusive[] EXCLUSIVE = {
    new OptionChecks.Exclusive(0x0e, "ttl, expireAt, persist"),
  };

  private static final GetExpireOptions NONE = new GetExpireOptions(0, 0, 0);

  private final int flags;
  private final long ttlMs;
  private final long expireAtMs;

  private GetExpireOptions(int flags, long ttlMs, long expireAtMs) {
    this.flags = OptionChecks.atMostOne(flags, EXCLUSIVE);
    this.ttlMs = ttlMs;
    this.expireAtMs = expireAtMs;
  }

  /** No option. */
  public static GetExpireOptions create() {
    return NONE;
  }

  /** Untyped text is returned as TEXT, byte for byte, instead of being interpreted. */
  public GetExpireOptions raw() {
    return new GetExpireOptions(flags | 0x01, ttlMs, expireAtMs);
  }

  /**
   * Expires after ttlMs.
   *
   * @param ttl Time to live in milliseconds from when the server executes the op.
   */
  public GetExpireOptions ttl(Duration ttl) {
    return new GetExpireOptions(flags | 0x02, OptionChecks.ms("ttl", ttl, 1, 281474976710655L), expireAtMs);
  }

  /**
   * Expires at expireAtMs; a time that has passed removes the entry after reading it.
   *
   * @param expireAt Unix time in milliseconds at which the entry expires.
   */
  public GetExpireOptions expireAt(Instant expireAt) {
    return new GetExpireOptions(flags | 0x04, ttlMs, OptionChecks.moment(expireAt, 1, 281474976710655L));
  }

  /** Removes the expiry. */
  public GetExpireOptions persist() {
    return new GetExpireOptions(flags | 0x08, ttlMs, expireAtMs);
  }

  /** The bits as they go on the wire. */
  public int flags() {
    return flags;
  }

  /** As it goes on the wire; counts only where its flag is set. */
  public long ttlMs() {
    return ttlMs;
  }

  /** As it goes on the wire; counts only where its flag is set. */
  public long expireAtMs() {
    return expireAtMs;
  }
}
