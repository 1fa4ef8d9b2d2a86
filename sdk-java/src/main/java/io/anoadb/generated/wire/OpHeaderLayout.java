// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

import io.anoadb.internal.protocol.LittleEndian;
import java.nio.ByteBuffer;

/** Header of one op. argLen covers everything after the key, so that an unknown op can be stepped over. */
public final class OpHeaderLayout {
  /** Bytes of the fixed part; of a layout whose last field is the rest, those before it. */
  public static final int BYTES = 8;

  /** u8: The command. */
  public static final int OPCODE_AT = 0;

  /** u8: Flags of the command; unknown bits are MALFORMED. */
  public static final int FLAGS_AT = 1;

  /** u16: Bytes of the key. */
  public static final int KEY_LEN_AT = 2;

  /** u32: Bytes of all arguments. */
  public static final int ARG_LEN_AT = 4;

  /** Reads {@link #OPCODE_AT opcode}. */
  public static int opcode(ByteBuffer buffer, int at) {
    return LittleEndian.u8(buffer, at + OPCODE_AT);
  }

  /** Sets {@link #OPCODE_AT opcode}. */
  public static void opcode(ByteBuffer buffer, int at, int value) {
    LittleEndian.u8(buffer, at + OPCODE_AT, value);
  }

  /** Reads {@link #FLAGS_AT flags}. */
  public static int flags(ByteBuffer buffer, int at) {
    return LittleEndian.u8(buffer, at + FLAGS_AT);
  }

  /** Sets {@link #FLAGS_AT flags}. */
  public static void flags(ByteBuffer buffer, int at, int value) {
    LittleEndian.u8(buffer, at + FLAGS_AT, value);
  }

  /** Reads {@link #KEY_LEN_AT keyLen}. */
  public static int keyLen(ByteBuffer buffer, int at) {
    return LittleEndian.u16(buffer, at + KEY_LEN_AT);
  }

  /** Sets {@link #KEY_LEN_AT keyLen}. */
  public static void keyLen(ByteBuffer buffer, int at, int value) {
    LittleEndian.u16(buffer, at + KEY_LEN_AT, value);
  }

  /** Reads {@link #ARG_LEN_AT argLen}. */
  public static long argLen(ByteBuffer buffer, int at) {
    return LittleEndian.u32(buffer, at + ARG_LEN_AT);
  }

  /** Sets {@link #ARG_LEN_AT argLen}. */
  public static void argLen(ByteBuffer buffer, int at, long value) {
    LittleEndian.u32(buffer, at + ARG_LEN_AT, value);
  }

  private OpHeaderLayout() {}
}
