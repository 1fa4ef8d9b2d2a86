// Generated from protocol-spec/messages/0c-get-delete.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/** Flags of GETDELETE. */
public final class GetDeleteFlag {
  /** Untyped text is returned as TEXT, byte for byte, instead of being interpreted. */
  public static final int RAW = 0x01;

  private GetDeleteFlag() {}
}
