// Generated from protocol-spec/messages/0f-type.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/** Flags of TYPE. */
public final class TypeFlag {
  /** Say `text` of untyped text instead of what it is interpreted as. */
  public static final int RAW = 0x01;

  private TypeFlag() {}
}
