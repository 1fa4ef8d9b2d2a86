// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/**
 * Flags of REQ and REQ_FRAG. Bits 0-3: number of the attempt, from 0, modulo 16. Bit 4: all ops apply or none does.
 * Bits 5-7 are reserved.
 */
public final class RequestFlag {
  /** Attempts so far. */
  public static final int ATTEMPT_MASK = 0x0f;

  /** All ops or none. */
  public static final int ATOMIC = 0x10;

  private RequestFlag() {}
}
