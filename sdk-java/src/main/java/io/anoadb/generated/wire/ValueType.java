// Generated from protocol-spec/types.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/** The type byte in front of a value. */
public final class ValueType {
  /**
   * No value at all. Only in results: an op that has nothing to return, or an old value that did not exist. Not the
   * same as NULL, which is a value. Wire form: 0 bytes.
   */
  public static final int NONE = 0;

  /** The value null. Wire form: 0 bytes. */
  public static final int NULL = 1;

  /** True or false. Any other byte is refused. Wire form: 1 byte, 0 or 1. */
  public static final int BOOLEAN = 2;

  /** A whole number from -2^63 to 2^63-1, exact. Wire form: 8 bytes, int64 little-endian. */
  public static final int INTEGER = 3;

  /** A floating-point number. Wire form: 8 bytes, IEEE 754 double little-endian. */
  public static final int FLOAT = 4;

  /** Text known to be text: never interpreted. Must be valid UTF-8. Wire form: UTF-8 bytes. */
  public static final int STRING = 5;

  /**
   * An array or an object. Only nil, bool, int (int64), float 64, str, array and map with str keys occur; no ext, no
   * bin, no NaN or infinity; depth at most 128. Key order and repeated keys are kept as written. Wire form: MessagePack
   * restricted to the model of JSON.
   */
  public static final int JSON = 6;

  /** Bytes without meaning to the server. Wire form: the bytes. */
  public static final int BYTES = 7;

  /**
   * A list of elements, each bytes without a type, made and changed at the Redis door. A result that returns one is
   * JSON: an array of the elements, each interpreted as TEXT is, and {"base64":"..."} where it is not UTF-8; with raw
   * each is a string. A SET of this type is refused with MALFORMED. Wire form: never sent: see JSON.
   */
  public static final int LIST = 8;

  /**
   * Text that came without a type (command line, Redis, memcached, HTTP). Kept byte for byte; the server interprets it
   * when a typed reader asks for it. Wire form: the bytes.
   */
  public static final int TEXT = 9;

  /** Whether there is such a type, stored or not. */
  public static boolean isKnown(int type) {
    return switch (type) {
      case NONE, NULL, BOOLEAN, INTEGER, FLOAT, STRING, JSON, BYTES, LIST, TEXT -> true;
      default -> false;
    };
  }

  /** Whether an op may bring a value of this type; false for NONE, LIST, reserved types and unknown codes. */
  public static boolean isSendable(int type) {
    return switch (type) {
      case NULL, BOOLEAN, INTEGER, FLOAT, STRING, JSON, BYTES, TEXT -> true;
      default -> false;
    };
  }

  /** The name in lower case, as TYPE answers it; of an unknown code {@code type 42}. */
  public static String nameOf(int type) {
    return switch (type) {
      case NONE -> "none";
      case NULL -> "null";
      case BOOLEAN -> "boolean";
      case INTEGER -> "integer";
      case FLOAT -> "float";
      case STRING -> "string";
      case JSON -> "json";
      case BYTES -> "bytes";
      case LIST -> "list";
      case TEXT -> "text";
      default -> "type " + type;
    };
  }

  private ValueType() {}
}
