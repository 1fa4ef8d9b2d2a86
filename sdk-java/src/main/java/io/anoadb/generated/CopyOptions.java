// Generated from protocol-spec/messages/17-copy.json by `npm run gen`: do not edit.

package io.anoadb.generated;

/** Options of COPY. Immutable: every method gives another object, so that one made once can be kept. */
public final class CopyOptions {
  private static final CopyOptions NONE = new CopyOptions(0);

  private final int flags;

  private CopyOptions(int flags) {
    this.flags = flags;
  }

  /** No option. */
  public static CopyOptions create() {
    return NONE;
  }

  /** Only where the new key does not exist. */
  public CopyOptions ifAbsent() {
    return new CopyOptions(flags | 0x01);
  }

  /** The bits as they go on the wire. */
  public int flags() {
    return flags;
  }
}
