// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

import io.anoadb.internal.protocol.LittleEndian;
import java.nio.ByteBuffer;

/**
 * NO_SESSION. A hint that the server does not know the sid of a datagram. A client believes it only where sid and
 * counter match what it sent within 30 s, and then only starts a handshake.
 */
public final class NoSessionLayout {
  /** Bytes of the fixed part; of a layout whose last field is the rest, those before it. */
  public static final int BYTES = 12;

  /** u8: Magic nibble A, version nibble 1: 0xA1. */
  public static final int MAGIC_AT = 0;

  /** u8: Type of the datagram. */
  public static final int TYPE_AT = 1;

  /** u32: Of the offending datagram. */
  public static final int SID_AT = 2;

  /** u48: Of the offending datagram. */
  public static final int COUNTER_AT = 6;

  /** Reads {@link #MAGIC_AT magic}. */
  public static int magic(ByteBuffer buffer, int at) {
    return LittleEndian.u8(buffer, at + MAGIC_AT);
  }

  /** Sets {@link #MAGIC_AT magic}. */
  public static void magic(ByteBuffer buffer, int at, int value) {
    LittleEndian.u8(buffer, at + MAGIC_AT, value);
  }

  /** Reads {@link #TYPE_AT type}. */
  public static int type(ByteBuffer buffer, int at) {
    return LittleEndian.u8(buffer, at + TYPE_AT);
  }

  /** Sets {@link #TYPE_AT type}. */
  public static void type(ByteBuffer buffer, int at, int value) {
    LittleEndian.u8(buffer, at + TYPE_AT, value);
  }

  /** Reads {@link #SID_AT sid}. */
  public static long sid(ByteBuffer buffer, int at) {
    return LittleEndian.u32(buffer, at + SID_AT);
  }

  /** Sets {@link #SID_AT sid}. */
  public static void sid(ByteBuffer buffer, int at, long value) {
    LittleEndian.u32(buffer, at + SID_AT, value);
  }

  /** Reads {@link #COUNTER_AT counter}. */
  public static long counter(ByteBuffer buffer, int at) {
    return LittleEndian.u48(buffer, at + COUNTER_AT);
  }

  /** Sets {@link #COUNTER_AT counter}. */
  public static void counter(ByteBuffer buffer, int at, long value) {
    LittleEndian.u48(buffer, at + COUNTER_AT, value);
  }

  private NoSessionLayout() {}
}
