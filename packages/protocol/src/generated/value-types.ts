// Generated from protocol-spec/types.json by `npm run gen`: do not edit.

/** Types of values. */

/** The type byte in front of a value, on the wire and in an entry. */
export const ValueType = {
  /**
   * No value at all. Only in results: an op that has nothing to return, or an old value that did not exist.
   * Not the same as NULL, which is a value. Wire form: 0 bytes.
   */
  NONE: 0,
  /** The value null. Wire form: 0 bytes. */
  NULL: 1,
  /** True or false. Any other byte is refused. Wire form: 1 byte, 0 or 1. */
  BOOLEAN: 2,
  /** A whole number from -2^63 to 2^63-1, exact. Wire form: 8 bytes, int64 little-endian. */
  INTEGER: 3,
  /** A floating-point number. Wire form: 8 bytes, IEEE 754 double little-endian. */
  FLOAT: 4,
  /** Text known to be text: never interpreted. Must be valid UTF-8. Wire form: UTF-8 bytes. */
  STRING: 5,
  /**
   * An array or an object. Only nil, bool, int (int64), float 64, str, array and map with str keys occur; no
   * ext, no bin, no NaN or infinity; depth at most 128. Key order and repeated keys are kept as written. Wire
   * form: MessagePack restricted to the model of JSON.
   */
  JSON: 6,
  /** Bytes without meaning to the server. Wire form: the bytes. */
  BYTES: 7,
  /**
   * A list of elements, each bytes without a type, made and changed at the Redis door. A result that returns
   * one is JSON: an array of the elements, each interpreted as TEXT is, and {"base64":"..."} where it is not
   * UTF-8; with raw each is a string. A SET of this type is refused with MALFORMED. Wire form: never sent:
   * see JSON.
   */
  LIST: 8,
  /**
   * Text that came without a type (command line, Redis, memcached, HTTP). Kept byte for byte; the server
   * interprets it when a typed reader asks for it. Wire form: the bytes.
   */
  TEXT: 9,
} as const;
export type ValueType = (typeof ValueType)[keyof typeof ValueType];

/** The name of each type in lower case, by its code: what TYPE answers. */
export const valueTypeNames: readonly string[] = ['none', 'null', 'boolean', 'integer', 'float', 'string', 'json', 'bytes', 'list', 'text'];

const SENDABLE = new Uint8Array(256);
SENDABLE[ValueType.NULL] = 1;
SENDABLE[ValueType.BOOLEAN] = 1;
SENDABLE[ValueType.INTEGER] = 1;
SENDABLE[ValueType.FLOAT] = 1;
SENDABLE[ValueType.STRING] = 1;
SENDABLE[ValueType.JSON] = 1;
SENDABLE[ValueType.BYTES] = 1;
SENDABLE[ValueType.TEXT] = 1;

/** Whether an op may bring a value of this type; false for NONE, LIST, reserved types and unknown codes. */
export function isSendableType(code: number): boolean {
  return SENDABLE[code] === 1;
}
