// Generated from protocol-spec/messages/03-delete.json by `npm run gen`: do not edit.

package io.anoadb.generated;

/** Options of DELETE. Immutable: every method gives another object, so that one made once can be kept. */
public final class DeleteOptions {
  private static final DeleteOptions NONE = new DeleteOptions(0, 0);

  private final int flags;
  private final long version;

  private DeleteOptions(int flags, long version) {
    this.flags = flags;
    this.version = version;
  }

  /** No option. */
  public static DeleteOptions create() {
    return NONE;
  }

  /**
   * Only where the entry has this version.
   *
   * @param version The version that the entry must have. 0 never matches: use ifAbsent.
   */
  public DeleteOptions ifVersion(long version) {
    return new DeleteOptions(flags | 0x01, version);
  }

  /** The bits as they go on the wire. */
  public int flags() {
    return flags;
  }

  /** As it goes on the wire; counts only where its flag is set. */
  public long version() {
    return version;
  }
}
