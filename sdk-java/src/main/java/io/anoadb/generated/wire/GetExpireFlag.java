// Generated from protocol-spec/messages/0d-get-expire.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/** Flags of GETEXPIRE. */
public final class GetExpireFlag {
  /** Untyped text is returned as TEXT, byte for byte, instead of being interpreted. */
  public static final int RAW = 0x01;

  /** Expires after ttlMs. */
  public static final int TTL = 0x02;

  /** Expires at expireAtMs; a time that has passed removes the entry after reading it. */
  public static final int EXPIRE_AT = 0x04;

  /** Removes the expiry. */
  public static final int PERSIST = 0x08;

  private GetExpireFlag() {}
}
