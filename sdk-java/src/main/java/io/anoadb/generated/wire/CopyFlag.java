// Generated from protocol-spec/messages/17-copy.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/** Flags of COPY. */
public final class CopyFlag {
  /** Only where the new key does not exist. */
  public static final int IF_ABSENT = 0x01;

  private CopyFlag() {}
}
