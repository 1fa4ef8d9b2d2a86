// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

import io.anoadb.internal.protocol.LittleEndian;
import java.nio.ByteBuffer;

/** Body of CLOSE, behind the frame header. Ends the session. */
public final class CloseFrameLayout {
  /** Bytes of the fixed part; of a layout whose last field is the rest, those before it. */
  public static final int BYTES = 2;

  /** u16: A close code. */
  public static final int CODE_AT = 0;

  /** rest: UTF-8, for people; may be empty. */
  public static final int REASON_AT = 2;

  /** Reads {@link #CODE_AT code}. */
  public static int code(ByteBuffer buffer, int at) {
    return LittleEndian.u16(buffer, at + CODE_AT);
  }

  /** Sets {@link #CODE_AT code}. */
  public static void code(ByteBuffer buffer, int at, int value) {
    LittleEndian.u16(buffer, at + CODE_AT, value);
  }

  private CloseFrameLayout() {}
}
