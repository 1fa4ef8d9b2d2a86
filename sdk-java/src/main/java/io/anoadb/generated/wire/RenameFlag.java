// Generated from protocol-spec/messages/0e-rename.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/** Flags of RENAME. */
public final class RenameFlag {
  /** Only where the new key does not exist. */
  public static final int IF_ABSENT = 0x01;

  private RenameFlag() {}
}
