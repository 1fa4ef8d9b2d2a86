// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

import io.anoadb.internal.protocol.LittleEndian;
import java.nio.ByteBuffer;

/** Body of FRAG_ACK, behind the frame header. Says which fragments have arrived. */
public final class FragAckFrameLayout {
  /** Bytes of the fixed part; of a layout whose last field is the rest, those before it. */
  public static final int BYTES = 20;

  /** u32: Of the message. */
  public static final int RID_AT = 0;

  /** u8: 0 of a request, 1 of a reply. */
  public static final int DIRECTION_AT = 4;

  /** u8: Zero. */
  public static final int ZERO_AT = 5;

  /** u16: Lowest fragment that is still missing. */
  public static final int NEXT_AT = 6;

  /** bytes[8]: Bit i of byte i/8: fragment next + 1 + i has arrived. */
  public static final int BITMAP_AT = 8;

  /** u32: Low 32 bits of the counter of the datagram that led to this ack, for the round-trip time. */
  public static final int ECHO_AT = 16;

  /** Reads {@link #RID_AT rid}. */
  public static long rid(ByteBuffer buffer, int at) {
    return LittleEndian.u32(buffer, at + RID_AT);
  }

  /** Sets {@link #RID_AT rid}. */
  public static void rid(ByteBuffer buffer, int at, long value) {
    LittleEndian.u32(buffer, at + RID_AT, value);
  }

  /** Reads {@link #DIRECTION_AT direction}. */
  public static int direction(ByteBuffer buffer, int at) {
    return LittleEndian.u8(buffer, at + DIRECTION_AT);
  }

  /** Sets {@link #DIRECTION_AT direction}. */
  public static void direction(ByteBuffer buffer, int at, int value) {
    LittleEndian.u8(buffer, at + DIRECTION_AT, value);
  }

  /** Reads {@link #ZERO_AT zero}. */
  public static int zero(ByteBuffer buffer, int at) {
    return LittleEndian.u8(buffer, at + ZERO_AT);
  }

  /** Sets {@link #ZERO_AT zero}. */
  public static void zero(ByteBuffer buffer, int at, int value) {
    LittleEndian.u8(buffer, at + ZERO_AT, value);
  }

  /** Reads {@link #NEXT_AT next}. */
  public static int next(ByteBuffer buffer, int at) {
    return LittleEndian.u16(buffer, at + NEXT_AT);
  }

  /** Sets {@link #NEXT_AT next}. */
  public static void next(ByteBuffer buffer, int at, int value) {
    LittleEndian.u16(buffer, at + NEXT_AT, value);
  }

  /** A copy of {@link #BITMAP_AT bitmap}. */
  public static byte[] bitmap(ByteBuffer buffer, int at) {
    byte[] copy = new byte[8];
    buffer.get(at + BITMAP_AT, copy);
    return copy;
  }

  /** Sets {@link #BITMAP_AT bitmap}; of longer bytes only the first 8 count. */
  public static void bitmap(ByteBuffer buffer, int at, byte[] value) {
    buffer.put(at + BITMAP_AT, value, 0, 8);
  }

  /** Reads {@link #ECHO_AT echo}. */
  public static long echo(ByteBuffer buffer, int at) {
    return LittleEndian.u32(buffer, at + ECHO_AT);
  }

  /** Sets {@link #ECHO_AT echo}. */
  public static void echo(ByteBuffer buffer, int at, long value) {
    LittleEndian.u32(buffer, at + ECHO_AT, value);
  }

  private FragAckFrameLayout() {}
}
