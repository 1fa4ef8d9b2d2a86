// Generated from protocol-spec/messages/*.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/** The first byte of an op: which command. */
public final class Opcode {
  /** Read a value. */
  public static final int GET = 0x01;

  /** Write a value, with conditions and a time to live. */
  public static final int SET = 0x02;

  /** Remove a key. */
  public static final int DELETE = 0x03;

  /** Ask whether a key exists. */
  public static final int EXISTS = 0x04;

  /** Ask how long a key will live. */
  public static final int TTL = 0x05;

  /** Set when a key expires. */
  public static final int EXPIRE = 0x06;

  /** Let a key live for ever. */
  public static final int PERSIST = 0x07;

  /** Add to an integer. */
  public static final int INCR = 0x08;

  /** Add to a float. */
  public static final int INCRFLOAT = 0x09;

  /** Add to the end of a value. */
  public static final int APPEND = 0x0a;

  /** Ask for the length of a value. */
  public static final int LENGTH = 0x0b;

  /** Read a value and remove its key. */
  public static final int GETDELETE = 0x0c;

  /** Read a value and set when its key expires. */
  public static final int GETEXPIRE = 0x0d;

  /** Give an entry another key. */
  public static final int RENAME = 0x0e;

  /** Ask for the type of a value. */
  public static final int TYPE = 0x0f;

  /** List keys, a page at a time. */
  public static final int SCAN = 0x10;

  /** Ask how many keys there are. */
  public static final int COUNT = 0x11;

  /** Remove all keys. */
  public static final int FLUSH = 0x12;

  /** Ask how the server is. */
  public static final int STATS = 0x13;

  /** Ask whether the server answers. */
  public static final int PING = 0x14;

  /** Check a condition, for an atomic request. */
  public static final int CHECK = 0x15;

  /** Write a snapshot now. */
  public static final int SNAPSHOT = 0x16;

  /** Give a copy of an entry another key. */
  public static final int COPY = 0x17;

  /** The name of the command; of an unknown opcode {@code opcode 42}. */
  public static String nameOf(int opcode) {
    return switch (opcode) {
      case GET -> "GET";
      case SET -> "SET";
      case DELETE -> "DELETE";
      case EXISTS -> "EXISTS";
      case TTL -> "TTL";
      case EXPIRE -> "EXPIRE";
      case PERSIST -> "PERSIST";
      case INCR -> "INCR";
      case INCRFLOAT -> "INCRFLOAT";
      case APPEND -> "APPEND";
      case LENGTH -> "LENGTH";
      case GETDELETE -> "GETDELETE";
      case GETEXPIRE -> "GETEXPIRE";
      case RENAME -> "RENAME";
      case TYPE -> "TYPE";
      case SCAN -> "SCAN";
      case COUNT -> "COUNT";
      case FLUSH -> "FLUSH";
      case STATS -> "STATS";
      case PING -> "PING";
      case CHECK -> "CHECK";
      case SNAPSHOT -> "SNAPSHOT";
      case COPY -> "COPY";
      default -> "opcode " + opcode;
    };
  }

  private Opcode() {}
}
