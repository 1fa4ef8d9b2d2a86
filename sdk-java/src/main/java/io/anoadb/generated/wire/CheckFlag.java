// Generated from protocol-spec/messages/15-check.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/** Flags of CHECK. */
public final class CheckFlag {
  /** The key must not exist. */
  public static final int IF_ABSENT = 0x01;

  /** The key must exist. */
  public static final int IF_PRESENT = 0x02;

  /** The entry must have this version. */
  public static final int IF_VERSION = 0x04;

  private CheckFlag() {}
}
