// Generated from protocol-spec/messages/01-get.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/** Flags of GET. */
public final class GetFlag {
  /** Return the version of the entry too, for a later ifVersion. */
  public static final int WITH_VERSION = 0x01;

  /**
   * Untyped text is returned as TEXT, byte for byte, instead of being interpreted; an element of a list as a string.
   */
  public static final int RAW = 0x02;

  private GetFlag() {}
}
