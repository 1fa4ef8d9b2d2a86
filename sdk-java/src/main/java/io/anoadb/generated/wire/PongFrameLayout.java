// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

import io.anoadb.internal.protocol.LittleEndian;
import java.nio.ByteBuffer;

/** Body of PONG, behind the frame header. Answers PING. */
public final class PongFrameLayout {
  /** Bytes of the fixed part; of a layout whose last field is the rest, those before it. */
  public static final int BYTES = 4;

  /** u32: Of the PING. */
  public static final int TOKEN_AT = 0;

  /** Reads {@link #TOKEN_AT token}. */
  public static long token(ByteBuffer buffer, int at) {
    return LittleEndian.u32(buffer, at + TOKEN_AT);
  }

  /** Sets {@link #TOKEN_AT token}. */
  public static void token(ByteBuffer buffer, int at, long value) {
    LittleEndian.u32(buffer, at + TOKEN_AT, value);
  }

  private PongFrameLayout() {}
}
