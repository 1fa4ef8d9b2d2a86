// Generated from protocol-spec/messages/06-expire.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/** Flags of EXPIRE. */
public final class ExpireFlag {
  /** timeMs is a Unix time instead of a time from now. */
  public static final int ABSOLUTE = 0x01;

  /** Only where the entry does not expire. */
  public static final int IF_NONE = 0x02;

  /** Only where the entry does expire. */
  public static final int IF_SOME = 0x04;

  /** Only where the new expiry is later than the present one. */
  public static final int IF_LATER = 0x08;

  /** Only where the new expiry is earlier than the present one. */
  public static final int IF_EARLIER = 0x10;

  private ExpireFlag() {}
}
