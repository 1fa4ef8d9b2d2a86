// Generated from protocol-spec/messages/08-incr.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/** Flags of INCR. */
public final class IncrFlag {
  /** Add this amount, which may be negative, instead of 1. */
  public static final int AMOUNT = 0x01;

  /** Where the op creates the key it expires after ttlMs; an existing entry keeps its expiry. */
  public static final int TTL = 0x02;

  private IncrFlag() {}
}
