// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

import io.anoadb.internal.protocol.LittleEndian;
import java.nio.ByteBuffer;

/** Body of REQ, behind the frame header. A request of 1 to 255 ops that fits a datagram. The unit of dedup. */
public final class ReqFrameLayout {
  /** Bytes of the fixed part; of a layout whose last field is the rest, those before it. */
  public static final int BYTES = 6;

  /** u32: Request id, from 1, one more per request; lives with the clientId. */
  public static final int RID_AT = 0;

  /** u8: rid - floor; never as large as rid, since the floor is at least 1. */
  public static final int DELTA_AT = 4;

  /** u8: Bits 0-3 number of the attempt from 0 modulo 16, bit 4 atomic. */
  public static final int FLAGS_AT = 5;

  /** rest: The ops. */
  public static final int OPS_AT = 6;

  /** Reads {@link #RID_AT rid}. */
  public static long rid(ByteBuffer buffer, int at) {
    return LittleEndian.u32(buffer, at + RID_AT);
  }

  /** Sets {@link #RID_AT rid}. */
  public static void rid(ByteBuffer buffer, int at, long value) {
    LittleEndian.u32(buffer, at + RID_AT, value);
  }

  /** Reads {@link #DELTA_AT delta}. */
  public static int delta(ByteBuffer buffer, int at) {
    return LittleEndian.u8(buffer, at + DELTA_AT);
  }

  /** Sets {@link #DELTA_AT delta}. */
  public static void delta(ByteBuffer buffer, int at, int value) {
    LittleEndian.u8(buffer, at + DELTA_AT, value);
  }

  /** Reads {@link #FLAGS_AT flags}. */
  public static int flags(ByteBuffer buffer, int at) {
    return LittleEndian.u8(buffer, at + FLAGS_AT);
  }

  /** Sets {@link #FLAGS_AT flags}. */
  public static void flags(ByteBuffer buffer, int at, int value) {
    LittleEndian.u8(buffer, at + FLAGS_AT, value);
  }

  private ReqFrameLayout() {}
}
