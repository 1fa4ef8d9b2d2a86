// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/**
 * Flags of RSP, RSP_FRAG and WORKING. Bits 0-3 echo the attempt. Bit 4: the reply comes from the reply cache. Bits 5-7
 * are reserved.
 */
public final class ReplyFlag {
  /** The attempt echoed. */
  public static final int ATTEMPT_MASK = 0x0f;

  /** A stored reply. */
  public static final int FROM_CACHE = 0x10;

  private ReplyFlag() {}
}
