// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/** Types of datagrams in sealed mode, and what every datagram begins with. */
public final class DatagramType {
  /** First byte of every datagram: magic nibble A, version nibble 1. */
  public static final int MAGIC = 0xa1;

  /** Lowest version of the protocol that this code speaks. */
  public static final int VERSION_MIN = 1;

  /** Highest version of the protocol that this code speaks. */
  public static final int VERSION_MAX = 1;

  /** Default port, UDP and TCP. */
  public static final int PORT_DEFAULT = 2662;

  /** Added to a datagram type in open mode. A sealed endpoint drops all types with it, an open endpoint all without. */
  public static final int OPEN_OFFSET = 0x20;

  /** Asks for a cookie. Longer than the answer, so that forged sources gain nothing. */
  public static final int HELLO = 0x01;

  /** The cookie: proves the address of the client when it comes back. The server keeps nothing. */
  public static final int CHALLENGE = 0x02;

  /**
   * Brings the cookie back and the parameters of the client. Its length proves that the path carries full datagrams to
   * the server.
   */
  public static final int AUTH = 0x03;

  /** Opens the session. Its length proves that the path carries full datagrams to the client. */
  public static final int WELCOME = 0x04;

  /** Answers a HELLO whose versions do not overlap with those of the server. */
  public static final int VERSIONS = 0x05;

  /** Refuses an AUTH whose cookie was valid, or has gone stale. */
  public static final int REJECT = 0x06;

  /**
   * A hint that the server does not know the sid of a datagram. A client believes it only where sid and counter match
   * what it sent within 30 s, and then only starts a handshake.
   */
  public static final int NO_SESSION = 0x07;

  /** Frames from the client. */
  public static final int DATA_TO_SERVER = 0x10;

  /** Frames from the server. */
  public static final int DATA_TO_CLIENT = 0x11;

  /**
   * Admission by type and length, in either mode: the exact length of a handshake datagram, 0 for a type that does not
   * exist, -1 for DATA, which is a header or more.
   */
  public static int bytesOf(int type) {
    return switch (type) {
      case HELLO, HELLO + OPEN_OFFSET -> 128;
      case CHALLENGE, CHALLENGE + OPEN_OFFSET -> 32;
      case AUTH, AUTH + OPEN_OFFSET -> 1200;
      case WELCOME, WELCOME + OPEN_OFFSET -> 1200;
      case VERSIONS, VERSIONS + OPEN_OFFSET -> 16;
      case REJECT, REJECT + OPEN_OFFSET -> 16;
      case NO_SESSION, NO_SESSION + OPEN_OFFSET -> 12;
      case DATA_TO_SERVER, DATA_TO_SERVER + OPEN_OFFSET, DATA_TO_CLIENT, DATA_TO_CLIENT + OPEN_OFFSET -> -1;
      default -> 0;
    };
  }

  private DatagramType() {}
}
