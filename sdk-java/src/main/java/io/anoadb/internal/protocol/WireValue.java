package io.anoadb.internal.protocol;

/**
 * A value as it stands in an op.
 *
 * @param type a code of {@link io.anoadb.generated.wire.ValueType}
 * @param bytes its wire form; not copied
 */
public record WireValue(int type, byte[] bytes) {
  /** No value: of arguments that are not there. */
  public static final WireValue NONE = new WireValue(0, new byte[0]);
}
