package io.anoadb.internal.transport;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Fixed-offset fields of datagrams and frames, read and written in place; the caller has checked the length. */
final class LittleEndian {
  private static final VarHandle U16 =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle U32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle U64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private LittleEndian() {}

  static int readU8(byte[] bytes, int at) {
    return bytes[at] & 0xff;
  }

  static int readU16(byte[] bytes, int at) {
    return (short) U16.get(bytes, at) & 0xffff;
  }

  /** In a long: a u32 is no int. */
  static long readU32(byte[] bytes, int at) {
    return (int) U32.get(bytes, at) & 0xffff_ffffL;
  }

  static long readU48(byte[] bytes, int at) {
    return readU32(bytes, at) | (long) readU16(bytes, at + 4) << 32;
  }

  static long readU64(byte[] bytes, int at) {
    return (long) U64.get(bytes, at);
  }

  static void writeU16(byte[] bytes, int at, int value) {
    U16.set(bytes, at, (short) value);
  }

  static void writeU32(byte[] bytes, int at, long value) {
    U32.set(bytes, at, (int) value);
  }

  static void writeU48(byte[] bytes, int at, long value) {
    writeU32(bytes, at, value);
    writeU16(bytes, at + 4, (int) (value >>> 32));
  }

  static void writeU64(byte[] bytes, int at, long value) {
    U64.set(bytes, at, value);
  }

  static boolean isAllZero(byte[] bytes, int start, int end) {
    int any = 0;
    for (int i = start; i < end; i++) any |= bytes[i];
    return any == 0;
  }

  /** No early exit: this also compares what must not be told by time. */
  static boolean equalBytes(byte[] a, int aAt, byte[] b, int bAt, int byteCount) {
    int difference = 0;
    for (int i = 0; i < byteCount; i++) difference |= a[aAt + i] ^ b[bAt + i];
    return difference == 0;
  }
}
