// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

import io.anoadb.internal.protocol.LittleEndian;
import java.nio.ByteBuffer;

/** Body of RSP, behind the frame header. A reply that fits a datagram. */
public final class RspFrameLayout {
  /** Bytes of the fixed part; of a layout whose last field is the rest, those before it. */
  public static final int BYTES = 6;

  /** u32: Of the request. */
  public static final int RID_AT = 0;

  /** u8: Bits 0-3 attempt echoed, bit 4 from the reply cache. */
  public static final int FLAGS_AT = 4;

  /** u8: OK, or a code for the whole request; then no results follow. */
  public static final int STATUS_AT = 5;

  /** rest: One result per op, in order. */
  public static final int RESULTS_AT = 6;

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

  /** Reads {@link #STATUS_AT status}. */
  public static int status(ByteBuffer buffer, int at) {
    return LittleEndian.u8(buffer, at + STATUS_AT);
  }

  /** Sets {@link #STATUS_AT status}. */
  public static void status(ByteBuffer buffer, int at, int value) {
    LittleEndian.u8(buffer, at + STATUS_AT, value);
  }

  private RspFrameLayout() {}
}
