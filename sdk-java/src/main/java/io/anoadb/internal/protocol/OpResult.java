package io.anoadb.internal.protocol;

import io.anoadb.generated.wire.ValueType;
import java.nio.ByteBuffer;

/**
 * The result of one op as it stands in a reply. The value is lent: it lies in the bytes of the reply, from
 * {@code start} to {@code end}.
 *
 * @param version of the entry; 0 where {@code hasVersion} is false, or there is no entry
 */
public record OpResult(int status, int type, boolean hasVersion, long version, ByteBuffer bytes, int start, int end) {
  private static final int VERSION_BIT = 0x80;
  private static final int HEADER_BYTES = 6;

  /**
   * Reads the result at the position of {@code results} and moves the position behind it.
   *
   * @throws MalformedException where the bytes end early or contradict each other
   */
  public static OpResult read(ByteBuffer results) {
    int at = results.position();
    if (results.remaining() < HEADER_BYTES) throw new MalformedException("a result ends in its header");
    int status = results.get(at) & 0xff;
    int type = results.get(at + 1) & 0xff;
    long length = LittleEndian.u32(results, at + 2);
    int start = at + HEADER_BYTES;
    if (length > results.limit() - start) throw new MalformedException("a result ends before its value does");
    int end = start + (int) length;
    results.position(end);
    boolean hasVersion = (type & VERSION_BIT) != 0;
    if (hasVersion && length < Long.BYTES) throw new MalformedException("a result ends in its version");
    long version = hasVersion ? LittleEndian.u64(results, start) : 0;
    int valueStart = hasVersion ? start + Long.BYTES : start;
    int valueType = type & ~VERSION_BIT;
    if (!ValueType.isKnown(valueType)) throw new MalformedException("a result of an unknown type");
    if (valueType == ValueType.NONE && valueStart != end) throw new MalformedException("a result of no type with a value");
    return new OpResult(status, valueType, hasVersion, version, results, valueStart, end);
  }

  /** Bytes of the value. */
  public int length() {
    return end - start;
  }

  /** The value's bytes, copied. */
  public byte[] copy() {
    byte[] copy = new byte[end - start];
    bytes.get(start, copy);
    return copy;
  }

}
