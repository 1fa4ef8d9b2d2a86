// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

import io.anoadb.internal.protocol.LittleEndian;
import java.nio.ByteBuffer;

/** REJECT. Refuses an AUTH whose cookie was valid, or has gone stale. */
public final class RejectLayout {
  /** Bytes of the fixed part; of a layout whose last field is the rest, those before it. */
  public static final int BYTES = 16;

  /** u8: Magic nibble A, version nibble 1: 0xA1. */
  public static final int MAGIC_AT = 0;

  /** u8: Type of the datagram. */
  public static final int TYPE_AT = 1;

  /** u8: The version in AUTH. */
  public static final int VERSION_AT = 2;

  /** u8: A reject reason. */
  public static final int REASON_AT = 3;

  /** bytes[8]: Random per attempt of the client; names the attempt and is echoed. */
  public static final int CNONCE_AT = 4;

  /** u32: When to try again, in milliseconds; 0 = at once. */
  public static final int RETRY_AFTER_MS_AT = 12;

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

  /** Reads {@link #VERSION_AT version}. */
  public static int version(ByteBuffer buffer, int at) {
    return LittleEndian.u8(buffer, at + VERSION_AT);
  }

  /** Sets {@link #VERSION_AT version}. */
  public static void version(ByteBuffer buffer, int at, int value) {
    LittleEndian.u8(buffer, at + VERSION_AT, value);
  }

  /** Reads {@link #REASON_AT reason}. */
  public static int reason(ByteBuffer buffer, int at) {
    return LittleEndian.u8(buffer, at + REASON_AT);
  }

  /** Sets {@link #REASON_AT reason}. */
  public static void reason(ByteBuffer buffer, int at, int value) {
    LittleEndian.u8(buffer, at + REASON_AT, value);
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

  /** Reads {@link #RETRY_AFTER_MS_AT retryAfterMs}. */
  public static long retryAfterMs(ByteBuffer buffer, int at) {
    return LittleEndian.u32(buffer, at + RETRY_AFTER_MS_AT);
  }

  /** Sets {@link #RETRY_AFTER_MS_AT retryAfterMs}. */
  public static void retryAfterMs(ByteBuffer buffer, int at, long value) {
    LittleEndian.u32(buffer, at + RETRY_AFTER_MS_AT, value);
  }

  private RejectLayout() {}
}
