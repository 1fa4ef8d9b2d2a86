// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

import io.anoadb.internal.protocol.LittleEndian;
import java.nio.ByteBuffer;

/** Header of one result. */
public final class ResultHeaderLayout {
  /** Bytes of the fixed part; of a layout whose last field is the rest, those before it. */
  public static final int BYTES = 6;

  /** u8: A result code. */
  public static final int STATUS_AT = 0;

  /** u8: Type of the value; bit 7: a version (u64) precedes the value. */
  public static final int TYPE_AT = 1;

  /** u32: Bytes of version and value together. */
  public static final int LEN_AT = 2;

  /** Reads {@link #STATUS_AT status}. */
  public static int status(ByteBuffer buffer, int at) {
    return LittleEndian.u8(buffer, at + STATUS_AT);
  }

  /** Sets {@link #STATUS_AT status}. */
  public static void status(ByteBuffer buffer, int at, int value) {
    LittleEndian.u8(buffer, at + STATUS_AT, value);
  }

  /** Reads {@link #TYPE_AT type}. */
  public static int type(ByteBuffer buffer, int at) {
    return LittleEndian.u8(buffer, at + TYPE_AT);
  }

  /** Sets {@link #TYPE_AT type}. */
  public static void type(ByteBuffer buffer, int at, int value) {
    LittleEndian.u8(buffer, at + TYPE_AT, value);
  }

  /** Reads {@link #LEN_AT len}. */
  public static long len(ByteBuffer buffer, int at) {
    return LittleEndian.u32(buffer, at + LEN_AT);
  }

  /** Sets {@link #LEN_AT len}. */
  public static void len(ByteBuffer buffer, int at, long value) {
    LittleEndian.u32(buffer, at + LEN_AT, value);
  }

  private ResultHeaderLayout() {}
}
