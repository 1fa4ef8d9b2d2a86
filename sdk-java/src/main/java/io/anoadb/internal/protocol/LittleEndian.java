package io.anoadb.internal.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The protocol's numbers at an absolute place of a buffer, whatever order the buffer itself is set to. Nothing moves its
 * position.
 */
public final class LittleEndian {
  private static final VarHandle SHORT =
      MethodHandles.byteBufferViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** 2^53 - 1: larger numbers are malformed in every u64 of the protocol. */
  public static final long U64_MAX = (1L << 53) - 1;

  private LittleEndian() {}

  public static int u8(ByteBuffer buffer, int at) {
    return buffer.get(at) & 0xff;
  }

  public static void u8(ByteBuffer buffer, int at, int value) {
    buffer.put(at, (byte) value);
  }

  public static int u16(ByteBuffer buffer, int at) {
    return (short) SHORT.get(buffer, at) & 0xffff;
  }

  public static void u16(ByteBuffer buffer, int at, int value) {
    SHORT.set(buffer, at, (short) value);
  }

  public static long u32(ByteBuffer buffer, int at) {
    return (int) INT.get(buffer, at) & 0xffff_ffffL;
  }

  public static void u32(ByteBuffer buffer, int at, long value) {
    INT.set(buffer, at, (int) value);
  }

  public static long u48(ByteBuffer buffer, int at) {
    return u32(buffer, at) | (long) u16(buffer, at + 4) << 32;
  }

  public static void u48(ByteBuffer buffer, int at, long value) {
    u32(buffer, at, value);
    u16(buffer, at + 4, (int) (value >>> 32));
  }

  /**
   * @throws MalformedException above {@link #U64_MAX}
   */
  public static long u64(ByteBuffer buffer, int at) {
    long value = (long) LONG.get(buffer, at);
    if (value < 0 || value > U64_MAX) throw new MalformedException("a u64 above 2^53 - 1");
    return value;
  }

  public static void u64(ByteBuffer buffer, int at, long value) {
    LONG.set(buffer, at, value);
  }

  public static long i64(ByteBuffer buffer, int at) {
    return (long) LONG.get(buffer, at);
  }

  public static void i64(ByteBuffer buffer, int at, long value) {
    LONG.set(buffer, at, value);
  }

  public static double f64(ByteBuffer buffer, int at) {
    return Double.longBitsToDouble((long) LONG.get(buffer, at));
  }

  public static void f64(ByteBuffer buffer, int at, double value) {
    LONG.set(buffer, at, Double.doubleToRawLongBits(value));
  }
}
