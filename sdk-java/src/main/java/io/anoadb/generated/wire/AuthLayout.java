// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

import io.anoadb.internal.protocol.LittleEndian;
import java.nio.ByteBuffer;

/**
 * AUTH. Brings the cookie back and the parameters of the client. Its length proves that the path carries full datagrams
 * to the server.
 */
public final class AuthLayout {
  /** Bytes of the fixed part; of a layout whose last field is the rest, those before it. */
  public static final int BYTES = 1200;

  /** u8: Magic nibble A, version nibble 1: 0xA1. */
  public static final int MAGIC_AT = 0;

  /** u8: Type of the datagram. */
  public static final int TYPE_AT = 1;

  /** u8: The version in CHALLENGE. */
  public static final int VERSION_AT = 2;

  /** u8: Zero; no flag is defined. */
  public static final int FLAGS_AT = 3;

  /** bytes[8]: Random per attempt of the client; names the attempt and is echoed. */
  public static final int CNONCE_AT = 4;

  /** u32: As in CHALLENGE. */
  public static final int TIMESTAMP_AT = 12;

  /** bytes[16]: As in CHALLENGE. */
  public static final int COOKIE_MAC_AT = 16;

  /** bytes[8]: Names the access key. Open mode: zero. */
  public static final int KEY_ID_AT = 32;

  /** bytes[32]: X25519 public key of the client, fresh for every new AUTH. Open mode: zero. */
  public static final int EPHEMERAL_KEY_AT = 40;

  /** bytes[16]: Tag of the box. Open mode: zero. */
  public static final int TAG_AT = 72;

  /** bytes[1112]: clientParams, then zeros. In the box when sealed, in clear when open. */
  public static final int PARAMS_AT = 88;

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

  /** Reads {@link #FLAGS_AT flags}. */
  public static int flags(ByteBuffer buffer, int at) {
    return LittleEndian.u8(buffer, at + FLAGS_AT);
  }

  /** Sets {@link #FLAGS_AT flags}. */
  public static void flags(ByteBuffer buffer, int at, int value) {
    LittleEndian.u8(buffer, at + FLAGS_AT, value);
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

  /** A copy of {@link #KEY_ID_AT keyId}. */
  public static byte[] keyId(ByteBuffer buffer, int at) {
    byte[] copy = new byte[8];
    buffer.get(at + KEY_ID_AT, copy);
    return copy;
  }

  /** Sets {@link #KEY_ID_AT keyId}; of longer bytes only the first 8 count. */
  public static void keyId(ByteBuffer buffer, int at, byte[] value) {
    buffer.put(at + KEY_ID_AT, value, 0, 8);
  }

  /** A copy of {@link #EPHEMERAL_KEY_AT ephemeralKey}. */
  public static byte[] ephemeralKey(ByteBuffer buffer, int at) {
    byte[] copy = new byte[32];
    buffer.get(at + EPHEMERAL_KEY_AT, copy);
    return copy;
  }

  /** Sets {@link #EPHEMERAL_KEY_AT ephemeralKey}; of longer bytes only the first 32 count. */
  public static void ephemeralKey(ByteBuffer buffer, int at, byte[] value) {
    buffer.put(at + EPHEMERAL_KEY_AT, value, 0, 32);
  }

  /** A copy of {@link #TAG_AT tag}. */
  public static byte[] tag(ByteBuffer buffer, int at) {
    byte[] copy = new byte[16];
    buffer.get(at + TAG_AT, copy);
    return copy;
  }

  /** Sets {@link #TAG_AT tag}; of longer bytes only the first 16 count. */
  public static void tag(ByteBuffer buffer, int at, byte[] value) {
    buffer.put(at + TAG_AT, value, 0, 16);
  }

  /** A copy of {@link #PARAMS_AT params}. */
  public static byte[] params(ByteBuffer buffer, int at) {
    byte[] copy = new byte[1112];
    buffer.get(at + PARAMS_AT, copy);
    return copy;
  }

  /** Sets {@link #PARAMS_AT params}; of longer bytes only the first 1112 count. */
  public static void params(ByteBuffer buffer, int at, byte[] value) {
    buffer.put(at + PARAMS_AT, value, 0, 1112);
  }

  private AuthLayout() {}
}
