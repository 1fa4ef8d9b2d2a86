// Generated from protocol-spec/messages/10-scan.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/** Flags of SCAN. */
public final class ScanFlag {
  /** Only keys that match the glob pattern: * ? [a-z] [^a] and \ before a character to take it as it is. */
  public static final int PATTERN = 0x01;

  /** Only entries of this type. Untyped text counts as what it is interpreted as, and as TEXT. */
  public static final int TYPE = 0x02;

  /** Return the type of each entry, interpreted, after its key. */
  public static final int WITH_TYPES = 0x04;

  private ScanFlag() {}
}
