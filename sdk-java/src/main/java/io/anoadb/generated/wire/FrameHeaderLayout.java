// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

import io.anoadb.internal.protocol.LittleEndian;
import java.nio.ByteBuffer;

/** In front of every frame but padding. Type 0x00 is padding to the end of the datagram. */
public final class FrameHeaderLayout {
  /** Bytes of the fixed part; of a layout whose last field is the rest, those before it. */
  public static final int BYTES = 3;

  /** u8: Type of the frame. Unknown below 0x80: CLOSE(UNSUPPORTED_FRAME); from 0x80: skip. */
  public static final int TYPE_AT = 0;

  /** u16: Bytes of the body. */
  public static final int LEN_AT = 1;

  /** Reads {@link #TYPE_AT type}. */
  public static int type(ByteBuffer buffer, int at) {
    return LittleEndian.u8(buffer, at + TYPE_AT);
  }

  /** Sets {@link #TYPE_AT type}. */
  public static void type(ByteBuffer buffer, int at, int value) {
    LittleEndian.u8(buffer, at + TYPE_AT, value);
  }

  /** Reads {@link #LEN_AT len}. */
  public static int len(ByteBuffer buffer, int at) {
    return LittleEndian.u16(buffer, at + LEN_AT);
  }

  /** Sets {@link #LEN_AT len}. */
  public static void len(ByteBuffer buffer, int at, int value) {
    LittleEndian.u16(buffer, at + LEN_AT, value);
  }

  private FrameHeaderLayout() {}
}
