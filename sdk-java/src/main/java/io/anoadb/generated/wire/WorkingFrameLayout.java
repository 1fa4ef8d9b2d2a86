// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

import io.anoadb.internal.protocol.LittleEndian;
import java.nio.ByteBuffer;

/**
 * Body of WORKING, behind the frame header. The request was received and is still executing: do not send it again yet.
 */
public final class WorkingFrameLayout {
  /** Bytes of the fixed part; of a layout whose last field is the rest, those before it. */
  public static final int BYTES = 5;

  /** u32: Of the request. */
  public static final int RID_AT = 0;

  /** u8: Bits 0-3 attempt echoed. */
  public static final int FLAGS_AT = 4;

  /** Reads {@link #RID_AT rid}. */
  public static long rid(ByteBuffer buffer, int at) {
    return LittleEndian.u32(buffer, at + RID_AT);
  }

  /** Sets {@link #RID_AT rid}. */
  public static void rid(ByteBuffer buffer, int at, long value) {
    LittleEndian.u32(buffer, at + RID_AT, value);
  }

  /** Reads {@link #FLAGS_AT flags}. */
  public static int flags(ByteBuffer buffer, int at) {
    return LittleEndian.u8(buffer, at + FLAGS_AT);
  }

  /** Sets {@link #FLAGS_AT flags}. */
  public static void flags(ByteBuffer buffer, int at, int value) {
    LittleEndian.u8(buffer, at + FLAGS_AT, value);
  }

  private WorkingFrameLayout() {}
}
