// Generated from protocol-spec/messages/10-scan.json by `npm run gen`: do not edit.

package io.anoadb.generated;

import io.anoadb.internal.OptionChecks;
import java.nio.charset.StandardCharsets;

/** Options of SCAN. Immutable: every method gives another object, so that one made once can be kept. */
public final class ScanOptions {
  private static final byte[] NOTHING = {};
  private static final ScanOptions NONE = new ScanOptions(0, NOTHING, 0);

  private final int flags;
  private final byte[] pattern;
  private final int type;

  private ScanOptions(int flags, byte[] pattern, int type) {
    this.flags = flags;
    this.pattern = pattern;
    this.type = type;
  }

  /** No option. */
  public static ScanOptions create() {
    return NONE;
  }

  /**
   * Only keys that match the glob pattern: * ? [a-z] [^a] and \ before a character to take it as it is.
   *
   * @param pattern The pattern, to the end.
   */
  public ScanOptions pattern(String pattern) {
    return new ScanOptions(flags | 0x01, OptionChecks.bytes("pattern", pattern.getBytes(StandardCharsets.UTF_8), 1, 1024), type);
  }

  /**
   * Only keys that match the glob pattern: * ? [a-z] [^a] and \ before a character to take it as it is.
   *
   * @param pattern The pattern, to the end. Copied.
   */
  public ScanOptions pattern(byte[] pattern) {
    return new ScanOptions(flags | 0x01, OptionChecks.bytes("pattern", pattern.clone(), 1, 1024), type);
  }

  /**
   * Only entries of this type. Untyped text counts as what it is interpreted as, and as TEXT.
   *
   * @param type The type.
   */
  public ScanOptions type(AnoaType type) {
    return new ScanOptions(flags | 0x02, pattern, type.code());
  }

  /** The bits as they go on the wire. */
  public int flags() {
    return flags;
  }

  /** As it goes on the wire; counts only where its flag is set. */
  public byte[] pattern() {
    return pattern.clone();
  }

  /** As it goes on the wire; counts only where its flag is set. */
  public int type() {
    return type;
  }
}
