// Generated from protocol-spec/types.json by `npm run gen`: do not edit.

package io.anoadb.generated;

/** Types of values that can be stored. */
public enum AnoaType {
  /** The value null. */
  NULL(1, "null"),

  /** True or false. Any other byte is refused. */
  BOOLEAN(2, "boolean"),

  /** A whole number from -2^63 to 2^63-1, exact. */
  INTEGER(3, "integer"),

  /** A floating-point number. */
  FLOAT(4, "float"),

  /** Text known to be text: never interpreted. Must be valid UTF-8. */
  STRING(5, "string"),

  /**
   * An array or an object. Only nil, bool, int (int64), float 64, str, array and map with str keys occur; no ext, no
   * bin, no NaN or infinity; depth at most 128. Key order and repeated keys are kept as written.
   */
  JSON(6, "json"),

  /** Bytes without meaning to the server. */
  BYTES(7, "bytes"),

  /**
   * A list of elements, each bytes without a type, made and changed at the Redis door. A result that returns one is
   * JSON: an array of the elements, each interpreted as TEXT is, and {"base64":"..."} where it is not UTF-8; with raw
   * each is a string. A SET of this type is refused with MALFORMED.
   */
  LIST(8, "list"),

  /**
   * Text that came without a type (command line, Redis, memcached, HTTP). Kept byte for byte; the server interprets it
   * when a typed reader asks for it.
   */
  TEXT(9, "text");

  private final int code;
  private final String typeName;

  AnoaType(int code, String typeName) {
    this.code = code;
    this.typeName = typeName;
  }

  /** The type byte on the wire. */
  public int code() {
    return code;
  }

  /** The name in lower case, as the command TYPE answers it. */
  public String typeName() {
    return typeName;
  }

  /**
   * The type with this code.
   *
   * @throws IllegalArgumentException where there is none that can be stored
   */
  public static AnoaType ofCode(int code) {
    return switch (code) {
      case 1 -> NULL;
      case 2 -> BOOLEAN;
      case 3 -> INTEGER;
      case 4 -> FLOAT;
      case 5 -> STRING;
      case 6 -> JSON;
      case 7 -> BYTES;
      case 8 -> LIST;
      case 9 -> TEXT;
      default -> throw new IllegalArgumentException("no type that can be stored has the code " + code);
    };
  }
}
