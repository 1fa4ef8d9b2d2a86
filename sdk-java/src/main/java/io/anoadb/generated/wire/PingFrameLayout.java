// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

import io.anoadb.internal.protocol.LittleEndian;
import java.nio.ByteBuffer;

/** Body of PING, behind the frame header. Keeps the session alive and frees cached replies. */
public final class PingFrameLayout {
  /** Bytes of the fixed part; of a layout whose last field is the rest, those before it. */
  public static final int BYTES = 8;

  /** u32: Lowest rid whose reply the client lacks. */
  public static final int FLOOR_AT = 0;

  /** u32: Anything; echoed. */
  public static final int TOKEN_AT = 4;

  /** Reads {@link #FLOOR_AT floor}. */
  public static long floor(ByteBuffer buffer, int at) {
    return LittleEndian.u32(buffer, at + FLOOR_AT);
  }

  /** Sets {@link #FLOOR_AT floor}. */
  public static void floor(ByteBuffer buffer, int at, long value) {
    LittleEndian.u32(buffer, at + FLOOR_AT, value);
  }

  /** Reads {@link #TOKEN_AT token}. */
  public static long token(ByteBuffer buffer, int at) {
    return LittleEndian.u32(buffer, at + TOKEN_AT);
  }

  /** Sets {@link #TOKEN_AT token}. */
  public static void token(ByteBuffer buffer, int at, long value) {
    LittleEndian.u32(buffer, at + TOKEN_AT, value);
  }

  private PingFrameLayout() {}
}
