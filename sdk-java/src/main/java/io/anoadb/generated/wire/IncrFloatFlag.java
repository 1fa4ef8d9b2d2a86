// Generated from protocol-spec/messages/09-incr-float.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/** Flags of INCRFLOAT. */
public final class IncrFloatFlag {
  /** Where the op creates the key it expires after ttlMs; an existing entry keeps its expiry. */
  public static final int TTL = 0x01;

  private IncrFloatFlag() {}
}
