// Generated from protocol-spec/messages/06-expire.json by `npm run gen`: do not edit.

package io.anoadb.generated;

import io.anoadb.internal.OptionChecks;

/** Options of EXPIRE. Immutable: every method gives another object, so that one made once can be kept. */
public final class ExpireOptions {
  private static final OptionChecks.Exclusive[] EXCLUSIVE = {
    new OptionChecks.Exclusive(0x06, "ifNone, ifSome"),
    new OptionChecks.Exclusive(0x1a, "ifNone, ifLater, ifEarlier"),
  };

  private static final ExpireOptions NONE = new ExpireOptions(0);

  private final int flags;

  private ExpireOptions(int flags) {
    this.flags = OptionChecks.atMostOne(flags, EXCLUSIVE);
  }

  /** No option. */
  public static ExpireOptions create() {
    return NONE;
  }

  /** Only where the entry does not expire. */
  public ExpireOptions ifNone() {
    return new ExpireOptions(flags | 0x02);
  }

  /** Only where the entry does expire. */
  public ExpireOptions ifSome() {
    return new ExpireOptions(flags | 0x04);
  }

  /** Only where the new expiry is later than the present one. */
  public ExpireOptions ifLater() {
    return new ExpireOptions(flags | 0x08);
  }

  /** Only where the new expiry is earlier than the present one. */
  public ExpireOptions ifEarlier() {
    return new ExpireOptions(flags | 0x10);
  }

  /** The bits as they go on the wire. */
  public int flags() {
    return flags;
  }
}
