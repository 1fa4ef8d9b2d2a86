// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

import java.nio.ByteBuffer;

/** Body of PATH_CHALLENGE, behind the frame header. Asks a new address to prove itself. */
public final class PathChallengeFrameLayout {
  /** Bytes of the fixed part; of a layout whose last field is the rest, those before it. */
  public static final int BYTES = 8;

  /** bytes[8]: Random. */
  public static final int DATA_AT = 0;

  /** A copy of {@link #DATA_AT data}. */
  public static byte[] data(ByteBuffer buffer, int at) {
    byte[] copy = new byte[8];
    buffer.get(at + DATA_AT, copy);
    return copy;
  }

  /** Sets {@link #DATA_AT data}; of longer bytes only the first 8 count. */
  public static void data(ByteBuffer buffer, int at, byte[] value) {
    buffer.put(at + DATA_AT, value, 0, 8);
  }

  private PathChallengeFrameLayout() {}
}
