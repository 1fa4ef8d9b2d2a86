// Generated from protocol-spec/messages/15-check.json by `npm run gen`: do not edit.

package io.anoadb.generated;

import io.anoadb.internal.OptionChecks;

/** Options of CHECK. Immutable: every method gives another object, so that one made once can be kept. */
public final class CheckOptions {
  private static final OptionChecks.Exclusive[] EXCLUSIVE = {
    new OptionChecks.Exclusive(0x07, "ifAbsent, ifPresent, ifVersion"),
  };

  private static final CheckOptions NONE = new CheckOptions(0, 0);

  private final int flags;
  private final long version;

  private CheckOptions(int flags, long version) {
    this.flags = OptionChecks.atMostOne(flags, EXCLUSIVE);
    this.version = version;
  }

  /** No option. */
  public static CheckOptions create() {
    return NONE;
  }

  /** The key must not exist. */
  public CheckOptions ifAbsent() {
    return new CheckOptions(flags | 0x01, version);
  }

  /** The key must exist. */
  public CheckOptions ifPresent() {
    return new CheckOptions(flags | 0x02, version);
  }

  /**
   * The entry must have this version.
   *
   * @param version The version that the entry must have. 0 never matches: use ifAbsent.
   */
  public CheckOptions ifVersion(long version) {
    return new CheckOptions(flags | 0x04, version);
  }

  /** The bits as they go on the wire. */
  public int flags() {
    return flags;
  }

  /** As it goes on the wire; counts only where its flag is set. */
  public long version() {
    return version;
  }
}
