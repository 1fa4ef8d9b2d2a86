// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/** Types of frames. */
public final class FrameType {
  /** Frame type of padding: everything to the end of the datagram is ignored. */
  public static final int PADDING = 0x00;

  /** A request of 1 to 255 ops that fits a datagram. The unit of dedup. */
  public static final int REQ = 0x01;

  /** A reply that fits a datagram. */
  public static final int RSP = 0x02;

  /** A fragment of a larger request. */
  public static final int REQ_FRAG = 0x03;

  /** A fragment of a larger reply. */
  public static final int RSP_FRAG = 0x04;

  /** Says which fragments have arrived. */
  public static final int FRAG_ACK = 0x05;

  /** The request was received and is still executing: do not send it again yet. */
  public static final int WORKING = 0x06;

  /** Keeps the session alive and frees cached replies. */
  public static final int PING = 0x08;

  /** Answers PING. */
  public static final int PONG = 0x09;

  /** Asks a new address to prove itself. */
  public static final int PATH_CHALLENGE = 0x0a;

  /** Answers PATH_CHALLENGE. */
  public static final int PATH_RESPONSE = 0x0b;

  /** Ends the session. */
  public static final int CLOSE = 0x0c;

  /** Reserved for watch and subscribe. */
  public static final int PUSH = 0x0d;

  /** Unknown frame types from here on are skipped instead of ending the session. */
  public static final int SKIPPABLE_FROM = 0x80;

  private FrameType() {}
}
