// Generated from protocol-spec/messages/0c-get-delete.json by `npm run gen`: do not edit.

package io.anoadb.generated;

/** Options of GETDELETE. Immutable: every method gives another object, so that one made once can be kept. */
public final class GetDeleteOptions {
  private static final GetDeleteOptions NONE = new GetDeleteOptions(0);

  private final int flags;

  private GetDeleteOptions(int flags) {
    this.flags = flags;
  }

  /** No option. */
  public static GetDeleteOptions create() {
    return NONE;
  }

  /** Untyped text is returned as TEXT, byte for byte, instead of being interpreted. */
  public GetDeleteOptions raw() {
    return new GetDeleteOptions(flags | 0x01);
  }

  /** The bits as they go on the wire. */
  public int flags() {
    return flags;
  }
}
