package io.anoadb.internal.protocol;

import java.nio.ByteBuffer;

/** What all generated encoders share: the header of an op, and the checks of its arguments. */
public final class OpWriter {
  /** Of commands without a key; of arguments that are not there. */
  public static final byte[] NO_KEY = {};

  private static final int HEADER_BYTES = 8;
  private static final int KEY_LENGTH_AT = 2;
  private static final int ARGUMENT_LENGTH_AT = 4;

  private OpWriter() {}

  /** An array of the exact length with header and key in it; the position is where the arguments begin. */
  public static ByteBuffer begin(int opcode, int flags, byte[] key, int argumentBytes) {
    ByteBuffer op = ByteBuffer.allocate(HEADER_BYTES + key.length + argumentBytes);
    op.put(0, (byte) opcode);
    op.put(1, (byte) flags);
    LittleEndian.u16(op, KEY_LENGTH_AT, key.length);
    LittleEndian.u32(op, ARGUMENT_LENGTH_AT, argumentBytes);
    op.put(HEADER_BYTES, key);
    op.position(HEADER_BYTES + key.length);
    return op;
  }

  /** The type, then the bytes. */
  public static void value(ByteBuffer op, int at, WireValue value) {
    op.put(at, (byte) value.type());
    op.put(at + 1, value.bytes());
  }

  public static void checkKey(byte[] key, int min, int max) {
    if (key.length < min) throw new IllegalArgumentException("The key is empty; a key has " + min + " to " + max + " bytes.");
    if (key.length > max) {
      throw new IllegalArgumentException(
          "The key has " + key.length + " bytes, at most " + max + " are possible; use a shorter one, a hash of it for"
              + " instance.");
    }
  }

  public static void checkLength(String name, byte[] bytes, int min, int max) {
    if (bytes.length < min || bytes.length > max) {
      throw new IllegalArgumentException(
          name + " has " + bytes.length + " bytes; it must have " + min + " to " + max + ".");
    }
  }

  public static void checkRange(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(name + " is " + value + "; it must be from " + min + " to " + max + ".");
    }
  }

  public static void checkFinite(String name, double value) {
    if (!Double.isFinite(value)) throw new IllegalArgumentException(name + " is " + value + "; it must be finite.");
  }
}
