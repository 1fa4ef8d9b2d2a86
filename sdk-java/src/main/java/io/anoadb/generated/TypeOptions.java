// Generated from protocol-spec/messages/0f-type.json by `npm run gen`: do not edit.

package io.anoadb.generated;

/** Options of TYPE. Immutable: every method gives another object, so that one made once can be kept. */
public final class TypeOptions {
  private static final TypeOptions NONE = new TypeOptions(0);

  private final int flags;

  private TypeOptions(int flags) {
    this.flags = flags;
  }

  /** No option. */
  public static TypeOptions create() {
    return NONE;
  }

  /** Say `text` of untyped text instead of what it is interpreted as. */
  public TypeOptions raw() {
    return new TypeOptions(flags | 0x01);
  }

  /** The bits as they go on the wire. */
  public int flags() {
    return flags;
  }
}
