// Generated from protocol-spec/messages/02-set.json by `npm run gen`: do not edit.

package io.anoadb.generated;

import io.anoadb.internal.OptionChecks;
import java.time.Duration;
import java.time.Instant;

/** Options of SET. Immutable: every method gives another object, so that one made once can be kept. */
public final class SetOptions {
  private static final OptionChecks.Exclusive[] EXCLUSIVE = {
    new OptionChecks.Exclusive(0x07, "ifAbsent, ifPresent, ifVersion"),
    new OptionChecks.Exclusive(0x38, "ttl, expireAt, keepTtl"),
  };

  private static final SetOptions NONE = new SetOptions(0, 0, 0, 0);

  private final int flags;
  private final long version;
  private final long ttlMs;
  private final long expireAtMs;

  private SetOptions(int flags, long version, long ttlMs, long expireAtMs) {
    this.flags = OptionChecks.atMostOne(flags, EXCLUSIVE);
    this.version = version;
    this.ttlMs = ttlMs;
    this.expireAtMs = expireAtMs;
  }

  /** No option. */
  public static SetOptions create() {
    return NONE;
  }

  /** Only where the key does not exist. */
  public SetOptions ifAbsent() {
    return new SetOptions(flags | 0x01, version, ttlMs, expireAtMs);
  }

  /** Only where the key exists. */
  public SetOptions ifPresent() {
    return new SetOptions(flags | 0x02, version, ttlMs, expireAtMs);
  }

  /**
   * Only where the entry has this version.
   *
   * @param version The version that the entry must have. 0 never matches: use ifAbsent.
   */
  public SetOptions ifVersion(long version) {
    return new SetOptions(flags | 0x04, version, ttlMs, expireAtMs);
  }

  /**
   * Expires after ttlMs.
   *
   * @param ttl Time to live in milliseconds from when the server executes the op.
   */
  public SetOptions ttl(Duration ttl) {
    return new SetOptions(flags | 0x08, version, OptionChecks.ms("ttl", ttl, 1, 281474976710655L), expireAtMs);
  }

  /**
   * Expires at expireAtMs; a time that has passed leaves no entry.
   *
   * @param expireAt Unix time in milliseconds at which the entry expires.
   */
  public SetOptions expireAt(Instant expireAt) {
    return new SetOptions(flags | 0x10, version, ttlMs, OptionChecks.moment(expireAt, 1, 281474976710655L));
  }

  /** Keeps the expiry of the entry it replaces. */
  public SetOptions keepTtl() {
    return new SetOptions(flags | 0x20, version, ttlMs, expireAtMs);
  }

  /** Returns the value that was there, also where a condition fails. Untyped text is returned interpreted. */
  public SetOptions returnOld() {
    return new SetOptions(flags | 0x40, version, ttlMs, expireAtMs);
  }

  /** The bits as they go on the wire. */
  public int flags() {
    return flags;
  }

  /** As it goes on the wire; counts only where its flag is set. */
  public long version() {
    return version;
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
