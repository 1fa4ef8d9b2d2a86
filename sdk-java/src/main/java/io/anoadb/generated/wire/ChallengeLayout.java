// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

import io.anoadb.internal.protocol.LittleEndian;
import java.nio.ByteBuffer;

/** CHALLENGE. The cookie: proves the address of the client when it comes back. The server keeps nothing. */
public final class ChallengeLayout {
  /** Bytes of the fixed part; of a layout whose last field is the rest, those before it. */
  public static final int BYTES = 32;

  /** u8: Magic nibble A, version nibble 1: 0xA1. */
  public static final int MAGIC_AT = 0;

  /** u8: Type of the datagram. */
  public static final int TYPE_AT = 1;

  /** u8: The version that the server chose. */
  public static final int VERSION_AT = 2;

  /** u8: Zero. */
  public static final int ZERO_AT = 3;

  /** bytes[8]: Random per attempt of the client; names the attempt and is echoed. */
  public static final int CNONCE_AT = 4;

  /** u32: Monotonic second of the server when the cookie was made. */
  public static final int TIMESTAMP_AT = 12;

  /** bytes[16]: HMAC-SHA512 under the cookie key of what the cookie covers, first 16 bytes. */
  public static final int COOKIE_MAC_AT = 16;

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

  /** Reads {@link #ZERO_AT zero}. */
  public static int zero(ByteBuffer buffer, int at) {
    return LittleEndian.u8(buffer, at + ZERO_AT);
  }

  /** Sets {@link #ZERO_AT zero}. */
  public static void zero(ByteBuffer buffer, int at, int value) {
    LittleEndian.u8(buffer, at + ZERO_AT, value);
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

  /** Reads {@link #TIMESTAMP_AT timestamp}. */
  public static long timestamp(ByteBuffer buffer, int at) {
    return LittleEndian.u32(buffer, at + TIMESTAMP_AT);
  }

  /** Sets {@link #TIMESTAMP_AT timestamp}. */
  public static void timestamp(ByteBuffer buffer, int at, long value) {
    LittleEndian.u32(buffer, at + TIMESTAMP_AT, value);
  }

  /** A copy of {@link #COOKIE_MAC_AT cookieMac}. */
  public static byte[] cookieMac(ByteBuffer buffer, int at) {
    byte[] copy = new byte[16];
    buffer.get(at + COOKIE_MAC_AT, copy);
    return copy;
  }

  /** Sets {@link #COOKIE_MAC_AT cookieMac}; of longer bytes only the first 16 count. */
  public static void cookieMac(ByteBuffer buffer, int at, byte[] value) {
    buffer.put(at + COOKIE_MAC_AT, value, 0, 16);
  }

  private ChallengeLayout() {}
}
