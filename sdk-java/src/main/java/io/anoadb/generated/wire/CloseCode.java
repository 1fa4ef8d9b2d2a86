// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/** Why CLOSE. */
public final class CloseCode {
  /** The peer is done. */
  public static final int NORMAL = 0x00;

  /** A newer session of the same client is current. */
  public static final int TAKEN_OVER = 0x01;

  /** The access key was revoked. */
  public static final int KEY_REVOKED = 0x02;

  /** The session is too old; make a new one. */
  public static final int AGE = 0x03;

  /** The peer broke the protocol. */
  public static final int PROTOCOL = 0x04;

  /** A frame of an unknown type below 0x80. */
  public static final int UNSUPPORTED_FRAME = 0x05;

  /** The server stops. */
  public static final int SHUTDOWN = 0x06;

  private CloseCode() {}
}
