// Generated from protocol-spec/messages/01-get.json by `npm run gen`: do not edit.

package io.anoadb.generated;

/** Options of GET. Immutable: every method gives another object, so that one made once can be kept. */
public final class GetOptions {
  private static final GetOptions NONE = new GetOptions(0);

  private final int flags;

  private GetOptions(int flags) {
    this.flags = flags;
  }

  /** No option. */
  public static GetOptions create() {
    return NONE;
  }

  /**
   * Untyped text is returned as TEXT, byte for byte, instead of being interpreted; an element of a list as a string.
   */
  public GetOptions raw() {
    return new GetOptions(flags | 0x02);
  }

  /** The bits as they go on the wire. */
  public int flags() {
    return flags;
  }
}
