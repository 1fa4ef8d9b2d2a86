// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

import io.anoadb.internal.protocol.LittleEndian;
import java.nio.ByteBuffer;

/** HELLO. Asks for a cookie. Longer than the answer, so that forged sources gain nothing. */
public final class HelloLayout {
  /** Bytes of the fixed part; of a layout whose last field is the rest, those before it. */
  public static final int BYTES = 128;

  /** u8: Magic nibble A, version nibble 1: 0xA1. */
  public static final int MAGIC_AT = 0;

  /** u8: Type of the datagram. */
  public static final int TYPE_AT = 1;

  /** u8: Lowest version that the client speaks. */
  public static final int VERSION_MIN_AT = 2;

  /** u8: Highest version that the client speaks. */
  public static final int VERSION_MAX_AT = 3;

  /** bytes[8]: Random per attempt of the client; names the attempt and is echoed. */
  public static final int CNONCE_AT = 4;

  /** bytes[116]: Zero. Anything else means drop. */
  public static final int ZERO_AT = 12;

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

  /** Reads {@link #VERSION_MIN_AT versionMin}. */
  public static int versionMin(ByteBuffer buffer, int at) {
    return LittleEndian.u8(buffer, at + VERSION_MIN_AT);
  }

  /** Sets {@link #VERSION_MIN_AT versionMin}. */
  public static void versionMin(ByteBuffer buffer, int at, int value) {
    LittleEndian.u8(buffer, at + VERSION_MIN_AT, value);
  }

  /** Reads {@link #VERSION_MAX_AT versionMax}. */
  public static int versionMax(ByteBuffer buffer, int at) {
    return LittleEndian.u8(buffer, at + VERSION_MAX_AT);
  }

  /** Sets {@link #VERSION_MAX_AT versionMax}. */
  public static void versionMax(ByteBuffer buffer, int at, int value) {
    LittleEndian.u8(buffer, at + VERSION_MAX_AT, value);
  }

  /** A copy of {@link #CNONCE_AT cnonce}. */
  public static byte[] cnonce(ByteBuffer buffer, int at) {
    byte[] copy = new byte[8];
    buffer.get(at + CNONCE_AT, copy);
    return copy;
  }

  /** Sets {@link #CNONCE_AT cnonce}; of longer bytes only the first 8 count. */
  public static void cnonce(ByteBuffer buffer, int at, byte[] value) {
    buffer.put(at + CNONCE_AT, value, 0, 8);
  }

  /** A copy of {@link #ZERO_AT zero}. */
  public static byte[] zero(ByteBuffer buffer, int at) {
    byte[] copy = new byte[116];
    buffer.get(at + ZERO_AT, copy);
    return copy;
  }

  /** Sets {@link #ZERO_AT zero}; of longer bytes only the first 116 count. */
  public static void zero(ByteBuffer buffer, int at, byte[] value) {
    buffer.put(at + ZERO_AT, value, 0, 116);
  }

  private HelloLayout() {}
}
