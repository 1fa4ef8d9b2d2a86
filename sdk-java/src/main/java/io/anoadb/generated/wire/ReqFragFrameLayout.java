// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

import io.anoadb.internal.protocol.LittleEndian;
import java.nio.ByteBuffer;

/** Body of REQ_FRAG, behind the frame header. A fragment of a larger request. */
public final class ReqFragFrameLayout {
  /** Bytes of the fixed part; of a layout whose last field is the rest, those before it. */
  public static final int BYTES = 12;

  /** u32: As in REQ. */
  public static final int RID_AT = 0;

  /** u8: As in REQ. */
  public static final int DELTA_AT = 4;

  /** u8: As in REQ. */
  public static final int FLAGS_AT = 5;

  /** u32: Bytes of all ops. */
  public static final int TOTAL_AT = 6;

  /** u16: Number of this fragment, from 0. */
  public static final int INDEX_AT = 10;

  /** rest: Exactly maxDatagram - 48 bytes, but in the last. */
  public static final int DATA_AT = 12;

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

  /** Reads {@link #TOTAL_AT total}. */
  public static long total(ByteBuffer buffer, int at) {
    return LittleEndian.u32(buffer, at + TOTAL_AT);
  }

  /** Sets {@link #TOTAL_AT total}. */
  public static void total(ByteBuffer buffer, int at, long value) {
    LittleEndian.u32(buffer, at + TOTAL_AT, value);
  }

  /** Reads {@link #INDEX_AT index}. */
  public static int index(ByteBuffer buffer, int at) {
    return LittleEndian.u16(buffer, at + INDEX_AT);
  }

  /** Sets {@link #INDEX_AT index}. */
  public static void index(ByteBuffer buffer, int at, int value) {
    LittleEndian.u16(buffer, at + INDEX_AT, value);
  }

  private ReqFragFrameLayout() {}
}
