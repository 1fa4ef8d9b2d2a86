// Generated from protocol-spec/messages/0e-rename.json by `npm run gen`: do not edit.

package io.anoadb.generated;

/** Options of RENAME. Immutable: every method gives another object, so that one made once can be kept. */
public final class RenameOptions {
  private static final RenameOptions NONE = new RenameOptions(0);

  private final int flags;

  private RenameOptions(int flags) {
    this.flags = flags;
  }

  /** No option. */
  public static RenameOptions create() {
    return NONE;
  }

  /** Only where the new key does not exist. */
  public RenameOptions ifAbsent() {
    return new RenameOptions(flags | 0x01);
  }

  /** The bits as they go on the wire. */
  public int flags() {
    return flags;
  }
}
