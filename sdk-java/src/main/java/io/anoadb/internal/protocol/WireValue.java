package io.anoadb.internal.protocol;

/**
 * A value as it stands in an op.
 *
 * @param type a code of {@link io.anoadb.generated.wire.ValueType}
 * @param bytes its wire form; not copied
 */
@SuppressWarnings("ArrayRecordComponent")
public record WireValue(int type, byte[] bytes) {}
