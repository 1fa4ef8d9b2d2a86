// Generated from protocol-spec/messages/05-ttl.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

/** Flags of TTL. */
public final class TtlFlag {
  /** Return the Unix time of expiry in milliseconds instead of the time left. */
  public static final int ABSOLUTE = 0x01;

  private TtlFlag() {}
}
