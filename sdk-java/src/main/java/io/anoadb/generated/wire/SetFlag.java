// Generated from protocol-spec/messages/02-set.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/** Flags of SET. */
public final class SetFlag {
  /** Only where the key does not exist. */
  public static final int IF_ABSENT = 0x01;

  /** Only where the key exists. */
  public static final int IF_PRESENT = 0x02;

  /** Only where the entry has this version. */
  public static final int IF_VERSION = 0x04;

  /** Expires after ttlMs. */
  public static final int TTL = 0x08;

  /** Expires at expireAtMs; a time that has passed leaves no entry. */
  public static final int EXPIRE_AT = 0x10;

  /** Keeps the expiry of the entry it replaces. */
  public static final int KEEP_TTL = 0x20;

  /** Returns the value that was there, also where a condition fails. Untyped text is returned interpreted. */
  public static final int RETURN_OLD = 0x40;

  private SetFlag() {}
}
