// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/** Why REJECT. */
public final class RejectReason {
  /** The cookie is valid no longer: start again with HELLO. */
  public static final int STALE_COOKIE = 0x01;

  /** Unknown access key, or the wrong one; deliberately one code. */
  public static final int AUTH_FAILED = 0x02;

  /** No room for another session. */
  public static final int SERVER_FULL = 0x03;

  /** No room for another session of this access key or source. */
  public static final int KEY_QUOTA = 0x04;

  /** Too many handshakes; wait retryAfterMs. */
  public static final int RATE_LIMITED = 0x05;

  /**
   * The server still reads its files; wait retryAfterMs. Codes 128 to 228 all mean this: what is above 128 is how much
   * of them has been read, in percent.
   */
  public static final int LOADING = 0x80;

  private RejectReason() {}
}
